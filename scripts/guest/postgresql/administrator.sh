# shellcheck shell=bash disable=SC2154
# Makes the administrator of a server that other machines use: a role that may make databases and users, and comes in by a password.
# It is no superuser: the extensions that its databases have are marked as those that one may make in a database of one's own.
# Of several servers that are one (a leader with standbys), it is made on the leader, and waited for on the others.
# Removal takes the log-in away; the role stays, as the databases do.
# Parameters: role, secret_name (of its password), connection (libpq's environment) of the superuser, extensions, directory (of the
# extensions), groups (that it is a member of), secrets_revision, files (with lay_files).
as_superuser=(runuser -u postgres -- env "${connection[@]}")
tool=("${as_superuser[@]}" python3 /usr/local/lib/science-stacks/postgresql/administrator.py "$1" --role "$role" "${groups[@]/#/--group=}")

# Of each extension the file that PostgreSQL reads beside the package's own, which is not to be changed, for the version that is made.
marks=()
for extension in "${extensions[@]}"; do
    release=$(sed -n "s/^default_version *= *'\(.*\)'.*/\1/p" "$directory/$extension.control")
    [ -n "$release" ] || fail "PostgreSQL on this machine has no extension $extension in $directory"
    marks+=("$directory/$extension--$release.control")
done
wait_until 60 "${as_superuser[@]}" psql --no-password --quiet --command 'SELECT 1'

is_standby() {
    [ "$("${as_superuser[@]}" psql -wXAtq -c 'SELECT pg_is_in_recovery()')" = t ]
}
apply() {
    "${tool[@]}" <"$(secret "$secret_name")"
}

report=
if [ "$1" = remove ]; then
    is_standby || report=$("${tool[@]}" </dev/null)
    for mark in "${marks[@]}"; do
        remove_file "$mark"
    done
    remove_files
else
    lay_files
    for mark in "${marks[@]}"; do
        write_file "$mark" root:root 644 <<<"trusted = true"
    done
    if is_standby; then
        # Nothing is changed there: it fails until the leader's changes have come.
        wait_until 60 apply
    else
        report=$(apply)
    fi
fi
while read -r line; do
    [ -z "$line" ] || changed "$line"
done <<<"$report"
