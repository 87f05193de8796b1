#!/usr/bin/env bash
# shellcheck disable=SC2154 # The settings are in the file that is sourced.
# One backup: dumps of the databases, then the directories, as one snapshot of the repository. Then what is no longer to be kept
# goes, and the repository is checked. Databases come first: what they name is in the files that are copied after them.
# Where another machine has the databases, its dumps come before these files.
# What it has done is in /var/lib/science-stacks/backup/last.json; a failure is the unit's, and its last line says why.
set -euo pipefail
umask 077
# shellcheck source=/dev/null
source /etc/science-stacks/backup/settings
# shellcheck source=scripts/guest/backup/server.sh
source /usr/local/lib/science-stacks/backup/server.sh
staging=/data/.backup
state=/var/lib/science-stacks/backup
started=$SECONDS

fail() {
    printf 'error: %s\n' "$@" >&2
    exit 1
}

exec 9>/run/stack-backup.lock
flock --nonblock 9 || fail "another backup, a restore or an upgrade is at work"
mountpoint -q /data || fail "/data is not mounted"
[ ! -e /data/.restore/whole ] || fail "a restore was cut off: run \`npm run restore\` again, which finishes it"

# The room that dumps may take is that of the databases, at most.
dump_databases() {
    local name size free half
    reach_server
    half=$(ask "select datname from pg_database where datname like '%.upgrade'")
    [ -z "$half" ] || fail "an upgrade was cut off: run \`npm run up\`, which takes it back and tries it again"
    free=$(($(df --output=avail --block-size=1 /data | tail -n 1)))
    size=$(ask 'select sum(pg_database_size(oid)) from pg_database')
    [ "$size" -lt "$free" ] || fail "/data has no room for dumps of the databases: $((size >> 20)) MiB are needed, $((free >> 20)) MiB are free"
    # Restored copies and what a restore keeps have a point in their names, which no product's database has.
    ask "select datname, pg_get_userbyid(datdba), datcollate, datctype, pg_database_size(oid)
        from pg_database where datallowconn and not datistemplate and datname <> 'postgres' and datname !~ '\.'" >"$staging/databases.tsv"
    # Roles come with no passwords: those are the stack's to set.
    as_administrator pg_dumpall --no-password --globals-only --no-role-passwords >"$staging/globals.sql"
    while IFS=$'\t' read -r name _; do
        # Once more, where another machine takes over in the middle of it.
        dump "$name" || { until_it_answers && dump "$name"; } || fail "the database $name could not be dumped"
        look_for_strange_things "$name"
    done <"$staging/databases.tsv"
}

# Not compressed: restic does that, and of a dump that has hardly changed it then keeps the changes.
dump() {
    as_administrator pg_dump --no-password --format=custom --compress=0 "$1" >"$staging/$1.dump"
}

