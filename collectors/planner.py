"""Which requests bring everything that a profile reads: pure, and the same every time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cache

from collectors.profiles.model import (
    ORDINARY,
    Arcs,
    Cell,
    Column,
    Identity,
    Lookup,
    Profile,
    Registers,
    Scalar,
    Source,
    Table,
    Via,
    oids_beside,
)
from collectors.requests import DicomEcho, ModbusIdentify, ModbusRead, Request, SnmpGet, SnmpTable

MOST_BITS = 2000
MOST_JOINED = 20_000
"""Rows of a table that others lead to: the access points or ports of one device."""


@cache
def plan_requests(profile: Profile, groups: frozenset[str] | None = None) -> tuple[Request, ...]:
    """The fewest requests within the profile's limits: GETs, then tables; or Modbus reads, ascending, and then
    the device's identification.

    They bring the ordinary readings and those of the ``groups`` named, all of the profile's unless given.
    """
    part = part_of(profile, groups)
    sources = [guard.source for guard in profile.guards] + [reading.source for reading in part.readings]
    if profile.protocol == "dicom":
        return (DicomEcho(),)
    if profile.age is not None:
        sources.append(profile.age.source)
    if profile.protocol == "modbus":
        reads = _plan_reads(profile, [source for source in sources if isinstance(source, Registers)])
        identifies = any(isinstance(source, Identity) for source in sources)
        return (*reads, ModbusIdentify()) if identifies else tuple(reads)
    sources += [Scalar(name) for table in part.tables if (name := own_name(table))]
    return (
        *_plan_gets(profile, sources),
        *_plan_columns(profile, sources),
        *_plan_joins(part),
        *_plan_tables(part),
    )


def part_of(profile: Profile, groups: frozenset[str] | None) -> Profile:
    """The profile with the ordinary readings and tables and those of ``groups`` alone; None: with all."""
    if groups is None or groups.issuperset(profile.groups):
        return profile
    asked = {ORDINARY, *groups}
    return replace(
        profile,
        readings=tuple(reading for reading in profile.readings if reading.group in asked),
        tables=tuple(table for table in profile.tables if table.group in asked),
    )


@cache
def limited(profile: Profile, varbinds: int | None, repetitions: int | None) -> Profile:
    """The profile for a device that takes other numbers of objects in a GET or rows in a GETBULK; None: as it is."""
    limits = replace(
        profile.limits,
        varbinds=varbinds or profile.limits.varbinds,
        repetitions=repetitions or profile.limits.repetitions,
    )
    return profile if limits == profile.limits else replace(profile, limits=limits)


def table_columns(table: Table) -> tuple[str, ...]:
    """The columns of a table itself that are read, in order, each once."""
    cells: list[Source | Arcs | None] = [table.subject, *(reading.source for reading in table.readings)]
    if table.age:
        cells.append(table.age.source)
    if table.position:
        cells += [table.position.floor, table.position.x, table.position.y, table.position.error]
    if table.sighting:
        for place in (table.sighting.receiver.source, table.sighting.rssi):
            cells.append(place.start if isinstance(place, Lookup) else place)
    columns = [oid for cell in cells if isinstance(cell, Cell) for oid in (cell.oid, *oids_beside(cell))]
    return tuple(dict.fromkeys([*columns, *(where.column for where in (*table.where, *table.present))]))


def joins_of(table: Table) -> tuple[Via, ...]:
    """The columns of other tables that its rows lead to, in order."""
    if table.sighting is None:
        return ()
    places = (table.sighting.receiver.source, table.sighting.rssi)
    return tuple(via for place in places if isinstance(place, Lookup) for via in place.via)


def own_name(table: Table) -> str | None:
    """The instance that holds the agent's own name, where its receivers are named within it."""
    return table.sighting.receiver.within if table.sighting else None


def _plan_gets(profile: Profile, sources: Iterable[Source]) -> Iterator[SnmpGet]:
    """In the order of ``sources``; what says how a value is written travels with it."""
    size = 1 if "single-gets" in profile.quirks else profile.limits.varbinds
    messages: list[dict[str, None]] = []
    for source in sources:
        if isinstance(source, Scalar):
            wanted = dict.fromkeys((source.oid, *oids_beside(source)))
            if any(wanted.keys() <= message.keys() for message in messages):
                continue
            if messages and len(messages[-1] | wanted) <= size:
                messages[-1] |= wanted
            else:
                messages.append(wanted)
    return (SnmpGet(tuple(message)) for message in messages)


def _plan_columns(profile: Profile, sources: Iterable[Source]) -> Iterator[SnmpTable]:
    """Columns of one entry travel together, so that their rows are of one moment; so do those of several entries
    if a reading needs them all."""
    tables: list[tuple[set[str], list[str]]] = []
    for source in sources:
        if isinstance(source, Column):
            wanted = [source.oid, *(where.column for where in source.where), *oids_beside(source)]
            columns = [*wanted, source.share_of] if source.share_of else wanted
            _join(tables, columns)
    return (_plan_table(profile, tuple(dict.fromkeys(columns))) for _, columns in tables)


def _join(tables: list[tuple[set[str], list[str]]], columns: Sequence[str]) -> None:
    """Puts the columns to those of the same entries, which become one table by it."""
    entries = {oid.rpartition(".")[0] for oid in columns}
    touched = [table for table in tables if table[0] & entries] or [(set(), [])]
    first, *others = touched
    if not first[0]:
        tables.append(first)
    for of_other, its_columns in others:
        first[0].update(of_other)
        first[1].extend(its_columns)
        tables.remove((of_other, its_columns))
    first[0].update(entries)
    first[1].extend(columns)


def _plan_joins(profile: Profile) -> Iterator[SnmpTable]:
    """Columns that rows of tables lead to, once each, whichever tables do."""
    entries: dict[str, list[str]] = {}
    for via in (via for table in profile.tables for via in joins_of(table)):
        entries.setdefault(via.column.rpartition(".")[0], []).append(via.column)
    for columns in entries.values():
        yield _plan_table(profile, tuple(dict.fromkeys(columns)), MOST_JOINED)


def _plan_tables(profile: Profile) -> Iterator[SnmpTable]:
    for table in profile.tables:
        yield _plan_table(profile, table_columns(table), table.max_rows)


def _plan_table(profile: Profile, columns: tuple[str, ...], max_rows: int = 1000) -> SnmpTable:
    return SnmpTable(
        columns,
        max_rows,
        max_repetitions=1 if "single-rows" in profile.quirks else profile.limits.repetitions,
        max_columns=profile.limits.varbinds,
        by_bulk="no-getbulk" not in profile.quirks,
        is_ordered="unordered-rows" not in profile.quirks,
    )


def _plan_reads(profile: Profile, sources: Sequence[Registers]) -> Iterator[ModbusRead]:
    limits = profile.limits
    for function in sorted({source.function for source in sources}):
        most = MOST_BITS if function in (1, 2) else limits.registers
        spans = sorted({source.span for source in sources if source.function == function})
        begin, end = spans[0]
        for address, stop in spans[1:]:
            if address - end <= limits.gap and max(stop, end) - begin <= most:
                end = max(stop, end)
            else:
                yield ModbusRead(function, begin, end - begin)
                begin, end = address, stop
        yield ModbusRead(function, begin, end - begin)
