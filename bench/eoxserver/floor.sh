#!/usr/bin/env bash
# The floor of an installation of EOxServer: the bare apt and pip commands, by one SSH session, on a fresh guest that has the
# lock file of the Python packages in /root. No configuration, no check.
set -euo pipefail
export DEBIAN_FRONTEND=noninteractive PIP_CERT=/etc/ssl/certs/ca-certificates.crt
apt-get --quiet update
apt-get --quiet --yes --no-install-recommends install apache2 libapache2-mod-wsgi-py3 logrotate \
    postgresql-15 postgresql-15-postgis-3 python3-gdal python3-mapscript python3-numpy python3-psycopg2 python3-venv
python3 -m venv --system-site-packages /opt/eoxserver
/opt/eoxserver/bin/pip install --quiet --no-deps --requirement /root/requirements.txt
