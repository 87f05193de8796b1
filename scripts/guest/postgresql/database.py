"""Makes or removes a product's database and its user. Runs as postgres; the password comes on standard input.

Each line on standard output is a change. Advisory locks of the server, which end with the connection, keep steps of
several databases from changing pg_hba.conf at the same time, and a run from starting while the server still works off
the last statement of one that was killed.
"""

import argparse
import base64
import hashlib
import hmac
import os
import re
import secrets
import sys
import time

import psycopg2
from psycopg2 import sql

LOCK = 7264018
# Also taken by EOxServer's set-up-instance.py.
INSTANCE_LOCK = 7264019
SCRAM = re.compile(r"SCRAM-SHA-256\$(\d+):([^$]+)\$([^:]+):(.+)")
BEGIN, END = (
    "# Databases of products, kept by science-stacks: begin",
    "# Databases of products, kept by science-stacks: end",
)


def verifier(password: str, salt: bytes, iterations: int) -> str:
    """What PostgreSQL keeps of a password: made here, so that the server, and its log, never see the password."""
    key = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, iterations)
    stored = hashlib.sha256(hmac.digest(key, b"Client Key", "sha256")).digest()
    server = hmac.digest(key, b"Server Key", "sha256")
    salt64, stored64, server64 = (base64.b64encode(data).decode() for data in (salt, stored, server))
    return f"SCRAM-SHA-256${iterations}:{salt64}${stored64}:{server64}"


def is_password(password: str, kept: str | None) -> bool:
    match = SCRAM.fullmatch(kept or "")
    return bool(match) and hmac.compare_digest(kept, verifier(password, base64.b64decode(match[2]), int(match[1])))


def connect(database: str, port: int, **more):
    connection = psycopg2.connect(dbname=database, port=port, host="/var/run/postgresql", **more)
    connection.autocommit = True
    return connection


def one(cursor, query, *values):
    cursor.execute(query, values)
    return cursor.fetchone()


def make_role(cursor, role: str, password: str) -> None:
    found = one(
        cursor,
        "SELECT rolsuper, rolcreatedb, rolcreaterole, rolcanlogin, rolpassword FROM pg_authid WHERE rolname = %s",
        role,
    )
    if found and found[0]:
        sys.exit(f"the database user {role} is a superuser, so it cannot belong to a product")
    if not found:
        cursor.execute(sql.SQL("CREATE ROLE {} NOLOGIN").format(sql.Identifier(role)))
        print(f"made the database user {role}")
    if not found or found[:4] != (False, False, False, True) or not is_password(password, found[4]):
        kept = verifier(password, secrets.token_bytes(16), 4096)
        statement = "ALTER ROLE {} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION PASSWORD {}"
        cursor.execute(sql.SQL(statement).format(sql.Identifier(role), sql.Literal(kept)))
        print(f"set the password of the database user {role}")


def make_database(cursor, arguments) -> None:
    database, role = sql.Identifier(arguments.database), sql.Identifier(arguments.role)
    found = one(
        cursor,
        "SELECT pg_encoding_to_char(encoding), pg_get_userbyid(datdba) FROM pg_database WHERE datname = %s",
        arguments.database,
    )
    if not found:
        cursor.execute(
            sql.SQL(
                "CREATE DATABASE {} OWNER {} TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C.UTF-8' LC_CTYPE 'C.UTF-8'"
            ).format(database, role)
        )
        print(f"made the database {arguments.database}")
    elif found[0] != "UTF8":
        sys.exit(f"the database {arguments.database} has the encoding {found[0]}, not UTF8")
    elif found[1] != arguments.role:
        cursor.execute(sql.SQL("ALTER DATABASE {} OWNER TO {}").format(database, role))
        print(f"gave the database {arguments.database} to {arguments.role}")
    # Nobody else's user comes in, whatever the access policy says of other databases.
    if one(cursor, "SELECT datacl IS NULL FROM pg_database WHERE datname = %s", arguments.database)[0]:
        cursor.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(database))

    inner = connect(arguments.database, arguments.port)
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


def prove(arguments, password: str) -> None:
    """A reload takes its time: the step ends when the user really comes in."""
    deadline = time.monotonic() + 15
    while True:
        try:
            connect(arguments.database, arguments.port, user=arguments.role, password=password).close()
            return
        except psycopg2.OperationalError as error:
            if time.monotonic() > deadline:
                sys.exit(f"{arguments.role} cannot log in to {arguments.database}: {error}")
            time.sleep(0.05)


def apply(cursor, arguments) -> None:
    password = sys.stdin.readline().strip()
    make_role(cursor, arguments.role, password)
    make_database(cursor, arguments)
    set_access(cursor, arguments, allowed=True)
    prove(arguments, password)


def remove(cursor, arguments) -> None:
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
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--database", required=True)
    parser.add_argument("--role", required=True)
    parser.add_argument("--extension", action="append", default=[])
    parser.add_argument("--delete-data", action="store_true")
    arguments = parser.parse_args()
    with connect("postgres", arguments.port).cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s, hashtext(%s))", (INSTANCE_LOCK, arguments.database))
        {"apply": apply, "remove": remove}[arguments.action](cursor, arguments)


if __name__ == "__main__":
    main()
