# shellcheck shell=bash disable=SC2034
# How Redis and Sentinel of the members are asked; sourced by steps, and by operators.
address=10.77.0.12
addresses=(10.77.0.11 10.77.0.12 10.77.0.13)

# asked PASSWORD_FILE ARGUMENTS...: an error that is answered is one of the command, too.
asked() {
    REDISCLI_AUTH=$(<"$1") timeout 6 redis-cli -e --no-auth-warning --tls --cacert /etc/redis/authority.pem \
        --cert /etc/redis/certificate.pem --key /etc/redis/key.pem "${@:2}" | tr -d '\r'
    return "${PIPESTATUS[0]}"
}
# at ADDRESS WORDS...: asks the Redis of a member; own WORDS...: of this one.
at() {
    asked /etc/science-stacks/secrets/redis-members --user member -p 6379 -h "$@"
}
own() {
    at "$address" "$@"
}
# sentinel_at ADDRESS COMMAND WORDS...: asks the Sentinel of a member of the cluster; sentinel: of this one.
sentinel_at() {
    asked /etc/science-stacks/secrets/redis-sentinel -p 26379 -h "$1" sentinel "$2" redis "${@:3}"
}
sentinel() {
    sentinel_at "$address" "$@"
}
# master_by ADDRESS: who the master is for the Sentinel of a member; nothing where that does not answer.
master_by() {
    sentinel_at "$1" get-master-addr-by-name 2>/dev/null | sed -n 1p || :
}
# role: what this member is, and whether it is in order: "master" with at least one replica that has what is written, "slave" that
# gets what its master writes; nothing else.
role() {
    { own info replication 2>/dev/null || :; } | awk -F: '
        { said[$1] = $2 }
        END {
            if (said["role"] == "master" ? said["min_slaves_good_slaves"] > 0 : said["master_link_status"] == "up") print said["role"]
        }'
}