# look_for_strange_things DATABASE: what the administrator, who is no superuser where the server is not this machine's, can dump
# and could not restore: what belongs to others, and extensions that are not for him to make. It is told now, and not by a restore.
look_for_strange_things() {
    local others extensions belongings
    others=$(ask "select string_agg(rolname, ' ') from pg_roles where not pg_has_role(oid, 'usage') and rolname !~ '^pg_'")
    belongings=$(pg_restore --list "$staging/$1.dump" | OTHERS=$others awk 'BEGIN { split(ENVIRON["OTHERS"], names, " "); for (i in names) others[names[i]] }
        !/^;/ && !/ (TABLE DATA|SEQUENCE SET) / && $NF in others && found++ < 3 { sub(/^[^ ]+ [^ ]+ [^ ]+ /, ""); print }' | paste -sd ';')
    extensions=$(ask "select string_agg(extname, ' ') from pg_extension where extname <> 'plpgsql' and not (select rolsuper from pg_roles where rolname = current_user)
        and not exists (select from pg_available_extension_versions where name = extname and (trusted or not superuser))" "$1")
    [ -z "$belongings" ] || strange+=("in the database $1, these do not belong to its user: $belongings")
    [ -z "$extensions" ] || strange+=("in the database $1, these extensions are a superuser's to make: $extensions")
}

# The timers of all machines come at once. That of the databases has a snapshot in the repository when it has dumped them; where
# it has none at all, its repository is another one. Who asks for a backup of this machine alone, as an upgrade, has it at once.
wait_for_databases() {
    local until=$((SECONDS + 3600)) newest
    [ "${TRIGGER_UNIT:-}" = stack-backup.timer ] || return 0
    while :; do
        newest=$(backup-restic --no-lock snapshots --json --host "$databases_of" --tag "$product" --latest 1 |
            sed -n 's/.*"time":"\([^"]*\)".*/\1/p')
        [ -n "$newest" ] || return 0
        [ "$(date --date="$newest" +%s)" -lt $(($(date +%s) - SECONDS - 3600)) ] || return 0
        [ "$SECONDS" -lt "$until" ] || break
        sleep 10
    done
    echo "note: $databases_of has made no backup within an hour: these files are backed up without one of the databases"
}

# restic ARGUMENT…: waits for another machine that works on the same repository, which nobody else may while old backups go.
# What was killed there has left its lock, which goes as soon as restic can tell, on another machine after half an hour.
restic() {
    local attempt
    for attempt in {1..180}; do
        backup-restic "$@" 2>"$staging.log" && return
        cat "$staging.log" >&2
        grep -q 'already locked' "$staging.log" || return 1
        ((attempt % 6 != 1)) || echo "the repository is in use by another machine" >&2
        sleep 10
        backup-restic unlock --quiet
    done
    return 1
}

rm -rf "$staging"
strange=()
trap 'rm -rf "$staging" "$staging.summary" "$staging.log"' EXIT
mkdir -p "$staging" "$state"
[ "$databases" = no ] || dump_databases
[ -z "$databases_of" ] || wait_for_databases
# A machine that it is restored to may have other numbers for the same users.
find "$staging" "${paths[@]}" -printf 'user %U %u\ngroup %G %g\n' | sort -u >"$staging/owners.new"
mv "$staging/owners.new" "$staging/owners"
[ ! -e "$state/state.json" ] || cp "$state/state.json" "$staging"

# What a backup left that was killed; a lock that is in use stays.
backup-restic unlock --quiet || fail "the repository $repository cannot be opened"
back_up() {
    restic backup --json --host "$host" --tag "$product" "${excludes[@]/#/--exclude=}" "$staging" "${paths[@]}" |
        grep '"message_type":"summary"' >"$staging.summary"
}
# Files that went while they were read make it incomplete: once more, then.
back_up || back_up || fail "the backup was not made, or is not whole"
snapshot=$(sed 's/.*"snapshot_id":"\([0-9a-f]*\)".*/\1/' "$staging.summary")
bytes=$(sed 's/.*"total_bytes_processed":\([0-9]*\).*/\1/' "$staging.summary")

# What a restore would have first is read back, and compared byte by byte.
for dump in "$staging"/*; do
    restic dump "$snapshot" "$dump" | cmp - "$dump" || fail "${dump##*/} did not come back from the repository as it is"
done
tried=$(find "$staging" -name '*.dump' | wc -l)

restic forget --quiet --prune --host "$host" --tag "$product" --group-by host,tags --keep-within 2d --keep-last 1 "${keep[@]}" ||
    fail "old backups could not be removed"
# With a part of the data each time, another one each time.
restic check --quiet --read-data-subset=2% || fail "the repository is damaged: see \`backup-restic check\`"

# Compared with the one before, where that was of the same.
of="$databases ${paths[*]}"
before=$(grep -sF "\"of\":\"$of\"" "$state/last.json" | sed 's/.*"bytes":\([0-9]*\).*/\1/' || :)
printf '{"snapshot":"%s","time":"%s","of":"%s","bytes":%s,"bytesBefore":%s,"dumps":%s,"seconds":%s}\n' \
    "${snapshot:0:8}" "$(date --iso-8601=seconds)" "$of" "$bytes" "${before:-0}" "$tried" "$((SECONDS - started))" >"$state/last.json.new"
mv "$state/last.json.new" "$state/last.json"
[ "${#strange[@]}" = 0 ] || fail "${strange[@]/#/the backup ${snapshot:0:8} is made, and \`npm run restore\` could not restore it: }"
echo "backup ${snapshot:0:8}: $((bytes >> 20)) MiB, $tried databases, $((SECONDS - started)) s; the repository is in order"
