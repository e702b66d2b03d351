"""A performed procedure step, reduced to the work of a machine: which, when, and how it ended. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo

from assets.identifiers import canonical
from collectors.receivers.mpps.dataset import Elements

MODALITY, ZONE = 0x0008_0060, 0x0008_0201
STATION, STATUS = 0x0040_0241, 0x0040_0252
BEGAN = 0x0040_0244, 0x0040_0245
ENDED = 0x0040_0250, 0x0040_0251
WANTED = frozenset({MODALITY, ZONE, STATION, STATUS, *BEGAN, *ENDED})
"""All that is ever read: the station's title, its modality, dates and times, and the status."""

IN_PROGRESS, COMPLETED, DISCONTINUED = "IN PROGRESS", "COMPLETED", "DISCONTINUED"
FINAL = frozenset({COMPLETED, DISCONTINUED})

_DATE = re.compile(r"(\d{4})(\d{2})(\d{2})\Z", re.ASCII)
_TIME = re.compile(r"(\d{2})(?:(\d{2})(?:(\d{2})(?:\.(\d{1,6}))?)?)?\Z", re.ASCII)
_ZONE = re.compile(r"([+-])(\d{2})(\d{2})\Z", re.ASCII)
_MODALITY = re.compile(r"[A-Z0-9_ ]{1,16}\Z", re.ASCII)


class MissingError(ValueError):
    """An element that has to be there is not."""


class ImpossibleError(ValueError):
    """An element has a value that cannot be."""


@dataclass(frozen=True, slots=True)
class Step:
    """What a message says. Times are in UTC."""

    status: str
    station: str = ""
    modality: str = ""
    began_at: datetime | None = None
    ended_at: datetime | None = None


def read_begun(elements: Elements, zone: tzinfo) -> Step:
    """Of an N-CREATE: in progress, at a station, since then. ``zone`` is that of the site, unless the message says."""
    values = elements.values
    if not values.get(STATUS) or not values.get(STATION):
        raise MissingError
    if values[STATUS] != IN_PROGRESS:
        raise ImpossibleError
    began_at = _moment(elements, BEGAN, zone)
    if began_at is None:
        raise MissingError
    try:
        station = canonical("ae_title", values[STATION])
    except ValueError:
        raise ImpossibleError from None
    return Step(IN_PROGRESS, station, _modality(values.get(MODALITY, "")), began_at)


def read_changed(elements: Elements, zone: tzinfo) -> Step:
    """Of an N-SET. One that does not mention the status leaves it in progress."""
    status = elements.values.get(STATUS) or IN_PROGRESS
    if status != IN_PROGRESS and status not in FINAL:
        raise ImpossibleError
    return Step(status, ended_at=_moment(elements, ENDED, zone) if status in FINAL else None)


def _modality(value: str) -> str:
    if value and not _MODALITY.match(value):
        raise ImpossibleError
    return value


def _moment(elements: Elements, tags: tuple[int, int], zone: tzinfo) -> datetime | None:
    day, hour = (elements.values.get(tag, "") for tag in tags)
    if not day or not hour:
        return None
    date, time = _DATE.match(day), _TIME.match(hour)
    if not date or not time:
        raise ImpossibleError
    year, month, date_of_month = map(int, date.groups())
    hours, minutes, seconds = (int(part or 0) for part in time.groups()[:3])
    micro = int((time[4] or "").ljust(6, "0"))
    where = _zone(elements, zone)
    if seconds == 60:  # a leap second is told as the second before it
        seconds = 59
    try:
        local = datetime(year, month, date_of_month, hours, minutes, seconds, micro, tzinfo=where)
        return local.astimezone(UTC)
    except (ValueError, OverflowError):
        raise ImpossibleError from None


def _zone(elements: Elements, zone: tzinfo) -> tzinfo:
    value = elements.values.get(ZONE, "")
    if not value:
        return zone
    said = _ZONE.match(value)
    if not said or int(said[2]) > 14 or int(said[3]) > 59:
        raise ImpossibleError
    offset = timedelta(hours=int(said[2]), minutes=int(said[3]))
    return timezone(-offset if said[1] == "-" else offset)
