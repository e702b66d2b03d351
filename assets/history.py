"""What an asset did and where it was in a period. There are no gaps: what nobody recorded is unknown."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Min

from assets.models import ActivityInterval, Asset, Stay
from assets.words import Activity, Basis


@dataclass(frozen=True, slots=True)
class Period:
    """Half-open, ``begin`` to ``end``, both aware."""

    begin: datetime
    end: datetime

    @classmethod
    def last_hours(cls, hours: int, now: datetime) -> Period:
        return cls(now - timedelta(hours=hours), now)

    @property
    def length(self) -> timedelta:
        return self.end - self.begin

    def fraction(self, moment: datetime) -> float:
        """Where ``moment`` lies: 0 at the beginning, 1 at the end."""
        return (moment - self.begin) / self.length


@dataclass(frozen=True, slots=True)
class ActivitySpan:
    """A stretch of one activity, cut to the period. ``is_recorded`` is false where the history has no row."""

    begin: datetime
    end: datetime
    activity: Activity
    basis: Basis
    is_recorded: bool = True

    @property
    def length(self) -> timedelta:
        return self.end - self.begin


@dataclass(frozen=True, slots=True)
class StaySpan:
    """A stretch in one zone, cut to the period."""

    begin: datetime
    end: datetime
    zone: str
    floor: str

    @property
    def length(self) -> timedelta:
        return self.end - self.begin


def activity_spans(asset: Asset, period: Period) -> list[ActivitySpan]:
    """The whole period, in order: recorded intervals, and unknown where there is none.

    An open interval reaches no further than the moment at which silence makes the asset unknown, also when
    the sweep that records it has not run yet.
    """
    rows = (
        ActivityInterval.objects.filter(asset=asset).overlapping(period.begin, period.end).order_by("begin")
    )
    stale_at = getattr(getattr(asset, "now", None), "stale_at", None)
    return list(_without_gaps((_cut(row, period, stale_at) for row in rows), period))


def _cut(row: ActivityInterval, period: Period, stale_at: datetime | None) -> ActivitySpan:
    end = row.end or period.end
    if row.end is None and stale_at is not None and row.activity != Activity.UNKNOWN:
        end = max(row.begin, min(end, stale_at))
    return ActivitySpan(
        max(row.begin, period.begin), min(end, period.end), Activity(row.activity), Basis(row.basis)
    )


def _without_gaps(spans: Iterable[ActivitySpan], period: Period) -> Iterable[ActivitySpan]:
    reached = period.begin
    for span in spans:
        if span.end <= span.begin:
            continue
        if span.begin > reached:
            yield _unrecorded(reached, span.begin)
        yield span
        reached = span.end
    if reached < period.end:
        yield _unrecorded(reached, period.end)


def _unrecorded(begin: datetime, end: datetime) -> ActivitySpan:
    return ActivitySpan(begin, end, Activity.UNKNOWN, Basis.SILENCE, is_recorded=False)


def stay_spans(asset: Asset, period: Period) -> list[StaySpan]:
    """Stays that touch the period, in order. Between two of them the place is not known."""
    rows = (
        Stay.objects.filter(asset=asset)
        .overlapping(period.begin, period.end)
        .select_related("zone__floor")
        .order_by("begin")
    )
    return [
        StaySpan(
            max(row.begin, period.begin),
            min(row.end or period.end, period.end),
            row.zone.name,
            row.zone.floor.name,
        )
        for row in rows
    ]


def silences(spans: Iterable[ActivitySpan]) -> list[ActivitySpan]:
    """The stretches in which nothing was heard."""
    return [span for span in spans if span.activity == Activity.UNKNOWN]


@dataclass(frozen=True, slots=True)
class Share:
    """How long one activity lasted, and which part of the heard time that is (None for unknown)."""

    activity: Activity
    length: timedelta
    of_heard: float | None


def shares(spans: Iterable[ActivitySpan]) -> list[Share]:
    """Longest first. Unknown time is in no denominator (definitions, 2)."""
    lengths: dict[Activity, timedelta] = {}
    for span in spans:
        lengths[span.activity] = lengths.get(span.activity, timedelta()) + span.length
    heard = sum((length for key, length in lengths.items() if key != Activity.UNKNOWN), timedelta())
    rows = [
        Share(activity, length, None if activity == Activity.UNKNOWN else length / heard)
        for activity, length in lengths.items()
    ]
    return sorted(rows, key=lambda share: share.length, reverse=True)


def coverage(spans: Iterable[ActivitySpan], period: Period) -> float:
    """``1 - unknown / T``."""
    unheard = sum((span.length for span in silences(spans)), timedelta())
    return 1 - unheard / period.length


def clock_marks(period: Period, zone: ZoneInfo, every: int) -> list[datetime]:
    """The moments inside the period at which a clock of ``zone`` shows a multiple of ``every`` minutes.

    ``every`` is a multiple of 15 that divides a day.
    """
    moment = period.begin.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    quarter = timedelta(minutes=15)  # every zone is a whole number of quarters from UTC
    marks = []
    while (moment := moment + quarter) < period.end:
        local = moment.astimezone(zone)
        if (60 * local.hour + local.minute) % every == 0 and moment > period.begin:
            marks.append(local)
    return marks


PERIODS = (1, 6, 24)
"""Hours that a page can look back."""
_HISTORIES = (ActivityInterval.objects, Stay.objects)


def hours_to_show(asset: Asset, now: datetime) -> int:
    """The last day; less while all that was ever recorded of the asset lies within less."""
    begins = [rows.filter(asset=asset).aggregate(first=Min("begin"))["first"] for rows in _HISTORIES]
    known = [begin for begin in begins if begin is not None]
    if not known:
        return PERIODS[-1]
    return next((h for h in PERIODS if min(known) >= now - timedelta(hours=h)), PERIODS[-1])
