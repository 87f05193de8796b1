# shellcheck shell=bash disable=SC2154
# One of several machines of Solr, later part, on one member after the other: ZooKeeper and Solr run with the settings that are there,
# and the member's replica is in order before the next one has its turn.
# Parameters: revision (of the first part), archive (of Solr), collection, notify (restart of both).
[ "$1" != remove ] || return 0
# shellcheck source=scripts/guest/solr/software.sh
source /usr/local/lib/science-stacks/solr-software.sh
# shellcheck source=/dev/null
source /usr/local/lib/science-stacks/solr/cloud.sh
# in_order: it is one of the members; and its replica, where it has one on its volume, has what the others have.
in_order() {
    health && { ! compgen -G '/data/solr/*_shard1_replica_*/core.properties' >/dev/null ||
        replicas "$collection" | grep -q " $address active "; }
}
settings=("${notify[@]}")

if looking; then
    in_quorum || differs "ZooKeeper finds no majority"
    in_order || differs "Solr is not in order"
    settle
    enable_unit solr.service
    return
fi
wait_until 120 in_quorum
for each in "${settings[@]}"; do
    # ZooKeeper comes first.
    notify=("$each")
    settle
    wait_until 120 in_quorum
done
enable_unit solr.service
wait_until 300 in_order
forget_former_solr
