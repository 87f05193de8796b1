#!/bin/sh
# OMERO.web's own command, as the user that it runs as: omero-web config get, omero-web web …
# It can read the configuration; what changes it is the stack's own, by `npm run up`.
cd /opt/omero/web/omero-web || exit
exec runuser -u omero-web -- env PATH=/opt/omero/web/venv3/bin:/usr/bin:/bin OMERODIR=/opt/omero/web/omero-web \
    OMERO_USERDIR=/var/cache/omero-web HOME=/var/cache/omero-web /opt/omero/web/venv3/bin/omero "$@"
