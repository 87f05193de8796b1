# shellcheck shell=bash disable=SC2154
# Starts uWSGI and the workers under supervisor, or restarts them when something of theirs has changed, and waits until CKAN
# answers.
# Parameters: address and port of uWSGI, server_name, revision (of the configuration), files (with lay_files), notify (restart of
# supervisor). The configuration step leaves the mark of the restart as well.
# Removal stops them; a supervisor that was there before the stack goes on with what else it has.
if [ "$1" = remove ]; then
    end_unit supervisor.service
    remove_files
    forget_stopped
    settle
    return
fi

lay_files
settle
enable_unit supervisor.service

answers() {
    local answer
    exec 3<>"/dev/tcp/$address/$port" || return
    printf 'GET /api/3/action/status_show HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n' "$server_name" >&3
    read -r -t 60 answer <&3 && exec 3>&-
    [[ "$answer" == *" 200 "* ]]
}
(
    unset STEP_ERROR
    wait_until 180 answers
) || fail "CKAN does not answer on $address:$port" "$(tail -n 8 /var/log/ckan/ckan-uwsgi.stderr.log)"
