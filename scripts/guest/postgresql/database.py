"""Makes or removes a product's database and its user. The password comes on standard input.

Runs as the administrator that libpq's environment names: postgres on this machine's server, or somebody who may make
databases and users on a server elsewhere, which others use as well: there, users that are not the owner's are left alone.

Each line on standard output is a change. Advisory locks of the server, which end with the connection, keep steps of
several databases from changing pg_hba.conf at the same time, and a run from starting while the server still works off
the last statement of one that was killed.
"""

import argparse
import base64
import hashlib
import hmac
import os
import secrets
import sys
import time

import psycopg2
from psycopg2 import sql

LOCK = 7264018
# Also taken by EOxServer's set-up-instance.py.
INSTANCE_LOCK = 7264019
ITERATIONS = 4096
BEGIN, END = (
    "# Databases of products, kept by science-stacks: begin",
    "# Databases of products, kept by science-stacks: end",
)


def verifier(password: str) -> str:
    """What PostgreSQL keeps of a password: made here, so that the server, and its log, never see the password."""
    salt = secrets.token_bytes(16)
    key = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, ITERATIONS)
    stored = hashlib.sha256(hmac.digest(key, b"Client Key", "sha256")).digest()
    server = hmac.digest(key, b"Server Key", "sha256")
    salt64, stored64, server64 = (base64.b64encode(data).decode() for data in (salt, stored, server))
    return f"SCRAM-SHA-256${ITERATIONS}:{salt64}${stored64}:{server64}"


def connect(**settings):
    """What is not set is as the environment has it."""
    connection = psycopg2.connect("", **settings)
    connection.autocommit = True
    return connection


def refusal(arguments, password: str) -> str | None:
    """Why the user does not come in to the database by a password."""
    try:
        connect(dbname=arguments.database, user=arguments.role, password=password).close()
    except psycopg2.OperationalError as error:
        return str(error).strip()
    return None


def one(cursor, query, *values):
    cursor.execute(query, values)
    return cursor.fetchone()


def is_ours(cursor, arguments) -> bool:
    """Everyone on this machine's server is; elsewhere, whoever has the stack's mark."""
    query = "SELECT shobj_description(oid, 'pg_authid') = %s FROM pg_roles WHERE rolname = %s"
    return arguments.mark is None or one(cursor, query, arguments.mark, arguments.role) == (True,)


def make_role(cursor, arguments) -> None:
    role = sql.Identifier(arguments.role)
    found = one(
        cursor,
        "SELECT rolsuper, rolcreatedb, rolcreaterole, rolreplication FROM pg_roles WHERE rolname = %s",
        arguments.role,
    )
    if found and found[0]:
        sys.exit(f"the database user {arguments.role} is a superuser, so it cannot belong to a product")
    if found and not is_ours(cursor, arguments):
        sys.exit(
            f"the database user {arguments.role} is there already, and is not this stack's. Nothing was changed. Name the"
            f" instance otherwise, or hand the user over: COMMENT ON ROLE {arguments.role} IS '{arguments.mark}'"
        )
    if not found:
        # Both or neither.
        make = sql.SQL("CREATE ROLE {0} NOLOGIN; COMMENT ON ROLE {0} IS {1}")
        cursor.execute(make.format(role, sql.Literal(arguments.mark)))
        print(f"made the database user {arguments.role}")
    # What it does not have is not named: that, too, only a superuser may.
    for option, has in zip(("NOCREATEDB", "NOCREATEROLE", "NOREPLICATION"), found[1:4] if found else ()):
        if has:
            cursor.execute(sql.SQL("ALTER ROLE {} " + option).format(role))
            print(f"{option} for the database user {arguments.role}")
    # Who is no superuser must have the rights of those that he gives a database to.
    if not one(cursor, "SELECT pg_has_role(%s, 'USAGE')", arguments.role)[0]:
        cursor.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(role))


def make_database(cursor, arguments) -> None:
    database, role = sql.Identifier(arguments.database), sql.Identifier(arguments.role)
    found = one(
        cursor,
        "SELECT pg_encoding_to_char(encoding), pg_get_userbyid(datdba) FROM pg_database WHERE datname = %s",
        arguments.database,
    )
    if not found:
        cursor.execute(
            sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE template0 ENCODING 'UTF8'").format(database, role)
        )
        print(f"made the database {arguments.database}")
    elif found[0] != "UTF8":
        sys.exit(f"the database {arguments.database} has the encoding {found[0]}, not UTF8")
    elif found[1] != arguments.role and arguments.mark:
        sys.exit(f"the database {arguments.database} belongs to {found[1]}, not to {arguments.role}: it was not changed")
    elif found[1] != arguments.role:
        cursor.execute(sql.SQL("ALTER DATABASE {} OWNER TO {}").format(database, role))
        print(f"gave the database {arguments.database} to {arguments.role}")
    # Nobody else's user comes in, whatever the access policy says of other databases.
    if one(cursor, "SELECT datacl IS NULL FROM pg_database WHERE datname = %s", arguments.database)[0]:
        cursor.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(database))

    # Of several servers the same one: a standby may not have the database yet.
    inner = connect(dbname=arguments.database, host=cursor.connection.info.host)
    with inner.cursor() as inside:
        inside.execute("SELECT pg_advisory_lock(%s)", (INSTANCE_LOCK,))
        for extension in arguments.extension:
            if not one(inside, "SELECT 1 FROM pg_extension WHERE extname = %s", extension):
                inside.execute(sql.SQL("CREATE EXTENSION {}").format(sql.Identifier(extension)))
                print(f"{extension} in the database {arguments.database}")
    inner.close()


