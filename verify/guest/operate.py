"""
What an operator does, in one start of Django, since each takes a second or two: says what the instance is, registers the
GeoTIFF FILE as NAME, and takes it away again when standard input ends. What a killed run left under PREFIX goes first.
Where REGISTERS is "no", the file is there for an operator on another machine who does that. Each line on standard output is JSON.
"""

import getpass
import json
import os
import sys
import tempfile

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from eoxserver.backends.access import get_vsi_env, get_vsi_storage_path
from eoxserver.backends.models import Storage
from eoxserver.contrib import gdal
from eoxserver.resources.coverages.models import Coverage, CoverageType

answers, sys.stdout = sys.stdout, sys.stderr
prefix, name, path = os.environ["PREFIX"], os.environ["NAME"], os.environ["FILE"]


def say(**facts):
    print(json.dumps(facts), file=answers, flush=True)


def pending_migrations():
    executor = MigrationExecutor(connection)
    return [str(migration) for migration, _ in executor.migration_plan(executor.loader.graph.leaf_nodes())]


def tls():
    """How the connection to the database is encrypted, and whom it trusts."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(version, 'no TLS') FROM pg_stat_ssl WHERE pid = pg_backend_pid()")
        (version,) = cursor.fetchone()
    return {"version": version, "mode": settings.DATABASES["default"].get("OPTIONS", {}).get("sslmode")}


def readable(storage):
    """Whether its bucket is listed."""
    with gdal.config_env(get_vsi_env(storage)):
        return gdal.ReadDir(get_vsi_storage_path(storage)) is not None


def band(identifier):
    return {
        "identifier": identifier,
        "description": identifier,
        "definition": "http://www.opengis.net/def/property/OGC/0/Radiance",
        "unit_of_measure": "1",
        "wavelength": 0.5,
        "allowed_value_ranges": [[0, 255]],
    }


def register():
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        bands = [band(each) for each in ("red", "green", "blue")]
        json.dump({"name": name, "data_type": "Byte", "field_type": bands}, file)
        file.flush()
        call_command("coveragetype", "import", file.name)
    call_command("coverage", "register", "--data", path, "--type", name, "--identifier", name, "--footprint-from-extent")


def deregister():
    for coverage in Coverage.objects.filter(identifier__startswith=prefix):
        call_command("coverage", "deregister", coverage.identifier)
    for kind in CoverageType.objects.filter(name__startswith=prefix):
        call_command("coveragetype", "delete", kind.name)


say(
    user=getpass.getuser(),
    engine=settings.DATABASES["default"]["ENGINE"],
    database=settings.DATABASES["default"]["NAME"],
    pending=pending_migrations(),
    tls=tls(),
    storages={storage.name: readable(storage) for storage in Storage.objects.filter(storage_type="S3")},
)
if os.environ["REGISTERS"] == "yes":
    deregister()
    try:
        register()
        say(registered=name)
        sys.stdin.read()
    finally:
        deregister()
else:
    sys.stdin.read()
say(deregistered=name)
