# Django settings of the EOxServer instance ndvi that follow from its stack.
# The instance's own settings.py reads this file at its end; settings of your own go below that line.
from pathlib import Path

DEBUG = False
ALLOWED_HOSTS = ["192.0.2.10"]

DATABASES = {
    "default": {
        "ENGINE": "django.contrib.gis.db.backends.postgis",
        "HOST": "/var/run/postgresql",
        "PORT": "5432",
        "NAME": "eoxs_ndvi",
        "USER": "ndvi",
        "PASSWORD": Path("/etc/eoxserver/ndvi/database-password").read_text().strip(),
    }
}
SECRET_KEY = Path("/srv/eoxserver/ndvi/ndvi/conf/secret-key").read_text().strip()

STATIC_ROOT = "/srv/eoxserver/ndvi/ndvi/static"
STATIC_URL = "/ndvi_static/"

# The front says how the client came; the back end listens on a loopback address, so nobody else can.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
CSRF_TRUSTED_ORIGINS = ["http://192.0.2.10:8080"]
SESSION_COOKIE_SECURE = False
CSRF_COOKIE_SECURE = False
# A log-in to one instance does not end the log-in to another one on the same host.
SESSION_COOKIE_PATH = "/ndvi/"
CSRF_COOKIE_PATH = "/ndvi/"

# Opens the log anew after logrotate has moved it.
LOGGING["handlers"]["eoxserver_file"]["class"] = "logging.handlers.WatchedFileHandler"  # noqa: F821
