"""Makes a configuration of OMERO from properties, and loads OMERO.web with it: what is wrong with them is found here.

    load-configuration.py PROPERTIES CONFIG

PROPERTIES has lines `name=value`, as `omero config load` reads them; CONFIG, a config.xml, is new. OMERODIR is where it is to be found.
One process, where `omero config load` and a check after it would load OMERO.py twice.
"""

import os
import sys

from omero.config import ConfigXml


def main(properties: str, path: str) -> None:
    config = ConfigXml(path)
    with open(properties, encoding="utf-8") as lines:
        for line in map(str.strip, lines):
            if line and not line.startswith("#"):
                name, _, value = line.partition("=")
                config[name] = value
    config.close()

    os.environ["DJANGO_SETTINGS_MODULE"] = "omeroweb.settings"
    import omeroweb.wsgi  # noqa: F401
    from django.urls import get_resolver

    # What an app has wrong is seen when its addresses are.
    get_resolver().url_patterns  # noqa: B018


main(*sys.argv[1:])
