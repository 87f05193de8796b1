"""CKAN as uWSGI loads it."""

import os

from ckan.cli import CKANConfigLoader
from ckan.config.middleware import make_app
from logging.config import fileConfig as load_logging

config_path = os.environ["CKAN_INI"]
load_logging(config_path, disable_existing_loggers=False)
application = make_app(CKANConfigLoader(config_path).get_config())
