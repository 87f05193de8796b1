#!/usr/bin/env bash
# The floor of an installation of DCOR: the bare apt, pip and copy commands, by one SSH session, on a fresh guest that has the
# archive of Solr, the program of MinIO and the lock files of the Python packages in /root. No configuration, no check.
set -euo pipefail
export DEBIAN_FRONTEND=noninteractive PIP_CERT=/etc/ssl/certs/ca-certificates.crt
# Java's package links its manuals, and the image of the guests has none.
mkdir -p /usr/share/man/man1
apt-get --quiet update
apt-get --quiet --yes --no-install-recommends install apt-listchanges curl default-jre-headless gcc libmagic1 libpcre3-dev \
    libpq-dev libpq5 logrotate needrestart nginx-light postgresql-15 postgresql-common python3-dev python3-psycopg2 python3-venv \
    redis-server ssl-cert supervisor unattended-upgrades
mkdir /opt/solr
tar --extract --gzip --file /root/solr.tgz --directory /opt/solr --strip-components=1 --no-same-owner
install /root/minio /usr/local/bin/minio
python3 -m venv /opt/minio-tools
/opt/minio-tools/bin/pip install --quiet --no-deps --requirement /root/minio-requirements.txt
python3 -m venv /usr/lib/ckan/default
/usr/lib/ckan/default/bin/pip install --quiet --no-deps --requirement /root/requirements.txt
