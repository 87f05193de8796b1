#!/usr/bin/env bash
# Called by certbot when it has a new certificate: the web server finds it where it was, and is told.
set -euo pipefail
umask 077
directory=/etc/ssl/science-stacks-acme
for name in privkey.pem fullchain.pem; do
    cp -L "$RENEWED_LINEAGE/$name" "$directory/.$name"
    mv "$directory/.$name" "$directory/$name"
done
for unit in nginx.service apache2.service; do
    ! systemctl is-active --quiet "$unit" || systemctl reload "$unit"
done
