"""Prints the security.json by which Solr lets in one user: security.py USER FILE < PASSWORD.

FILE is the one that is there: the salt in it stays, so that the same password makes the same text.
"""

import json
import os
import sys
from base64 import b64decode, b64encode
from hashlib import sha256
from pathlib import Path

user, path = sys.argv[1], Path(sys.argv[2])
password = sys.stdin.read().rstrip("\n")
try:
    salt = b64decode(json.loads(path.read_text())["authentication"]["credentials"][user].split()[1], validate=True)
except (OSError, ValueError, KeyError, IndexError, TypeError, AttributeError):
    salt = os.urandom(32)
# As Solr's BasicAuthPlugin has it.
mark = sha256(sha256(salt + password.encode()).digest()).digest()
credentials = {user: f"{b64encode(mark).decode()} {b64encode(salt).decode()}"}
plugin = {"class": "solr.BasicAuthPlugin", "blockUnknown": True, "credentials": credentials}
print(json.dumps({"authentication": plugin}, indent=4))
