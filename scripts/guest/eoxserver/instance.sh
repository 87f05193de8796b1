# shellcheck shell=bash disable=SC2154
# Makes one instance: its directory, its settings, its tables, its administrator, its static files, and the back end that serves it.
# A directory that is already there is adopted. Removal stops the back end; the data goes with delete_data=yes only.
# Another version of the software is changed to with a way back: what was there before, database and all, comes back when it fails.
# Parameters: instance, server_name, software (directory of the virtual environment), tools (revision of the tools),
# admin (name of the administrator), storages (name of the secret with the keys of the buckets, or empty), key (name of the secret with
# the key of Django's that all machines of the instance have, or empty: it has one), options (section.key=value of eoxserver.conf),
# address and port of the back end, database, database_administrator (a user of the machine) and database_connection (libpq's environment) by
# which its server is reached, delete_data (yes or no), files (settings, back end, management command, log rotation, with lay_files), notify (restart of the back end).
home=/srv/eoxserver/$instance
project=$home/$instance
library=/usr/local/lib/science-stacks/eoxserver
unit=eoxserver@$instance.service
stamp=/var/lib/science-stacks/eoxserver/$instance
# There while the directory is being made: what a cut-off run left behind was never used, and is made anew.
making=/srv/eoxserver/.making-$instance

if [ "$1" = remove ]; then
    if systemctl is-active --quiet "$unit" || systemctl is-enabled --quiet "$unit" 2>/dev/null; then
        systemctl disable --quiet --now "$unit"
        changed "stopped $unit"
    fi
    # Nothing is left to be restarted.
    # shellcheck disable=SC2034
    notify=()
    remove_file "/etc/eoxserver/$instance/database-password"
    remove_files
    rm -rf "/etc/eoxserver/$instance" "$stamp" "/var/lib/science-stacks/pending/$unit:restart"
    remove_empty_parents "/etc/eoxserver/$instance"
    if [ "$delete_data" = yes ] && [ -e "$home" ]; then
        rm -r "$home"
        changed "removed $home"
    fi
    return
fi

as_eoxserver() {
    runuser -u eoxserver -- "$@"
}

report() {
    while read -r line; do
        [ -z "$line" ] || changed "$line"
    done
}

# Two steps a processor at a time start a Django of their own: fifty at once would want 5 GB.
wait_for_turn() {
    local slot
    while :; do
        for slot in $(seq $((2 * $(nproc)))); do
            exec {turn}>"/run/science-stacks/django.$slot"
            flock --nonblock "$turn" && return
            exec {turn}>&-
        done
        sleep 0.2
    done
}

make_directory() {
    : >"$making"
    chown eoxserver:www-data "$making"
    rm -rf "$home"
    install -d -o eoxserver -g www-data -m 755 "$home"
    # The command ends with 0 even when it has failed.
    output=$(as_eoxserver "$software/bin/python" "$software/bin/eoxserver-instance.py" "$instance" "$home" 2>&1) || :
    [ -s "$home/manage.py" ] || fail "EOxServer did not make the instance $instance" "$output"
    # settings.py has a key in it, which only the web server may read.
    chmod 640 "$project/settings.py"
    sync -f "$home"
    rm "$making"
    changed "made the instance in $home"
}

adopt_directory() {
    [ -s "$home/manage.py" ] || fail "$home is there, but is no instance of EOxServer" "Nothing was changed. Move it away, or name the instance otherwise."
    [ -e "$stamp" ] || changed "took over the instance in $home"
}

back_end_answers() {
    local answer
    exec 3<>"/dev/tcp/$address/$port" || return
    printf 'GET /%s/ HTTP/1.0\r\nHost: %s\r\nX-Forwarded-Proto: https\r\n\r\n' "$instance" "$server_name" >&3
    read -r -t 30 answer <&3 && exec 3>&-
    [[ "$answer" == *" 200 "* ]]
}

