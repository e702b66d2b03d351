"""From what came in through the door to observations: pure, so that a message always means the same."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, tzinfo

from assets.observation import Evidence, Observation, Position, ReadingValue, Sighting, Subject
from assets.words import Quality
from collectors.decoding.values import Decoded
from collectors.receivers.hl7.alarms import read_alarm
from collectors.receivers.hl7.codes import Codes
from collectors.receivers.hl7.devices import Device, find_devices
from collectors.receivers.hl7.door import Admitted, Row, coded
from collectors.receivers.hl7.header import Header
from collectors.receivers.hl7.marks import Marks
from collectors.receivers.hl7.moments import read_moment, read_zone
from collectors.receivers.hl7.places import Floor, read_position, read_sighting
from collectors.receivers.hl7.values import read_in_unit, read_term, why_no_value
from collectors.receivers.hl7.work import evidence, foremost
from collectors.requests import Failure

NAMELESS = "part of a message that names no device"
TIMELESS = "part of a message without a usable time"
LONGEST_SOURCE = 64
STATE = "device_state"
ALARM = "R40"


@dataclass(frozen=True, slots=True)
class Context:
    """What has to be known besides the message. ``zone`` is for times that name none."""

    observed_by: str
    zone: tzinfo
    received_at: datetime
    codes: Codes
    floors: Mapping[str, Floor]


@dataclass(frozen=True, slots=True)
class Told:
    """One observation, whose subject is the first of ``names``: the register may know another."""

    names: tuple[Subject, ...]
    observation: Observation


@dataclass(slots=True)
class Meant:
    """What a message comes to; ``troubles`` counts parts of it that could not be used."""

    told: list[Told] = field(default_factory=list)
    troubles: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True)
class _Moment:
    """What one device says of one moment; ``undated`` is what failed for want of a time of its own."""

    rows: list[Row] = field(default_factory=list)
    undated: list[Row] = field(default_factory=list)


def read_meaning(admitted: Admitted, context: Context, header: Header) -> Meant:
    """All devices of a message, each with what it said of each moment."""
    context = replace(context, zone=read_zone(header.first(7)) or context.zone)
    meant = Meant()
    devices = find_devices(admitted)
    named = sum(row.meaning is not None for device in devices for row in device.rows)
    known = sum(row.meaning is not None for report in admitted.reports for row in report.rows)
    meant.troubles[NAMELESS] += known - named
    moments: dict[tuple[tuple[Subject, ...], str, datetime], _Moment] = {}
    for device in devices:
        about = "alarm" if header.event == ALARM else device.report.about
        for at, moment in _moments(device, context, meant).items():
            key = device.names, about, at
            found = moments.setdefault(key, _Moment())
            found.rows += moment.rows
            found.undated += moment.undated
    for (names, about, at), moment in moments.items():
        meant.told.append(_tell(names, about, at, moment, context, admitted.marks))
    meant.troubles = +meant.troubles
    return meant


def _moments(device: Device, context: Context, meant: Meant) -> dict[datetime, _Moment]:
    """A device of which nothing is known to us was heard at the time of the report, all the same."""
    usual = _at(device.report.at, context)
    moments: dict[datetime, _Moment] = {}
    rows = [row for row in device.rows if row.meaning is not None]
    for row in rows:
        own = _at(row.at, context) if row.at.strip() else usual
        if own is not None:
            moments.setdefault(own, _Moment()).rows.append(row)
        elif usual is not None:
            moments.setdefault(usual, _Moment()).undated.append(row)
        else:
            meant.troubles[TIMELESS] += 1
    if usual is not None and not moments:
        moments[usual] = _Moment()
    return moments


def _at(text: str, context: Context) -> datetime | None:
    return read_moment(text.strip(), context.zone, near=context.received_at)


def _tell(
    names: tuple[Subject, ...], about: str, at: datetime, moment: _Moment, context: Context, marks: Marks
) -> Told:
    readings, activity = _read_rows(moment, context.codes, marks)
    if about == "alarm":
        alarm = read_alarm(moment.rows, context.codes, marks)
        readings = [*alarm.readings, *readings]
        activity = alarm.activity
        about += f"-{alarm.code}" if alarm.code else ""
    position, sighting = _place(moment.rows, context, marks)
    return Told(
        names,
        Observation(
            names[0],
            source_name(context.observed_by, names[0].key, about),
            at,
            context.received_at,
            readings=tuple(readings),
            activity=activity,
            position=position,
            sighting=sighting,
        ),
    )


def source_name(observed_by: str, device: str, about: str) -> str:
    """``source:5/P-1`` or ``source:5/P-1/alarm-196940``: one for each kind of report, since source and time are what an
    observation is known by, and a device may send several in one second."""
    head, tail = f"{observed_by}/", f"/{about}" if about else ""
    room = LONGEST_SOURCE - len(head) - len(tail)
    if len(device) > room:
        device = f"{device[: room - 9]}~{hashlib.sha256(device.encode()).hexdigest()[:8]}"
    return head + device + tail


def _read_rows(moment: _Moment, codes: Codes, marks: Marks) -> tuple[list[ReadingValue], Evidence | None]:
    """Of a number that comes several times, as of a pump's channels, the first counts."""
    found: dict[str, Decoded] = {}
    states: list[Decoded] = []
    for row in moment.rows:
        meaning = row.meaning
        if meaning is None or meaning.term is None:
            states += _state_after(row, codes, marks)
        elif (value := read_term(row, meaning, meaning.term, codes, marks)) is None:
            continue
        elif meaning.term.name == STATE:
            states.append(value)
        else:
            found.setdefault(meaning.term.name, value)
    for row in moment.undated:
        if row.meaning is not None and row.meaning.term is not None:
            failure = Failure(Quality.MALFORMED, "its time cannot be read")
            if row.meaning.term.name == STATE:
                states.append(failure)
            else:
                found.setdefault(row.meaning.term.name, failure)
    word = foremost(state for state in states if isinstance(state, str))
    failures = [state for state in states if isinstance(state, Failure)]
    if word is not None or failures:
        found[STATE] = word if word is not None else failures[0]
    return [_reading(name, value) for name, value in found.items()], evidence(word, is_certain=not failures)


def _reading(name: str, value: Decoded) -> ReadingValue:
    if isinstance(value, Failure):
        return ReadingValue(name, None, value.quality)
    return ReadingValue(name, value)


def _state_after(row: Row, codes: Codes, marks: Marks) -> Sequence[str]:
    """What an event of an infusion leaves the pump in."""
    if row.meaning is None or row.meaning.part != "event" or why_no_value(row):
        return ()
    condition = codes.conditions.find(*coded(row.value, marks))
    return (condition.state,) if condition is not None and condition.state else ()


def _place(rows: Sequence[Row], context: Context, marks: Marks) -> tuple[Position | None, Sighting | None]:
    """Coordinates if they can be used, else the place by its name."""
    told = {row.meaning.part: row for row in reversed(rows) if row.meaning and not why_no_value(row)}
    if "place" not in told:
        return None, None
    place = told["place"].value
    axes = [read_in_unit(told[axis], "m", context.codes, marks) for axis in ("x", "y") if axis in told]
    metres = [each for each in axes if isinstance(each, float)]
    if len(metres) == 2:
        position = read_position(place, metres[0], metres[1], marks, context.floors)
        if position is not None:
            return position, None
    return None, read_sighting(place, marks)
