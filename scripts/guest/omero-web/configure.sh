# shellcheck shell=bash disable=SC2154
# Gives OMERO.web its whole configuration, changes to the wanted environment, and starts it. What is wrong with the new
# configuration is found before anything is stopped; when OMERO.web does not answer with it, what was there comes back.
# Parameters: environment (directory), version, workers (or empty: twice the processors and one), address and port of
# Gunicorn, login (path of a page that answers with 200), server_name, session_cache (address of Redis, or empty),
# secrets (names of files with further properties), files (properties, units, with lay_files), notify (restart).
# Where Gunicorn is reached by TLS: tls (paths of its certificate and key), authority (path of what it is verified by).
home=/opt/omero/web/omero-web
library=/usr/local/lib/science-stacks/omero-web
current=/opt/omero/web/venv3
state=/var/lib/science-stacks/omero-web
unit=omero-web.service
loaded=$home/etc/grid/config.xml
if [ "$1" = remove ]; then
    end_unit "$unit" omero-web-clearsessions.timer
    rm -rf "$state" "$current" /var/cache/omero-web
    forget_stopped
    remove_files
    return
fi
mkdir -p "$state"
tls=("${tls[@]}") authority=${authority:-}

change=omero-web change_units=("$unit") change_database=''
# shellcheck source=scripts/guest/upgrade/way-back.sh
source /usr/local/lib/science-stacks/way-back.sh
finish_earlier_change
old_environment=$(readlink "$current" || :)
looking || [ -z "$old_environment" ] || keep_way_back "${files[@]}" "$current" "$loaded"

wrote=0
lay_files
[ "$wrote" = 0 ] || systemctl daemon-reload

as_omero_web() {
    local omerodir=$1
    shift
    (cd "$omerodir" && runuser -u omero-web -- env PATH="$environment/bin:/usr/bin:/bin" OMERODIR="$omerodir" \
        OMERO_USERDIR=/var/cache/omero-web HOME=/var/cache/omero-web "$@")
}

# All properties, one a line. None of the secret ones is ever on a command line or in a file that others can read.
properties() {
    local name
    cat /etc/omero-web/omero-web.properties
    printf 'omero.web.wsgi_workers=%s\n' "${workers:-$((2 * $(nproc) + 1))}"
    for name in "${secrets[@]}"; do
        cat "$(secret "$name")"
    done
}

digest() {
    {
        properties && cat "$loaded" 2>/dev/null && stat --format=%a "$loaded" && echo "$environment" && cat /dev/null "${tls[@]}"
    } | sha256sum
}

# make_configuration: a new config.xml with just these properties, loaded by the software that is to run with it.
make_configuration() {
    local error
    rm -rf "$home"/.configuration.* # Of a run that was cut off.
    new=$(mktemp -d "$home/.configuration.XXXXXX")
    mkdir -p "$new/etc/grid" "$new/var/log"
    (umask 077 && properties >"$new/properties")
    chown -R omero-web:omero-web "$new"
    error=$(as_omero_web "$new" python "$library/load-configuration.py" "$new/properties" "$new/etc/grid/config.xml" 2>&1) ||
        refuse "OMERO.web refuses its configuration" "$(tail -n 4 <<<"$error")"
}

refuse() {
    rm -rf "$new"
    [ ! -e "$kept" ] || go_back
    fail "$1; what ran before goes on as it was" "$2"
}

# Upstream's notes ask for it when what is kept of a session changes, with another Django or serializer: for each minor version.
# Of a cache no more is taken than the sessions: another program may use it, too.
clear_sessions() {
    if [ -n "$session_cache" ]; then
        # Django's own way in, with the address and the password that OMERO.web has.
        as_omero_web "$home" python -c '
import os
os.environ["DJANGO_SETTINGS_MODULE"] = "omeroweb.settings"
import django
django.setup()
from django.contrib.sessions.backends.cache import KEY_PREFIX
from django.core.cache import cache
cache.delete_pattern(KEY_PREFIX + "*")'
    fi
    find "$home/var/tmp" -name 'sessionid*' -delete
    changed "cleared the sessions: users log in again after an upgrade from $before to $version"
}