def with_lines(text: str, change) -> str:
    """The text of pg_hba.conf with the lines between our marks changed; they stand before the default policy."""
    lines = text.splitlines()
    inside: set[str] = set()
    if BEGIN in lines and END in lines:
        start, stop = lines.index(BEGIN), lines.index(END)
        inside = set(lines[start + 1 : stop])
        del lines[start : stop + 1]
    else:
        start = next(
            (number for number, line in enumerate(lines) if line.strip() and not line.lstrip().startswith("#")),
            len(lines),
        )
    inside = change(inside)
    block = [BEGIN, *sorted(inside), END] if inside else []
    return "\n".join(lines[:start] + block + lines[start:]) + "\n"


def set_access(cursor, arguments, allowed: bool) -> None:
    """On this machine's server. The policy of one elsewhere is its administrator's; there, a user who is out has no log-in."""
    if not cursor.connection.info.host.startswith("/"):
        if not allowed and one(cursor, "SELECT 1 FROM pg_roles WHERE rolname = %s AND rolcanlogin", arguments.role):
            cursor.execute(sql.SQL("ALTER ROLE {} NOLOGIN").format(sql.Identifier(arguments.role)))
            print(f"no longer let {arguments.role} in")
        return
    cursor.execute("SELECT pg_advisory_lock(%s)", (LOCK,))
    path = one(cursor, "SHOW hba_file")[0]
    with open(path) as file:
        before = file.read()
    line = f"local {arguments.database} {arguments.role} scram-sha-256"
    after = with_lines(before, lambda lines: lines | {line} if allowed else lines - {line})
    if after != before:
        replace(path, after)
        errors = one(
            cursor,
            "SELECT string_agg(line_number || ': ' || error, '; ') FROM pg_hba_file_rules WHERE error IS NOT NULL",
        )[0]
        if errors:
            replace(path, before)
            sys.exit(f"PostgreSQL refuses {path}, which is as it was before: {errors}")
        print(f"{'let' if allowed else 'no longer let'} {arguments.role} into {arguments.database} with its password")
    # Also when nothing changed: a run that was cut off may not have come to it.
    cursor.execute("SELECT pg_reload_conf()")
    cursor.execute("SELECT pg_advisory_unlock(%s)", (LOCK,))


def replace(path: str, text: str) -> None:
    new = f"{path}.new"
    with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o640), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    os.rename(new, path)


def give_password(cursor, arguments, password: str) -> None:
    """Where the user does not come in by it. A reload takes its time: the step ends when the user really comes in."""
    if refusal(arguments, password) is None:
        return
    statement = sql.SQL("ALTER ROLE {} LOGIN PASSWORD {}")
    cursor.execute(statement.format(sql.Identifier(arguments.role), sql.Literal(verifier(password))))
    print(f"set the password of the database user {arguments.role}")
    deadline = time.monotonic() + 15
    while reason := refusal(arguments, password):
        if time.monotonic() > deadline:
            sys.exit(f"{arguments.role} cannot log in to {arguments.database}: {reason}")
        time.sleep(0.05)


def apply(cursor, arguments) -> None:
    make_role(cursor, arguments)
    make_database(cursor, arguments)
    set_access(cursor, arguments, allowed=True)
    give_password(cursor, arguments, sys.stdin.readline().strip())


def remove(cursor, arguments) -> None:
    if not is_ours(cursor, arguments):
        return
    set_access(cursor, arguments, allowed=False)
    if arguments.delete_data:
        if one(cursor, "SELECT 1 FROM pg_database WHERE datname = %s", arguments.database):
            cursor.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(arguments.database)))
            print(f"removed the database {arguments.database}")
        if one(cursor, "SELECT 1 FROM pg_roles WHERE rolname = %s AND NOT rolsuper", arguments.role):
            cursor.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(arguments.role)))
            print(f"removed the database user {arguments.role}")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("action", choices=["apply", "remove"])
    parser.add_argument("--database", required=True)
    parser.add_argument("--role", required=True)
    parser.add_argument("--mark")
    parser.add_argument("--extension", action="append", default=[])
    parser.add_argument("--delete-data", action="store_true")
    arguments = parser.parse_args()
    with connect().cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s, hashtext(%s))", (INSTANCE_LOCK, arguments.database))
        {"apply": apply, "remove": remove}[arguments.action](cursor, arguments)


if __name__ == "__main__":
    main()
