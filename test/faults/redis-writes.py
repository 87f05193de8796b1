# What somebody sees who writes to Redis all the time, on a machine that uses it: `write`, until it is ended; `report` says what
# became of what was acknowledged.
import json
import sys
import time

import redis

NOTED = "/run/steady-writes"


def connected():
    password = open("/etc/science-stacks/secrets/redis-client-elsewhere").read().strip()
    return redis.Redis(port=6380, password=password, socket_timeout=30, retry=None, retry_on_error=[])


def write():
    client, number = connected(), 0
    with open(NOTED, "w", buffering=1) as noted:
        while True:
            number += 1
            try:
                client.set(f"steady:{number}", number)
                noted.write(f"{number} {time.time()}\n")
            except redis.RedisError:
                client.close()
            time.sleep(0.02)


def report():
    lines = [line.split() for line in open(NOTED)]
    times = [float(line[1]) for line in lines]
    client = connected()
    missing = sum(1 for number, _ in lines if client.get(f"steady:{number}") is None)
    gaps = [later - earlier for earlier, later in zip(times, times[1:])]
    client.delete(*[f"steady:{number}" for number, _ in lines])
    print(json.dumps({"acknowledged": len(lines), "missing": missing, "longestSeconds": max(gaps)}))


write() if sys.argv[1] == "write" else report()
