# shellcheck shell=bash disable=SC2154
# Gets the certificate by ACME. One that is there, is for that name and of that authority, and will not end soon stays.
# Parameters: server_name, server (the ACME directory), email, challenge (arguments of certbot).
# From then on, certbot.timer renews it by the same way.
live=/etc/letsencrypt/live/science-stacks
renewal=/etc/letsencrypt/renewal/science-stacks.conf
arguments=()
if [ -e "$renewal" ] && ! grep -qxF "server = $server" "$renewal"; then
    # Another authority: certbot would stay with the first one until its certificate ends.
    arguments=(--force-renewal)
fi
before=$(readlink -f "$live/cert.pem" || true)

# The environment of certbot.service is that of its renewals.
mapfile -t environment < <(systemctl show --property=Environment --value certbot.service | tr ' ' '\n' | sed '/^$/d')
obtain() {
    output=$(env "${environment[@]}" certbot certonly --non-interactive --agree-tos --email "$email" --server "$server" \
        --cert-name science-stacks --domain "$server_name" --key-type rsa --rsa-key-size 4096 --keep-until-expiring \
        --deploy-hook /usr/local/lib/science-stacks/acme-deploy "${challenge[@]}" "${arguments[@]}" 2>&1)
}
# An authority may refuse any nonce (RFC 8555, 6.5). certbot asks once more itself, and breaks when that one is refused
# too ("can't set attribute", or the authority's word); its log, which each run begins anew, has the error's type.
refused_nonce() {
    [[ "$output" == *"can't set attribute"* || "$output" == *nonce* ]] &&
        grep -q 'urn:ietf:params:acme:error:badNonce' /var/log/letsencrypt/letsencrypt.log
}
if ! obtain && ! { refused_nonce && obtain; } && ! { refused_nonce && obtain; }; then
    ! refused_nonce || output+=$'\nDetail: the authority refused each nonce (badNonce)'
    printf '%s\n' "$output"
    # certbot wraps its lines; what the authority says is after the last "Detail:".
    detail=$(printf '%s\n' "$output" | grep -E '^ *(Detail|Hint):|error|Error' | tail -n 4)
    fail "no certificate for $server_name from $server" "${detail:-$(printf '%s\n' "$output" | tail -n 3)}" \
        "The authority must reach the machine by that name (HTTP), or its records must be what certbot has set (DNS)."
fi
printf '%s\n' "$output"
[ "$before" = "$(readlink -f "$live/cert.pem")" ] || changed "got a certificate for $server_name from $server"
