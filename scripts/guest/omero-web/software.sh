# shellcheck shell=bash disable=SC2154
# Installs OMERO.web and the chosen apps into a virtual environment of its own. What runs is not touched: it changes to the
# new environment in a later step, and back when that does not answer.
# Parameters: directory, ice_py (path of the wheel), index_url (of a PyPI mirror, or empty), proxy (or empty), ca_bundle,
# import_all (names of the Python modules that must be there), files (the lock files, with lay_files).
library=/usr/local/lib/science-stacks/omero-web
if [ "$1" = remove ]; then
    rm -rf "$(dirname "$directory")"/venv3-* "$(dirname "$ice_py")"
    remove_empty_parents "$directory"
    remove_files
    changed "removed OMERO.web from $(dirname "$directory")"
    return
fi

lay_files
# shellcheck source=scripts/guest/python/venv.sh
source /usr/local/lib/science-stacks/python/venv.sh
# shellcheck source=scripts/guest/upgrade/way-back.sh
source /usr/local/lib/science-stacks/way-back.sh

if [ ! -e "$directory/.complete" ]; then
    rm -rf "$directory"
    make_venv "$directory" "$library/requirements.txt" "$ice_py"
    # Not from the directory that holds omero-web's home, nor with a configuration of its own.
    found=$(cd / && HOME=/nonexistent "$directory/bin/python" -c "import Ice, ${import_all// /, }; from importlib.metadata import version; print('OMERO.web', version('omero-web'), 'IcePy', Ice.stringVersion())" 2>&1) ||
        fail "OMERO.web cannot be loaded" "$found"
    changed "installed $found in $directory"
    sync -f "$directory"
    printf '%s\n' "$found" >"$directory/.complete"
fi

runs=$(readlink "$(dirname "$directory")/venv3" || :)
[ -z "$runs" ] || [ "$runs" = "$directory" ] || back_up_first
