"""Has HAProxy listen for what is behind it: `open SOCKET FRONTEND PAGE` waits until the page answers, and lets connections in;
`close SOCKET FRONTEND` lets no more in, and waits for the end of those that there are, for a minute at most."""

import csv
import socket
import sys
import time
import urllib.request

MOST_SECONDS = 60


def ask(command: str) -> str:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(10)
        connection.connect(path)
        connection.sendall(f"{command}\n".encode())
        return connection.makefile(encoding="ascii").read()


def seen() -> dict[str, str]:
    """What HAProxy says of the frontend."""
    rows = csv.DictReader(ask("show stat").lstrip("# ").splitlines())
    return next(row for row in rows if (row["pxname"], row["svname"]) == (frontend, "FRONTEND"))


def answers(page: str) -> bool:
    try:
        with urllib.request.urlopen(page, timeout=30):
            return True
    except OSError:
        return False


action, path, frontend, *pages = sys.argv[1:]
if action == "open":
    while not all(answers(page) for page in pages):
        # HAProxy itself listens when it has started. What is stopped again before it has answered here is not to get requests.
        ask(f"disable frontend {frontend}")
        time.sleep(0.5)
    said = ask(f"enable frontend {frontend}")
    if seen()["status"] != "OPEN":
        sys.exit(f"HAProxy does not listen: {said.strip()}")
else:
    try:
        said = ask(f"disable frontend {frontend}")
    except (FileNotFoundError, ConnectionRefusedError):
        sys.exit(0)  # There is no HAProxy, and nobody at it.
    deadline = time.monotonic() + MOST_SECONDS
    while int(seen()["scur"]) > 0:
        if time.monotonic() > deadline:
            sys.exit(f"{seen()['scur']} connections have not ended within {MOST_SECONDS} s: {said.strip()}")
        time.sleep(0.2)
