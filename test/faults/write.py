"""Writes to a service of DCOR until that does not answer, and looks for what it has acknowledged. With DCOR's Python and keys.

    write.py SERVICE write ROUND           says that the first was acknowledged, and in the end how many were
    write.py SERVICE missing ROUND COUNT   prints how many of the first COUNT are not there, once the service answers
    write.py SERVICE forget                removes all that was written

SERVICE is rows (of PostgreSQL) or objects (of the object store).
"""

import configparser
import itertools
import json
import os
import sys
import time

import boto3
import botocore.config
import psycopg2

SECONDS = 60
reader = configparser.RawConfigParser()
reader.read(os.environ["CKAN_INI"])
options = dict(reader["app:main"])


class Rows:
    def __init__(self):
        # A machine without power does not say that it has none.
        connection = psycopg2.connect(options["sqlalchemy.url"], connect_timeout=3, tcp_user_timeout=3000)
        connection.autocommit = True
        self.cursor = connection.cursor()
        self.cursor.execute("create table if not exists acknowledged (round int, n int)")

    def write(self, turn, n):
        self.cursor.execute("insert into acknowledged values (%s, %s)", (turn, n))

    def missing(self, turn, count):
        self.cursor.execute("select n from acknowledged where round = %s", (turn,))
        return len(set(range(1, count + 1)) - {n for (n,) in self.cursor})

    def forget(self):
        self.cursor.execute("drop table acknowledged")


class Objects:
    def __init__(self):
        own = {key.rpartition(".")[2]: value for key, value in options.items() if key.startswith("dcor_object_store.")}
        self.client = boto3.client(
            "s3",
            endpoint_url=own["endpoint_url"],
            aws_access_key_id=own["access_key_id"],
            aws_secret_access_key=own["secret_access_key"],
            config=botocore.config.Config(connect_timeout=3, read_timeout=3, retries={"total_max_attempts": 1}),
        )
        self.bucket = "circle-acknowledged"
        if self.bucket not in [bucket["Name"] for bucket in self.client.list_buckets()["Buckets"]]:
            self.client.create_bucket(Bucket=self.bucket)

    def write(self, turn, n):
        self.client.put_object(Bucket=self.bucket, Key=f"{turn}/{n}", Body=self.content(turn, n))

    def missing(self, turn, count):
        return sum(not self.is_there(turn, n) for n in range(1, count + 1))

    def forget(self):
        for page in self.client.get_paginator("list_objects_v2").paginate(Bucket=self.bucket):
            for entry in page.get("Contents", []):
                self.client.delete_object(Bucket=self.bucket, Key=entry["Key"])
        self.client.delete_bucket(Bucket=self.bucket)

    def is_there(self, turn, n):
        try:
            return self.client.get_object(Bucket=self.bucket, Key=f"{turn}/{n}")["Body"].read() == self.content(turn, n)
        except self.client.exceptions.NoSuchKey:
            return False

    @staticmethod
    def content(turn, n):
        return f"{turn} {n} ".encode() * 10_000


def write(service, turn):
    until = time.monotonic() + SECONDS
    for n in itertools.count(1):
        try:
            service.write(turn, n)
        except Exception:
            return n - 1
        if n == 1:
            print(json.dumps({"begun": True}), flush=True)
        if time.monotonic() > until:
            raise SystemExit(f"{n} writes, and none failed")


def once_it_answers(use):
    until = time.monotonic() + SECONDS
    while True:
        try:
            return use()
        except Exception:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)


def main(name, action, *numbers):
    kind = {"rows": Rows, "objects": Objects}[name]
    turn, *count = map(int, numbers) if numbers else [0]
    if action == "write":
        print(json.dumps({"acknowledged": write(once_it_answers(kind), turn)}))
    elif action == "missing":
        print(once_it_answers(lambda: kind().missing(turn, *count)))
    elif action == "forget":
        kind().forget()


main(*sys.argv[1:])
