"""
What a check needs of DCOR's own software; run by its Python, as its user.

    dcor.py measure                      a small measurement of sixty events, as an .rtdc file, to standard output
    dcor.py objects CIRCLE RESOURCE...   the objects of resources of a circle, as JSON
    dcor.py database                     how CKAN comes to its database, as JSON
    dcor.py jobs QUEUE...                puts a job into each queue, and says how each has ended, as JSON
    dcor.py settle DATASET...            waits for the workers to be done with datasets that are to be taken away: a job whose
                                         resource is gone waits for it until its time is over, and its queue with it. What no
                                         worker has begun within twenty seconds is taken out of its queue
    dcor.py forget CIRCLE RESOURCE...    removes the bucket of a circle that a check made, with all in it; in a bucket of all
                                         circles, which DCOR may delete nothing in, the resources' objects get the tag
                                         disposable=true
"""

import configparser
import json
import sys
import tempfile
import time
from pathlib import Path


def measure():
    import dclab
    import numpy as np

    generator = np.random.default_rng(42)
    events = 60
    image = generator.integers(90, 110, size=(events, 80, 250), dtype=np.uint8)
    mask = np.zeros(image.shape, dtype=bool)
    mask[:, 30:50, 100:130] = True
    image[mask] += 40
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "measurement.rtdc"
        with dclab.RTDCWriter(path, mode="reset") as writer:
            writer.store_metadata(
                {
                    "experiment": {
                        "date": "2026-01-02",
                        "time": "10:11:12",
                        "event count": events,
                        "run index": 1,
                        "sample": "verification",
                    },
                    "imaging": {
                        "flash device": "LED",
                        "flash duration": 2.0,
                        "frame rate": 2000.0,
                        "pixel size": 0.34,
                        "roi position x": 0,
                        "roi position y": 0,
                        "roi size x": 250,
                        "roi size y": 80,
                    },
                    "setup": {
                        "channel width": 20.0,
                        "chip region": "channel",
                        "flow rate": 0.06,
                        "flow rate sample": 0.02,
                        "flow rate sheath": 0.04,
                        "identifier": "none",
                        "medium": "CellCarrierB",
                        "module composition": "Cell_Flow_2, Fluor",
                        "software version": "science-stacks",
                    },
                }
            )
            writer.store_feature("area_um", generator.normal(60, 5, events))
            writer.store_feature("deform", generator.normal(0.05, 0.01, events))
            writer.store_feature("time", np.linspace(0, 1, events))
            writer.store_feature("image", image)
            writer.store_feature("mask", mask)
        sys.stdout.buffer.write(path.read_bytes())


def site_options():
    reader = configparser.RawConfigParser()
    reader.read("/etc/ckan/default/ckan.ini")
    return reader["app:main"]


def bucket_of(circle):
    import boto3

    options = site_options()
    store = boto3.resource(
        "s3",
        endpoint_url=options["dcor_object_store.endpoint_url"],
        aws_access_key_id=options["dcor_object_store.access_key_id"],
        aws_secret_access_key=options["dcor_object_store.secret_access_key"],
    )
    return store.Bucket(options["dcor_object_store.bucket_name"].format(organization_id=circle))


def objects_of(bucket, resources):
    """What DCOR has of each resource: the file itself, and what is made of it."""
    for resource in resources:
        for kind in ("condensed", "preview", "resource"):
            yield from bucket.objects.filter(Prefix=f"{kind}/{resource[:3]}/{resource[3:6]}/{resource[6:]}")


def objects(circle, *resources):
    print(json.dumps([{"key": each.key, "size": each.size} for each in objects_of(bucket_of(circle), resources)]))


def forget(circle, *resources):
    bucket = bucket_of(circle)
    if "{organization_id}" not in site_options()["dcor_object_store.bucket_name"]:
        for each in objects_of(bucket, resources):
            bucket.meta.client.put_object_tagging(
                Bucket=bucket.name,
                Key=each.key,
                Tagging={"TagSet": [{"Key": "disposable", "Value": "true"}]},
            )
    elif bucket.creation_date is not None:
        bucket.objects.all().delete()
        bucket.delete()


def jobs(*queues):
    from ckan.cli.cli import ckan

    with ckan.make_context("ckan", ["jobs", "list"]):
        from ckan.lib.jobs import enqueue, test_job

        made = {queue: enqueue(test_job, ["verify"], title="verify", queue=queue) for queue in queues}
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and any(job.get_status() not in ("finished", "failed") for job in made.values()):
            time.sleep(0.5)
        print(json.dumps({queue: job.get_status() for queue, job in made.items()}))


def database():
    """By CKAN's own engine, as it is when CKAN has been started."""
    from ckan.cli.cli import ckan

    with ckan.make_context("ckan", ["jobs", "list"]):
        from ckan.model import meta

        with meta.engine.connect() as connection:
            used = connection.connection.dbapi_connection.info
            way = {
                "hosts": used.dsn_parameters["host"],
                "sslmode": used.dsn_parameters["sslmode"],
                "tls": used.ssl_in_use,
                "writes": not connection.exec_driver_sql("select pg_is_in_recovery()").scalar(),
                "asks": meta.engine.pool._pre_ping,
            }
    print(json.dumps(way))


def settle(*datasets):
    """The name of a job of DCOR begins with its dataset's identifier."""
    from ckan.cli.cli import ckan

    with ckan.make_context("ckan", ["jobs", "list"]):
        from ckan.lib.jobs import get_all_queues

        def left():
            for queue in get_all_queues():
                waiting = queue.job_ids + queue.deferred_job_registry.get_job_ids()
                for begun, names in (False, waiting), (True, queue.started_job_registry.get_job_ids()):
                    yield from ((begun, queue, name) for name in names if name.startswith(datasets))

        started = time.monotonic()
        while jobs := list(left()):
            passed = time.monotonic() - started
            if passed > 20:
                for begun, queue, name in jobs:
                    if not begun:
                        queue.fetch_job(name).delete()
            if passed > 90:
                sys.exit(f"the workers are still at {', '.join(name for _, _, name in jobs)}")
            time.sleep(0.5)


if __name__ == "__main__":
    commands = {each.__name__: each for each in (measure, objects, database, jobs, settle, forget)}
    commands[sys.argv[1]](*sys.argv[2:])
