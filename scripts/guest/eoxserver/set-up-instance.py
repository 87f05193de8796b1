"""Brings the tables, the administrator, the storages and the static files of an instance up to date, in one process of Django.

    set-up-instance.py INSTANCE ADMINISTRATOR MACHINES

MACHINES is "one", or "several" where others have the instance, too, and use its database meanwhile. Standard input has two lines: the administrator's password, and the storages as JSON, by name: endpoint, bucket, and the keys as
EOxServer calls them. Runs as eoxserver, in the virtual environment. Each line on standard output is a change.
"""

import json
import os
import sys
from pathlib import Path

# Also taken by PostgreSQL's database.py.
INSTANCE_LOCK = 7264019
# Begins the name of the keys of each storage that is the stack's, and not an operator's.
OF_THE_STACK = "science-stacks:"


# Where all machines of the instance see it, and a copy of the database has it.
GIVEN = "science_stacks_given_passwords"


def migrate(machines: str) -> None:
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    # The server may still be at a statement of a run that was killed.
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", (INSTANCE_LOCK,))
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if plan and machines == "several" and has_users(connection):
        sys.exit(
            "this version would change the tables of the database, which other machines use meanwhile. Nothing of it was changed."
            " Take the version from before, go back to one machine, change the version there, and then come back to several (docs/upgrades.md)"
        )
    if plan:
        call_command("migrate", interactive=False, verbosity=0, skip_checks=True)
        print(f"{len(plan)} migrations of the database")


def has_users(connection) -> bool:
    """Whether a set-up has come to its end, which makes the administrator."""
    from django.contrib.auth import get_user_model

    users = get_user_model()
    return users._meta.db_table in connection.introspection.table_names() and users.objects.exists()


def administrator(name: str, password: str, kept: Path) -> None:
    """Makes the account, or gives it the stack's password when that is a new one.

    A password that the administrator has chosen stays: what the stack gave last is kept in the database, as a hash.
    Earlier versions kept it in a file beside the settings, which is taken over.
    """
    from django.contrib.auth import get_user_model
    from django.contrib.auth.hashers import check_password
    from django.db import transaction

    users = get_user_model().objects
    with transaction.atomic():
        given = given_password(name) or (kept.read_text() if kept.exists() else None)
        user = users.filter(username=name).first()
        if user is None:
            given = users.create_superuser(name, "", password).password
            print(f"made the administrator {name}")
        elif given is None or not check_password(password, given):
            user.set_password(password)
            user.is_staff = user.is_superuser = user.is_active = True
            user.save()
            given = user.password
            print(f"set the password of the administrator {name}")
        keep_given_password(name, given)
    kept.unlink(missing_ok=True)


def given_password(name: str) -> str | None:
    """The hash of the password that the stack gave last; none where there was none."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE IF NOT EXISTS {GIVEN} (username text PRIMARY KEY, password text NOT NULL)")
        cursor.execute(f"SELECT password FROM {GIVEN} WHERE username = %s", (name,))
        found = cursor.fetchone()
    return found and found[0]


def keep_given_password(name: str, given: str) -> None:
    from django.db import connection

    keep = f"INSERT INTO {GIVEN} VALUES (%s, %s) ON CONFLICT (username) DO UPDATE SET password = excluded.password"
    with connection.cursor() as cursor:
        cursor.execute(keep, (name, given))


def storages(wanted: dict) -> None:
    """Makes each storage, or gives it the stack's keys. One that the stack no longer has goes, or where something is registered
    in it loses its keys: that would go with it.
    """
    from eoxserver.backends.models import Storage, StorageAuth

    for name, parameters in wanted.items():
        server = {"url": parameters.pop("endpoint"), "storage_auth_type": "S3"}
        bucket = {"url": parameters.pop("bucket"), "storage_type": "S3"}
        auth, is_new = laid(StorageAuth, OF_THE_STACK + name, {**server, "auth_parameters": json.dumps(parameters)})
        _, is_another = laid(Storage, name, {**bucket, "storage_auth_id": auth.id})
        if is_new or is_another:
            print(f"set the storage {name}")
    for auth in StorageAuth.objects.filter(name__startswith=OF_THE_STACK):
        name = auth.name[len(OF_THE_STACK) :]
        if name in wanted:
            continue
        if any(is_used(storage) for storage in auth.storage_set.all()):
            _, had_keys = laid(StorageAuth, auth.name, {"auth_parameters": "{}"})
            if had_keys:
                print(f"took the keys of the storage {name}, in which something is registered")
        else:
            auth.delete()
            print(f"removed the storage {name}")


def laid(model, name: str, wanted: dict) -> tuple:
    """What has the name, as it is wanted, and whether it was another or none."""
    found = model.objects.filter(name=name).first() or model(name=name)
    if found.pk and all(getattr(found, key) == value for key, value in wanted.items()):
        return found, False
    for key, value in wanted.items():
        setattr(found, key, value)
    found.save()
    return found, True


def is_used(storage) -> bool:
    relations = storage._meta.related_objects
    return any(relation.related_model.objects.filter(**{relation.field.name: storage}).exists() for relation in relations)


def static_files() -> None:
    from django.conf import settings
    from django.core.management import call_command

    # Links into another version's directory would be taken for up to date.
    for path in Path(settings.STATIC_ROOT).rglob("*"):
        if path.is_symlink() and not os.readlink(path).startswith(sys.prefix + os.sep):
            path.unlink()
    with open(os.devnull, "w") as nowhere:
        result = call_command("collectstatic", link=True, interactive=False, stdout=nowhere, skip_checks=True)
    linked = (result or "").strip().split(" ")[0]
    if linked.isdigit() and linked != "0":
        print(f"{linked} static files")


def main(instance: str, admin: str, machines: str) -> None:
    os.umask(0o002)
    home = Path("/srv/eoxserver", instance)
    sys.path.insert(0, str(home))
    os.environ["DJANGO_SETTINGS_MODULE"] = f"{instance}.settings"
    password, buckets = sys.stdin.readline().strip(), json.loads(sys.stdin.readline())

    import django
    from django.core.management import call_command

    django.setup()
    call_command("check", stdout=sys.stderr)
    migrate(machines)
    administrator(admin, password, home / instance / "conf" / f"password-of-{admin}")
    storages(buckets)
    static_files()


if __name__ == "__main__":
    main(*sys.argv[1:])
