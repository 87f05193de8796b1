# shellcheck shell=bash disable=SC2154
# The way back of a change of versions, for the steps that make one; sourced by them. What the change touches is kept on the data
# volume until what is new answers: files, links and directories as copies, a database as a second one. A change that was cut off is
# taken back by the next run, before it does anything else.
# Reads change (its name), change_units (what uses what is changed), change_database (or empty), database_administrator (a user of the
# machine) and database_connection (libpq's environment) by which its server is reached, notify.
kept=/data/.upgrade/${change:-}

ask_postgres() {
    (cd / && runuser -u "$database_administrator" -- env "${database_connection[@]}" "$@")
}

sql() {
    ask_postgres psql -wXAtq -v ON_ERROR_STOP=1 --single-transaction --command "$1"
}

drop_database() {
    [ -z "$change_database" ] || ask_postgres dropdb --no-password --if-exists --force "$1"
}

stop_users() {
    local unit
    for unit in "${change_units[@]}"; do
        # A pattern stops what of it runs.
        [[ $unit == *'*'* ]] || systemctl is-active --quiet "$unit" || continue
        systemctl stop "$unit"
    done
}

# keep_way_back PATH…: from here on there is a way back. Nothing is stopped yet, and nothing of the database is copied.
keep_way_back() {
    local path size free
    if [ -n "$change_database" ]; then
        size=$(sql "select pg_database_size('$change_database')")
        free=$(($(df --output=avail --block-size=1 /data | tail -n 1)))
        # Of a server that is not this machine's own, there is no knowing.
        [ "$database_administrator" != postgres ] || [ "$size" -lt "$free" ] || fail "/data has no room for a copy of the database, the way back: $((size >> 20)) MiB are needed, $((free >> 20)) MiB are free" \
            "Nothing was changed. Make data.sizeGiB larger."
        # A backup made in the middle would be of a database that is half of each version.
        exec {backups}>/run/stack-backup.lock
        flock --shared --timeout 1200 "$backups" || fail "a backup, or a restore, is at work" "Nothing was changed. Run \`up\` again when it has ended."
    fi
    rm -rf "$kept.new"
    (umask 077 && mkdir -p "$kept.new/files")
    printf '%s\n' "$@" >"$kept.new/paths"
    for path; do
        [ ! -e "$path" ] && [ ! -L "$path" ] || cp -a --parents "$path" "$kept.new/files"
    done
    sync --file-system /data
    mv "$kept.new" "$kept"
}

# send_out: who is in the database. The server's own processes go by themselves.
send_out() {
    sql "select pg_terminate_backend(pid, 10000) from pg_stat_activity where datname = '$change_database' and backend_type = 'client backend'" >/dev/null
}

# copy_database: what uses it is stopped, and stays so until it is started.
copy_database() {
    stop_users
    [ -n "$change_database" ] || return 0
    drop_database "$change_database.upgrade"
    send_out
    ask_postgres createdb --no-password --template="$change_database" \
        --owner="$(sql "select pg_get_userbyid(datdba) from pg_database where datname = '$change_database'")" "$change_database.upgrade"
}

# forget_way_back: what was kept is no longer needed.
forget_way_back() {
    [ ! -e "$kept" ] || mv -T "$kept" "$kept.done"
    drop_database "$change_database.upgrade"
    rm -rf "$kept.done"
    rmdir --ignore-fail-on-non-empty /data/.upgrade
}

# go_back: files, links and the database are as they were. What uses a database is stopped.
go_back() {
    local path entry copy=''
    [ -z "$change_database" ] || copy=$(sql "select 1 from pg_database where datname = '$change_database.upgrade'")
    if [ -n "$copy" ]; then
        stop_users
        drop_database "$change_database.failed"
        # Renamed, a database keeps its settings; who may connect was the stack's to say.
        send_out
        sql "alter database \"$change_database\" rename to \"$change_database.failed\";
            alter database \"$change_database.upgrade\" rename to \"$change_database\";
            revoke all on database \"$change_database\" from public" >/dev/null
        drop_database "$change_database.failed"
    fi
    while read -r path; do
        rm -rf "$path"
        [ ! -e "$kept/files$path" ] && [ ! -L "$kept/files$path" ] || cp -a "$kept/files$path" "$path"
    done <"$kept/paths"
    systemctl daemon-reload
    for entry in "${notify[@]}"; do
        rm -f "$pending_directory/$entry"
    done
    forget_way_back
}

# finish_earlier_change: of a run that was cut off.
finish_earlier_change() {
    if looking; then
        [ ! -e "$kept" ] || differs "a change of versions was cut off"
        return
    fi
    if [ -e "$kept" ]; then
        go_back
        changed "took back a change of versions that was cut off; it is tried again"
    elif [ -e "$kept.done" ]; then
        forget_way_back
    fi
}

# why_not COMMAND…: runs it as a step is run, where the first error ends it, and sets reason to what it was; empty when there was none.
why_not() {
    local said status=0
    said=$(mktemp)
    rm -f "$STEP_ERROR"
    # Not in a condition, in which errors would not count.
    ("$@") 2>"$said" &
    wait "$!" || status=$?
    cat "$said" >&2
    reason=
    [ "$status" = 0 ] || reason=$(grep . "$STEP_ERROR" 2>/dev/null || grep -v '^error: line [0-9]* of the step' "$said" | tail -n 5 | grep . || echo "it ended with status $status")
    rm "$said"
}

# change_versions WHAT TRY START PATH…: keeps the way back and runs TRY, which is done when what is new answers. When it fails, what
# was there comes back, and START starts it.
change_versions() {
    local what=$1 try=$2 start=$3 cause
    shift 3
    keep_way_back "$@"
    copy_database
    why_not "$try"
    if [ -z "$reason" ]; then
        forget_way_back
        changed "$what"
        return
    fi
    cause=$reason
    go_back
    why_not "$start"
    [ -z "$reason" ] || fail "$what failed, and what was there before does not answer either" "$cause" "$reason"
    fail "$what failed; what was there before is back and answers" "$cause"
}

# back_up_first: a backup before another version is changed to, where backups are made.
back_up_first() {
    ! looking || return 0
    [ -e /etc/science-stacks/backup/settings ] || return 0
    systemctl start stack-backup.service || fail "no backup could be made, so the new version was not changed to" \
        "$(journalctl --quiet --unit stack-backup.service --output cat --lines 20 | grep '^error: ' | tail -n 3)"
    changed "made a backup before another version is changed to"
}
