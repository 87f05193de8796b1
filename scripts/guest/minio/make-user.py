"""Brings MinIO's user for a product, its policy and its access key to what they should be, and prints what it changed.

    make-user.py ADDRESS ROOT_USER USER BUCKET_PREFIX SECRETS_DIRECTORY [AUTHORITY]

The passwords and keys are in files: minio-root, minio-user, minio-access-key-id, minio-secret-access-key.
AUTHORITY is the file of the certificate that the server is verified by; without it, or empty, it is asked without TLS.
The guide does this in MinIO's web console, which has had no management of users since April 2025.
"""

import json
import os
import sys
from pathlib import Path

from minio import Minio, MinioAdmin
from minio.credentials import StaticProvider
from minio.error import MinioAdminException, S3Error


def read_write(prefix: str) -> dict:
    """To read and write, but nothing besides the product's own buckets; their names can be listed."""
    buckets = f"arn:aws:s3:::{prefix}*"
    return {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": ["s3:ListAllMyBuckets"], "Resource": ["arn:aws:s3:::*"]},
            {"Effect": "Allow", "Action": ["s3:*"], "Resource": [buckets, f"{buckets}/*"]},
        ],
    }


class Server:
    def __init__(self, address: str, authority: str, root: str, password: str):
        self.to = {"endpoint": address, "secure": authority != ""}
        if authority:
            # Where the client looks for the authorities that it trusts.
            os.environ["SSL_CERT_FILE"] = authority
        self.root = self.admin(root, password)

    def admin(self, name: str, password: str) -> MinioAdmin:
        return MinioAdmin(credentials=StaticProvider(name, password), **self.to)

    def takes(self, name: str, password: str) -> bool:
        """Whether somebody can log in with this. Anything but a clear no is an error."""
        try:
            Minio(access_key=name, secret_key=password, **self.to).list_buckets()
        except S3Error as error:
            if error.code not in ("InvalidAccessKeyId", "SignatureDoesNotMatch"):
                raise
            return False
        return True

    def set_policy(self, name: str, policy: dict) -> bool:
        if name in json.loads(self.root.policy_list()) and same(json.loads(self.root.policy_info(name)), policy):
            return False
        self.root.policy_add(name, policy=policy)
        return True

    def set_user(self, name: str, password: str) -> bool:
        if self.takes(name, password):
            return False
        self.root.user_add(name, password)
        return True

    def attach_policy(self, name: str, policy: str) -> bool:
        attached = [each for each in json.loads(self.root.user_info(name)).get("policyName", "").split(",") if each]
        if attached == [policy]:
            return False
        if policy not in attached:
            self.root.attach_policy([policy], user=name)
        others = [each for each in attached if each != policy]
        if others:
            self.root.detach_policy(others, user=name)
        return True

    def set_access_key(self, user: str, password: str, key: str, secret: str) -> bool:
        if self.takes(key, secret):
            return False
        try:
            self.root.get_service_account(key)
        except MinioAdminException:
            self.admin(user, password).add_service_account(access_key=key, secret_key=secret, name=user)
        else:
            self.root.update_service_account(access_key=key, secret_key=secret)
        return True


def same(found: object, wanted: object) -> bool:
    """Lists of a policy have no order."""
    if isinstance(found, dict) and isinstance(wanted, dict):
        return found.keys() == wanted.keys() and all(same(found[key], wanted[key]) for key in wanted)
    if isinstance(found, list) and isinstance(wanted, list):
        return len(found) == len(wanted) and all(any(same(each, other) for other in found) for each in wanted)
    return found == wanted


def main(address: str, root: str, user: str, prefix: str, secrets: str, authority: str = "") -> None:
    def secret(name: str) -> str:
        return (Path(secrets) / f"minio-{name}").read_text().removesuffix("\n")

    server = Server(address, authority, root, secret("root"))
    password = secret("user")
    steps = [
        (server.set_policy(f"{user}-readwrite", read_write(prefix)), f"gave MinIO the policy {user}-readwrite"),
        (server.set_user(user, password), f"gave MinIO the user {user}"),
        (server.attach_policy(user, f"{user}-readwrite"), f"gave the user {user} its policy"),
        (
            server.set_access_key(user, password, secret("access-key-id"), secret("secret-access-key")),
            f"gave the user {user} its access key",
        ),
    ]
    print("\n".join(said for did, said in steps if did))


if __name__ == "__main__":
    main(*sys.argv[1:])
