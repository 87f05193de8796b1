# shellcheck shell=bash
# What every step script can call. Installed in the guest by the Ready resource.

readonly pending_directory=/var/lib/science-stacks/pending
# What the machine was before this stack: files that it has replaced, and the units that ran at boot.
readonly originals=/var/lib/science-stacks/originals
readonly units_before=/var/lib/science-stacks/units-before
# The units that steps enable: of a snapshot, they are started by the steps alone.
readonly units_of_steps=/var/lib/science-stacks/units

# looking: true when the step is only to tell what differs (check-step). All files are read-only to it then, and a command
# that would change one ends the step; so a step looks before it changes anything, and an unchanged one writes nothing.
looking() {
    [ -n "${STEP_LOOKS:-}" ]
}

# differs TEXT: what is not as the step made it; for a step that looks. Lines of detail come by standard input, if asked for.
differs() {
    printf '%s\n' "$1" >>"$STEP_CHANGES"
    [ "${2:-}" != - ] || sed 's/^/    /' >>"$STEP_CHANGES"
}

# changed TEXT: reports a change to the user; a second run of a step reports none.
changed() {
    if looking; then
        differs "to be done again: $1"
    else
        printf '%s\n' "$1" >>"${STEP_CHANGES:-/dev/stdout}"
    fi
}

# fail TEXT [HINT]: ends the step; the text becomes the first line of the error that the user reads.
fail() {
    printf 'error: %s\n' "$@" >&2
    [ -z "${STEP_ERROR:-}" ] || printf '%s\n' "$@" >"$STEP_ERROR"
    exit 1
}

# wait_until SECONDS COMMAND...: waits for a condition, and names it when it does not come true.
wait_until() {
    local deadline limit=$1
    # What does not run is not waited for by someone who only looks.
    ! looking || [ "$limit" -le 5 ] || limit=5
    deadline=$((SECONDS + limit))
    shift
    until "$@" >/dev/null 2>&1; do
        [ "$SECONDS" -lt "$deadline" ] || fail "waited $limit s in vain for: $*"
        sleep 0.2
    done
}

# notify=(UNIT:reload|UNIT:restart ...): what the files that a script writes belong to. A changed file leaves a mark
# before it is laid, and only settle takes it away: a run that is cut off in between restarts the unit the next time.
notify=()

mark_pending() {
    local entry
    ! looking || return 0
    for entry in "${notify[@]}"; do
        mkdir -p "$pending_directory"
        : >"$pending_directory/$entry"
    done
}

# start_with VERB UNIT: what systemctl says of a unit that does not start is not why: the unit's own last words are.
# The frames of a Java stack trace are left out: with them, the words would be further up than anyone looks.
start_with() {
    systemctl "$1" "$2" || fail "systemctl $1 $2 failed" \
        "$(journalctl --quiet --unit "$2" --output cat --lines 300 | grep -vE '^[[:space:]]+at ' | tail -n 12)"
}

# settle: reloads or restarts once each unit of notify whose files have changed since it was last done. Where another step has left a
# restart to be done, e.g. for a new command line, a reload would not be enough.
settle() {
    local entry unit verb
    for entry in "${notify[@]}"; do
        unit=${entry%:*}
        verb=${entry##*:}
        [ ! -e "$pending_directory/$unit:restart" ] || verb=restart
        if [ -e "$pending_directory/$unit:$verb" ]; then
            if looking; then
                differs "$unit has not been ${verb}ed since its files changed"
                continue
            fi
            systemctl daemon-reload
            case $verb in
            restart) start_with restart "$unit" ;;
            reload) start_with reload-or-restart "$unit" ;;
            esac
            changed "${verb}ed $unit"
            rm -f "$pending_directory/$entry" "$pending_directory/$unit:$verb"
        fi
    done
}

# write_file PATH OWNER:GROUP MODE: lays a file with the content of standard input, whole or not at all.
# Reports it, and marks the units of notify, only when the content, the owner or the mode differs. Sets wrote=1 then.
write_file() {
    local path=$1 owner=$2 mode=$3 new
    if looking; then
        compare_file "$@"
        return
    fi
    mkdir -p "$(dirname "$path")"
    new=$(mktemp "$(dirname "$path")/.$(basename "$path").XXXXXX")
    cat >"$new"
    chown "$owner" "$new"
    chmod "$mode" "$new"
    if [ -f "$path" ] && cmp -s "$new" "$path" &&
        [ "$(stat -c '%U:%G %a' "$path")" = "$(stat -c '%U:%G %a' "$new")" ]; then
        rm "$new"
        return 0
    fi
    mark_pending
    mv -fT "$new" "$path"
    # Read by the scripts that source this file.
    # shellcheck disable=SC2034
    wrote=1
    changed "wrote $path"
}

