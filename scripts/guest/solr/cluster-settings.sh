# shellcheck shell=bash disable=SC2154
# What all members of Solr read in ZooKeeper: that they speak TLS to each other, and who comes in.
# Parameters: user, password, check_user, check_password (names of secrets), revision (differs when a password differs).
[ "$1" != remove ] || return 0
# shellcheck source=/dev/null
source /usr/local/lib/science-stacks/solr/cloud.sh
wait_until 120 in_quorum
work=$(mktemp -d)

said=$(zookeeper get /clusterprops.json 2>/dev/null) || said=
if [[ $said != *'"urlScheme":"https"'* ]]; then
    looking || zookeeper clusterprop -name urlScheme -val https >/dev/null
    changed "the members speak TLS to each other"
fi
zookeeper getfile /security.json "$work/found" >/dev/null 2>&1 || : >"$work/found"
python3 /usr/local/lib/science-stacks/solr/security.py "$work/found" "$user=$(secret "$password")" "$check_user=$(secret "$check_password")" >"$work/wanted"
if ! cmp -s "$work/found" "$work/wanted"; then
    looking || zookeeper putfile /security.json "$work/wanted" >/dev/null
    changed "gave ZooKeeper who comes in to Solr"
fi
rm -r "$work"
