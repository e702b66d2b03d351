"""What the product recorded, read past the product."""

from __future__ import annotations

import itertools
import json
import sqlite3
from collections import defaultdict
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import psycopg

_READINGS = """
    select asset_tag, value from assets_reading join assets_asset on assets_asset.id = asset_id
    where name = 'door_openings'
"""
_EVIDENCE = """
    select asset_tag, payload from assets_evidencelog join assets_asset on assets_asset.id = asset_id
"""
_INTERVALS = 'select asset_id, "begin", "end" from assets_activityinterval order by asset_id, "begin"'


@dataclass(frozen=True, slots=True)
class Tables:
    """Counts by device, from the history of readings and from the evidence behind the activities.

    ``broken_histories`` are the equipment whose activities overlap, leave a gap, or do not end with one open.
    """

    readings: dict[int, list[int]]
    evidence: dict[int, list[int]]
    broken_histories: int


def read_tables(url: str) -> Tables:
    """``url`` as DATABASE_URL has it. Raises the driver's errors."""
    if url.startswith("sqlite:///"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"), timeout=20)) as file:
            return _tables(file)
    with psycopg.connect(url, connect_timeout=5) as connection:
        return _tables(connection)


def _tables(connection: Any) -> Tables:
    readings: dict[int, list[int]] = defaultdict(list)
    for tag, value in connection.execute(_READINGS):
        readings[_device(tag)].append(int(value))
    evidence: dict[int, list[int]] = defaultdict(list)
    for tag, payload in connection.execute(_EVIDENCE):
        numbers = json.loads(payload).get("n") or {}
        if "door_openings" in numbers:
            evidence[_device(tag)].append(int(numbers["door_openings"]))
    return Tables(readings, evidence, _broken(connection.execute(_INTERVALS)))


def _broken(rows: Any) -> int:
    broken = 0
    for _asset, spells in itertools.groupby(rows, key=lambda row: row[0]):
        times = [(begin, end) for _, begin, end in spells]
        expected = [begin for begin, _ in times[1:]] + [None]
        broken += [end for _, end in times] != expected
    return broken


def _device(tag: str) -> int:
    return int(tag.removeprefix("device-"))
