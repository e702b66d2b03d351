"""Cases of profiles: what a device answered, and what has to come of it.

A case is a folder ``cases/profile/case`` beside the folder of the profiles: ``case.json`` says what it is about,
``expected.json`` which observations the recording becomes. Tests replay them; the product shows them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assets.words import Quality

_FAILURES = frozenset(f"({quality.value})" for quality in Quality)
"""How a reading without a value is written in ``expected.json``."""


@dataclass(frozen=True, slots=True)
class Expected:
    """One observation that a case expects; ``readings`` by name, a failed one as its quality in brackets."""

    subject: str
    quality: str
    readings: Mapping[str, Any]
    activity: str | None
    detail: str

    @property
    def values(self) -> frozenset[str]:
        """The readings that have a value."""
        return frozenset(name for name, value in self.readings.items() if value not in _FAILURES)

    @property
    def has_failure(self) -> bool:
        return self.quality != Quality.GOOD or len(self.values) < len(self.readings)


@dataclass(frozen=True, slots=True)
class Case:
    """``is_capture``: the recording came from a device, not from somebody's desk."""

    name: str
    about: str
    is_capture: bool
    expected: tuple[Expected, ...]


def read_cases(folder: Path) -> tuple[Case, ...]:
    """The complete cases in the folder of a profile, by name; one that cannot be read counts for nothing."""
    return tuple(case for path in sorted(folder.glob("*/case.json")) if (case := _read(path)) is not None)


def _read(path: Path) -> Case | None:
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        expected = json.loads((path.parent / "expected.json").read_text(encoding="utf-8"))
        return Case(
            name=path.parent.name,
            about=str(told["about"]),
            is_capture=bool(told.get("capture", str(told["recording"]).startswith("shared/"))),
            expected=tuple(_expected(each) for each in expected),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _expected(told: Mapping[str, Any]) -> Expected:
    return Expected(
        subject=str(told["subject"]),
        quality=str(told["quality"]),
        readings=dict(told["readings"]),
        activity=told.get("activity"),
        detail=str(told.get("detail", "")),
    )
