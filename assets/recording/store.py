"""The recorder's tables: loading the working state of some assets, and writing back what a fold changed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from assets.models import (
    ActivityInterval,
    AssetNow,
    Checkpoint,
    EvidenceLog,
    Reading,
    Stay,
    TimelineHead,
    Waypoint,
)
from assets.recording.items import Item, unpack
from assets.recording.latest import NOTHING
from assets.sql import Dialect, Table

HEADS = Table(TimelineHead, ("asset_id", "state", "latest", "clock_us", "revision"), ("asset_id",))
LATEST = Table(TimelineHead, ("asset_id", "latest"), ("asset_id",))
CHECKPOINTS = Table(Checkpoint, ("asset_id", "at_us", "state", "is_lasting"), ("asset_id", "at_us"))
EVIDENCE = Table(EvidenceLog, ("asset_id", "at_us", "source", "payload"), ("asset_id", "at_us", "source"))
INTERVALS = Table(
    ActivityInterval, ("asset_id", "begin", "end", "activity", "basis", "source"), ("asset_id", "begin")
)
STAYS = Table(Stay, ("asset_id", "begin", "end", "zone_id", "source"), ("asset_id", "begin"))
READINGS = Table(Reading, ("asset_id", "name", "at", "value"), ("asset_id", "name", "at"))
WAYPOINTS = Table(
    Waypoint,
    ("asset_id", "at_us", "floor_id", "zone_id", "x", "y", "error_m", "confidence", "silent_since_us"),
    ("asset_id", "at_us"),
)
NOW = Table(
    AssetNow,
    (
        "asset_id", "revision", "activity", "basis", "since", "floor_id", "zone_id", "zone_since", "x", "y",
        "position_at", "position_error_m", "position_confidence", "position_receiver", "position_rssi_dbm",
        "position_means", "position_receivers", "battery_percent", "heard_at", "stale_at", "decide_at",
    ),
    ("asset_id",),
)  # fmt: skip
HEARD = Table(
    AssetNow,
    ("asset_id", "revision", "battery_percent", "heard_at", "stale_at", "decide_at"),
    ("asset_id",),
)
"""Those columns of the current row that a poll changes which brings nothing new."""
MOVED = Table(
    AssetNow,
    (
        "asset_id", "revision", "x", "y", "position_at", "position_error_m", "position_confidence",
        "position_receiver", "position_rssi_dbm", "position_means", "position_receivers", "battery_percent",
        "heard_at", "stale_at", "decide_at",
    ),
    ("asset_id",),
)  # fmt: skip
"""Those that a report of its place changes, which leaves it in its room and doing what it did."""
GENESIS = 0
"""Time of the checkpoint before anything was heard."""


@dataclass(slots=True)
class Head:
    """The working state of one asset as it is stored, and the place that its current row shows."""

    asset_id: int
    state: str
    latest: str
    clock_us: int | None
    revision: int
    floor: int | None
    zone: int | None
    x: float | None
    y: float | None
    has_position: bool
    has_row: bool


def lock_heads(sql: Dialect, asset_ids: Iterable[int]) -> dict[int, Head]:
    """The heads of these assets, locked until the transaction ends; made where there were none."""
    wanted = sorted(asset_ids)
    heads = read_heads(sql, wanted)
    missing = [asset_id for asset_id in wanted if asset_id not in heads]
    if missing:
        sql.insert_missing(HEADS, [(asset_id, "", NOTHING, None, 0) for asset_id in missing])
        sql.insert_missing(CHECKPOINTS, [(asset_id, GENESIS, "", True) for asset_id in missing])
        heads |= read_heads(sql, missing)
    return heads


def read_heads(sql: Dialect, asset_ids: Sequence[int], *, is_skipping: bool = False) -> dict[int, Head]:
    """The heads that there are, locked; with ``is_skipping`` only those that nobody else is working on."""
    query = sql.lock(_SELECT_HEADS, "h", is_skipping=is_skipping)
    return {row[0]: Head(*row) for row in sql.select(query, asset_ids)}


_SELECT_HEADS = (
    "SELECT h.asset_id, h.state, h.latest, h.clock_us, h.revision, "  # noqa: S608 names of our own
    "n.floor_id, n.zone_id, n.x, n.y, n.position_at IS NOT NULL, n.asset_id IS NOT NULL "
    f'FROM "{HEADS.name}" h LEFT JOIN "{NOW.name}" n ON n.asset_id = h.asset_id '
    "WHERE h.asset_id IN {ids} ORDER BY h.asset_id"
)


def read_checkpoint_times(sql: Dialect, asset_ids: Sequence[int]) -> dict[int, list[int]]:
    """The time of each checkpoint, the newest first."""
    query = (
        f'SELECT asset_id, at_us FROM "{CHECKPOINTS.name}" '  # noqa: S608 names of our own
        "WHERE asset_id IN {ids} ORDER BY at_us DESC"
    )
    found: dict[int, list[int]] = {asset_id: [] for asset_id in asset_ids}
    for asset_id, at_us in sql.select(query, asset_ids):
        found[asset_id].append(at_us)
    return found


def read_states(sql: Dialect, asset_ids: Sequence[int], *, from_us: int) -> dict[tuple[int, int], str]:
    """(Asset, time of a checkpoint) → its state, of those that are not older than ``from_us``."""
    query = (
        f'SELECT asset_id, at_us, state FROM "{CHECKPOINTS.name}" '  # noqa: S608 names of our own
        "WHERE asset_id IN {ids} AND at_us >= {bound}"
    )
    return {(asset_id, at): state for asset_id, at, state in sql.select(query, asset_ids, bound=from_us)}


def count_evidence(sql: Dialect, asset_ids: Sequence[int], *, after_us: int) -> dict[int, int]:
    """How much logged evidence later than ``after_us`` each asset has, of those that have any."""
    query = (
        f'SELECT asset_id, COUNT(*) FROM "{EVIDENCE.name}" '  # noqa: S608 names of our own
        "WHERE asset_id IN {ids} AND at_us > {bound} GROUP BY asset_id"
    )
    return dict(sql.select(query, asset_ids, bound=after_us))


def read_known(sql: Dialect, asset_id: int, moments: Sequence[int]) -> set[tuple[int, str]]:
    """Time and source of what is logged about an asset at these moments."""
    query = (
        f'SELECT at_us, source FROM "{EVIDENCE.name}" '  # noqa: S608 names of our own
        "WHERE at_us IN {ids} AND asset_id = {bound}"
    )
    return set(sql.select(query, moments, bound=asset_id))


def read_evidence(sql: Dialect, asset_ids: Sequence[int], *, after_us: int) -> dict[int, list[Item]]:
    """The logged evidence about these assets later than ``after_us``."""
    query = (
        f'SELECT asset_id, payload FROM "{EVIDENCE.name}" '  # noqa: S608 names of our own
        "WHERE asset_id IN {ids} AND at_us > {bound}"
    )
    found: dict[int, list[Item]] = {asset_id: [] for asset_id in asset_ids}
    for asset_id, payload in sql.select(query, asset_ids, bound=after_us):
        found[asset_id].append(unpack(payload))
    return found
