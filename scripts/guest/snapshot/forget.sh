#!/usr/bin/env bash
# Makes of an installed machine one that another stack can begin with: run in it before its snapshot is made. All that it is,
# and no other machine may be, goes: secrets that the stack gave it, secrets that its software made, logs, whose data it has.
# The steps, which all run again on what begins with the snapshot, bring them anew, and start the services.
set -euo pipefail
shopt -s nullglob
own=/var/lib/science-stacks

mapfile -t units <"$own/units"
mapfile -t services < <(grep -v '\.mount$' "$own/units")
systemctl stop "${services[@]}"
systemctl --quiet disable "${units[@]}"

# The manifests of the steps that lay secrets, and what is made of them.
cat "$own"/files/*-secrets | xargs -r -d '\n' rm -f
rm -rf /etc/eoxserver/*/database-password /etc/ckan/default/ckan.ini /etc/ckan/dcor "$own/omero-web"
# Keys that the software made for itself, and the users of MinIO with their access keys.
rm -rf /srv/eoxserver/*/*/conf/{secret-key,password-of-*} /opt/omero/web/omero-web/var/django_secret_key \
    /opt/omero/web/omero-web/etc/grid/config.xml /data/minio/.minio.sys/config/iam
rm -f /etc/ssh/ssh_host_* /root/.ssh/authorized_keys /var/lib/systemd/random-seed
rm -rf /var/log/journal/* /var/log/science-stacks

for marker in /*/.science-stacks-owner; do
    printf '*\n' >"$marker"
done
: >"$own/unfolded"
sync
