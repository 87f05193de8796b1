# shellcheck shell=bash disable=SC2154
# Gives CKAN its whole configuration, brings its database up to date and makes the administrator: all that comes before CKAN
# is started. `dcor inspect` must find nothing that it would have to fix. Another version is started and asked here, too: when it
# fails, what was there before comes back, the database with it.
# Parameters: environment (directory of the software), administrator (or empty, where another machine has the database brought up to
# date), email, hosts (a line for /etc/hosts, or empty), several (whether DCOR is on several machines), search (which machine the stack's own Solr is on, or empty), rebuild_mark (a file that says that the search index is of other data
# than the database has), authorities (paths of certificates that the machine trusts, where they are among the files), licenses (path of
# the list of datasets' licences), secrets_revision, files (with lay_files), notify. For another version: database (or empty, where it is not copied, as one
# elsewhere), database_administrator and database_connection (libpq's environment), address and port of uWSGI, server_name.
# Removal takes the configuration, the logs and what CKAN has made of its style sheets; what users have uploaded is on the volume.
library=/usr/local/lib/science-stacks/dcor
current=/usr/lib/ckan/default
ini=/etc/ckan/default/ckan.ini
inspected=/etc/ckan/dcor/dcor_config.json
# The environment that the style sheets and scripts of pages are of.
assets=/var/lib/ckan/assets

# Without `--fresh` the link to a certificate that went stays.
trust_what_is_there() {
    update-ca-certificates --fresh >/dev/null 2>&1
}

if [ "$1" = remove ]; then
    # Nothing of it runs any more.
    # shellcheck disable=SC2034 # remove_files looks at it.
    notify=()
    for path in "$ini" "$inspected" "$licenses"; do
        remove_file "$path"
        remove_empty_parents "$path"
    done
    # The last of them is where `dcor inspect` keeps its answers.
    rm -rf "$current" /var/lib/ckan /var/log/ckan /tmp/matplotlib /root/.config/dcor_control
    remove_empty_parents /root/.config/dcor_control
    remove_files
    trust_what_is_there
    ! grep -q '# DCOR, kept by science-stacks$' /etc/hosts || sed -i '/# DCOR, kept by science-stacks$/d' /etc/hosts
    return
fi

change=dcor change_units=(supervisor.service 'dcor-jobs@*.service' 'dcor-prune@*.service') change_database=$database
# shellcheck source=scripts/guest/upgrade/way-back.sh
source /usr/local/lib/science-stacks/way-back.sh
finish_earlier_change

configure() {
    lay_files
    for authority in "${authorities[@]}"; do
        [[ " ${files[*]} " == *" $authority "* ]] || remove_file "$authority"
    done
    [ /etc/ssl/certs/ca-certificates.crt -nt "$(dirname "${authorities[0]}")" ] || trust_what_is_there

    # Where no name service knows the site, the machine itself still has to find its own object store by that name.
    if [ -n "$hosts" ] && ! grep -qxF "$hosts" /etc/hosts; then
        sed -i '/# DCOR, kept by science-stacks$/d' /etc/hosts
        printf '%s\n' "$hosts" >>/etc/hosts
        changed "wrote /etc/hosts"
    fi

    # The extension's own, from wherever it is loaded.
    schemas=$("$environment/bin/python" -c 'from importlib.util import find_spec; print(*find_spec("ckanext.dcor_schemas").submodule_search_locations)')
    write_file "$licenses" root:root 644 <"$schemas/licenses.json"

    systemd-tmpfiles --create /etc/tmpfiles.d/dcor.conf
    merge() {
        python3 "$library/merge-secrets.py" "$1" "$2" "$(secret dcor-options)"
    }
    # Before it is read anew, and with it the mark that what runs is to be restarted.
    merge ini "$library/ckan.ini" | write_file "$ini" root:www-data 640
    merge json "$library/dcor_config.json" | write_file "$inspected" root:root 600

    link "$current" "$environment"

    # It asks before it fixes something, and there is nobody to answer: then it fails. It looks while the database is brought up to date.
    inspection=$(mktemp)
    dcor inspect </dev/null >"$inspection" 2>&1 &
    inspecting=$!

    [ -z "$administrator" ] || initialize
    [ "$several" = no ] || build_assets

    wait "$inspecting" || fail "\`dcor inspect\` finds something to fix" "$(tail -n 3 "$inspection")"
    grep -q "No changes made\." "$inspection" || fail "\`dcor inspect\` has changed something" "$(cat "$inspection")"
    rm "$inspection"
}

initialize() {
    index=${search:+look}
    [ ! -e "$rebuild_mark" ] || index=anew
    report=$(cd / && runuser -u www-data -- env CKAN_INI="$ini" HOME=/var/www "$current/bin/python" "$library/initialize.py" \
        "$administrator" "$email" "${index:-elsewhere}" <"$(secret dcor-administrator)")
    while read -r line; do
        [ -z "$line" ] || changed "$line"
    done <<<"$report"
    looking || rm -f "$rebuild_mark"
}

# CKAN makes the style sheets and scripts of a page when it is first asked for it: the page may come from one machine, and they be asked of another.
build_assets() {
    [ "$(cat "$assets" 2>/dev/null)" != "$environment" ] || return 0
    looking || ckan asset build >&2
    changed "built the style sheets and scripts of all pages"
    looking || printf '%s\n' "$environment" >"$assets"
}

bring_up() {
    configure
    start
}

# The services that supervisor waits for run: what comes before this step waits for them.
start() {
    start_with start supervisor.service
    # shellcheck source=scripts/guest/dcor/answers.sh
    source "$library/answers.sh"
    wait_for_ckan
    rm -f "$pending_directory/supervisor.service:restart"
}

before=$(readlink "$current" || :)
if ! looking && [ -e "$before/.complete" ] && [ "$before" != "$environment" ]; then
    change_versions "the change of DCOR from ${before##*/} to ${environment##*/}" bring_up start \
        "${files[@]}" "$ini" "$inspected" "$licenses" "$current"
else
    configure
fi

# The environment before this one stays; what is older goes.
find "$(dirname "$current")" -mindepth 1 -maxdepth 1 -type d ! -path "$environment" -printf '%T@ %p\n' | sort -rn |
    tail -n +2 | cut -d' ' -f2- | while read -r old; do
    rm -r "$old"
    changed "removed $old"
done