answers() {
    local answer request="GET $login HTTP/1.0\r\nHost: $server_name\r\nX-Forwarded-Proto: https\r\n\r\n"
    if [ -n "$authority" ]; then
        read -r answer < <(printf '%b' "$request" | timeout 30 openssl s_client -quiet -verify_quiet -verify_return_error \
            -connect "$address:$port" -CAfile "$authority" -verify_ip "$address" 2>/dev/null) || return
    else
        exec 3<>"/dev/tcp/$address/$port" || return
        printf '%b' "$request" >&3
        read -r -t 30 answer <&3 && exec 3>&-
    fi
    [[ "$answer" == *" 200 "* ]]
}

# What has been started again three times will not come up by itself.
answers_or_has_given_up() {
    [ "$(systemctl show --property=NRestarts --value "$unit")" -ge 3 ] || answers
}

is_healthy() {
    (
        unset STEP_ERROR
        wait_until 90 answers_or_has_given_up
        answers
    )
}

start() {
    systemctl daemon-reload
    systemctl enable --quiet "$unit" omero-web-clearsessions.timer
    systemctl start omero-web-clearsessions.timer
    # Not waited for: one that fails is started again and again, and it is asked itself whether it answers.
    systemctl stop "$unit"
    systemctl reset-failed "$unit" 2>/dev/null || : # It fails for a unit that was never started.
    systemctl start --no-block "$unit"
    is_healthy
}

bring_up() {
    if [ -n "$before" ] && [ "${before%.*}" != "${version%.*}" ]; then
        systemctl stop "$unit"
        clear_sessions
    fi
    start
}

roll_back() {
    local cause=$reason words
    words=$(journalctl --quiet --unit "$unit" --lines 8 --output cat --no-pager)
    [ -e "$kept" ] || fail "OMERO.web does not answer on $address:$port" "$words" "$cause"
    go_back
    why_not start
    [ -z "$reason" ] || fail "OMERO.web does not answer, neither as it was nor as it should be" "$words" "$cause"
    fail "OMERO.web did not answer with the new configuration or version; what was there before is back and answers" "$words" "$cause"
}

# Beside the sessions, so that a new machine on an old volume knows.
before=$(cat "$home/var/version" 2>/dev/null || :)
if looking; then
    # A file that differs has been told of already.
    [ "$wrote" = 1 ] || [ "$(digest)" = "$(cat "$state/digest")" ] || differs "the configuration in $loaded is not what was loaded"
    [ "$old_environment" = "$environment" ] || differs "$current is $old_environment instead of $environment"
    enable_unit "$unit" omero-web-clearsessions.timer
    answers || differs "OMERO.web does not answer on $address:$port"
    return
fi
if [ "$(digest)" != "$(cat "$state/digest" 2>/dev/null)" ] || [ "$old_environment" != "$environment" ]; then
    install -d -o omero-web -g omero-web /var/cache/omero-web
    make_configuration
    mark_pending
    mv -f "$new/etc/grid/config.xml" "$loaded"
    # OMERO writes anew, with the time in it, what it may write to and opens, as to clear sessions: it may only read this one.
    chmod 400 "$loaded"
    rm -rf "$new"
    changed "loaded the configuration"
    link "$current" "$environment"
fi

if [ -e "$pending_directory/$unit:restart" ] || ! systemctl is-active --quiet "$unit"; then
    why_not bring_up
    [ -z "$reason" ] || roll_back
    rm -f "$pending_directory/$unit:restart"
    changed "started $unit"
fi
is_healthy || fail "OMERO.web does not answer on $address:$port"
enable_unit "$unit" omero-web-clearsessions.timer
digest >"$state/digest"
[ ! -e "$kept" ] || forget_way_back
[ "$before" = "$version" ] || install -m 644 -o omero-web -g omero-web /dev/stdin "$home/var/version" <<<"$version"

# The environment before this one stays, for the way back; what is older goes.
find "$(dirname "$current")" -mindepth 1 -maxdepth 1 -type d -name 'venv3-*' ! -path "$environment" -printf '%T@ %p\n' | sort -rn |
    tail -n +2 | cut -d' ' -f2- | while read -r old; do
    rm -r "$old"
    changed "removed $old"
done
