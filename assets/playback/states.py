"""A floor at one instant: what :mod:`assets.playback.floors` tells of a period, as one row for each asset."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from assets.history import Period
from assets.playback.floors import floor_changes
from assets.words import Activity, Basis
from locations.models import Floor


@dataclass(frozen=True, slots=True)
class State:
    """One asset as it was known then.

    ``at`` is when the point was estimated at which it stood (none for what is installed); ``silent_since`` is set
    where nothing had been reported of its place for longer than its category allows. Without ``activity`` nothing
    is recorded of what it did.
    """

    asset_tag: str
    name: str
    category: str
    is_installed: bool
    zone_id: int | None
    zone_name: str | None
    x: float
    y: float
    error_m: float | None
    confidence: float | None
    at: datetime | None
    silent_since: datetime | None
    activity: str | None
    basis: str | None
    since: datetime | None


def floor_as_of(floor: Floor, moment: datetime, *, now: datetime) -> list[State]:
    """Everything that was on the floor at ``moment``, which is not later than ``now``, by asset tag."""
    told = floor_changes(floor, Period(moment, moment + timedelta(microseconds=1)), now=now)
    states = (_state(asset, told, moment) for asset in told["assets"])
    return [state for state in states if state is not None]


def _state(asset: dict[str, Any], told: dict[str, Any], moment: datetime) -> State | None:
    def when(seconds: float | None) -> datetime | None:
        return None if seconds is None else (moment + timedelta(seconds=seconds)).astimezone(UTC)

    point = _standing(asset)
    if point is None:
        return None
    at, zone, x, y, error, confidence, _ = point
    deed = next((entry for entry in reversed(asset["deeds"]) if entry[0] <= 0), None)
    is_silent = asset["silent"] is not None and -asset["silent"] > asset["stale"]
    is_known = deed is not None and len(deed) > 1
    return State(
        asset["tag"],
        asset["name"],
        asset["category"],
        asset["fixed"],
        zone,
        told["zones"].get(zone),
        x,
        y,
        error,
        confidence,
        when(at),
        when(asset["silent"]) if is_silent else None,
        Activity(told["activities"][deed[1]]).value if deed and is_known else None,
        Basis(told["bases"][deed[2]]).value if deed and is_known else None,
        when(deed[0]) if deed and is_known else None,
    )


def _standing(asset: dict[str, Any]) -> list[Any] | None:
    if asset["fixed"]:
        return [None, *asset["home"], None, 1.0, None]
    latest = next((point for point in reversed(asset["way"]) if point[0] <= 0), None)
    return latest if latest is not None and len(latest) > 2 else None
