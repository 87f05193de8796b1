# shellcheck shell=bash disable=SC2154
# Ends a restore: the copy that is not in use goes, be it what was there before or what was fetched. No parameters.
# shellcheck source=/dev/null
source /etc/science-stacks/backup/settings
# shellcheck source=scripts/guest/backup/server.sh
source /usr/local/lib/science-stacks/backup/server.sh
if [ "$databases" != no ]; then
    reach_server
    ask "select datname from pg_database where datname ~ '\.(before|restored)\$'" | while read -r name; do
        as_administrator dropdb --no-password --force "$name"
    done
fi
rm -rf /data/.restore
