"""What kind of zone a plan's own words mean. Cautious: a room is called clean only where the words say so."""

from __future__ import annotations

import re

from locations.zones import ZoneKind

_NAMES = (
    (ZoneKind.WORKSHOP, r"\bbiomed|\bbmet\b|medical engineering"),
    (ZoneKind.CLEANING, r"\bdecon|scope wash|sterili[sz]|\bcssd\b"),
    (ZoneKind.SOILED, r"\bsoil|\bsl\. ?lin|\bdirty (?:util|room)|\bsluice"),
    (ZoneKind.CLEAN_STORE, r"\bclean (?:sup|u\b|util|stor|equip)|\bcl\. ?ut|equipment (?:store|library)"),
    (ZoneKind.NURSE_STATION, r"\bnurs\w* (?:station|base)|\bstaff base"),
    (ZoneKind.LABORATORY, r"\bpharm\w*\.? disp|\bpharmacy\b"),
)
_CATEGORIES = (
    (ZoneKind.LIFT, r"elevator|\blift\b"),
    (ZoneKind.STAIRS, r"stair"),
    (ZoneKind.SOILED, r"soiled"),
    (ZoneKind.CLEAN_STORE, r"\bclean (?:room|stor|util|supply)"),
    (ZoneKind.EXIT, r"loading dock|vestibule|entrance|\bexit\b"),
    (ZoneKind.CORRIDOR, r"corridor|circulation|hallway"),
    (ZoneKind.THEATRE, r"operating|surg|theatre"),
    (ZoneKind.IMAGING, r"imaging|scanning|x-?ray|radiograph"),
    (ZoneKind.PATIENT_ROOM, r"examination|treatment|healing|patient|procedure|\bward\b"),
    (ZoneKind.LABORATORY, r"laborator|pharmac"),
    (ZoneKind.TECHNICAL, r"equipment room|electrical|mechanical|facility service|\bplant\b|\bserver\b"),
    (ZoneKind.OFFICE, r"office|conference|reception|break room|classroom|copy room|kitchen"),
)


def kind_from_text(category: str, name: str) -> ZoneKind:
    """The kind that the name tells plainly, else the category's; OTHER where neither does.

    A category may begin with its number, as in ``13-85 11 11: Corridor``.
    """
    for text, rules in ((name, _NAMES), (category, _CATEGORIES)):
        for kind, pattern in rules:
            if re.search(pattern, text, re.IGNORECASE):
                return kind
    return ZoneKind.OTHER
