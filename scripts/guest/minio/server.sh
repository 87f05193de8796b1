# shellcheck shell=bash disable=SC2154
# Starts MinIO, and makes the user, its policy and its access key.
# Removal stops it; what is on the volume stays there.
# Parameters: program (path of MinIO), tools (the virtual environment), address, authority (path of the certificate that the server
# is verified by, or empty, where it has no TLS), root_user, user, bucket_prefix, files (the unit and the script, with lay_files), notify.
if [ "$1" = remove ]; then
    end_unit minio.service
    rm -rf /usr/local/bin/minio "$program" "$pending_directory"/minio.service:*
    remove_empty_parents "$program"
    # shellcheck disable=SC2034 # remove_files looks at it.
    notify=()
    remove_files
    changed "removed $program"
    return
fi

link /usr/local/bin/minio "$program"
lay_files
settle
enable_unit minio.service

report=$("$tools/bin/python" /usr/local/lib/science-stacks/minio/make-user.py \
    "$address" "$root_user" "$user" "$bucket_prefix" /etc/science-stacks/secrets "$authority") || fail "MinIO's user $user could not be made"
while read -r line; do
    [ -z "$line" ] || changed "$line"
done <<<"$report"

# What ran before.
find "$(dirname "$program")" -mindepth 1 -maxdepth 1 -type f -name 'minio-*' ! -path "$program" -delete
