"""
Leaves a machine as if its workers had missed a measurement, and as if nobody had come back to a draft and to an upload; run by
DCOR's own Python, as its user. What the nightly jobs are there for.

    dcor-nightly.py RESOURCE DRAFT

The measurement lies where uploads through CKAN are laid, and not in the object store; what the workers made of it is gone; its
checksum is not known. The draft was last changed a month ago. An upload in parts was begun today.
"""

import sys
from pathlib import Path

from ckan.cli.cli import ckan

resource, draft = sys.argv[1:]
with ckan.make_context("ckan", ["jobs", "list"]):
    from ckan import model
    from ckan.lib.search import rebuild
    from dcor_shared import get_ckan_config_option, s3, s3cc

    client, _, _ = s3.get_s3()
    bucket, key = s3cc.get_s3_bucket_object_for_artifact(resource, artifact="resource")
    path = Path(get_ckan_config_option("ckan.storage_path"), "resources", resource[:3], resource[3:6], resource[6:])
    path.parent.mkdir(parents=True, exist_ok=True)
    client.download_file(bucket, key, str(path))
    for artifact in ("resource", "preview", "condensed"):
        client.delete_object(Bucket=bucket, Key=s3cc.get_s3_bucket_object_for_artifact(resource, artifact=artifact)[1])
    client.create_multipart_upload(Bucket=bucket, Key="resource/begun")

    for statement in (
        "update resource set extras = (extras::jsonb - 'sha256')::text where id = :resource",
        "update package set metadata_modified = now() - interval '1 month' where id = :draft",
    ):
        model.Session.execute(statement, {"resource": resource, "draft": draft})
    model.Session.commit()
    rebuild(model.Resource.get(resource).package_id)
