# shellcheck shell=bash disable=SC2154
# Makes MinIO's user, its directory on the data volume, and the virtual environment that its users are made with.
# Removal leaves the user and what is on the volume, which belongs to it.
# Parameters: directory (of the environment), index_url (of a PyPI mirror, or empty), proxy (or empty), ca_bundle,
# files (the lock file, with lay_files).
if [ "$1" = remove ]; then
    rm -rf "$directory" /usr/local/lib/science-stacks/minio
    remove_empty_parents "$directory"
    changed "removed $directory"
    return
fi

system_user minio-user MinIO /data/minio
lay_files
library=/usr/local/lib/science-stacks/minio
# shellcheck source=scripts/guest/python/venv.sh
source /usr/local/lib/science-stacks/python/venv.sh

if [ ! -e "$directory/.complete" ]; then
    rm -rf "$directory"
    make_venv "$directory" "$library/requirements.txt"
    found=$("$directory/bin/python" -c 'import minio.minioadmin; print("minio", minio.__version__)' 2>&1) ||
        fail "what MinIO's users are made with cannot be loaded" "$found"
    changed "installed the Python package $found in $directory"
    sync -f "$directory"
    : >"$directory/.complete"
fi
find "$(dirname "$directory")" -mindepth 1 -maxdepth 1 -type d -name 'minio-tools-*' ! -path "$directory" -exec rm -r {} +
