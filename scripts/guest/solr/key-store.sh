# shellcheck shell=bash disable=SC2154
# Gives a Solr that other machines reach its key store, and whoever asks it on its machine a password; sourced by the step that starts it.
# Reads certificate, key, authority (paths), key_store, key_store_settings, client (a directory of curl's), user, password (a secret's name).

# The password of the key store is known here alone: another one for each certificate.
of=$(cat "$certificate" "$key" | sha256sum | cut -d' ' -f1)
if ! grep -qsxF "# $of" "$key_store_settings" || [ ! -s "$key_store" ]; then
    store_password=$(openssl rand -hex 24)
    openssl pkcs12 -export -in "$certificate" -inkey "$key" -name solr -passout stdin <<<"$store_password" |
        write_file "$key_store" root:solr 640
    write_file "$key_store_settings" root:root 600 <<SETTINGS
# $of
SOLR_SSL_KEY_STORE_PASSWORD=$store_password
SETTINGS
fi

# How whoever asks it on this machine, systemd for one, logs in: nothing that runs has to be restarted for it.
restarted=("${notify[@]}")
notify=()
write_file "$client/.curlrc" root:solr 640 <<CURL
user = "$user:$(<"$(secret "$password")")"
cacert = "$authority"
CURL
notify=("${restarted[@]}")
