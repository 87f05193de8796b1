# shellcheck shell=bash disable=SC2154
# Puts what was fetched in the place of what is there, and keeps that; or, with direction=back, the other way round. Run again
# after a power cut, it goes on where it was. The services stay stopped: the steps of the stack start them.
# Parameters: direction (forth or back).
# shellcheck source=/dev/null
source /etc/science-stacks/backup/settings
# shellcheck source=scripts/guest/backup/server.sh
source /usr/local/lib/science-stacks/backup/server.sh
place=/data/.restore
[ -e "$place/whole" ] || fail "no backup has been fetched" "Nothing was changed."
[ "$databases" = no ] || reach_server
: >"$place/swapping"
sync "$place"
if [ "$direction" = forth ]; then
    into=before from=new old=before new=restored
else
    into=new from=before old=restored new=before
fi

running=()
# Without a unit, all of the machine's would be listed.
[ "${#units[@]}" = 0 ] ||
    mapfile -t running < <(systemctl list-units --plain --no-legend --state=active,activating,failed "${units[@]}" | cut -d' ' -f1)
[ "${#running[@]}" = 0 ] || systemctl stop "${running[@]}"

# All in one transaction: either every database is changed, or none is.
swap_databases() {
    local name names statements='' statement
    names=$(ask "select regexp_replace(datname, '\.$new\$', '') from pg_database where datname like '%.$new'")
    while read -r name; do
        [ -n "$name" ] || continue
        if [ "$(ask "select 1 from pg_database where datname = '$name'")" = 1 ]; then
            # Who comes now is not let in, and who is in is sent out; the server's own processes go by themselves.
            ask "alter database \"$name\" allow_connections false"
            ask "select pg_terminate_backend(pid, 10000) from pg_stat_activity where datname = '$name' and backend_type = 'client backend'" >/dev/null
            statements+="alter database \"$name\" rename to \"$name.$old\";"
            statements+="alter database \"$name.$old\" allow_connections true;"
        fi
        statements+="alter database \"$name.$new\" rename to \"$name\"; alter database \"$name\" allow_connections true;"
    done <<<"$names"
    [ -z "$statements" ] || ask "begin; $statements commit"
    # Those of an exchange that did not come to its end, as where the server went: they are in use again.
    ask "select format('alter database %I allow_connections true', datname) from pg_database where not datallowconn and not datistemplate" |
        while read -r statement; do
            ask "$statement"
        done
}
[ "$databases" = no ] || swap_databases

# A directory that is shown elsewhere is taken off there first.
mapfile -t mounts < <(for path in "${paths[@]}"; do
    { grep -lxF "What=$path" /etc/systemd/system/*.mount || :; } | sed 's|.*/||' # None where it is shown nowhere else.
done)
[ "${#mounts[@]}" = 0 ] || wait_until 30 systemctl stop "${mounts[@]}"
for path in "${paths[@]}"; do
    [ -e "$place/$from$path" ] || continue
    mkdir -p "$(dirname "$place/$into$path")"
    [ ! -e "$path" ] || [ -e "$place/$into$path" ] || mv -T "$path" "$place/$into$path"
    mv -T "$place/$from$path" "$path"
    changed "$path is what was ${from/new/fetched}"
done
sync --file-system /data
[ "${#mounts[@]}" = 0 ] || systemctl start "${mounts[@]}"

# The steps of the stack do anew what they take for done.
[ "${#forget[@]}" = 0 ] || rm -rf "${forget[@]}"
for mark in "${rebuild[@]}"; do
    [ ! -d "$(dirname "$mark")" ] || : >"$mark"
done
[ "$direction" = forth ] || rm "$place/swapping"