# compare_file PATH OWNER:GROUP MODE: tells how a file differs from the content of standard input. What others than its
# owner may not read is not shown.
compare_file() {
    local path=$1 wanted found new
    wanted="$2 $(printf '%o' "0$3")"
    new=$(mktemp)
    cat >"$new"
    if [ ! -f "$path" ]; then
        differs "$path is gone"
    elif ! cmp -s "$new" "$path"; then
        if [ $((0$3 & 4)) != 0 ]; then
            differs "$path was edited" - < <(diff --unified "$new" "$path" | tail -n +3)
        else
            differs "$path was edited (it is not for everyone to read, so it is not shown)"
        fi
    fi
    found=$(stat -c '%U:%G %a' "$path" 2>/dev/null) || found=$wanted
    [ "$found" = "$wanted" ] || differs "$path is $found instead of $wanted"
    # Read by the scripts that source this file.
    # shellcheck disable=SC2034
    cmp -s "$new" "$path" || wrote=1
    rm "$new"
}

# remove_file PATH: takes a file away, as write_file lays one.
remove_file() {
    [ -e "$1" ] || [ -L "$1" ] || return 0
    if looking; then
        differs "$1 is there again"
        return
    fi
    mark_pending
    rm "$1"
    changed "removed $1"
}

# remove_files: takes away what lay_files lays, and the directories that are empty without it.
# shellcheck disable=SC2154
remove_files() {
    local path
    for path in "${files[@]}"; do
        remove_file "$path"
        remove_empty_parents "$path"
    done
    systemctl daemon-reload
}

