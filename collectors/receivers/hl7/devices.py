"""Which observations of a message are about which device.

OBX-4 numbers them as device.part.channel.observation. A device is what stands at the top (``1.0.0.0``), and what has a
name of its own one step below (``1.2.0.0``), as pumps in a rack have.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from assets.observation import Subject
from collectors.receivers.hl7.door import Admitted, Report, Row
from collectors.receivers.hl7.marks import Marks
from collectors.receivers.hl7.names import in_order, name_told, names_in_device, names_in_equipment

Place = tuple[str, str]
"""Device and part."""


@dataclass(slots=True)
class Device:
    """``rows`` are its observations in one report; ``names`` what it may be called, the best first."""

    names: tuple[Subject, ...]
    report: Report
    rows: list[Row] = field(default_factory=list)


def find_devices(admitted: Admitted) -> list[Device]:
    """All that have a name, report by report. A device keeps its name in the reports that follow in its message."""
    known: dict[Place, tuple[Subject, ...]] = {}
    devices: list[Device] = []
    for report in admitted.reports:
        known |= _names(report, admitted.marks)
        devices += _devices(report, known)
    return devices


def _devices(report: Report, known: dict[Place, tuple[Subject, ...]]) -> list[Device]:
    found: dict[tuple[Subject, ...], Device] = {}
    for row in report.rows:
        top, part = _place(row)
        own, above = known.get((top, part), ()), known.get((top, ""), ())
        names = own + tuple(name for name in above if name not in own)
        if names:
            found.setdefault(names, Device(names, report)).rows.append(row)
    return list(found.values())


def _names(report: Report, marks: Marks) -> dict[Place, tuple[Subject, ...]]:
    """What the report says of the names of devices, and of parts that have one."""
    said: dict[Place, list[Subject]] = {}
    spare: dict[Place, list[Subject]] = {}
    for row in report.rows:
        top, part = _place(row)
        names = [name for device in row.devices for name in names_in_device(device, marks)]
        names += names_in_equipment(row.equipment, marks) if row.equipment else []
        if _is_container(row):
            said.setdefault((top, part), []).extend(names)
        elif row.meaning is not None and row.meaning.part in ("serial", "mac"):
            told = name_told(row.meaning.part, marks.plain(row.value))
            said.setdefault((top, ""), []).extend(told)
        elif names and not row.equipment.startswith(
            marks.repetition
        ):  # else it is no name, but a place in a rack
            spare.setdefault((top, ""), names)
    for place, names in spare.items():
        if not said.get(place):
            said[place] = names
    general = [name for device in report.devices for name in names_in_device(device, marks)]
    tops = {_place(row)[0] for row in report.rows}
    if len(tops) == 1:  # of several devices nobody knows which is meant
        said.setdefault((tops.pop(), ""), []).extend(general)
    return {place: in_order(names) for place, names in said.items() if names}


def _place(row: Row) -> Place:
    parts = row.place.strip().split(".")
    part = parts[1] if len(parts) > 1 and parts[1] != "0" else ""
    return parts[0], part


def _is_container(row: Row) -> bool:
    parts = row.place.strip().split(".")
    return len(parts) == 4 and parts[2:] == ["0", "0"]
