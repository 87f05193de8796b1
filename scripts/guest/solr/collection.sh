# shellcheck shell=bash disable=SC2154
# Makes the collection of several machines of Solr, with a replica on each, or brings the one that is there up to date, while Solr runs
# on: another schema is given to all; a member whose volume is another one gets a replica anew, and one that is none any more loses its.
# Parameters: collection, schema (path of its schema), schema_of (what that comes from), port (of Solr), conf (a directory for its files), files (with lay_files).
if [ "$1" = remove ]; then
    remove_files
    return
fi
# shellcheck source=/dev/null
source /usr/local/lib/science-stacks/solr/cloud.sh
do_it() {
    local said
    said=$(asked "admin/collections?$1" 2>&1) || fail "$2" "${said:0:2000}"
}
lay_files
[ -s "$schema" ] || fail "there is no schema at $schema" "The step that installs it comes before this one."
# Members count the changes of a document by a number, which CKAN's schema, made for one server, keeps as a text.
grep -q '<field name="_version_" type="' "$schema" || fail "the schema at $schema has no field _version_" "Several machines of Solr cannot have it."
sed -E 's|(<field name="_version_" type=)"[^"]*"( [^>]*[^/>])?( */?>)|\1"plong"\2 docValues="true"\3|' "$schema" |
    write_file "$conf/schema.xml" solr:solr 644

found=$(mktemp -d)
zookeeper downconfig --conf-dir "$found" --conf-name "$collection" >/dev/null 2>&1 || :
collections=$(asked "admin/collections?action=LIST") || fail "Solr does not answer" "$collections"
if ! diff -rq "$found" "$conf" >/dev/null; then
    looking || zookeeper upconfig --conf-dir "$conf" --conf-name "$collection" >/dev/null
    changed "gave ZooKeeper the configuration of $collection"
    if [[ $collections == *"\"$collection\""* ]] && ! looking && ! (do_it "action=RELOAD&name=$collection" "Solr cannot use the configuration"); then
        # Solr goes on with what it had when it cannot use what is new: so must what it reads when it starts.
        zookeeper upconfig --conf-dir "$found" --conf-name "$collection" >/dev/null
        exit 1
    fi
fi
rm -r "$found"
if [[ $collections != *"\"$collection\""* ]]; then
    looking || do_it "action=CREATE&name=$collection&numShards=1&replicationFactor=${#addresses[@]}&collection.configName=$collection" \
        "Solr cannot make the collection $collection"
    changed "made the collection $collection"
    ! looking || return 0
fi

# A replica of a member that has lost it stays down; one that only catches up does not.
settled() {
    ! replicas "$collection" | grep -q ' recovering '
}
wait_until 300 settled
said=$(replicas "$collection")
for each in "${addresses[@]}"; do
    ! grep -q " $each active " <<<"$said" || continue
    looking || do_it "action=ADDREPLICA&collection=$collection&shard=shard1&node=$each:${port}_solr" "Solr cannot make a replica on $each"
    changed "made a replica on $each"
done
while read -r name where state _; do
    if [ "$state" != active ] || [[ " ${addresses[*]} " != *" $where "* ]]; then
        looking || do_it "action=DELETEREPLICA&collection=$collection&shard=shard1&replica=$name" "Solr cannot forget the replica $name"
        changed "forgot a replica on $where, which was $state"
    fi
done <<<"$said"
! looking || return 0
all_active() {
    [ "$(replicas "$collection" | grep -c ' active ')" = "${#addresses[@]}" ]
}
wait_until 300 all_active
problem=$(curl --silent --show-error --fail --max-time 30 "$url/$collection/schema?wt=json" |
    python3 /usr/local/lib/science-stacks/solr/check-schema.py "$conf/schema.xml" 2>&1) ||
    fail "Solr does not have the schema that it was given" "$problem"
