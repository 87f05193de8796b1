"""
DCOR-Aid at work: opens an access file, makes a circle and a dataset, and lays files into it.

    upload.py FILE... < REQUEST

REQUEST is JSON with `access` (path of a .dcor-access file), `password`, `circle` and `title`, and `token` where it is another
user's than the access file's. Prints the dataset as JSON.
"""

import json
import os
import sys
import tempfile
from pathlib import Path

request = json.load(sys.stdin)
with tempfile.TemporaryDirectory() as directory:
    from dclab.rtdc_dataset.fmt_dcor import access_token

    opened = (request["access"], request["password"])
    certificate = Path(directory) / "server.cert"
    certificate.write_bytes(access_token.get_certificate(*opened))
    # For the object store, DCOR-Aid trusts what its system does.
    os.environ["REQUESTS_CA_BUNDLE"] = str(certificate)

    from dcoraid.api import CKANAPI, dataset_create

    token = request.get("token") or access_token.get_api_key(*opened)
    api = CKANAPI(access_token.get_hostname(*opened), api_key=token, ssl_verify=str(certificate))
    dataset = dataset_create(
        {
            "title": request["title"],
            "authors": "A. Tester",
            "license_id": "CC0-1.0",
            "owner_org": request["circle"],
        },
        api,
        resources=[Path(path) for path in sys.argv[1:]],
        create_circle=True,
        activate=True,
    )
    print(json.dumps(api.get("package_show", id=dataset["id"])))
