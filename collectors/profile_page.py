"""A device profile as people read it: what is read, from where, how good that is, and what to mind."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from assets.vocabulary import VOCABULARY
from collectors.decoding.describe import describe_source
from collectors.profile_words import (
    activity_words,
    manner_words,
    match_words,
    place_words,
    when_words,
    writing_words,
)
from collectors.profiles.assessment import Assessment, Level, assess
from collectors.profiles.casebook import Case, Expected
from collectors.profiles.library import UnknownProfileError, get_cases, get_profile, profile_names
from collectors.profiles.model import Alarm, Profile, Reading, Rule
from collectors.profiles.strict import ProfileError
from collectors.table_words import table_words

_UNKNOWN = Assessment(Level.NONE)


@dataclass(frozen=True, slots=True)
class ReadingLine:
    label: str
    unit: str
    source: str
    place: str
    writing: str
    group: str


@dataclass(frozen=True, slots=True)
class RuleLine:
    """What is the case (``words``) while the readings say so (``when``)."""

    words: str
    when: str
    severity: str = ""


@dataclass(frozen=True, slots=True)
class TableLines:
    """``facts``: what is so of its rows, as pairs of a heading and words."""

    title: str
    facts: tuple[tuple[str, str], ...]
    readings: tuple[ReadingLine, ...]
    activity: tuple[RuleLine, ...] = ()
    alarms: tuple[RuleLine, ...] = ()


@dataclass(frozen=True, slots=True)
class ExpectedLines:
    """An observation of a case: who, and each reading with its value in words."""

    subject: str
    readings: tuple[tuple[str, str], ...]
    activity: str
    detail: str


@dataclass(frozen=True, slots=True)
class CaseLines:
    name: str
    about: str
    is_capture: bool
    expected: tuple[ExpectedLines, ...]


@dataclass(frozen=True, slots=True)
class ProfileDescription:
    """``problem`` says why there is nothing else to describe."""

    name: str
    title: str
    protocol: str = ""
    interval_s: float = 0
    document: str = ""
    grade: str = ""
    evidence: str = ""
    is_reference: bool = False
    assessment: Assessment = _UNKNOWN
    caveats: tuple[str, ...] = ()
    readings: tuple[ReadingLine, ...] = ()
    tables: tuple[TableLines, ...] = ()
    groups: tuple[tuple[str, float], ...] = ()
    """Readings that are asked for less often, and every how many seconds."""
    guards: tuple[str, ...] = ()
    """What keeps the whole device from being read."""
    activity: tuple[RuleLine, ...] = ()
    alarms: tuple[RuleLine, ...] = ()
    match: tuple[str, ...] = ()
    manner: tuple[str, ...] = ()
    cases: tuple[CaseLines, ...] = ()
    problem: str = ""


def described_profile(name: str) -> ProfileDescription:
    """The profile of that name, or why it cannot be used."""
    try:
        return _described(get_profile(name), get_cases(name))
    except (UnknownProfileError, ProfileError) as error:
        return ProfileDescription(name, name, problem=str(error))


def described_profiles(text: str = "") -> list[ProfileDescription]:
    """All of them by title; ``text``: those that have each of its words in what describes them."""
    words = text.lower().split()[:8]
    found = [described_profile(name) for name in profile_names()]
    return sorted(
        (each for each in found if all(word in _searched(each) for word in words)),
        key=lambda each: each.title.lower(),
    )


def _searched(profile: ProfileDescription) -> str:
    lines = (*profile.readings, *(line for table in profile.tables for line in table.readings))
    parts = (profile.name, profile.title, profile.protocol, profile.document, *(line.label for line in lines))
    return " ".join(parts).lower()


def _described(profile: Profile, cases: tuple[Case, ...]) -> ProfileDescription:
    return ProfileDescription(
        name=profile.name,
        title=profile.title,
        protocol={"snmp": "SNMP", "modbus": "Modbus", "dicom": "DICOM"}[profile.protocol],
        interval_s=profile.interval_s,
        document=profile.document,
        grade=profile.grade,
        evidence=profile.evidence,
        is_reference=profile.reference,
        assessment=assess(profile, cases),
        caveats=profile.caveats,
        readings=tuple(_lines(profile.readings)),
        groups=tuple(profile.groups.items()),
        tables=tuple(
            TableLines(
                table.title,
                tuple(table_words(table)),
                tuple(_lines(table.readings)),
                _rules(table.activity),
                _alarms(table.alarms),
            )
            for table in profile.tables
        ),
        guards=tuple(guard.because for guard in profile.guards),
        activity=_rules(profile.activity),
        alarms=_alarms(profile.alarms),
        match=tuple(match_words(profile.match)),
        manner=tuple(manner_words(profile)),
        cases=tuple(map(_case, cases)),
    )


def _lines(readings: Iterable[Reading]) -> Iterable[ReadingLine]:
    return (
        ReadingLine(
            r.term.label,
            r.term.unit,
            describe_source(r.source),
            place_words(r.source),
            writing_words(r),
            r.group,
        )
        for r in readings
    )


def _rules(rules: Iterable[Rule]) -> tuple[RuleLine, ...]:
    return tuple(RuleLine(activity_words(rule.word), when_words(rule.when)) for rule in rules)


def _alarms(alarms: Iterable[Alarm]) -> tuple[RuleLine, ...]:
    return tuple(RuleLine(alarm.words, when_words(alarm.when), alarm.severity) for alarm in alarms)


def _case(case: Case) -> CaseLines:
    return CaseLines(
        case.name.replace("-", " ").capitalize(),
        case.about,
        case.is_capture,
        tuple(map(_expected, case.expected)),
    )


def _expected(expected: Expected) -> ExpectedLines:
    is_row = not expected.subject.startswith("asset ")
    return ExpectedLines(
        subject=expected.subject if is_row else "",
        readings=tuple(
            (VOCABULARY[name].label if name in VOCABULARY else name, _value(expected, name))
            for name in expected.readings
        ),
        activity=(expected.activity or "").replace("_", " "),
        detail=expected.detail,
    )


def _value(expected: Expected, name: str) -> str:
    """With its unit; a failure as what it is called."""
    value = expected.readings[name]
    if name not in expected.values:
        return str(value).strip("()").replace("_", " ")
    unit = VOCABULARY[name].unit if name in VOCABULARY else ""
    return f"{value:g} {unit}".rstrip() if isinstance(value, int | float) else str(value).replace("_", " ")
