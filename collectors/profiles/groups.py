"""Groups of readings that are asked for less often than the rest of their profile."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from assets.vocabulary import Term
from collectors.profiles.model import ORDINARY, Profile
from collectors.profiles.strict import Section

NAME = r"[a-z][a-z0-9-]{0,39}"
LONGEST_S = 86_400.0


def read_groups(section: Section, interval_s: float) -> dict[str, float]:
    """Names and intervals in seconds: each longer than that of the profile, which the other readings have."""
    groups = section.section("groups")
    if groups is None:
        return {}
    found: dict[str, float] = {}
    for name in groups.keys():  # noqa: SIM118 - a section, not a dict
        if not isinstance(name, str) or not re.fullmatch(NAME, name):
            groups.fail(name, "a group is named by small letters, digits and hyphens")
        found[name] = groups.duration(name)
        if not interval_s < found[name] <= LONGEST_S:
            groups.fail(name, f"must be longer than interval_s, {interval_s:g} s, and at most a day")
    return found


def read_group(section: Section, groups: Mapping[str, float], terms: Sequence[Term]) -> str:
    """The group that a reading or table says it is in, often enough for what is measured."""
    if "group" not in section:
        return ORDINARY
    name = section.choice("group", groups)
    for term in terms:
        if 2 * groups[name] > term.heartbeat_s:
            section.fail(
                "group",
                f"{term.name} belongs into the history every {term.heartbeat_s} s, "
                f"which {name}, every {groups[name]:g} s, cannot keep",
            )
    return name


def check_groups(section: Section, profile: Profile) -> None:
    """Every group has a reading, something is in every poll, and so is what decides about use."""
    used = [r.group for r in profile.readings] + [table.group for table in profile.tables]
    for name in profile.groups:
        if name not in used:
            section.fail(f"groups.{name}", "has no reading")
    if used and ORDINARY not in used:
        section.fail("groups", "leave no reading to ask for with every poll")
    slow = {reading.name: reading.group for reading in profile.readings if reading.group}
    for index, rule in enumerate(profile.activity):
        for condition in rule.when:
            if condition.reading in slow:
                section.fail(
                    f"activity[{index}].when",
                    f"{condition.reading} is in group {slow[condition.reading]}: what decides about use is "
                    "asked for with every poll",
                )
    for index, table in enumerate(profile.tables):
        if table.group and (table.activity or table.position or table.sighting):
            section.fail(
                f"tables[{index}].group", "a table that tells of use or place is read with every poll"
            )
