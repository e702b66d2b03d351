"""What senders can say of equipment at all, whatever they speak: names, times, places, and what they come to."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import Any

from assets.identifiers import canonical
from assets.observation import (
    Evidence,
    Observation,
    Placed,
    Position,
    ReadingValue,
    Sighting,
    Subject,
    SubjectKind,
)
from assets.words import Quality

KINDS = tuple(kind for kind in SubjectKind if kind is not SubjectKind.ASSET)
"""By which names equipment may be called from outside: not by our own numbers of rows."""
SPELLED = (SubjectKind.MAC, SubjectKind.EUI64, SubjectKind.HOSTNAME)
NAME_LIMIT = 64
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
"""A clock that says less was never set."""
FARTHEST_M, LARGEST_ERROR_M = 10_000.0, 1_000.0
WEAKEST_DBM, STRONGEST_DBM = -150.0, 30.0
FARTHEST_RANGE_M = 1_000.0


def make_observation(
    subject: Subject,
    source: str,
    at: datetime,
    received_at: datetime,
    readings: tuple[ReadingValue, ...],
    activity: Evidence | None = None,
    position: Position | None = None,
    sighting: Sighting | None = None,
    placed: Placed | None = None,
) -> Observation:
    """Failed as a whole where there are only readings and all of them failed: then nobody heard the equipment."""
    is_evidence = (
        activity or position or sighting or placed or any(each.quality is Quality.GOOD for each in readings)
    )
    quality = Quality.GOOD if is_evidence or not readings else readings[0].quality
    return Observation(
        subject, source, at, received_at, quality, readings, activity, position, sighting, placed
    )


def make_subject(kind: SubjectKind, key: str) -> Subject:
    """In the one spelling that names of this kind are looked up by; ValueError, in words, if it is none."""
    return Subject(kind, canonical(kind, key) if kind in SPELLED else key.strip())


def is_name(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value.strip()) <= NAME_LIMIT and value.isprintable()


def is_number(value: Any) -> bool:
    return (type(value) is float and math.isfinite(value)) or (type(value) is int and abs(value) < 2**63)
