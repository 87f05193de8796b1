"""Makes of the site's ckan.ini, on standard input, the one that the extensions' tests run with."""

import re
import sys
from configparser import RawConfigParser

ini = RawConfigParser()
ini.optionxform = str
ini.read_file(sys.stdin)
main = ini["app:main"]

# The tests' own client is at no public address, and has no cookies of one.
for key in list(main):
    if re.match(r"SESSION_|REMEMBER_|beaker\.", key):
        del main[key]
main.update(
    {
        "ckan.site_id": "test",
        "ckan.site_url": "http://127.0.0.1:5000",
        "ckan.storage_path": "/cache/dcor-tests/storage",
        "ckanext.dc_serve.tmp_dir": "/cache/dcor-tests/dc_serve",
        "ckanext.dcor_depot.tmp_dir": "/cache/dcor-tests/dcor_depot",
        "ckan.auth.create_user_via_api": "true",
        "ckan.auth.create_user_via_web": "true",
        "sqlalchemy.url": re.sub(r"/ckan_default\?", "/ckan_test?", main["sqlalchemy.url"]),
        "ckan.redis.url": re.sub(r"/0(?=\?|$)", "/1", main["ckan.redis.url"]),
    }
)
ini.write(sys.stdout)
