# shellcheck shell=bash disable=SC2154
# Gives a Solr that other machines reach its key store and its password; sourced by the step that starts it.
# Reads what solr/key-store.sh does.
# shellcheck source=scripts/guest/solr/key-store.sh
source /usr/local/lib/science-stacks/solr/key-store.sh

# What nobody else may write, and Solr reads when it starts.
python3 /usr/local/lib/science-stacks/solr/security.py /data/solr/security.json "$user=$(secret "$password")" |
    write_file /data/solr/security.json root:solr 640
