"""Puts the secret options into CKAN's configuration and into what `dcor inspect` compares it with.

    merge-secrets.py ini|json PUBLIC SECRETS

Prints the whole. A file of its own for the secrets keeps the rest of the configuration readable in a preview.
"""

import json
import socket
import sys
from pathlib import Path

kind, public, secrets = sys.argv[1], Path(sys.argv[2]).read_text(), json.loads(Path(sys.argv[3]).read_text())
if kind == "ini":
    # The section that CKAN reads is the last of the file.
    print(public.rstrip("\n"), *(f"{key} = {value}" for key, value in secrets.items()), sep="\n")
else:
    site = json.loads(public)
    site["requirements"]["hostname"] = socket.gethostname()
    site["ckan.ini"].update(secrets)
    print(json.dumps(site, indent=4))
