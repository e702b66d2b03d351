"""A device profile as people read it: what is read, from where, and what to mind."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from collectors.decoding.describe import describe_source
from collectors.profiles.library import UnknownProfileError, get_profile
from collectors.profiles.model import Profile, Reading
from collectors.profiles.strict import ProfileError


@dataclass(frozen=True, slots=True)
class ReadingLine:
    label: str
    unit: str
    source: str


@dataclass(frozen=True, slots=True)
class TableLines:
    title: str
    readings: tuple[ReadingLine, ...]


@dataclass(frozen=True, slots=True)
class ProfileDescription:
    """``problem`` says why there is nothing else to describe."""

    name: str
    title: str
    document: str = ""
    evidence: str = ""
    is_reference: bool = False
    caveats: tuple[str, ...] = ()
    readings: tuple[ReadingLine, ...] = ()
    tables: tuple[TableLines, ...] = ()
    groups: tuple[tuple[str, float], ...] = ()
    """Readings that are asked for less often, and every how many seconds."""
    problem: str = ""


def described_profile(name: str) -> ProfileDescription:
    """The profile of that name, or why it cannot be used."""
    try:
        profile = get_profile(name)
    except (UnknownProfileError, ProfileError) as error:
        return ProfileDescription(name, name, problem=str(error))
    return _described(profile)


def _described(profile: Profile) -> ProfileDescription:
    return ProfileDescription(
        name=profile.name,
        title=profile.title,
        document=profile.document,
        evidence=profile.evidence,
        is_reference=profile.reference,
        caveats=profile.caveats,
        readings=tuple(_lines(profile.readings)),
        groups=tuple(profile.groups.items()),
        tables=tuple(TableLines(table.title, tuple(_lines(table.readings))) for table in profile.tables),
    )


def _lines(readings: Iterable[Reading]) -> Iterable[ReadingLine]:
    return (ReadingLine(r.term.label, r.term.unit, describe_source(r.source)) for r in readings)
