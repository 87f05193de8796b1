# shellcheck shell=bash disable=SC2154
# The server whose databases are backed up: this machine's own, or the one that writes of several machines, which libpq finds.
# Sourced after the settings, of which it reads administrator and connection. No password is in either: libpq has it from a file.
# The one that writes is named to each program: of a database that was just made, libpq would take a standby's no for an answer.
server=

# as_administrator PROGRAM ARGUMENT…: a program of PostgreSQL, run as who makes databases there.
as_administrator() {
    local program=$1
    shift
    (cd / && runuser -u "$administrator" -- env "${connection[@]}" "$program" ${server:+--host="$server"} "$@")
}

# ask SQL [DATABASE]: without one, the administrator's own.
ask() {
    as_administrator psql -wXAtq -v ON_ERROR_STOP=1 -F $'\t' ${2:+--dbname="$2"} -c "$1"
}

# until_it_answers: while another machine takes over, none writes for half a minute. The last attempt says what is wrong.
until_it_answers() {
    server=
    for _ in {1..30}; do
        ! server=$(find_server 2>/dev/null) || return 0
        sleep 2
    done
    server=$(find_server)
}

# find_server: the one that it came to.
find_server() {
    as_administrator psql -wXAtq -c '\echo :HOST'
}

# reach_server: it answers, and what is run from here on is of its version: what a newer pg_restore says, it may not understand.
reach_server() {
    local version
    until_it_answers || fail "PostgreSQL does not answer"
    version=$(ask "select current_setting('server_version_num')::int / 10000")
    [ -x "/usr/lib/postgresql/$version/bin/pg_restore" ] || fail "this machine has no programs of PostgreSQL $version, which its databases are on"
    PATH=/usr/lib/postgresql/$version/bin:$PATH
}
