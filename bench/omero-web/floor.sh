#!/usr/bin/env bash
# The floor of an installation of OMERO.web: the bare apt and pip commands, by one SSH session, on a fresh guest that has the
# wheel of IcePy and the lock file of the other Python packages in /root. No configuration, no check.
set -euo pipefail
export DEBIAN_FRONTEND=noninteractive PIP_CERT=/etc/ssl/certs/ca-certificates.crt
apt-get --quiet update
apt-get --quiet --yes --no-install-recommends install nginx-light redis-server libbz2-1.0 libssl3 python3-venv
python3 -m venv /opt/omero/web/venv3
/opt/omero/web/venv3/bin/pip install --quiet /root/zeroc_ice-*.whl
/opt/omero/web/venv3/bin/pip install --quiet --no-deps --requirement /root/requirements.txt
