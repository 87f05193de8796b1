# shellcheck shell=bash disable=SC2154
# Fetches a backup beside what is there: the files to /data/.restore, the databases under other names. Nothing that is in use is
# touched. Parameters: backup (identifier of the stack's backup), snapshot (identifier of this machine's part of it).
# shellcheck source=/dev/null
source /etc/science-stacks/backup/settings
# shellcheck source=scripts/guest/backup/server.sh
source /usr/local/lib/science-stacks/backup/server.sh
place=/data/.restore
staging=data/.backup
exec {lock}>/run/stack-backup.lock
flock --nonblock "$lock" || fail "a backup or an upgrade is being made" "Nothing was changed. Run the command again when it has ended."
if [ -e "$place/swapping" ] && [ "$(cat "$place/whole")" = "$backup" ]; then
    changed "an earlier restore was cut off when all was fetched: it is finished, with the backup $backup"
    return
fi

if [ "$databases" != no ]; then
    reach_server
    half=$(ask "select datname from pg_database where datname like '%.upgrade'")
    [ -z "$half" ] || fail "an upgrade was cut off" "Nothing was changed. Run \`npm run up\` first, which takes it back and tries it again."
fi
drop_fetched() {
    local name
    [ "$databases" != no ] || return 0
    ask "select datname from pg_database where datname like '%.restored'" | while read -r name; do
        as_administrator dropdb --no-password --force "$name"
    done
}
# refuse TEXT HINT: nothing stays of what was fetched.
refuse() {
    rm -rf "$place"
    drop_fetched
    fail "$@"
}
rm -rf "$place"
drop_fetched
mkdir -m 700 "$place"

json_number() {
    sed -n "s/.*\"$1\":\([0-9]*\).*/\1/p"
}
needed=$(backup-restic --no-lock stats --json --mode restore-size "$snapshot" | json_number total_size) ||
    refuse "the backup $snapshot cannot be read" "Nothing was changed."
if [ "$databases" = here ]; then
    size=$(backup-restic --no-lock dump "$snapshot" "/$staging/databases.tsv" | awk -F '\t' '{ sum += $5 } END { printf "%d", sum }')
    needed=$((needed + size))
fi
free=$(($(df --output=avail --block-size=1 /data | tail -n 1)))
[ "$needed" -lt "$free" ] || refuse "/data has no room for a second copy: $((needed >> 20)) MiB are needed, $((free >> 20)) MiB are free" \
    "Nothing was changed. Make data.sizeGiB larger, and run \`npm run up\` first."

backup-restic --no-lock restore "$snapshot" --target "$place/new" ||
    refuse "the backup $snapshot could not be fetched, or not wholly" "Nothing was changed."
[ -e "$place/new/$staging/owners" ] || refuse "the backup $snapshot was not made by this project, or is not whole" "Nothing was changed."
[ "$databases" = no ] || [ -e "$place/new/$staging/databases.tsv" ] ||
    refuse "the backup $snapshot has no databases: it was made while they were on another machine" "Nothing was changed."

# Files belong to users by number, and this machine may have given its users others. All are found before any is changed.
while read -r kind number name; do
    case $kind in
    user) database=passwd option=-uid change=chown ;;
    *) database=group option=-gid change=chgrp ;;
    esac
    here=$(getent "$database" "$name" | cut -d: -f3) || continue
    [ "$here" != "$number" ] || continue
    find "$place/new" "$option" "$number" -print0 >"$place/$kind-$number"
    printf '%s %s %s\n' "$change" "$here" "$place/$kind-$number"
done <"$place/new/$staging/owners" >"$place/changes"
while read -r change number list; do
    xargs -0 -r "$change" --no-dereference "$number" <"$list"
done <"$place/changes"

# Of a user that is in the backup alone; the steps of the stack let in those that they know, by the comment that says whose they are.
# Who is no superuser must have the rights of those that he gives a database to.
make_role() {
    ask "create role $1 nologin"
    [ "$databases" = here ] || ask "grant $1 to current_user"
    awk -v begin="COMMENT ON ROLE $1 IS " 'index($0, begin) == 1' "$place/new/$staging/globals.sql" | while read -r statement; do
        ask "$statement"
    done
}
if [ "$databases" != no ]; then
    sed -n 's/^CREATE ROLE \(.*\);$/\1/p' "$place/new/$staging/globals.sql" | while read -r role; do
        [ "$(ask "select 1 from pg_roles where quote_ident(rolname) = '${role//\'/\'\'}'")" = 1 ] || make_role "$role"
    done
    while IFS=$'\t' read -r name owner collate ctype _; do
        as_administrator createdb --no-password --template=template0 --encoding=UTF8 --lc-collate="$collate" --lc-ctype="$ctype" --owner="$owner" "$name.restored"
        as_administrator pg_restore --no-password --exit-on-error --dbname="$name.restored" <"$place/new/$staging/$name.dump" ||
            refuse "the database $name could not be restored" "Nothing was changed."
        changed "fetched the database $name"
    done <"$place/new/$staging/databases.tsv"
fi
for path in "${paths[@]}"; do
    [ -d "$place/new$path" ] || continue
    changed "fetched $path: $(du -sm "$place/new$path" | cut -f1) MiB"
done
printf '%s\n' "$backup" >"$place/whole"
