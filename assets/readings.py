"""The latest readings of an asset in words: a failed one says so, and when it last was well."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import OuterRef, Subquery

from assets.ages import duration_words
from assets.models import Asset, Reading, ReadingNow
from assets.vocabulary import VOCABULARY, Term
from assets.words import Quality


@dataclass(frozen=True, slots=True)
class ReadingLine:
    """One reading as a page shows it. ``value`` is empty exactly when the latest attempt failed.

    ``good_at`` and, for a number, ``last_good`` then say when it last had a value and which.
    """

    name: str
    label: str
    value: str
    unit: str
    quality: str
    at: datetime
    good_at: datetime | None
    last_good: str
    has_trend: bool


def number_words(value: float, term: Term, at: datetime) -> str:
    """With the term's decimals; seconds as a length of time, which carries its own units."""
    if term.unit == "s":
        return duration_words(at - timedelta(seconds=value), at)
    return f"{value:,.{term.decimals}f}"


def unit_words(term: Term) -> str:
    return "" if term.unit == "s" else term.unit


def state_words(value: str) -> str:
    return value.replace("_", " ").capitalize()


def reading_lines(asset: Asset) -> list[ReadingLine]:
    """All current readings, in the order of the vocabulary, by one query."""
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
    is_good = row.quality == Quality.GOOD
    last_good: float | None = getattr(row, "last_good", None)
    return ReadingLine(
        name=term.name,
        label=term.label,
        value=_value(row, term) if is_good else "",
        unit=unit_words(term),
        quality=row.quality,
        at=row.at,
        good_at=row.good_at,
        last_good=""
        if is_good or last_good is None
        else f"{number_words(last_good, term, row.at)} {unit_words(term)}".rstrip(),
        has_trend=term.kind == "number",
    )


def _value(row: ReadingNow, term: Term) -> str:
    if row.number is not None:
        return number_words(row.number, term, row.at)
    text = row.text or ""
    return state_words(text) if term.kind == "state" else text
