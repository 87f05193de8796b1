# shellcheck shell=bash disable=SC2154
# Waits until HAProxy finds that a server behind it answers as it should: then the next one may be restarted.
# Parameters: backends, server (of each of them), socket (of HAProxy, for operators), revision (of what runs there: another one,
# waited for anew).
sees() {
    python3 -c '
import csv, socket, sys

server, path, *backends = sys.argv[1:]
connection = socket.socket(socket.AF_UNIX)
connection.settimeout(10)
connection.connect(path)
connection.sendall(b"show stat\n")
lines = connection.makefile(encoding="ascii").read().lstrip("# ").splitlines()
# Before its first check, a server counts as one that is up.
answering = {
    row["pxname"]
    for row in csv.DictReader(lines)
    if row["svname"] == server and row["status"] == "UP" and "L7OK" in row["check_status"]
}
sys.exit(0 if answering.issuperset(backends) else 1)
' "$server" "$socket" "${backends[@]}"
}

if looking; then
    sees || differs "HAProxy finds no answer of $server"
    return
fi
deadline=$((SECONDS + 60))
until sees; do
    [ "$SECONDS" -lt "$deadline" ] || fail "HAProxy finds no answer of $server within 60 s" \
        "$(journalctl --quiet --unit haproxy.service --output cat --lines 8 --no-pager)"
    sleep 0.3
done
