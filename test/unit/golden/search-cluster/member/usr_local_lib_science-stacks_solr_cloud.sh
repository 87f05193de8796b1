# shellcheck shell=bash
# How steps, `verify` and operators ask one of several machines of Solr; sourced.
address=10.77.0.12
# Read by those who source this file.
# shellcheck disable=SC2034
addresses=(10.77.0.11 10.77.0.12 10.77.0.13)
url=https://$address:8983/solr
zookeepers=10.77.0.11:2281,10.77.0.12:2281,10.77.0.13:2281
export CURL_HOME=/etc/solr/client

# zookeeper_mode: "leader" or "follower", where this member's ZooKeeper is in order; nothing where it is not.
zookeeper_mode() {
    { echo srvr && sleep 0.5; } | timeout 5 openssl s_client -quiet -connect "$address:2281" \
        -cert /etc/solr/tls/certificate.pem -key /etc/solr/tls/key.pem -CAfile /etc/solr/tls/authority.pem 2>/dev/null | sed -n 's/^Mode: \(leader\|follower\)$/\1/p'
}

# in_quorum: succeeds where this member's ZooKeeper is in order.
in_quorum() {
    [ -n "$(zookeeper_mode)" ]
}

# zookeeper COMMAND...: Solr's own program for what is in ZooKeeper, which does not end with an error when there was one.
zookeeper() {
    local said status=0
    said=$(java -Dzookeeper.clientCnxnSocket=org.apache.zookeeper.ClientCnxnSocketNetty -Dzookeeper.client.secure=true -Dzookeeper.ssl.keyStore.location=/etc/solr/tls/key-store.p12 -Dzookeeper.ssl.keyStore.type=PKCS12 -Dzookeeper.ssl.keyStore.passwordPath=/etc/solr/tls/key-store.password -Dzookeeper.ssl.trustStore.location=/etc/solr/tls/authority.pem -Dzookeeper.ssl.trustStore.type=PEM -Dzookeeper.ssl.hostnameVerification=false -Dlog4j2.configurationFile=/etc/solr/zookeeper-log4j2.xml -cp '/opt/solr/server/solr-webapp/webapp/WEB-INF/lib/*:/opt/solr/server/lib/ext/*:/opt/solr/server/lib/*' \
        org.apache.solr.cloud.ZkCLI -z "$zookeepers" -cmd "$@" 2>&1) || status=$?
    if [ "$status" != 0 ] || [[ $said == *"Unexpected exception"* ]]; then
        printf '%s\n' "$said" >&2
        return 1
    fi
    printf '%s\n' "$said"
}

# asked PATH: what this member's Solr says.
asked() {
    curl --silent --show-error --fail-with-body --max-time 120 "$url/$1"
}

# health: succeeds where this member's Solr is one of the members, and its replica is in order.
health() {
    asked "admin/info/health?requireHealthyCores=true" >/dev/null 2>&1
}

# replicas COLLECTION: a line for each replica: its name, the address of its member, its state, and "leader" or "follower".
replicas() {
    asked "admin/collections?action=CLUSTERSTATUS&collection=$1" | python3 -c '
import json, sys
for shard in json.load(sys.stdin)["cluster"]["collections"][sys.argv[1]]["shards"].values():
    for name, each in shard["replicas"].items():
        role = "leader" if each.get("leader") == "true" else "follower"
        print(name, each["node_name"].split(":")[0], each["state"], role)
' "$1"
}
