# shellcheck shell=bash
# Makes the user omero-web, and its directory on the data volume: what OMERO.web keeps outlives the machine.
# Removal takes the directory off the volume; the user stays, since what is on the volume belongs to it.
# No parameters.
home=/opt/omero/web/omero-web
if [ "$1" = remove ]; then
    unbind "$home"
    return
fi

# Each by itself: a power cut may leave a user without its group.
if ! getent group omero-web >/dev/null; then
    numbers=()
    if [ -d /data/omero-web ] && ! getent group "$(stat -c %g /data/omero-web)" >/dev/null; then
        numbers=(--gid "$(stat -c %g /data/omero-web)")
    fi
    groupadd --system "${numbers[@]}" omero-web
fi
if ! getent passwd omero-web >/dev/null; then
    numbers=()
    # A volume from another machine knows its user by its number.
    if [ -d /data/omero-web ] && ! getent passwd "$(stat -c %u /data/omero-web)" >/dev/null; then
        numbers=(--uid "$(stat -c %u /data/omero-web)")
    fi
    useradd --system --gid omero-web "${numbers[@]}" --home-dir "$home" --no-create-home --shell /usr/sbin/nologin --comment OMERO.web omero-web
    changed "made the user omero-web"
fi
refuse_hidden "$home"
bind_from_volume omero-web "$home"
for directory in etc etc/grid var var/log var/tmp; do
    [ -d "$home/$directory" ] || mkdir "$home/$directory"
done
if [ "$(stat -c %a "$home/etc/grid")" != 700 ]; then
    chmod 700 "$home/etc/grid"
    changed "closed $home/etc/grid to others"
fi
if [ -n "$(find "$home" ! -user omero-web -print -quit)" ]; then
    chown -R omero-web:omero-web "$home"
    changed "gave $home to omero-web"
fi
