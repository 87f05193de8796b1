# shellcheck shell=bash disable=SC2154
# Ends a restore: the copy that is not in use goes, be it what was there before or what was fetched. No parameters.
# shellcheck source=/dev/null
source /etc/science-stacks/backup/settings
if [ "$databases" = yes ]; then
    cd /
    runuser -u postgres -- psql --port "$port" -XAt -c "select datname from pg_database where datname ~ '\.(before|restored)\$'" postgres |
        while read -r name; do
            runuser -u postgres -- dropdb --port "$port" --force "$name"
        done
fi
rm -rf /data/.restore
