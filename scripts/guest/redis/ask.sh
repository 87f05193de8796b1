# shellcheck shell=bash disable=SC2154
# Asks a Redis server that is not the machine's own whether it lets this machine in.
# Parameters: url, secret (name of the password, or empty), secret_revision (another one: asked anew), authority (path of the
# certificate that it is verified by, or empty: those that the machine trusts).
[ -z "$secret" ] || password_file=$(secret "$secret")
answer=$(python3 -c '
import socket, ssl, sys
from urllib.parse import urlsplit

url, password_file, authority = urlsplit(sys.argv[1]), sys.argv[2], sys.argv[3]
try:
    connection = socket.create_connection((url.hostname, url.port), timeout=10)
except TimeoutError:
    # A new machine may have the address of one that went, whose place in the network is known for some seconds more.
    connection = socket.create_connection((url.hostname, url.port), timeout=10)
if url.scheme == "rediss":
    connection = ssl.create_default_context(cafile=authority or None).wrap_socket(connection, server_hostname=url.hostname)

def ask(*words):
    parts = [f"*{len(words)}\r\n".encode()]
    for word in map(str.encode, words):
        parts += [b"$%d\r\n" % len(word), word, b"\r\n"]
    connection.sendall(b"".join(parts))
    return connection.recv(4096).decode(errors="replace").strip()

questions = [["SELECT", url.path[1:]], ["PING"]]
if password_file:
    questions.insert(0, ["AUTH", open(password_file).read().rstrip("\n")])
for question in questions:
    answer = ask(*question)
    if not answer.startswith("+"):
        sys.exit(f"{question[0]}: {answer}")
' "$url" "${password_file:-}" "$authority" 2>&1) ||
    fail "Redis at $url does not let this machine in: $(tail -n 1 <<<"$answer")" \
        "redis.url and redis.password say where it is. It must be reachable from the machine, too."
