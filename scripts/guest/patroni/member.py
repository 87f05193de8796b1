"""Asks Patroni of this member, by its certificate, and has it do what its settings ask for.

member.py ready: waits until the cluster is made.
member.py settings FILE: what the cluster keeps together becomes what the file says. A line on standard output is a change.
member.py restart: restarts PostgreSQL where changed settings ask for it.
"""

import argparse
import json
import ssl
import sys
import time
import urllib.request

import yaml

CONFIGURATION = "/etc/patroni/config.yml"


class Member:
    def __init__(self) -> None:
        with open(CONFIGURATION) as file:
            settings = yaml.safe_load(file)["restapi"]
        self.url = f"https://{settings['connect_address']}"
        self.context = ssl.create_default_context(cafile=settings["cafile"])
        self.context.load_cert_chain(settings["certfile"], settings["keyfile"])

    def ask(self, method: str, path: str, body=None, timeout: int = 10) -> bytes:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}/{path}", data=data, method=method)
        with urllib.request.urlopen(request, context=self.context, timeout=timeout) as answer:
            return answer.read()

    def get(self, path: str) -> dict:
        return json.loads(self.ask("GET", path))


def holds(found, wanted) -> bool:
    """Whether all that is wanted is there: others may keep more."""
    if isinstance(wanted, dict):
        return isinstance(found, dict) and all(holds(found.get(key), value) for key, value in wanted.items())
    return found == wanted


def ready(member: Member, seconds: int = 60) -> None:
    """Waits until the cluster is made: before that, Patroni knows no settings."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            member.get("config")
            return
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.5)


def settings(member: Member, path: str, only_look: bool) -> None:
    with open(path) as file:
        wanted = json.load(file)
    if not holds(member.get("config"), wanted):
        if not only_look:
            member.ask("PATCH", "config", wanted)
        print("gave the cluster its settings")


def restart(member: Member) -> None:
    # Patroni finds out by itself, with its next look.
    time.sleep(2 * member.get("config")["loop_wait"])
    if member.get("patroni").get("pending_restart"):
        member.ask("POST", "restart", {}, timeout=300)
        print("restarted PostgreSQL")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("action", choices=["ready", "settings", "restart"])
    parser.add_argument("file", nargs="?")
    parser.add_argument("--look", action="store_true")
    arguments = parser.parse_args()
    try:
        if arguments.action == "ready":
            ready(Member())
        elif arguments.action == "settings":
            settings(Member(), arguments.file, arguments.look)
        else:
            restart(Member())
    except OSError as error:
        sys.exit(f"Patroni of this machine does not do as it is asked: {error}")


if __name__ == "__main__":
    main()
