"""The latest readings of an asset in words: a failed one says so, and when it last was well."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import OuterRef, Subquery

from assets.durations import duration_words
from assets.models import Asset, Reading, ReadingNow
from assets.vocabulary import VOCABULARY, Term
from assets.words import Quality


@dataclass(frozen=True, slots=True)
class ReadingLine:
    """One reading as a page shows it. ``value`` is empty exactly when the latest attempt failed."""

    name: str
    label: str
    value: str
    at: datetime
    failure: str
    last_good: str
    last_good_at: datetime | None
    has_trend: bool

    @property
    def is_failed(self) -> bool:
        return bool(self.failure)


def number_words(value: float, term: Term) -> str:
    """The value with the term's decimals and its unit, as in “4.6 °C”; seconds as a length of time."""
    if term.unit == "s":
        return duration_words(timedelta(seconds=value))
    return f"{value:,.{term.decimals}f} {term.unit}".rstrip()


def state_words(value: str) -> str:
    return value.replace("_", " ").capitalize()


def reading_lines(asset: Asset) -> list[ReadingLine]:
    """All current readings, in the order of the vocabulary. Two queries at most, however many there are."""
    last_good = Reading.objects.filter(
        asset=OuterRef("asset"), name=OuterRef("name"), at__lte=OuterRef("good_at")
    ).order_by("-at")
    rows = ReadingNow.objects.filter(asset=asset).annotate(
        last_good=Subquery(last_good.values("value")[:1]),
    )
    order = {name: place for place, name in enumerate(VOCABULARY)}
    known = sorted((row for row in rows if row.name in order), key=lambda row: order[row.name])
    return [_line(row, VOCABULARY[row.name]) for row in known]


def _line(row: ReadingNow, term: Term) -> ReadingLine:
    is_failed = row.quality != Quality.GOOD
    last_number: float | None = getattr(row, "last_good", None)
    return ReadingLine(
        name=term.name,
        label=term.label,
        value="" if is_failed else _value(row, term),
        at=row.at,
        failure=Quality(row.quality).label if is_failed else "",
        last_good=number_words(last_number, term) if is_failed and last_number is not None else "",
        last_good_at=row.good_at if is_failed else None,
        has_trend=term.kind == "number",
    )


def _value(row: ReadingNow, term: Term) -> str:
    if row.number is not None:
        return number_words(row.number, term)
    text = row.text or ""
    return state_words(text) if term.kind == "state" else text
