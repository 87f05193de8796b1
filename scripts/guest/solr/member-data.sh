# shellcheck shell=bash disable=SC2154
# One of several machines of Solr, first part: its software, its settings and its key stores; and ZooKeeper is started where it does
# not run. Changed settings are taken up by a later part, member.sh. Removal stops both; what is on the volume stays there.
# Parameters: archive, those of solr/key-store.sh, key_store_password (a file), trust_store, id (of the member for ZooKeeper), files,
# notify (restart of both, which is left to the later part).
# shellcheck source=scripts/guest/solr/software.sh
source /usr/local/lib/science-stacks/solr-software.sh
if [ "$1" = remove ]; then
    end_unit solr.service zookeeper.service
    rm -rf /etc/systemd/system/zookeeper.service /etc/systemd/system/zookeeper.service.d "$pending_directory"/zookeeper.service:*
    remove_solr
    return
fi

unpack_solr
system_user solr Solr /data/solr
system_user solr Solr /data/zookeeper
link /opt/solr "$directory"
lay_files
# shellcheck source=scripts/guest/solr/key-store.sh
source /usr/local/lib/science-stacks/solr/key-store.sh
sed -n 's/^SOLR_SSL_KEY_STORE_PASSWORD=//p' "$key_store_settings" | tr -d '\n' | write_file "$key_store_password" root:solr 640
of=$(sha256sum <"$authority" | cut -d' ' -f1)
if ! grep -qsxF "$of" "$trust_store.of"; then
    new=$(mktemp -u)
    # Nothing in it is secret.
    keytool -J-Dkeystore.pkcs12.certProtectionAlgorithm=NONE -J-Dkeystore.pkcs12.macAlgorithm=NONE -importcert -noprompt \
        -alias authority -file "$authority" -keystore "$new" -storetype PKCS12 -storepass:file "$key_store_password" 2>/dev/null
    write_file "$trust_store" root:root 644 <"$new"
    write_file "$trust_store.of" root:root 644 <<<"$of"
    rm "$new"
fi
write_file /data/zookeeper/myid solr:solr 644 <<<"$id"

if ! systemctl is-active --quiet zookeeper.service && ! looking; then
    rm -f "$pending_directory/zookeeper.service:restart"
    systemctl daemon-reload
fi
enable_unit zookeeper.service
