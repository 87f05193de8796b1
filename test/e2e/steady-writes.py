"""Writes a row every few milliseconds, whatever becomes of the server, and says in the end what was acknowledged.

    steady-writes.py write     until it gets SIGTERM
    steady-writes.py report    JSON: how many were acknowledged, how many of them are not there, and the longest time without one

With the administrator's connection to a server that is not the machine's own, in the database of an instance.
"""

import json
import os
import signal
import sys
import time

import psycopg2

JOURNAL = "/run/steady-writes"
os.environ.update(
    PGSERVICEFILE="/etc/science-stacks/secrets/postgresql-elsewhere",
    PGSERVICE="postgresql-elsewhere",
)


def connect():
    connection = psycopg2.connect("", dbname="eoxs_instance00")
    connection.autocommit = True
    cursor = connection.cursor()
    cursor.execute("SET ROLE instance00")
    return cursor


def write():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    cursor = connect()
    cursor.execute("DROP TABLE IF EXISTS steady_writes")
    cursor.execute("CREATE TABLE steady_writes (n int PRIMARY KEY)")
    n = 0
    with open(JOURNAL, "w", buffering=1) as journal:
        while True:
            n += 1
            try:
                cursor = cursor or connect()
                cursor.execute("INSERT INTO steady_writes VALUES (%s)", (n,))
                journal.write(f"{n} {time.time():.3f}\n")
                time.sleep(0.02)
            except psycopg2.Error as error:
                print(str(error).strip().replace("\n", " "), flush=True)
                cursor = None
                time.sleep(0.2)


def report():
    with open(JOURNAL) as journal:
        acknowledged = [line.split() for line in journal]
    times = [float(when) for _, when in acknowledged]
    cursor = connect()
    cursor.execute("SELECT n FROM steady_writes")
    there = {n for (n,) in cursor}
    missing = [n for n, _ in acknowledged if int(n) not in there]
    longest = max(later - earlier for earlier, later in zip(times, times[1:]))
    print(json.dumps({"acknowledged": len(acknowledged), "missing": len(missing), "longestSeconds": longest}))


{"write": write, "report": report}[sys.argv[1]]()
