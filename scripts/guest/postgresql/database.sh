# shellcheck shell=bash disable=SC2154
# Makes a database and its user, and lets that user in with its password, by the local socket alone.
# What is already there is adopted. Removal takes the access away; the data goes with delete_data=yes only.
# Parameters: database, role, port, secret_name (of the password), extensions, delete_data (yes or no), files (with lay_files).
lay_files
tool=(runuser -u postgres -- python3 /usr/local/lib/science-stacks/postgresql/database.py "$1" --port "$port" --database "$database" --role "$role")
for extension in "${extensions[@]}"; do
    tool+=(--extension "$extension")
done
wait_until 60 runuser -u postgres -- psql --quiet --port "$port" --command 'SELECT 1' postgres

if [ "$1" = remove ]; then
    [ "$delete_data" = no ] || tool+=(--delete-data)
    report=$("${tool[@]}" </dev/null)
else
    report=$("${tool[@]}" <"$(secret "$secret_name")")
fi
while read -r line; do
    [ -z "$line" ] || changed "$line"
done <<<"$report"
