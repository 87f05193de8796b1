# shellcheck shell=bash disable=SC2154
# Makes a database and its user, and lets that user in with its password: on this machine's server by the local socket alone.
# What is already there is adopted. Removal takes the access away; the data goes with delete_data=yes only.
# Parameters: database, role, administrator (a user of the machine) and connection (libpq's environment) by which the server is
# reached, owner (of the users there, or empty), secret_name (of the password), extensions, delete_data (yes or no).
as_administrator=(runuser -u "$administrator" -- env "${connection[@]}")
tool=("${as_administrator[@]}" python3 /usr/local/lib/science-stacks/postgresql/database.py "$1" --database "$database" --role "$role")
[ -z "$owner" ] || tool+=(--mark "science-stacks: $owner")
for extension in "${extensions[@]}"; do
    tool+=(--extension "$extension")
done
wait_until 60 "${as_administrator[@]}" psql --no-password --quiet --command 'SELECT 1'

if [ "$1" = remove ]; then
    [ "$delete_data" = no ] || tool+=(--delete-data)
    report=$("${tool[@]}" </dev/null)
else
    report=$("${tool[@]}" <"$(secret "$secret_name")")
fi
while read -r line; do
    [ -z "$line" ] || changed "$line"
done <<<"$report"
