# shellcheck shell=bash disable=SC2154
# Installs CKAN and every DCOR extension into a virtual environment of its own. What runs is not touched: it changes to the
# new environment in a later step.
# Parameters: directory, plugins (of CKAN, each of which must load), index_url (of a PyPI mirror, or empty), proxy (or empty),
# ca_bundle, files (the lock files and tools, with lay_files).
if [ "$1" = remove ]; then
    rm -rf "$(dirname "$directory")"
    remove_files
    changed "removed $(dirname "$directory")"
    return
fi

lay_files
library=/usr/local/lib/science-stacks/dcor
# shellcheck source=scripts/guest/python/venv.sh
source /usr/local/lib/science-stacks/python/venv.sh
# shellcheck source=scripts/guest/upgrade/way-back.sh
source /usr/local/lib/science-stacks/way-back.sh

if [ ! -e "$directory/.complete" ]; then
    rm -rf "$directory"
    make_venv "$directory" "$library/requirements.txt"
    # boto3 trusts certifi's list alone: here it is the machine's, with the certificates that the stack adds to it.
    ln -sf /etc/ssl/certs/ca-certificates.crt "$("$directory/bin/python" -c 'import certifi; print(certifi.where())')"
    conflicts=$(mktemp)
    "$directory/bin/python" -m pip check >"$conflicts" 2>&1 &
    checking=$!
    found=$(cd / && PATH=$directory/bin:$PATH "$directory/bin/python" "$library/finish-software.py" "${plugins[@]}" 2>&1) ||
        fail "CKAN or one of its plugins cannot be loaded" "$(tail -n 5 <<<"$found")"
    wait "$checking" || fail "the Python packages do not fit each other" "$(cat "$conflicts")"
    rm "$conflicts"
    changed "installed $(tail -n 1 <<<"$found") in $directory"
    sync -f "$directory"
    printf '%s\n' "$found" >"$directory/.complete"
fi

runs=$(readlink "$(dirname "$directory")/default" || :)
[ -z "$runs" ] || [ "$runs" = "$directory" ] || back_up_first
