"""The one thing that crosses from collectors to assets."""

from __future__ import annotations

import enum
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from itertools import repeat

from assets.words import Quality

AHEAD = timedelta(seconds=120)
"""A device's clock may be this much ahead of ours; what is later still cannot have happened yet."""

Value = float | str | bool
"""A canonical reading's value: numbers in the unit that the vocabulary names, states as words."""


class SubjectKind(enum.StrEnum):
    """By what name a source knows the equipment."""

    ASSET = "asset"  # primary key
    TAG = "tag"  # identifier of its location tag
    SERIAL = "serial"  # maker's serial number
    ASSET_TAG = "asset_tag"  # the hospital's own number, as on its label
    MAC = "mac"  # of one of its network cards: aa:bb:cc:dd:ee:ff
    EUI64 = "eui64"  # sixteen hexadecimal digits, upper case
    HOSTNAME = "hostname"  # lower case
    AE_TITLE = "ae_title"  # of its application in DICOM


class Evidence(enum.StrEnum):
    """What a device says of its own work."""

    IN_USE = "in_use"  # working on a patient
    IDLE = "idle"  # on standby
    FAULT = "fault"  # cannot be used


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom an observation is about."""

    kind: SubjectKind
    key: str


@dataclass(frozen=True, slots=True)
class ReadingValue:
    """One canonical reading. ``value`` is ``None`` exactly when ``quality`` is not GOOD."""

    name: str
    value: Value | None
    quality: Quality = Quality.GOOD

    def __post_init__(self) -> None:
        if (self.value is None) == (self.quality is Quality.GOOD):
            raise ValueError(f"{self.name}: a value and a failure exclude each other")


@dataclass(frozen=True, slots=True)
class Position:
    """Where a source says that its subject is. Metres in the building's frame."""

    floor: str  # Floor.slug
    x: float
    y: float
    error_m: float


@dataclass(frozen=True, slots=True)
class Sighting:
    """That a receiver hears a tag; ``range_m`` where it measures how far away that is (ultra-wideband)."""

    receiver: str  # Receiver.identifier
    rssi_dbm: float | None = None
    range_m: float | None = None
    range_error_m: float | None = None  # one standard deviation; none where the sender does not know it


@dataclass(frozen=True, slots=True)
class Placed:
    """That somebody has it before their eyes in this room: a label scanned, a delivery signed for."""

    floor: str  # Floor.slug
    zone: str  # Zone.code


@dataclass(frozen=True, slots=True)
class Observation:
    """One report about one piece of equipment, or one failure to get it.

    ``at`` is when it was true at the device, ``received_at`` when we learned of it; both are aware, in UTC.
    ``source`` and ``at`` together are its identity, with the receiver where it is a sighting, because several
    receivers hear one blink: recording the same twice changes nothing.
    """

    subject: Subject
    source: str
    at: datetime
    received_at: datetime
    quality: Quality = Quality.GOOD
    readings: tuple[ReadingValue, ...] = ()
    activity: Evidence | None = None
    position: Position | None = None
    sighting: Sighting | None = None
    placed: Placed | None = None
    detail: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        if self.at.tzinfo is None or self.received_at.tzinfo is None:
            raise ValueError("an observation's times carry their time zone")
        if self.quality is not Quality.GOOD and (
            self.activity or self.position or self.sighting or self.placed
        ):
            raise ValueError("a failed reading is evidence of nothing")

    @property
    def origin(self) -> str:
        """Its source, and which receiver of it: with the time, what tells it from all others of its equipment."""
        return self.source if self.sighting is None else origin_of(self.source, self.sighting.receiver)


LONGEST_ORIGIN = 64


def origin_of(source: str, receiver: str) -> str:
    """A name of its own for each receiver of a source, no longer than the tables take."""
    name = f"{source}@{receiver}"
    if len(name) <= LONGEST_ORIGIN:
        return name
    return f"{name[: LONGEST_ORIGIN - 17]}~{hashlib.sha256(name.encode()).hexdigest()[:16]}"


_new = object.__new__
_set_name, _set_value, _set_quality = (
    getattr(ReadingValue, field.name).__set__ for field in fields(ReadingValue)
)


def good_observation(
    subject: Subject,
    source: str,
    at: datetime,
    received_at: datetime,
    names: Sequence[str],
    values: Sequence[Value],
    activity: Evidence | None,
) -> Observation:
    """The observation whose readings all have values; none of these is None.

    Nearly every poll makes one, so its readings are made without the detours of a frozen dataclass, which
    would be the costliest part of decoding.
    """
    readings = tuple(map(_new, repeat(ReadingValue, len(names))))
    # A field that is set says None: any() goes through all of them, and does nothing else.
    any(map(_set_name, readings, names))
    any(map(_set_value, readings, values))
    any(map(_set_quality, readings, repeat(Quality.GOOD)))
    return Observation(subject, source, at, received_at, Quality.GOOD, readings, activity)
