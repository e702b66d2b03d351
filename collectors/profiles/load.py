"""From a YAML file to a :class:`Profile`, or to a :class:`ProfileError` that names file and key."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import cast, get_args

from assets.vocabulary import VOCABULARY, Term
from collectors.profiles.conditions import read_age, with_conditions
from collectors.profiles.consistency import check_limits, check_readings, check_tables
from collectors.profiles.groups import check_groups, read_group, read_groups
from collectors.profiles.model import (
    GRADES,
    IDENTITY_PARTS,
    QUIRKS,
    Encoding,
    Guard,
    Limits,
    Match,
    Profile,
    Protocol,
    Reading,
    Source,
)
from collectors.profiles.personal import asked_oid
from collectors.profiles.rules import read_alarms, read_rules
from collectors.profiles.scaling import accepted, check_together
from collectors.profiles.sources import (
    OID,
    dicom_place,
    modbus_place,
    scaled_cell,
    snmp_encoding,
    snmp_source,
)
from collectors.profiles.strict import Section, read_section
from collectors.profiles.tables import read_table
from collectors.profiles.traps import read_traps

NAME = r"[a-z0-9]+(?:-[a-z0-9]+)*"


def load_profile(path: Path) -> Profile:
    section = read_section(path)
    name = section.text("name", pattern=NAME)
    if name != path.stem:
        section.fail("name", f"must be that of its file, {path.stem!r}")
    protocol = section.choice("protocol", get_args(Protocol))
    interval_s = section.integer("interval_s", 1, 86400)
    groups = read_groups(section, interval_s)
    caveats_stated = "caveats" in section
    readings = tuple(_reading(item, protocol, groups) for item in section.sections("readings"))
    check_readings(section, readings)
    profile = Profile(
        name=name,
        title=section.text("title"),
        protocol=cast("Protocol", protocol),
        interval_s=interval_s,
        document=section.text("document"),
        grade=section.choice("grade", GRADES),
        evidence=section.text("evidence"),
        reference=section.flag("reference"),
        caveats=section.words("caveats"),
        caveats_stated=caveats_stated,
        match=_match(section.section("match")),
        limits=_limits(section.section("limits")),
        quirks=_quirks(section),
        groups=groups,
        guards=tuple(_guard(item, protocol) for item in section.sections("guards")),
        age=read_age(section.section("age"), protocol),
        readings=readings,
        tables=tuple(
            read_table(item, _row_reading, partial(read_group, groups=groups))
            for item in section.sections("tables")
        ),
        activity=read_rules(section, readings),
        alarms=read_alarms(section, readings),
        traps=read_traps(section.section("traps")),
    )
    check_limits(section, profile.limits, readings)
    check_together(section, [reading.source for reading in readings], profile.limits, profile.quirks)
    check_tables(section, profile.tables)
    check_groups(section, profile)
    if profile.tables and protocol != "snmp":
        section.fail("tables", "only SNMP has tables")
    if profile.traps and protocol != "snmp":
        section.fail("traps", "only SNMP has traps")
    if not profile.readings and not profile.tables:
        section.fail("readings", "neither readings nor tables: there is nothing to read")
    section.done()
    return profile


def _term(section: Section) -> Term:
    name = section.text("name")
    if name not in VOCABULARY:
        section.fail("name", f"{name!r} is not in the vocabulary")
    return VOCABULARY[name]


def _reading(section: Section, protocol: str, groups: Mapping[str, float]) -> Reading:
    term = _term(section)
    group = read_group(section, groups, [term])
    if protocol == "modbus":
        place, encoding = modbus_place(section, term)
        reading = Reading(term, with_conditions(section, place), encoding, group)
    elif protocol == "dicom":
        reading = Reading(term, *dicom_place(section, term), group)
    else:
        reading = Reading(term, snmp_source(section, term), snmp_encoding(section, term), group)
    section.done()
    return reading


def _row_reading(section: Section, entry: str) -> Reading:
    term = _term(section)
    reading = Reading(term, scaled_cell(section, entry, "column", term), snmp_encoding(section, term))
    section.done()
    return reading


def _guard(section: Section, protocol: str) -> Guard:
    place: tuple[Source, Encoding]
    if protocol == "modbus":
        place = modbus_place(section, None)
    elif protocol == "dicom":
        place = dicom_place(section, None)
    else:
        place = snmp_source(section, None), snmp_encoding(section, None)
    guard = Guard(*place, accepted(section), section.text("because"))
    section.done()
    return guard


def _match(section: Section | None) -> Match:
    if section is None:
        return Match()
    prefixes = section.words("sys_object_id")
    for prefix in prefixes:
        if not re.fullmatch(OID, prefix):
            section.fail("sys_object_id", f"{prefix!r} is no object identifier")
    descr = section.text("sys_descr", None) or None
    try:
        re.compile(descr or "")
    except re.error as error:
        section.fail("sys_descr", f"is no regular expression: {error}")
    match = Match(
        prefixes,
        descr,
        _probe(section),
        _identity(section.section("identity")),
    )
    section.done()
    return match


def _probe(section: Section) -> str | None:
    oid = section.text("probe", None, pattern=OID)
    return asked_oid(section, "probe", oid) if oid else None


def _identity(section: Section | None) -> dict[str, str]:
    if section is None:
        return {}
    patterns = {part: section.text(part) for part in IDENTITY_PARTS if part in section}
    for part, pattern in patterns.items():
        try:
            re.compile(pattern)
        except re.error as error:
            section.fail(part, f"is no regular expression: {error}")
    section.done()
    return patterns


def _limits(section: Section | None) -> Limits:
    if section is None:
        return Limits()
    usual = Limits()
    limits = Limits(
        varbinds=section.integer("varbinds", 1, 100, usual.varbinds),
        repetitions=section.integer("repetitions", 1, 100, usual.repetitions),
        registers=section.integer("registers", 1, 125, usual.registers),
        gap=section.integer("gap", 0, 124, usual.gap),
    )
    section.done()
    return limits


def _quirks(section: Section) -> frozenset[str]:
    quirks = section.words("quirks")
    for quirk in quirks:
        if quirk not in QUIRKS:
            section.fail("quirks", f"{quirk!r} is not one of {', '.join(QUIRKS)}")
    return frozenset(quirks)
