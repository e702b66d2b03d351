"""IMDF's own words for units and passages, in ours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from locations.kinds_from_text import kind_from_text
from locations.models import Passage
from locations.plan_draft import plain
from locations.zones import ZoneKind

KINDS: Mapping[str, ZoneKind] = {
    "elevator": ZoneKind.LIFT,
    "escalator": ZoneKind.STAIRS,
    "stairs": ZoneKind.STAIRS,
    "steps": ZoneKind.STAIRS,
    "ramp": ZoneKind.CORRIDOR,
    "walkway": ZoneKind.CORRIDOR,
    "walkway.island": ZoneKind.CORRIDOR,
    "movingwalkway": ZoneKind.CORRIDOR,
    "footbridge": ZoneKind.CORRIDOR,
    "lobby": ZoneKind.EXIT,
    "office": ZoneKind.OFFICE,
    "conferenceroom": ZoneKind.OFFICE,
    "huddleroom": ZoneKind.OFFICE,
    "classroom": ZoneKind.OFFICE,
    "library": ZoneKind.OFFICE,
    "laboratory": ZoneKind.LABORATORY,
    "serverroom": ZoneKind.TECHNICAL,
}
NO_ROOMS = frozenset(
    {"brick", "column", "concretewall", "glasswall", "wood", "opentobelow", "vegetation", "structure"}
)
"""Units that are walls, or nothing to stand on."""
RISING: Mapping[str, tuple[Passage.Kind, float]] = {
    "elevator": (Passage.Kind.LIFT, 15.0),
    "escalator": (Passage.Kind.STAIRS, 12.0),
    "stairs": (Passage.Kind.STAIRS, 12.0),
    "ramp": (Passage.Kind.STAIRS, 12.0),
}
"""Relationships between units of different levels, with the walking metres that one storey counts for."""


def unit_kind(category: str, name: str) -> ZoneKind:
    """A unit's name may say more than its category, as in “Soiled utility” of a “room”."""
    said = kind_from_text("", name)
    if said is not ZoneKind.OTHER:
        return said
    return KINDS.get(category) or kind_from_text(category.replace(".", " "), name)


def words_of(labels: Any, language: str = "") -> str:
    """A label in the language wanted, else in English, else in the first one there is."""
    if not isinstance(labels, dict):
        return ""
    for wanted in (language, "en"):
        for key, words in labels.items():
            if (
                wanted
                and str(key).split("-")[0].lower() == wanted
                and isinstance(words, str)
                and words.strip()
            ):
                return plain(words)
    return next((plain(words) for words in labels.values() if isinstance(words, str) and words.strip()), "")
