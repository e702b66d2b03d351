"""A poll for a person: what came back, decoded beside raw."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from assets.observation import Evidence, Position, Sighting, SubjectKind
from assets.vocabulary import Term, term
from assets.words import Quality
from collectors.decoding.addresses import masked
from collectors.decoding.program import Prepared, Program, Step, age_of, prepare_answers, program_of
from collectors.decoding.row import Row
from collectors.decoding.rows import RowProgram, decode_rows
from collectors.decoding.values import Decoded
from collectors.profiles.model import (
    Cell,
    Column,
    Echo,
    Identity,
    Profile,
    Reading,
    Registers,
    Scalar,
    Scaling,
    Source,
    oids_beside,
)
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

Report = dict[str, Any]


def describe_poll(profile: Profile, raw: RawPoll) -> Report:
    """JSON-able: ``rows`` (the device's own readings), their ``age_s``, ``tables`` and ``failures`` (of requests)."""
    program = program_of(profile)
    prepared = prepare_answers(program, raw)
    rows = [
        _describe_reading(reading, step, prepared, raw, program)
        for reading, step in zip(profile.readings, program.steps, strict=True)
    ]
    age = age_of(program.age, prepared) if program.age else None
    return {
        "rows": rows,
        "age_s": None if isinstance(age, Failure) else age,
        "tables": [_describe_table(step.rows, step.rows_of(prepared), raw.answers.get(program.requests[step.slot]))
                   for step in program.tables],
        "failures": [
            {"request": describe_request(request), "quality": answer.quality.value, "detail": answer.detail}
            for request, answer in zip(program.requests, prepared, strict=True)
            if isinstance(answer, Failure)
        ],
    }  # fmt: skip


def describe_request(request: Request) -> str:
    match request:
        case SnmpGet(oids=oids):
            others = f" and {len(oids) - 1} more" if len(oids) > 1 else ""
            return f"GET {oids[0]}{others}"
        case SnmpTable(columns=columns):
            return f"table {columns[0].rpartition('.')[0]}, {len(columns)} columns"
        case ModbusRead(function=function, address=address, count=count):
            return f"function {function}, {count} from address {address}"
        case ModbusIdentify():
            return "function 43/14, identification"
        case DicomEcho():
            return "C-ECHO"


def describe_source(source: Source) -> str:
    match source:
        case Scalar(oid=oid, scaling=scaling) | Cell(oid=oid, scaling=scaling):
            return oid + _told_by(scaling)
        case Column(oid=oid, pick=pick, scaling=scaling):
            return f"{oid} ({pick})" + _told_by(scaling)
        case Registers(function=function, address=address, count=count):
            last = f"–{address + count - 1}" if count > 1 else ""
            return f"function {function}, {address}{last}"
        case Identity(part=part):
            return f"function 43/14, {part}"
        case Echo(part=part):
            return f"C-ECHO, {part.replace('_', ' ')}"


def _told_by(scaling: Scaling | None) -> str:
    """What else has to be read to know how the value is written."""
    if scaling is None:
        return ""
    told = (
        ("digits", scaling.digits),
        ("power of ten", scaling.power),
        ("unit", scaling.unit),
        ("validity", scaling.state),
    )
    return "".join(f", its {what} by {beside.oid}" for what, beside in told if beside)


def _describe_reading(
    reading: Reading, step: Step, prepared: Prepared, raw: RawPoll, program: Program
) -> Report:
    answer = prepared[step.slot]
    decoded: Decoded = answer if isinstance(answer, Failure) else step.read(answer)
    return {
        **_describe_value(reading.term, decoded),
        "source": describe_source(reading.source),
        "raw": _raw_of(
            reading.source, raw.answers.get(program.requests[step.slot]), program.requests[step.slot]
        ),
    }


def _describe_value(word: Term, decoded: Decoded) -> Report:
    failure = decoded if isinstance(decoded, Failure) else None
    return {
        "name": word.name,
        "label": word.label,
        "value": None if failure else decoded,
        "unit": word.unit,
        "quality": (failure.quality if failure else Quality.GOOD).value,
        "detail": failure.detail if failure else "",
    }


def _describe_table(table: RowProgram, rows: Any, answer: Answer | None) -> Report:
    report: Report = {"name": table.table.name, "title": table.table.title, "rows": []}
    if not isinstance(rows, Failure) and isinstance(answer, Mapping):
        report["rows"] = [_describe_row(table, row, answer) for row in decode_rows(table, rows)]
    return report


def _describe_row(table: RowProgram, row: Row, answer: Mapping[str, SnmpValue]) -> Report:
    """Of MAC addresses, which are those of whoever is near, no more is shown than their makers."""
    by_address = table.table.subject_kind is SubjectKind.MAC
    return {
        "row": "" if by_address else row.index,
        "subject": masked(row.key) if by_address and row.key else row.key,
        "kind": table.table.subject_kind.value,
        "quality": (row.failure.quality if row.failure else Quality.GOOD).value,
        "detail": row.failure.detail if row.failure else "; ".join(row.notes),
        "age_s": row.age_s,
        "activity": _word(row.activity),
        "position": _describe_position(row.position),
        "sighting": _describe_sighting(row.sighting),
        "readings": [
            {
                **_describe_value(term(name), decoded),
                "source": column if by_address else f"{column}.{row.index}",
                "raw": show_raw(answer.get(f"{column}.{row.index}")),
            }
            for (name, column, _), decoded in zip(table.readings, row.decoded, strict=False)
        ],
    }


def _word(evidence: Evidence | None) -> str | None:
    return evidence.value if evidence else None


def _describe_position(place: Position | None) -> Report | None:
    if place is None:
        return None
    return {"floor": place.floor, "x": place.x, "y": place.y, "error_m": place.error_m}


def _describe_sighting(sighting: Sighting | None) -> Report | None:
    if sighting is None:
        return None
    return {"receiver": sighting.receiver, "rssi_dbm": sighting.rssi_dbm}


def _raw_of(source: Source, answer: Answer | None, request: Request) -> str:
    if answer is None or isinstance(answer, Failure):
        return ""
    if isinstance(source, Identity) and isinstance(answer, ModbusIdentity):
        octets = getattr(answer, source.part)
        return "" if octets is None else show_octets(octets)
    if isinstance(source, Echo) and isinstance(answer, DicomEchoed):
        said = getattr(answer, source.part)
        return "" if said is None else show_octets(said) if isinstance(said, bytes) else f"{said:04X}"
    if isinstance(source, Registers) and isinstance(request, ModbusRead) and isinstance(answer, tuple):
        start = source.address - request.address
        words = answer[start : start + source.count]
        return " ".join(f"{word:04X}" for word in words) if source.function > 2 else " ".join(map(str, words))
    if isinstance(source, Scalar | Cell) and isinstance(answer, Mapping):
        raws = (show_raw(answer.get(oid)) for oid in (source.oid, *oids_beside(source)))
        return ", ".join(filter(None, raws))
    if isinstance(source, Column) and isinstance(answer, Mapping):
        values = [show_raw(value) for oid, value in answer.items() if oid.startswith(f"{source.oid}.")]
        more = f" and {len(values) - 8} more" if len(values) > 8 else ""
        return ", ".join(values[:8]) + more
    return ""


def show_raw(value: SnmpValue | None) -> str:
    """Type and value as they came; octets as text if they are printable, otherwise in hexadecimal."""
    if value is None:
        return ""
    if not isinstance(value.value, bytes):
        return value.type if value.value is None else f"{value.type} {value.value}"
    return f"{value.type} {show_octets(value.value)}"


def show_octets(octets: bytes) -> str:
    text = octets.decode("ascii", "replace")
    shown = f'"{text}"' if octets.isascii() and text.isprintable() else f"0x{octets.hex()}"
    return shown if len(shown) <= 120 else shown[:119] + "…"
