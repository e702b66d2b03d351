"""Finding equipment: what people type, matched to the catalogue, and the nearest that is ready first."""

from __future__ import annotations

from assets.find.finding import find_equipment, find_like, found_one
from assets.find.hits import Found, Hit
from assets.find.readiness import Readiness, readiness_of
from assets.find.text import MAX_TEXT, clean_text, words_of

__all__ = [
    "MAX_TEXT",
    "Found",
    "Hit",
    "Readiness",
    "clean_text",
    "find_equipment",
    "find_like",
    "found_one",
    "readiness_of",
    "words_of",
]
