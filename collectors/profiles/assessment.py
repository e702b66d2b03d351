"""How good a profile is: computed from the profile and its cases, never claimed."""

from __future__ import annotations

import enum
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from collectors.profiles.casebook import Case
from collectors.profiles.model import Match, Profile

WELL_FOUNDED = ("vendor-verified", "standard", "capture")
"""Grades that rest on more than what others wrote down."""


class Level(enum.StrEnum):
    """Each holds all that those before it demand; docs/profiles.md writes the rules down."""

    NONE = "none"
    BRONZE = "bronze"
    SILVER = "silver"
    GOLD = "gold"
    PLATINUM = "platinum"


@dataclass(frozen=True, slots=True)
class Assessment:
    """``lacking``: what keeps the profile from the next level, in words."""

    level: Level
    lacking: tuple[str, ...] = ()


def assess(profile: Profile, cases: Sequence[Case]) -> Assessment:
    reached = Level.NONE
    for level, lacking_for in (
        (Level.BRONZE, _for_bronze),
        (Level.SILVER, _for_silver),
        (Level.GOLD, _for_gold),
        (Level.PLATINUM, _for_platinum),
    ):
        lacking = tuple(lacking_for(profile, cases))
        if lacking:
            return Assessment(reached, lacking)
        reached = level
    return Assessment(reached)


def _for_bronze(profile: Profile, cases: Sequence[Case]) -> Iterator[str]:  # noqa: ARG001 - asked as the others
    if not cases:
        yield "a case"


def _for_silver(profile: Profile, cases: Sequence[Case]) -> Iterator[str]:
    yield from (f"a case in which {label} has a value" for label in _unproven(profile, cases))
    if profile.match == Match():
        yield "rules by which the device is recognised"
    if not profile.caveats_stated:
        yield "caveats, or a word that none are needed"


def _for_gold(profile: Profile, cases: Sequence[Case]) -> Iterator[str]:
    if profile.grade not in WELL_FOUNDED:
        yield "evidence by a standard, by the maker or by what a device was seen to answer"
    if not any(expected.has_failure for case in cases for expected in case.expected):
        yield "a case in which a reading fails or says that there is no value"


def _for_platinum(profile: Profile, cases: Sequence[Case]) -> Iterator[str]:
    if profile.grade != "vendor-verified":
        yield "the maker's word for this very device"
    if not any(case.is_capture for case in cases):
        yield "a case that was recorded at a device"


def _unproven(profile: Profile, cases: Sequence[Case]) -> list[str]:
    """Labels of readings that have no value in any case, those of the device and those of its rows apart."""
    own: set[str] = set()
    of_rows: set[str] = set()
    for case in cases:
        for expected in case.expected:
            (own if expected.subject.startswith("asset ") else of_rows).update(expected.values)
    unproven = [r.term.label for r in profile.readings if r.name not in own]
    for table in profile.tables:
        unproven += [f"{r.term.label} of a row" for r in table.readings if r.name not in of_rows]
    return unproven
