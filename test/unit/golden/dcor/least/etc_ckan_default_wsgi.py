"""CKAN as uWSGI loads it."""

import logging
import os

from ckan.cli import CKANConfigLoader
from ckan.config.middleware import make_app
from logging.config import fileConfig as load_logging

FAILED = b"The server has failed. Its administrators find why in its log.\n"


def answering(ckan):
    """CKAN, with an answer where it has none, as while the database is away: its page for errors needs that, too.

    By http11-socket, uWSGI says nothing then, and waits for the next request of a client who waits for the answer to this one:
    soon all of its processes do, for as long as socket-timeout is.
    """

    def answer(environ, start_response):
        try:
            return ckan(environ, start_response)
        except Exception:
            logging.getLogger(__name__).exception("%(REQUEST_METHOD)s %(PATH_INFO)s has failed", environ)
        # Not above: uWSGI takes the exception that is being handled there for one of its own.
        start_response(
            "500 Internal Server Error", [("Content-Type", "text/plain"), ("Content-Length", str(len(FAILED)))]
        )
        return [FAILED]

    return answer


config_path = os.environ["CKAN_INI"]
load_logging(config_path, disable_existing_loggers=False)
application = answering(make_app(CKANConfigLoader(config_path).get_config()))
