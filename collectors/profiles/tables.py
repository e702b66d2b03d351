"""Tables in which every row is a device of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from assets.observation import SubjectKind
from assets.vocabulary import Term
from collectors.planner import table_columns
from collectors.profiles.consistency import check_readings
from collectors.profiles.lookups import MAC_OCTETS, arcs, read_place, read_receiver
from collectors.profiles.model import (
    Age,
    Arcs,
    Cell,
    Encoding,
    PositionColumns,
    Reading,
    SightingColumns,
    Table,
)
from collectors.profiles.rules import read_alarms, read_rules
from collectors.profiles.sources import OID, cell, rows_where
from collectors.profiles.strict import Section

SUBJECT_KINDS = (SubjectKind.SERIAL, SubjectKind.TAG, SubjectKind.ASSET_TAG, SubjectKind.MAC)
"""By what names the rows of a table may know their devices."""
AGE_TYPES = ("integer", "counter")

UNITS_OF_AGE = {"s": 1.0, "ms": 0.001, "min": 60.0}
UNITS_OF_LENGTH = {"m": 1.0, "dm": 0.1, "cm": 0.01, "mm": 0.001}
LONGEST_AGE_S = 30 * 86400.0
FARTHEST_M = 10_000.0
LARGEST_ERROR_M = 1_000.0
MAX_MACS = "max_macs_per_receiver"
MOST_MACS = 1000

ReadReading = Callable[[Section, str], Reading]


class ReadGroup(Protocol):
    def __call__(self, section: Section, *, terms: Sequence[Term]) -> str: ...


def read_table(section: Section, read_reading: ReadReading, read_group: ReadGroup) -> Table:
    entry = section.text("entry", pattern=OID)
    readings = tuple(read_reading(item, entry) for item in section.sections("readings"))
    check_readings(section, readings)
    subject = section.section("subject")
    if subject is None:
        section.fail("subject", "is missing: which column names the device of a row")
    kind = SubjectKind(subject.choice("kind", [kind.value for kind in SUBJECT_KINDS]))
    table = Table(
        name=section.text("name"),
        title=section.text("title"),
        entry=entry,
        max_rows=section.integer("max_rows", 1, 100_000, 1000),
        subject_kind=kind,
        subject=_subject(subject, kind, entry),
        readings=readings,
        age=_age(section.section("age"), entry),
        where=rows_where(section, "where", entry),
        present=rows_where(section, "present", entry),
        position=_position(section.section("position"), entry),
        sighting=_sighting(section.section("sighting"), entry, kind),
        activity=read_rules(section, readings),
        alarms=read_alarms(section, readings),
        group=read_group(section, terms=[reading.term for reading in readings]),
    )
    if not table_columns(table):
        section.fail("subject", "the index alone makes no row: read a column of it besides")
    subject.done()
    section.done()
    return table


def _subject(section: Section, kind: SubjectKind, entry: str) -> Cell | Arcs:
    """A column, or for MAC addresses six numbers of the row's index."""
    if kind is not SubjectKind.MAC or "arcs" not in section:
        return cell(section, entry, "column")
    found = arcs(section)
    if found.last - found.first + 1 != MAC_OCTETS:
        section.fail("arcs", f"a MAC address fills {MAC_OCTETS} numbers of an index")
    return found


def _age(section: Section | None, entry: str) -> Age | None:
    if section is None:
        return None
    scale = UNITS_OF_AGE[section.choice("unit", UNITS_OF_AGE)]
    kind = section.choice("type", AGE_TYPES, "integer")
    encoding = Encoding(kind, scale, 0.0, 0.0, LONGEST_AGE_S, section.raw_values("missing"))
    at_most_s = section.duration("at_most") if "at_most" in section else None
    age = Age(cell(section, entry, "column"), encoding, at_most_s)
    section.done()
    return age


def _position(section: Section | None, entry: str) -> PositionColumns | None:
    if section is None:
        return None
    scale = UNITS_OF_LENGTH[section.choice("unit", UNITS_OF_LENGTH)]
    position = PositionColumns(
        floor=cell(section, entry, "floor"),
        x=cell(section, entry, "x"),
        y=cell(section, entry, "y"),
        coordinate=Encoding("integer", scale, 0.0, -FARTHEST_M, FARTHEST_M, section.raw_values("missing")),
        error=cell(section, entry, "error") if "error" in section else None,
        error_encoding=Encoding(
            "integer", scale, 0.0, 0.0, LARGEST_ERROR_M, section.raw_values("error_missing")
        ),
        default_error_m=section.number("default_error_m"),
    )
    if not 0 < position.default_error_m <= LARGEST_ERROR_M:
        section.fail("default_error_m", f"must be above 0 and at most {LARGEST_ERROR_M:g}")
    section.done()
    return position


def _sighting(section: Section | None, entry: str, kind: SubjectKind) -> SightingColumns | None:
    if section is None:
        return None
    most = section.integer(MAX_MACS, 1, MOST_MACS) if MAX_MACS in section else None
    if most is not None and kind is not SubjectKind.MAC:
        section.fail(MAX_MACS, "is for devices that are known by their MAC addresses")
    sighting = SightingColumns(
        receiver=read_receiver(section, entry),
        rssi=read_place(section, "rssi", entry) if "rssi" in section else None,
        rssi_encoding=Encoding("integer", 1.0, 0.0, -150.0, 30.0, section.raw_values("rssi_missing")),
        max_macs=most,
    )
    section.done()
    return sighting
