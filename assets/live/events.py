"""The words of the live channel, in one place for publisher, hub and consumer.

A :class:`Change` travels from the recorder to every hub; a :class:`Marker` is what a browser draws. Times towards
browsers are ISO 8601 in UTC.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypedDict

import orjson

FRAMES_PER_SECOND = 4
UNACKNOWLEDGED = 2
"""Frames that may be under way to one socket."""


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


def floor_frame(
    *, slug: str, number: int, is_full: bool, at: datetime, markers: Iterable[Marker], gone: Iterable[int]
) -> str:
    """What changed on a floor since the frame before; ``is_full``: everything that is on it."""
    return _text(
        {
            "type": "floor",
            "floor": slug,
            "frame": number,
            "full": is_full,
            "at": at,
            "markers": list(markers),
            "gone": sorted(gone),
        }
    )


def asset_notice(*, tag: str, revision: int, at: datetime) -> str:
    """Something about this asset changed: fetch it again."""
    return _text({"type": "asset", "tag": tag, "rev": revision, "at": at})


def plan_notice(*, slug: str, at: datetime) -> str:
    """The plan of this floor changed: fetch it again."""
    return _text({"type": "plan", "floor": slug, "at": at})


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


def _text(message: Mapping[str, Any]) -> str:
    return orjson.dumps(message, option=orjson.OPT_UTC_Z).decode()


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)
