"""Brings the tables, the administrator and the static files of an instance up to date, in one process of Django.

    set-up-instance.py INSTANCE ADMINISTRATOR <PASSWORD

Runs as eoxserver, in the virtual environment. Each line on standard output is a change.
"""

import os
import sys
from pathlib import Path

# Also taken by PostgreSQL's database.py.
INSTANCE_LOCK = 7264019


def migrate() -> None:
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    # The server may still be at a statement of a run that was killed.
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", (INSTANCE_LOCK,))
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if plan:
        call_command("migrate", interactive=False, verbosity=0, skip_checks=True)
        print(f"{len(plan)} migrations of the database")


def administrator(name: str, password: str, applied: Path) -> None:
    """Makes the account, or gives it the stack's password when that is a new one.

    A password that the administrator has chosen stays: what the stack gave last is kept beside the data, as a hash.
    """
    from django.contrib.auth import get_user_model
    from django.contrib.auth.hashers import check_password

    users = get_user_model().objects
    user = users.filter(username=name).first()
    if user is None:
        user = users.create_superuser(name, "", password)
        print(f"made the administrator {name}")
    elif not (applied.exists() and check_password(password, applied.read_text())):
        user.set_password(password)
        user.is_staff = user.is_superuser = user.is_active = True
        user.save()
        print(f"set the password of the administrator {name}")
    else:
        return
    with open(os.open(applied, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(user.password)


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


def main(instance: str, admin: str) -> None:
    os.umask(0o002)
    home = Path("/srv/eoxserver", instance)
    sys.path.insert(0, str(home))
    os.environ["DJANGO_SETTINGS_MODULE"] = f"{instance}.settings"
    password = sys.stdin.readline().strip()

    import django
    from django.core.management import call_command

    django.setup()
    call_command("check", stdout=sys.stderr)
    migrate()
    administrator(admin, password, home / instance / "conf" / f"password-of-{admin}")
    static_files()


if __name__ == "__main__":
    main(*sys.argv[1:])
