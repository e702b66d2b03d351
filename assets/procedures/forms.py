"""What the editor and the pages of tests are told, as a browser sends it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from assets.maintenance.views.common import whole
from assets.procedures.editing import ProcedureRefusedError, StepTold
from assets.procedures.models.procedures import HELP_LENGTH, UNIT_LENGTH, WORDS_LENGTH
from assets.procedures.numbers import NumberRefusedError, read_number
from assets.procedures.recording import Point, TestRefusedError
from assets.procedures.words import StepKind
from assets.vocabulary import VOCABULARY

STEP_FIELDS = (
    "kind", "words", "help", "is_required", "unit", "low", "high", "choices", "failing", "reading", "max_age_min",
)  # fmt: skip
POINT_FIELDS = ("words", "unit", "nominal", "tolerance", "measured", "uncertainty")


def plain(told: Mapping[str, Any], name: str, length: int) -> str:
    """One line. Raises :class:`ProcedureRefusedError` that names the field."""
    text = " ".join(str(told.get(name, "")).replace("\0", "").split())
    if len(text) > length:
        words = _("%(name)s: at most %(length)s characters.")
        raise ProcedureRefusedError(words % {"name": name, "length": length})
    return text


def lines(told: Mapping[str, Any], name: str) -> list[str]:
    """Each line that says something."""
    rows = str(told.get(name, "")).replace("\0", "").splitlines()
    return [" ".join(row.split()) for row in rows if row.strip()]


def read_step(told: Mapping[str, Any]) -> StepTold:
    """Raises :class:`ProcedureRefusedError` that names the field."""
    limits = {}
    for name in ("low", "high"):
        try:
            limits[name] = read_number(str(told.get(name, "")))
        except NumberRefusedError as refused:
            raise ProcedureRefusedError(f"{name}: {refused}") from None
    age = str(told.get("max_age_min", "")).strip()
    minutes = whole(age)
    if age and not minutes:
        raise ProcedureRefusedError(_("max_age_min: a number of whole minutes."))
    return StepTold(
        kind=str(told.get("kind", "")),
        words=plain(told, "words", WORDS_LENGTH),
        help=plain(told, "help", HELP_LENGTH),
        is_required=told.get("is_required") in ("on", "true", True),
        unit=plain(told, "unit", UNIT_LENGTH),
        choices=lines(told, "choices"),
        failing=lines(told, "failing"),
        reading=str(told.get("reading", "")),
        max_age_min=minutes,
        **limits,
    )


def told_of(step: Any) -> dict[str, Any]:
    """A step as the form of the editor shows it."""
    return {
        "kind": step.kind, "words": step.words, "help": step.help, "is_required": step.is_required,
        "unit": step.unit, "low": _shown(step.low), "high": _shown(step.high), "choices": "\n".join(step.choices),
        "failing": "\n".join(step.failing), "reading": step.reading, "max_age_min": step.max_age_min or "",
    }  # fmt: skip


def _shown(number: Any) -> str:
    return "" if number is None else format(number.normalize(), "f")


def reading_choices() -> list[tuple[str, str]]:
    """The vocabulary, for the device's own readings, by what people read."""
    named = [
        (term.name, f"{term.label} ({term.unit})" if term.unit else term.label)
        for term in VOCABULARY.values()
    ]
    return sorted(named, key=lambda row: row[1].casefold())


def uses(kind: str) -> dict[str, bool]:
    """Which fields a kind of step has, for the form of the editor."""
    return {
        "unit": kind == StepKind.NUMBER,
        "limits": kind in (StepKind.NUMBER, StepKind.READING),
        "choices": kind in (StepKind.CHOICE, StepKind.READING),
        "failing": kind == StepKind.CHOICE,
        "reading": kind == StepKind.READING,
    }


def read_points(rows: list[dict[str, str]]) -> list[Point]:
    """Rows in which nothing was measured are left out. Raises :class:`TestRefusedError` that names point and field."""
    points = []
    for number, row in enumerate(rows, 1):
        if not any(row[name].strip() for name in ("nominal", "measured", "tolerance")):
            continue
        values = {name: _value(row, name, number) for name in POINT_FIELDS[2:]}
        for name in ("nominal", "tolerance", "measured"):
            if values[name] is None:
                raise TestRefusedError(
                    _("points: %(name)s of point %(number)s is missing.") % {"name": name, "number": number}
                )
        words = " ".join(row["words"].split())[:120] or _("Point %s") % number
        points.append(Point(words=words, unit=" ".join(row["unit"].split())[:UNIT_LENGTH], **values))
    return points


def _value(row: dict[str, str], name: str, number: int) -> Any:
    try:
        return read_number(row[name])
    except NumberRefusedError as refused:
        words = _("points: %(name)s of point %(number)s: %(why)s")
        raise TestRefusedError(words % {"name": name, "number": number, "why": refused}) from None
