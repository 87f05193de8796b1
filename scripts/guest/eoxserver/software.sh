# shellcheck shell=bash disable=SC2154
# Installs EOxServer into a virtual environment of its own, on Debian's GDAL, MapServer and PostgreSQL bindings.
# Another version, or another list of packages, gets another directory: what runs is not touched until it is complete.
# Parameters: directory, index_url (of a PyPI mirror, or empty),
# proxy (or empty), ca_bundle, files (the lock files, the unit and the tools, with lay_files).
if [ "$1" = remove ]; then
    rm -rf "$(dirname "$directory")" /var/cache/eoxserver
    remove_files
    changed "removed $(dirname "$directory")"
    return
fi

wrote=0
lay_files
[ "$wrote" = 0 ] || systemctl daemon-reload

library=/usr/local/lib/science-stacks/eoxserver
# shellcheck source=scripts/guest/python/venv.sh
source /usr/local/lib/science-stacks/python/venv.sh
# shellcheck source=scripts/guest/upgrade/way-back.sh
source /usr/local/lib/science-stacks/way-back.sh
# EOxServer asks for exactly the GDAL that it was released with; it works with Debian's, which is what this proves.
import_all='import eoxserver.contrib.mapserver, eoxserver.contrib.gdal, django.contrib.gis.gdal as g, lxml.etree, psycopg2, mapscript
from osgeo import gdal, gdal_array
assert g.gdal_version(), "Django does not find GDAL"
print(f"EOxServer {eoxserver.get_version()}, GDAL {gdal.__version__}, MapServer {mapscript.MS_VERSION}")'

if [ ! -e "$directory/.complete" ]; then
    rm -rf "$directory"
    # shellcheck disable=SC2034
    venv_options=(--system-site-packages)
    make_venv "$directory" "$library/requirements.txt"
    found=$("$directory/bin/python" -c "$import_all" 2>&1) || fail "EOxServer does not work with this Debian's libraries" "$found"
    changed "installed $found in $directory"
    sync -f "$directory"
    printf '%s\n' "$found" >"$directory/.complete"
fi

current=$(dirname "$directory")/current
if [ "$(readlink "$current")" != "$directory" ]; then
    [ ! -e "$current" ] || back_up_first
    ln -sfnT "$directory" "$current.new"
    mv -fT "$current.new" "$current"
    changed "$current is $directory"
fi

# What instances run with stays, for them and as their way back; what is older goes.
looking || find "$(dirname "$directory")" -mindepth 1 -maxdepth 1 -type d ! -path "$directory" | while read -r old; do
    grep -qsF "python-home=$old " /etc/eoxserver/*/apache2.conf || {
        rm -r "$old"
        changed "removed $old"
    }
done
