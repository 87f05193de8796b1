# shellcheck shell=bash
# How steps ask etcd; sourced by them.
export ETCDCTL_API=3 ETCDCTL_CACERT=/etc/science-stacks/cluster/authority.pem ETCDCTL_CERT=/etc/science-stacks/cluster/certificate.pem ETCDCTL_KEY=/etc/science-stacks/cluster/etcd.key
export ETCDCTL_DIAL_TIMEOUT=3s ETCDCTL_COMMAND_TIMEOUT=5s

# own ARGUMENTS...: asks this member; any: whichever member answers.
own() {
    etcdctl --endpoints https://10.77.0.11:2379 "$@"
}
any() {
    etcdctl --endpoints https://10.77.0.11:2379,https://10.77.0.12:2379,https://10.77.0.13:2379 "$@"
}
# kept COMMAND ARGUMENTS...: asks for what Patroni keeps, which is by etcd's second API.
kept() {
    env -u ETCDCTL_CACERT -u ETCDCTL_CERT -u ETCDCTL_KEY -u ETCDCTL_DIAL_TIMEOUT -u ETCDCTL_COMMAND_TIMEOUT ETCDCTL_API=2 \
        etcdctl --endpoints https://10.77.0.11:2379,https://10.77.0.12:2379,https://10.77.0.13:2379 --ca-file /etc/science-stacks/cluster/authority.pem --cert-file /etc/science-stacks/cluster/certificate.pem --key-file /etc/science-stacks/cluster/etcd.key \
        --timeout 3s --total-timeout 10s "$@"
}
# Whether this member takes part in a majority.
healthy() {
    own endpoint health
}
