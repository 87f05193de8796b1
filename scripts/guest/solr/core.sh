# shellcheck shell=bash disable=SC2154
# Makes a core in Solr's home, or brings the one that is there up to date, while Solr runs on.
# Removal leaves the core, which is on the volume.
# Parameters: url (of Solr), client (a directory in which curl finds how it logs in there, where it must), core, schema (path of the
# core's schema), files (with lay_files), notify.
if [ "$1" = remove ]; then
    rm -rf /etc/systemd/system/solr.service.d /usr/local/lib/science-stacks/solr/check-schema.py
    systemctl daemon-reload
    return
fi

directory=/data/solr/$core
cores=$url/solr/admin/cores
export CURL_HOME=$client
before=$(mktemp -d)
[ ! -d "$directory/conf" ] || cp -a "$directory/conf" "$before"
wrote=0
lay_files

[ -s "$schema" ] || fail "there is no schema at $schema" "The step that installs it comes before this one."
write_file "$directory/conf/schema.xml" solr:solr 644 <"$schema"
[ "$(stat --format=%U:%G "$directory" "$directory/conf" | sort -u)" = solr:solr ] || chown solr:solr "$directory" "$directory/conf"
[ "$wrote" = 0 ] || systemctl daemon-reload

loaded=$(curl --silent --show-error --fail --max-time 60 "$cores?action=STATUS&core=$core&indexInfo=false")
if [[ $loaded != *'"instanceDir"'* ]]; then
    if looking; then
        differs "Solr does not have the core $core"
        return
    elif [ -e "$directory/core.properties" ]; then
        # It is known, and could not be loaded with the files that it had.
        start_with restart solr.service
        changed "restarted solr.service"
    else
        said=$(curl --silent --fail-with-body --max-time 120 "$cores?action=CREATE&name=$core&instanceDir=$core") ||
            fail "Solr cannot make the core $core" "${said:0:2000}"
        changed "made the core $core"
    fi
    rm -f "$pending_directory/solr.service:reload"
fi
# Solr goes on with what it had when it cannot use what is new: so must its files, or it would not start again.
if ! (settle); then
    rm -r "$directory/conf"
    mv "$before/conf" "$directory/conf"
    exit 1
fi
rm -r "$before"
problem=$(curl --silent --show-error --fail --max-time 30 "$url/solr/$core/schema?wt=json" |
    python3 /usr/local/lib/science-stacks/solr/check-schema.py "$directory/conf/schema.xml" 2>&1) ||
    fail "Solr does not have the schema that it was given" "$problem"
