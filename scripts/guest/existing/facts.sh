# shellcheck shell=bash disable=SC2154
# What a host is, and what is on it, for a preview: nothing is changed. A fact a line, its name and a tab before it.
# Parameters: paths (the devices or directories that the stack is to have), mount_points (of each of them).
fact() {
    printf '%s\t%s\n' "$1" "$2"
}

# The directory itself, or the nearest one above it that there is.
nearest_directory() {
    local path=$1
    while [ ! -d "$path" ]; do
        path=$(dirname "$path")
    done
    printf '%s\n' "$path"
}

# volume_state DEVICE_OR_DIRECTORY
volume_state() {
    local volume=$1 owner
    case $volume in
    /dev/*)
        if [ ! -e "$volume" ]; then
            echo missing
        elif [ ! -b "$volume" ]; then
            echo "no block device"
        elif [ -n "$(findmnt --noheadings --first-only --output TARGET --source "$(realpath "$volume")")" ]; then
            findmnt --noheadings --first-only --output TARGET --source "$(realpath "$volume")" | sed 's/^/mounted on /'
        else
            echo free
        fi
        ;;
    *)
        owner=$(cat "$volume/.science-stacks-owner" 2>/dev/null || :)
        if [ -n "$owner" ]; then
            echo "of the stack $owner"
        elif [ -e "$volume" ] && [ ! -d "$volume" ]; then
            echo "no directory"
        elif [ -d "$volume" ] && [ -n "$(find "$volume" -mindepth 1 -maxdepth 1 ! -name lost+found -print -quit)" ]; then
            echo "with other files"
        else
            echo free
        fi
        ;;
    esac
}

# volume_bytes DEVICE_OR_DIRECTORY
volume_bytes() {
    case $1 in
    /dev/*) lsblk --bytes --nodeps --noheadings --output SIZE "$1" 2>/dev/null | tr -d ' ' ;;
    *) df --block-size=1 --output=size "$(nearest_directory "$1")" | tail -n 1 | tr -d ' ' ;;
    esac
}

# mount_point_state DIRECTORY
mount_point_state() {
    local mount_point=$1
    if mountpoint -q "$mount_point"; then
        echo "a mount of $(findmnt --noheadings --first-only --output SOURCE --mountpoint "$mount_point")"
    elif [ -d "$mount_point" ] && [ -n "$(find "$mount_point" -mindepth 1 -print -quit)" ]; then
        echo "a directory with files"
    else
        echo free
    fi
}

# shellcheck source=/dev/null
fact release "$(. /etc/os-release && echo "$ID-$VERSION_ID")"
fact architecture "$(dpkg --print-architecture)"
fact python "$(python3 -c 'import platform; print(platform.python_version())' 2>/dev/null || echo none)"
fact init "$(ps -o comm= -p 1)"
fact client "$client"
fact stack "$(cat /var/lib/science-stacks/stack 2>/dev/null || :)"
fact clusters "$(find /etc/postgresql -mindepth 2 -maxdepth 2 -printf '%P ' 2>/dev/null || :)"
for index in "${!paths[@]}"; do
    fact volumes "$(volume_state "${paths[index]}")"$'\t'"$(volume_bytes "${paths[index]}")"$'\t'"$(mount_point_state "${mount_points[index]}")"
done
ss --no-header --listening --numeric --tcp --processes | while read -r _ _ _ address _ process; do
    name=${process#*\(\(\"}
    fact listening "${address##*:} ${address%:*} ${name%%\"*}"
done
