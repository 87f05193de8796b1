"""Prints the security.json by which Solr lets in users: security.py FILE USER=PASSWORD-FILE [CHECK-USER=PASSWORD-FILE].

FILE is the one that is there: the salts in it stay, so that the same passwords make the same text. The second user may ask for
nothing but how a server is.
"""

import json
import os
import sys
from base64 import b64decode, b64encode
from hashlib import sha256
from pathlib import Path

path = Path(sys.argv[1])
users = dict(argument.split("=", 1) for argument in sys.argv[2:])


def salt_of(user: str) -> bytes:
    try:
        found = json.loads(path.read_text())["authentication"]["credentials"][user].split()[1]
        return b64decode(found, validate=True)
    except (OSError, ValueError, KeyError, IndexError, TypeError, AttributeError):
        return os.urandom(32)


def credential(user: str, file: str) -> str:
    """As Solr's BasicAuthPlugin has it."""
    salt, password = salt_of(user), Path(file).read_text().rstrip("\n")
    mark = sha256(sha256(salt + password.encode()).digest()).digest()
    return f"{b64encode(mark).decode()} {b64encode(salt).decode()}"


credentials = {user: credential(user, file) for user, file in users.items()}
security = {"authentication": {"class": "solr.BasicAuthPlugin", "blockUnknown": True, "credentials": credentials}}
if len(users) > 1:
    client, check = users
    permissions = [{"name": "health", "role": ["client", "check"]}, {"name": "all", "role": ["client"]}]
    roles = {client: ["client"], check: ["check"]}
    plugin = {"class": "solr.RuleBasedAuthorizationPlugin", "user-role": roles, "permissions": permissions}
    security["authorization"] = plugin
print(json.dumps(security, indent=4))
