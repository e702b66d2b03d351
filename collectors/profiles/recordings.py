"""Recordings of devices: read, written, and answered from as a driver would.

SNMP is kept as snmprec lines (``oid|type|value``), Modbus as lines of ``function|address|value value …``, and what a
device says that it is as ``43|vendor|text``, and the same for product and revision; what came of a C-ECHO as lines of
``part|value``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from assets.observation import Observation
from assets.words import Quality
from collectors.planner import plan_requests
from collectors.profiles.model import Profile
from collectors.requests import (
    Answer,
    DicomEcho,
    DicomEchoed,
    Failure,
    ModbusIdentify,
    ModbusIdentity,
    ModbusRead,
    RawPoll,
    Request,
    SnmpGet,
    SnmpTable,
    SnmpValue,
)

AT = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
"""When every recording is taken to have been made."""
Registers = dict[tuple[int, int], int]
"""Function and address → value."""
Recorded = dict[tuple[int, int | str], int | bytes]
"""The same with what a device says that it is: 43 and the part → text."""

TYPES = {
    "2": "integer",
    "4": "octets",
    "5": "null",
    "6": "oid",
    "64": "ipaddress",
    "65": "counter32",
    "66": "gauge32",
    "67": "timeticks",
    "68": "opaque",
    "70": "counter64",
}


def oid_key(oid: str) -> tuple[int, ...]:
    return tuple(map(int, oid.split(".")))


def read_snmprec(path: Path) -> dict[str, SnmpValue]:
    values = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            oid, tag, value = line.split("|", 2)
            values[oid] = _snmp_value(tag, value)
    return dict(sorted(values.items(), key=lambda item: oid_key(item[0])))


def _snmp_value(tag: str, value: str) -> SnmpValue:
    tag, _, module = tag.partition(":")
    if module:  # a value that the simulator moves: take the one it starts from
        settings = dict(part.split("=", 1) for part in value.split(","))
        value = settings.get("initial") or settings["value"]
    kind = TYPES[tag.rstrip("x")]
    if kind == "octets":
        return SnmpValue(kind, bytes.fromhex(value) if tag.endswith("x") else value.encode())
    if kind == "null":
        return SnmpValue(kind, None)
    return SnmpValue(kind, value if kind in ("oid", "ipaddress") else int(value))


def read_registers(path: Path) -> Recorded:
    registers: Recorded = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            function, address, values = line.split("|")
            if function == "43":
                registers[43, address] = values.encode()
                continue
            for offset, value in enumerate(values.split()):
                registers[int(function), int(address) + offset] = int(value, 0)
    return registers


def read_echo(path: Path) -> DicomEchoed:
    said = dict(line.split("|", 1) for line in path.read_text(encoding="utf-8").splitlines() if "|" in line)
    version = said.get("implementation_version")
    return DicomEchoed(int(said["status"], 16), None if version is None else version.encode())


def replay(profile: Profile, path: Path) -> RawPoll:
    """One poll of the recording: what a driver would bring from a device that answers like this."""
    if profile.protocol == "dicom":
        return RawPoll(AT, 12.5, {DicomEcho(): read_echo(path)})
    recorded: Mapping[Any, Any] = read_snmprec(path) if profile.protocol == "snmp" else read_registers(path)
    answers = {request: _answer(request, recorded) for request in plan_requests(profile)}
    return RawPoll(AT, 12.5, answers)


def _answer(request: Request, recorded: Mapping[Any, Any]) -> Answer:
    if isinstance(request, SnmpGet):
        return {oid: recorded.get(oid, SnmpValue("no_such_object", None)) for oid in request.oids}
    if isinstance(request, ModbusRead):
        asked = [(request.function, request.address + offset) for offset in range(request.count)]
        if any(place not in recorded for place in asked):
            return Failure(Quality.DEVICE_ERROR, "exception 2: illegal data address")
        return tuple(recorded[place] for place in asked)
    if isinstance(request, ModbusIdentify):
        if not any(function == 43 for function, _ in recorded):
            return Failure(Quality.DEVICE_ERROR, "exception 1: illegal function")
        return ModbusIdentity(*(recorded.get((43, part)) for part in ("vendor", "product", "revision")))
    columns = tuple(f"{column}." for column in request.columns) if isinstance(request, SnmpTable) else ()
    return {oid: value for oid, value in recorded.items() if oid.startswith(columns)}


def plain(observation: Observation) -> dict[str, Any]:
    """An observation as JSON: what a case expects. Failed readings stand as their quality in brackets."""
    readings = {r.name: f"({r.quality.value})" if r.value is None else r.value for r in observation.readings}
    found: dict[str, Any] = {
        "subject": f"{observation.subject.kind} {observation.subject.key}",
        "source": observation.source,
        "at": observation.at.isoformat(),
        "quality": observation.quality.value,
        "readings": readings,
        "activity": observation.activity and observation.activity.value,
    }
    if observation.position:
        place = observation.position
        found["position"] = [place.floor, place.x, place.y, place.error_m]
    if observation.sighting:
        found["sighting"] = [observation.sighting.receiver, observation.sighting.rssi_dbm]
    if observation.detail:
        found["detail"] = observation.detail
    plainly: dict[str, Any] = json.loads(json.dumps(found))
    return plainly


def snmprec_lines(values: Mapping[str, SnmpValue]) -> list[str]:
    """What :func:`read_snmprec` reads; exceptions are left out, as an absent object is."""
    tags = {kind: tag for tag, kind in TYPES.items()}
    return [
        f"{oid}|{tags[value.type]}{_written(value)}"
        for oid, value in sorted(values.items(), key=lambda item: oid_key(item[0]))
        if value.type in tags
    ]


def _written(value: SnmpValue) -> str:
    if not isinstance(value.value, bytes):
        return f"|{'' if value.value is None else value.value}"
    text = value.value.decode("ascii", "replace")
    is_plain = value.value.isascii() and text.isprintable() and text == text.strip()
    return f"|{text}" if is_plain and value.type == "octets" else f"x|{value.value.hex()}"


def register_lines(registers: Registers) -> list[str]:
    """What :func:`read_registers` reads: each run of addresses a line."""
    lines: list[str] = []
    last: tuple[int, int] | None = None
    for (function, address), value in sorted(registers.items()):
        if last == (function, address - 1):
            lines[-1] += f" {value}"
        else:
            lines.append(f"{function}|{address}|{value}")
        last = function, address
    return lines
