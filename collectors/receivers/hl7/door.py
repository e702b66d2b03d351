"""The door: what a message says of devices comes in; all else, and everything about people, does not.

Only what is on the list below is ever copied out of a message. Whatever is not is counted and gone when the function
returns: it is in no log, no queue, no file.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from collectors.receivers.hl7.charsets import decode
from collectors.receivers.hl7.codes import Codes, Meaning
from collectors.receivers.hl7.header import Header, RejectedError
from collectors.receivers.hl7.marks import Marks, component

MOST_SEGMENTS = 4000
MOST_FIELDS = 256
OBR_KEPT = (4, 7)
OBX_KEPT = (3, 4, 14, 18)
OBX_OF_KNOWN = (2, 5, 6, 11)
"""Only of an observation whose code we know: a value under any other code may be about a patient."""
PRT_KEPT = (10, 16, 17, 18, 19, 20)
"""Only of devices; the location in PRT-9 may be that of a person who takes part."""
_SAYS_NOBODY = {("PID", 31): "Y", ("PV1", 2): "N"}
"""That there is no patient is nothing about one."""


@dataclass(frozen=True, slots=True)
class Row:
    """One observation (OBX). Fields are as they came, with their separators and escapes."""

    place: str  # OBX-4: which part of which device
    at: str
    equipment: str
    meaning: Meaning | None = None
    kind: str = ""
    value: str = ""
    unit: str = ""
    status: str = ""
    devices: tuple[tuple[str, ...], ...] = ()  # of PRT, in the order of PRT_KEPT


@dataclass(slots=True)
class Report:
    """What is under one OBR."""

    about: str  # "equipment", "place", "alarm" or nothing in particular
    at: str
    devices: list[tuple[str, ...]] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)


@dataclass(slots=True)
class Admitted:
    """What came in. ``dropped`` counts fields that were left outside, ``unknown`` observations of unknown codes."""

    marks: Marks
    reports: list[Report] = field(default_factory=list)
    dropped: int = 0
    unknown: int = 0


def admit(octets: bytes, header: Header, codes: Codes) -> Admitted:
    """:class:`RejectedError` if there is more than can be a message."""
    lines = decode(octets, header).replace("\r\n", "\r").replace("\n", "\r").split("\r", MOST_SEGMENTS)
    if len(lines) > MOST_SEGMENTS:
        raise RejectedError(100, "more segments than are allowed")
    admitted = Admitted(header.marks)
    for line in lines[1:]:
        fields = line.split(header.marks.field, MOST_FIELDS)
        if len(fields) > MOST_FIELDS:
            raise RejectedError(100, "more fields than are allowed")
        _admit_segment(fields, admitted, codes)
    return admitted


def _admit_segment(fields: list[str], admitted: Admitted, codes: Codes) -> None:
    name, reports = fields[0].strip(), admitted.reports
    kept: tuple[int, ...] = ()
    if name == "OBR":
        kept = OBR_KEPT
        reports.append(Report(_about(_field(fields, 4), admitted.marks, codes), _field(fields, 7)))
    elif name == "OBX" and reports:
        row = _row(fields, admitted.marks, codes)
        kept = OBX_KEPT + OBX_OF_KNOWN  # or counted as unknown
        admitted.unknown += row.meaning is None and bool(_field(fields, 5))
        reports[-1].rows.append(row)
    elif name == "PRT" and reports and _field(fields, 10):
        kept = PRT_KEPT
        _add_device(reports[-1], tuple(_field(fields, number) for number in PRT_KEPT))
    admitted.dropped += _count_dropped(name, fields, kept)


def _field(fields: list[str], number: int) -> str:
    return fields[number] if number < len(fields) else ""


def _row(fields: list[str], marks: Marks, codes: Codes) -> Row:
    meaning = codes.meanings.find(*coded(_field(fields, 3), marks))
    place, at, equipment = (_field(fields, number) for number in OBX_KEPT[1:])
    if meaning is None:
        return Row(place, at, equipment)
    kind, value, unit, status = (_field(fields, number) for number in OBX_OF_KNOWN)
    return Row(place, at, equipment, meaning, kind, value, unit, status)


def _add_device(report: Report, device: tuple[str, ...]) -> None:
    """To the observation that it follows, or to the whole report."""
    if not report.rows:
        report.devices.append(device)
        return
    row = report.rows[-1]
    report.rows[-1] = Row(
        row.place, row.at, row.equipment, row.meaning, row.kind, row.value, row.unit, row.status,
        (*row.devices, device),
    )  # fmt: skip


def _about(field: str, marks: Marks, codes: Codes) -> str:
    return codes.reports.find(*coded(field, marks)) or ""


def coded(field: str, marks: Marks) -> tuple[str, str, str]:
    """Number, name and system of a coded value."""
    parts = marks.components(marks.repetitions(field)[0])
    return component(parts, 1), component(parts, 2), component(parts, 3)


def _count_dropped(name: str, fields: list[str], kept: tuple[int, ...]) -> int:
    """Fields that said something; the first of a segment only numbers it."""
    return sum(
        1
        for number, value in enumerate(fields)
        if number > 1
        and value.strip('" ')
        and number not in kept
        and _SAYS_NOBODY.get((name, number)) != value
    )
