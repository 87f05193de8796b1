#!/bin/sh
# OMERO.web's own command, as the user that it runs as: omero-web config get, omero-web web …
# It writes the configuration anew whenever it reads it: for omero-web alone, since there are passwords in it.
umask 077
cd /opt/omero/web/omero-web || exit
exec runuser -u omero-web -- env PATH=/opt/omero/web/venv3/bin:/usr/bin:/bin OMERODIR=/opt/omero/web/omero-web \
    OMERO_USERDIR=/var/cache/omero-web HOME=/var/cache/omero-web /opt/omero/web/venv3/bin/omero "$@"