# remove_empty_parents PATH: the directories above it that no package and nobody else has use of.
remove_empty_parents() {
    local directory=$1
    while directory=$(dirname "$directory") && [[ $directory == /*/* && $directory != /usr/local/* ]] && [ -d "$directory" ] &&
        ! dpkg-query --search "$directory" >/dev/null 2>&1; do
        rmdir "$directory" 2>/dev/null || return 0 # There is something else in it.
    done
}

# keep_original KEEPER PATH: what a file was before this stack, for give_back. Called before the file is first laid.
keep_original() {
    [ ! -e "$2" ] || (mkdir -p "$originals/$1" && cp -a --parents "$2" "$originals/$1")
}

# give_back KEEPER PATH: the file as it was before this stack, or no file where there was none.
give_back() {
    local original=$originals/$1$2
    if [ ! -e "$original" ]; then
        remove_file "$2"
        return
    fi
    mark_pending
    cp -aT "$original" "$2.new"
    mv -fT "$2.new" "$2"
    changed "put $2 back as it was"
}

# enable_unit UNIT...: at boot and now. Asks systemd once for all, since each systemctl call costs a fork and a bus trip.
enable_unit() {
    local unit
    for unit in "$@"; do
        looking || grep -qsxF -- "$unit" "$units_of_steps" || printf '%s\n' "$unit" >>"$units_of_steps"
        if ! systemctl is-enabled --quiet "$unit"; then
            if looking; then
                differs "$unit is not enabled"
            else
                systemctl enable --quiet "$unit"
                changed "enabled $unit"
            fi
        fi
        if ! systemctl is-active --quiet "$unit"; then
            if looking; then
                differs "$unit does not run"
            else
                start_with start "$unit"
                changed "started $unit"
            fi
        fi
    done
}

# remember_units: which units there are before this stack has any; once a machine, and none where the stack has some already.
remember_units() {
    [ ! -e "$units_before" ] || return 0
    mkdir -p "$(dirname "$units_before")"
    if [ ! -e /var/lib/science-stacks/files ]; then
        systemctl list-unit-files --plain --no-legend --state=enabled
        systemctl list-units --plain --no-legend --state=active
    fi | cut -d' ' -f1 | sort -u >"$units_before.new"
    mv "$units_before.new" "$units_before"
}

# end_unit UNIT...: neither at boot nor now, unless it was there before this stack. What was to be restarted no longer is.
end_unit() {
    local unit
    for unit in "$@"; do
        if ! grep -qxF -- "$unit" "$units_before" && systemctl cat "$unit" >/dev/null 2>&1; then
            systemctl disable --quiet --now "$unit"
            changed "stopped $unit"
        fi
    done
}

# forget_stopped: takes the units out of notify that do not run: at a removal, nothing is started by a changed file.
forget_stopped() {
    local entry kept=()
    for entry in "${notify[@]}"; do
        if systemctl is-active --quiet "${entry%:*}"; then
            kept+=("$entry")
        else
            rm -f "$pending_directory/$entry"
        fi
    done
    notify=("${kept[@]}")
}

# refuse_hidden PATH: for a directory of a product's own, which nobody but this stack should have files in.
refuse_hidden() {
    if [ -d "$1" ] && ! mountpoint -q "$1" && [ -n "$(find "$1" -mindepth 1 ! -type d -print -quit)" ]; then
        fail "$1 holds files that science-stacks has not put there, and the data volume would hide them" \
            "Nothing was changed. Move them away."
    fi
}

# bind_from_volume SUBDIRECTORY PATH: PATH becomes a bind mount of /data/SUBDIRECTORY, at each boot and now.
bind_from_volume() {
    local source=/data/$1 path=$2 unit
    mountpoint -q /data || fail "/data is not mounted, so $path cannot be put on it"
    if [ ! -d "$source" ]; then
        mkdir -p "$source"
        changed "made $source"
    fi
    unit=$(systemd-escape --path --suffix=mount "$path")
    wrote=0
    write_file "/etc/systemd/system/$unit" root:root 644 <<UNIT
[Unit]
Description=$path on the data volume
RequiresMountsFor=/data

[Mount]
What=$source
Where=$path
Type=none
Options=bind

[Install]
WantedBy=multi-user.target
UNIT
    [ "$wrote" = 0 ] || systemctl daemon-reload
    mountpoint -q "$path" || mkdir -p "$path"
    enable_unit "$unit"
}

# unbind PATH: undoes bind_from_volume; what is on the volume stays there.
unbind() {
    local path=$1 unit
    unit=$(systemd-escape --path --suffix=mount "$path")
    [ -e "/etc/systemd/system/$unit" ] || return 0
    systemctl disable --quiet --now "$unit"
    rm "/etc/systemd/system/$unit"
    systemctl daemon-reload
    remove_empty_parents "$path/mount-point"
    changed "took $path off the data volume"
}

# secret NAME: the path of a secret that the stack gave the machine.
secret() {
    local path=/etc/science-stacks/secrets/$1
    [ -s "$path" ] || fail "the secret $1 is not on the machine"
    printf '%s' "$path"
}

# system_user NAME COMMENT DIRECTORY: makes a user for a service, and the directory for what it keeps, which it owns.
# A volume from another machine knows the user by its number, and it gets that one where it is free.
system_user() {
    local name=$1 comment=$2 directory=$3 user=() group=()
    mountpoint -q /data || [[ $directory != /data/* ]] || fail "/data is not mounted, so $directory cannot be on it"
    if [ -d "$directory" ]; then
        getent passwd "$(stat -c %u "$directory")" >/dev/null || user=(--uid "$(stat -c %u "$directory")")
        getent group "$(stat -c %g "$directory")" >/dev/null || group=(--gid "$(stat -c %g "$directory")")
    fi
    # Each by itself: a power cut may leave a user without its group.
    getent group "$name" >/dev/null || groupadd --system "${group[@]}" "$name"
    if ! getent passwd "$name" >/dev/null; then
        useradd --system --gid "$name" "${user[@]}" --home-dir "$directory" --no-create-home --shell /usr/sbin/nologin --comment "$comment" "$name"
        changed "made the user $name"
    fi
    if [ ! -d "$directory" ]; then
        install --directory --owner "$name" --group "$name" --mode 750 "$directory"
        changed "made $directory"
    elif [ "$(stat -c '%U:%G' "$directory")" != "$name:$name" ]; then
        chown -R "$name:$name" "$directory"
        changed "gave $directory to $name"
    fi
}

# link PATH TARGET: PATH becomes a link to TARGET, in one step. Reports it, and marks the units of notify, when it was another.
link() {
    [ "$(readlink "$1")" != "$2" ] || return 0
    mark_pending
    ln -sfnT "$2" "$1.new"
    mv -fT "$1.new" "$1"
    changed "$1 is $2"
}
