# shellcheck shell=bash disable=SC2154
# Puts the directory of Redis on the data volume, and takes over what is there.
# Removal takes the directory off the volume again; what is on the volume stays there.
# No parameters.
if [ "$1" = remove ]; then
    unbind /var/lib/redis
    return
fi
if ! mountpoint -q /var/lib/redis; then
    # Debian's package has started it on the root disk; what it left there comes to light again when the mount goes.
    systemctl stop redis-server.service
fi
bind_from_volume redis /var/lib/redis
if [ "$(stat -c '%U:%G %a' /var/lib/redis)" != "redis:redis 750" ]; then
    chown -R redis:redis /var/lib/redis
    chmod 750 /var/lib/redis
    changed "gave /var/lib/redis to Redis"
fi
