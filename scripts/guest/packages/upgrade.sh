# shellcheck shell=bash disable=SC2154
# Brings all of the machine's Debian packages to their newest versions, once for each value of as_of. Those that are replaced are kept as
# they are installed; when a unit of the stack or one of its pages does not come up with the new ones, they are put back.
# Parameters: as_of, pages (addresses that answer, by the statuses that are right: "URL 200,302"), files (with lay_files).
done_for=/var/lib/science-stacks/packages-as-of
before=/var/cache/science-stacks/packages-before
if [ "$1" = remove ]; then
    # Other steps source the files, too.
    rm -rf "$done_for" "$before"
    remove_empty_parents "$before"
    return
fi

lay_files
# shellcheck source=scripts/guest/upgrade/way-back.sh
source /usr/local/lib/science-stacks/way-back.sh
[ "$(cat "$done_for" 2>/dev/null)" != "$as_of" ] || return 0
if looking; then
    differs "the packages have not been upgraded for $as_of"
    return
fi

# shellcheck source=scripts/guest/packages/apt.sh
source /usr/local/lib/science-stacks/apt.sh

# keep_packages NAME…: each as it is installed, settings and all: mirrors have the newest version alone.
keep_packages() {
    rm -rf "$before.new"
    mkdir -p "$before.new"
    apt install dpkg-repack
    for name; do
        (cd "$before.new" && dpkg-repack "$name")
    done
    sync --file-system "$before.new"
    mv "$before.new" "$before"
}

page_answers() {
    python3 - "$1" "$2" <<'END'
import http.client, ssl, sys
from urllib.parse import urlsplit

url, statuses = urlsplit(sys.argv[1]), sys.argv[2].split(",")
# The machine itself is asked, whatever the name leads to.
own = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
own.check_hostname, own.verify_mode = False, ssl.CERT_NONE
tls = url.scheme == "https"
port = url.port or (443 if tls else 80)
asked = http.client.HTTPSConnection("127.0.0.1", port, context=own, timeout=30) if tls else http.client.HTTPConnection("127.0.0.1", port, timeout=30)
asked.request("GET", url.path or "/", headers={"Host": url.netloc})
sys.exit(str(asked.getresponse().status) not in statuses)
END
}

# Services run with what was loaded when they were started: all of the stack's are started anew, and everything asked.
comes_up() {
    local unit page
    systemctl daemon-reload
    mapfile -t units < <(grep '\.service$' "$units_of_steps" | sort -u)
    systemctl restart "${units[@]}"
    for unit in "${units[@]}"; do
        (unset STEP_ERROR && wait_until 60 systemctl is-active --quiet "$unit") ||
            fail "$unit does not run" "$(journalctl --quiet --unit "$unit" --output cat --lines 8)"
    done
    for page in "${pages[@]}"; do
        # shellcheck disable=SC2086 # The address and the statuses.
        wait_until 180 page_answers $page
    done
}

upgrade() {
    dpkg --configure -a
    apt --with-new-pkgs upgrade
    comes_up
}

put_back() {
    dpkg --install --force-downgrade,confold "$before"/*.deb
    comes_up
}

# shellcheck disable=SC2119 # Of no package: all lists are needed.
update
mapfile -t replaced < <(apt --simulate --with-new-pkgs upgrade | sed -n 's/^Inst \([^ ]*\) \[.*/\1/p')
if [ "${#replaced[@]}" != 0 ]; then
    back_up_first
    # Of a run that was cut off, the packages of before it are kept already.
    [ -e "$before" ] || keep_packages "${replaced[@]}"
    why_not upgrade
    if [ -n "$reason" ]; then
        cause=$reason
        why_not put_back
        [ -z "$reason" ] || fail "the packages could not be upgraded, nor put back as they were" "$cause" "$reason"
        rm -r "$before"
        fail "the upgrade of ${#replaced[@]} packages failed; those from before are back, and everything answers" "$cause"
    fi
    changed "upgraded ${#replaced[@]} packages: ${replaced[*]}"
fi
rm -rf "$before"
printf '%s\n' "$as_of" >"$done_for"