# Everything that is another one for another version: files, tables, static files, the running processes.
bring_up() {
    lay_files
    write_file "/etc/eoxserver/$instance/database-password" root:www-data 640 <"$(secret "eoxserver-$instance-database")"

    # Django's own key: it stays with the data, so that sessions outlive the machine; several machines have the stack's.
    if [ -n "$key" ]; then
        write_file "$project/conf/secret-key" eoxserver:www-data 640 <"$(secret "$key")"
    elif [ ! -s "$project/conf/secret-key" ]; then
        head -c 48 /dev/urandom | base64 -w 0 | write_file "$project/conf/secret-key" eoxserver:www-data 640
    fi
    if ! grep -qF "/etc/eoxserver/$instance/settings.py" "$project/settings.py"; then
        {
            cat "$project/settings.py"
            printf '\n# Settings that follow from the stack. Your own go below.\n'
            printf 'exec(open("/etc/eoxserver/%s/settings.py").read())\n' "$instance"
        } | write_file "$project/settings.py" eoxserver:www-data 640
    fi
    edits=$(as_eoxserver python3 "$library/set-options.py" "$project/conf/eoxserver.conf" "${options[@]}")
    [ -z "$edits" ] || mark_pending
    report <<<"$edits"

    log=$project/logs/eoxserver.log
    if [ "$(stat -c '%U:%G %a' "$log" 2>/dev/null)" != "eoxserver:www-data 664" ]; then
        # Not as root: the web server can write to this directory, and may have put a link into it.
        # shellcheck disable=SC2016
        as_eoxserver sh -c 'chmod 2775 "$1" && touch "$2" && cat "$2" >"$2.new" && chmod 664 "$2.new" && mv -f "$2.new" "$2"' - "$project/logs" "$log"
        changed "made $log writable by the web server"
    fi

    # Django takes seconds to start: it is asked only when something that it works on is another than the last time.
    password=$(secret "eoxserver-$instance-admin")
    buckets='{}'
    [ -z "$storages" ] || buckets=$(<"$(secret "$storages")")
    machines=one
    [ -z "$key" ] || machines=several
    wanted=$(cat "/etc/eoxserver/$instance/settings.py" "$password" - <<<"$software $tools $admin $buckets" | sha256sum)
    if looking; then
        # A file that differs has been told of already.
        [ "${wrote:-0}" = 1 ] || [ "$wanted" = "$(cat "$stamp" 2>/dev/null)" ] || differs "$instance is not set up for its settings and its administrator"
    elif [ "$wanted" != "$(cat "$stamp" 2>/dev/null)" ]; then
        wait_for_turn
        done_by_django=$(cat "$password" - <<<"$buckets" | as_eoxserver "$software/bin/python" "$library/set-up-instance.py" "$instance" "$admin" "$machines")
        exec {turn}>&-
        report <<<"$done_by_django"
        mark_pending
        mkdir -p "$(dirname "$stamp")"
        (umask 077 && printf '%s\n' "$wanted" >"$stamp.new")
        mv "$stamp.new" "$stamp"
    fi

    start
}

start() {
    settle
    enable_unit "$unit"
    wait_until 60 back_end_answers
}

# Of several machines, each changes by itself, while the others use the database: none changes that.
change=eoxserver-$instance change_units=("$unit") change_database=$database
[ -z "$key" ] || change_database=''
# shellcheck source=scripts/guest/upgrade/way-back.sh
source /usr/local/lib/science-stacks/way-back.sh
finish_earlier_change
if [ -e "$making" ] || [ ! -e "$home" ]; then
    make_directory
else
    adopt_directory
fi

# What the back end runs with now: none yet, another version, or an environment that stayed behind on another machine.
before=$(sed -n 's/.*python-home=\([^ ]*\).*/\1/p' "/etc/eoxserver/$instance/apache2.conf" 2>/dev/null || :)
if ! looking && [ -e "$before/.complete" ] && [ "$before" != "$software" ]; then
    change_versions "the change of $instance from ${before##*/} to ${software##*/}" bring_up start \
        "${files[@]}" "$stamp" "$project/settings.py" "$project/conf" "$project/static"
else
    bring_up
fi
