# shellcheck shell=bash
# Makes the system users of the guide and their homes on the data volume: eoxserver for the instances, eodata for the data.
# Removal takes the homes off the volume; the users stay, since what is on the volume belongs to them.
# No parameters.
if [ "$1" = remove ]; then
    unbind /srv/eodata
    unbind /srv/eoxserver
    return
fi

make_user() {
    local name=$1 comment=$2 home=/srv/$1 numbers=()
    if ! getent passwd "$name" >/dev/null; then
        # A volume from another machine knows its users by their numbers.
        if [ -d "/data/$name" ] && ! getent passwd "$(stat -c %u "/data/$name")" >/dev/null; then
            numbers=(--uid "$(stat -c %u "/data/$name")")
        fi
        useradd --system "${numbers[@]}" --gid www-data --home-dir "$home" --no-create-home --shell /usr/sbin/nologin --comment "$comment" "$name"
        changed "made the user $name"
    fi
    refuse_hidden "$home"
    bind_from_volume "$name" "$home"
    if [ "$(stat -c '%U:%G' "$home")" != "$name:www-data" ]; then
        chown -R "$name:www-data" "$home"
        changed "gave $home to $name"
    fi
    if [ "$(stat -c %a "$home")" != 755 ]; then
        chmod 755 "$home"
        changed "made $home readable"
    fi
}

make_user eoxserver "EOxServer's administrator"
make_user eodata "EO data provider"
