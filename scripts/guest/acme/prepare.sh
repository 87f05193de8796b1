# shellcheck shell=bash disable=SC2154
# Lets a web server start before its certificate is there, and certbot renew it ever after.
# Parameters: directory (where the web server finds the certificate), webroot (of the challenges); lay_files.
lay_files
systemctl daemon-reload
if mountpoint -q /data; then
    # Another machine on this volume takes the account and the certificate over, and asks for none.
    bind_from_volume letsencrypt /etc/letsencrypt
fi
mkdir -p "$directory" "$webroot"
live=/etc/letsencrypt/live/science-stacks
if [ ! -e "$directory/fullchain.pem" ]; then
    umask 077
    if [ -e "$live/fullchain.pem" ]; then
        cp -L "$live/fullchain.pem" "$live/privkey.pem" "$directory"
    else
        openssl req -x509 -nodes -newkey rsa:2048 -days 2 -subj /CN=waiting-for-acme \
            -keyout "$directory/privkey.pem" -out "$directory/fullchain.pem"
    fi
    changed "made $directory"
fi
enable_unit certbot.timer
