"""What the database has of the devices' answers, and what waits to get there."""

from __future__ import annotations

import ipaddress
from collections import defaultdict

import psycopg
import redis

from tests.soak.devices import FIRST_COUNT
from tests.soak.verdict import Key


def read_commits(database_url: str) -> dict[Key, list[float]]:
    """When each answer's count was committed, in seconds since 1970. The server must track commit times."""
    query = """
        select endpoint.host, reading.value, extract(epoch from pg_xact_commit_timestamp(reading.xmin))::float8
        from assets_reading reading join collectors_endpoint endpoint on endpoint.asset_id = reading.asset_id
        where reading.name = 'mains_disturbances'
    """
    commits: dict[Key, list[float]] = defaultdict(list)
    with psycopg.connect(database_url) as connection, connection.cursor(name="commits") as cursor:
        cursor.itersize = 20_000
        cursor.execute(query)
        for host, value, at in cursor:
            commits[ipaddress.ip_address(host).packed, int(value) - FIRST_COUNT].append(at)
    return commits


def queue_lengths(redis_url: str) -> dict[str, int]:
    """Messages that wait in each of the broker's queues."""
    with redis.Redis.from_url(redis_url) as client:
        lists = client.scan_iter(_type="LIST")
        return {key.decode(): client.llen(key) for key in lists}
