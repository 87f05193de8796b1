"""Makes the role that makes a server's databases and users for other machines, or lets it in no longer.

Runs as the server's superuser. The password comes on standard input. Each line on standard output is a change.
"""

import argparse
import sys

from database import connect, give_password, one
from psycopg2 import sql

# What it may do on the server, and nothing else.
RIGHTS = "CREATEDB CREATEROLE NOSUPERUSER NOREPLICATION NOBYPASSRLS"


def apply(cursor, arguments, password: str) -> None:
    role = sql.Identifier(arguments.role)
    if not one(cursor, "SELECT 1 FROM pg_roles WHERE rolname = %s", arguments.role):
        cursor.execute(sql.SQL("CREATE ROLE {}").format(role))
        print(f"made the database user {arguments.role}")
    right = (
        "SELECT rolcreatedb AND rolcreaterole AND NOT (rolsuper OR rolreplication OR rolbypassrls)"
        " FROM pg_roles WHERE rolname = %s"
    )
    if not one(cursor, right, arguments.role)[0]:
        cursor.execute(sql.SQL("ALTER ROLE {} " + RIGHTS).format(role))
        print(f"{RIGHTS} for the database user {arguments.role}")
    for group in arguments.group:
        if not one(cursor, "SELECT pg_has_role(%s, %s, 'USAGE')", arguments.role, group)[0]:
            cursor.execute(sql.SQL("GRANT {} TO {}").format(sql.Identifier(group), role))
            print(f"{group} for the database user {arguments.role}")
    give_password(cursor, arguments, password)


def remove(cursor, arguments) -> None:
    if one(cursor, "SELECT 1 FROM pg_roles WHERE rolname = %s AND rolcanlogin", arguments.role):
        cursor.execute(sql.SQL("ALTER ROLE {} NOLOGIN").format(sql.Identifier(arguments.role)))
        print(f"no longer let {arguments.role} in")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("action", choices=["apply", "remove"])
    parser.add_argument("--role", required=True)
    parser.add_argument("--group", action="append", default=[])
    # The one that it comes in to.
    parser.add_argument("--database", default="postgres")
    arguments = parser.parse_args()
    with connect().cursor() as cursor:
        if arguments.action == "apply":
            apply(cursor, arguments, sys.stdin.readline().strip())
        else:
            remove(cursor, arguments)


if __name__ == "__main__":
    main()
