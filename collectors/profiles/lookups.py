"""Where a row of a table leads to: what hears its device, and how strongly, in other columns of the same agent."""

from __future__ import annotations

from collectors.profiles.model import FORMS, Arcs, Cell, Lookup, ReceiverName, Via
from collectors.profiles.personal import asked_oid
from collectors.profiles.sources import OID, cell
from collectors.profiles.strict import Section

MAC_OCTETS = 6
PREFIX = r"[a-z]{1,12}"
LONGEST_INDEX = 128
"""Numbers that an object identifier may have."""
LONGEST_WAY = 4
"""Columns that a value may be looked up through."""


def arcs(section: Section) -> Arcs:
    """``arcs: [first, last]``: numbers of the row's index, counted from 1."""
    value = section.take("arcs")
    if not isinstance(value, list) or len(value) != 2 or not all(type(v) is int for v in value):
        section.fail("arcs", "must be a list of two whole numbers, the first and the last")
    if not 1 <= value[0] <= value[1] <= LONGEST_INDEX:
        section.fail("arcs", f"must not fall, and lie within 1 and {LONGEST_INDEX}")
    return Arcs(value[0], value[1])


def read_place(section: Section, key: str, entry: str) -> Cell | Lookup:
    """The number of a column of the row; or a mapping that says from where in the row, and by which columns."""
    inner = section.mapping(key)
    if inner is None:
        return cell(section, entry, key)
    place = _lookup(inner, entry)
    inner.done()
    if not isinstance(place, Lookup) or not place.via:
        section.fail(key, "leads nowhere: name columns in via, or write the number of the column alone")
    return place


def read_receiver(section: Section, entry: str) -> ReceiverName:
    inner = section.mapping("receiver")
    if inner is None:
        return ReceiverName(cell(section, entry, "receiver"))
    name = ReceiverName(
        source=_lookup(inner, entry),
        form=inner.choice("as", FORMS, "text"),
        prefix=inner.text("prefix", pattern=PREFIX),
        within=_within(inner),
    )
    inner.done()
    return name


def _within(section: Section) -> str | None:
    oid = section.text("within", None, pattern=OID)
    return asked_oid(section, "within", oid) if oid else None


def _lookup(section: Section, entry: str) -> Cell | Lookup:
    start = arcs(section) if "arcs" in section else cell(section, entry, "column")
    missing = section.raw_values("missing")
    via = tuple(_via(section))
    if isinstance(start, Cell) and not (via or missing):
        return start
    return Lookup(start, via, missing)


def _via(section: Section) -> list[Via]:
    """Columns in the order of the way: an identifier, or ``{equal: identifier}`` to find a row by its value."""
    values = section.take("via", [])
    if not isinstance(values, list) or len(values) > LONGEST_WAY:
        section.fail("via", f"must be a list of at most {LONGEST_WAY} columns")
    steps = []
    for index, value in enumerate(values):
        by_value = isinstance(value, dict)
        step = Section(section.file, section.key(f"via[{index}]"), value if by_value else {"column": value})
        key = "equal" if by_value else "column"
        steps.append(Via(asked_oid(step, key, step.text(key, pattern=OID)), by_value))
        step.done()
    if steps and steps[-1].by_value:
        section.fail("via", "ends with the row of a value: name the column that is wanted of it")
    return steps
