"""The words of the live channel, in one place for publisher, hub and consumer.

A :class:`Change` travels from the recorder to every hub; a :class:`Marker` is what a browser draws. Times towards
browsers are ISO 8601 in UTC.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import zip_longest
from typing import Any, TypedDict

import orjson

from assets.live.message import Message

FRAMES_PER_SECOND = 4
UNACKNOWLEDGED = 2
"""Frames that may be under way to one socket."""
UNACKNOWLEDGED_SHORT = 4
"""The same, where a browser reads the short form: it acknowledges every third frame."""


@dataclass(slots=True)
class Change:
    """The current row of an asset, right after it changed."""

    id: int
    rev: int
    activity: str
    basis: str
    since: datetime | None
    floor: int | None
    zone: int | None
    x: float | None
    y: float | None
    position_at: datetime | None
    error_m: float | None
    confidence: float | None
    battery: float | None
    heard_at: datetime | None
    stale_at: datetime | None


class Identity(TypedDict):
    """The part of a marker that says what an asset is."""

    id: int
    tag: str
    name: str
    category: str
    category_name: str
    shape: str
    department: str
    department_name: str
    fixed: bool


class Marker(Identity):
    activity: str
    basis: str
    since: datetime | None
    x: float | None
    y: float | None
    zone: str | None
    zone_id: int | None
    position_at: datetime | None
    error_m: float | None
    confidence: float | None
    battery: float | None
    heard_at: datetime | None
    stale_at: datetime | None
    rev: int


def make_marker(identity: Identity, change: Change, zone_name: str | None) -> Marker:
    return Marker(
        **identity,
        activity=change.activity,
        basis=change.basis,
        since=change.since,
        x=_rounded(change.x, 2),
        y=_rounded(change.y, 2),
        zone=zone_name,
        zone_id=change.zone,
        position_at=change.position_at,
        error_m=_rounded(change.error_m, 1),
        confidence=_rounded(change.confidence, 2),
        battery=change.battery,
        heard_at=change.heard_at,
        stale_at=change.stale_at,
        rev=change.rev,
    )


LONGEST_PART = 700
"""Markers in one message: a server sends none above a megabyte, and no marker has more than 1.4 kB."""
LONGEST_COLUMN = 6000


def floor_frame(
    *,
    slug: str,
    number: int,
    is_full: bool,
    at: datetime,
    markers: Sequence[Marker],
    gone: Sequence[int],
    moved: Sequence[Marker] | None = None,
) -> tuple[str, ...]:
    """What changed on a floor since the frame before; ``is_full``: everything that is on it.

    As one message, or as several of the same number of which all but the last say ``more``; only the first is full.
    ``moved``, for those who read the short form, are markers that merely moved: columns of :data:`MOTION`, in which
    times are milliseconds before ``at``, negative for those to come.
    """
    whole = list(_batches(markers, LONGEST_PART))
    short = list(_batches(moved or (), LONGEST_COLUMN))
    parts = list(zip_longest(whole or [()], short, fillvalue=()))
    return tuple(
        _text(
            {"type": "floor", "floor": slug, "frame": number, "full": is_full and part == 0, "at": at}
            | {"markers": told, "gone": sorted(gone) if part == 0 else []}
            | ({} if moved is None else {"moved": _columns(steps, at)})
            | ({"more": True} if part < len(parts) - 1 else {})
        )
        for part, (told, steps) in enumerate(parts)
    )


def _batches(markers: Sequence[Marker], size: int) -> Iterator[Sequence[Marker]]:
    return (markers[start : start + size] for start in range(0, len(markers), size))


MOTION = ("x", "y", "position_at", "error_m", "confidence", "heard_at", "stale_at")
"""What changes of a marker that merely moves on or is heard again."""
_TIMES = frozenset({"position_at", "heard_at", "stale_at"})


def _columns(moved: Sequence[Marker], at: datetime) -> dict[str, list[Any]]:
    told: Sequence[Mapping[str, Any]] = moved
    columns = {name: [marker[name] for marker in told] for name in ("id", "rev", *MOTION)}
    moment = at.timestamp() * 1000
    for name in _TIMES:
        columns[name] = [time and round(moment - time.timestamp() * 1000) for time in columns[name]]
    return columns


def asset_notice(*, tag: str, revision: int, at: datetime) -> str:
    """Something about this asset changed: fetch it again."""
    return _text({"type": "asset", "tag": tag, "rev": revision, "at": at})


def plan_notice(*, slug: str, at: datetime) -> str:
    """The plan of this floor changed: fetch it again."""
    return _text({"type": "plan", "floor": slug, "at": at})


def alerts_notice(*, at: datetime) -> str:
    """Something about alerts changed: ask again."""
    return _text({"type": "alerts", "at": at})


def beat(*, at: datetime) -> str:
    """The line is alive, though nothing changed."""
    return _text({"type": "beat", "at": at})


def pack_changes(changes: Iterable[Change]) -> bytes:
    return orjson.dumps(list(changes))


def unpack_changes(packed: bytes) -> list[Change]:
    return [_change(said) for said in orjson.loads(packed)]


def _change(said: Mapping[str, Any]) -> Change:
    moments = {name: said[name] and datetime.fromisoformat(said[name]) for name in _MOMENTS}
    return Change(**{**said, **moments})


_MOMENTS = ("since", "position_at", "heard_at", "stale_at")


def _text(message: Mapping[str, Any]) -> Message:
    return Message(orjson.dumps(message, option=orjson.OPT_UTC_Z).decode())


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)
