# Django settings of the EOxServer instance instance00 that follow from its stack.
# The instance's own settings.py reads this file at its end; settings of your own go below that line.
from pathlib import Path

DEBUG = False
ALLOWED_HOSTS = ["eo.example.org", "192.0.2.10"]

DATABASES = {
    "default": {
        "ENGINE": "django.contrib.gis.db.backends.postgis",
        "HOST": "db.example.org",
        "PORT": "5432",
        "NAME": "eoxs_instance00",
        "USER": "instance00",
        "PASSWORD": Path("/etc/eoxserver/instance00/database-password").read_text().strip(),
        "OPTIONS": {
            "sslmode": "verify-full",
            "sslrootcert": "/etc/ssl/certs/ca-certificates.crt",
        },
    }
}
SECRET_KEY = Path("/srv/eoxserver/instance00/instance00/conf/secret-key").read_text().strip()

STATIC_ROOT = "/srv/eoxserver/instance00/instance00/static"
STATIC_URL = "/instance00_static/"

# The front says how the client came; the back end listens on a loopback address, so nobody else can.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
CSRF_TRUSTED_ORIGINS = ["https://eo.example.org", "https://192.0.2.10"]
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
# A log-in to one instance does not end the log-in to another one on the same host.
SESSION_COOKIE_PATH = "/instance00/"
CSRF_COOKIE_PATH = "/instance00/"

# Opens the log anew after logrotate has moved it.
LOGGING["handlers"]["eoxserver_file"]["class"] = "logging.handlers.WatchedFileHandler"  # noqa: F821
