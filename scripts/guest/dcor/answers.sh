# shellcheck shell=bash disable=SC2154
# Whether CKAN answers, for the steps that start it; sourced by them. Reads address and port of uWSGI, and server_name.

ckan_answers() {
    local answer
    exec 3<>"/dev/tcp/$address/$port" || return
    printf 'GET /api/3/action/status_show HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n' "$server_name" >&3
    read -r -t 60 answer <&3 && exec 3>&-
    [[ "$answer" == *" 200 "* ]]
}

wait_for_ckan() {
    (
        unset STEP_ERROR
        wait_until 180 ckan_answers
    ) || fail "CKAN does not answer on $address:$port" "$(tail -n 8 /var/log/ckan/ckan-uwsgi.stderr.log)"
}
