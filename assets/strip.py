"""The day of an asset as a strip: where each box lies, in percent of the width, and what it says."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import gettext

from assets.ages import duration_words
from assets.history import (
    ActivitySpan,
    Period,
    Share,
    StaySpan,
    activity_spans,
    clock_marks,
    coverage,
    shares,
    stay_spans,
)
from assets.models import Asset
from assets.words import LOOKS, Activity, Basis, Look

_SCREENS = (("phone", 296), ("desk", 560), ("wide", 1000))
"""Screens by their narrowest strip, in pixels."""
_STEPS = ((2, (15, 30)), (8, (60, 120)), (math.inf, (180, 360)))
"""Up to so many hours, a mark every so many minutes, of which the second stay on a phone."""
_CHARACTER, _SHAPE, _MARGIN = 7.6, 18, 8
"""Pixels that a character of a label, a shape, and the ends of a box take."""


@dataclass(frozen=True, slots=True)
class Box:
    x: float
    width: float
    token: str
    label: str
    words: str
    when: str
    length: str

    shape: str = ""

    @property
    def label_from(self) -> str:
        """The narrowest screen on which the label fits into the box; “none” where pointing alone tells it."""
        return _fits(self.width, _CHARACTER * len(self.label) + self._shape_width + _MARGIN)

    @property
    def shape_from(self) -> str:
        return _fits(self.width, self._shape_width + _MARGIN)

    @property
    def _shape_width(self) -> int:
        return _SHAPE if self.shape else 0

    @property
    def says(self) -> str:
        return f"{self.words}, {self.when}, {self.length}"


@dataclass(frozen=True, slots=True)
class Mark:
    """An hour on the axis. ``is_minor`` ones give way on a narrow screen."""

    x: float
    label: str
    is_minor: bool


@dataclass(frozen=True, slots=True)
class ShareLine:
    """How long one activity lasted; ``percent`` is its part of the heard time, None for not heard."""

    look: Look
    length: str
    percent: float | None


@dataclass(frozen=True, slots=True)
class Strip:
    period: Period
    activities: tuple[Box, ...]
    stays: tuple[Box, ...]
    marks: tuple[Mark, ...]
    shares: tuple[ShareLine, ...]
    heard_percent: float


def day_strip(
    asset: Asset, period: Period, zone: ZoneInfo, *, with_activity: bool = True, with_stays: bool = True
) -> Strip:
    """The strip of a period, in the wall clock of ``zone``; a half that may not be seen stays empty."""
    spans = activity_spans(asset, period) if with_activity else []
    stays = stay_spans(asset, period) if with_stays else []
    return Strip(
        period=period,
        activities=tuple(_activity_box(span, period, zone) for span in spans),
        stays=tuple(_stay_box(span, period, zone) for span in stays),
        marks=_marks(period, zone),
        shares=tuple(_share_line(share, period) for share in shares(spans)),
        heard_percent=_floored(coverage(spans, period)),
    )


def _fits(percent: float, pixels: float) -> str:
    return next((screen for screen, width in _SCREENS if width * percent / 100 >= pixels), "none")


def _share_line(share: Share, period: Period) -> ShareLine:
    return ShareLine(
        look=LOOKS[share.activity],
        length=duration_words(period.begin, period.begin + share.length),
        percent=None if share.of_heard is None else round(100 * share.of_heard, 1),
    )


def _floored(part: float) -> float:
    """In percent, cut to a tenth: what was not heard all the time never reads 100 %."""
    return math.floor(1000 * part) / 10


def activity_words(span: ActivitySpan) -> str:
    """Word and basis, as in “In use (presumed from its place)”."""
    look = LOOKS[span.activity]
    if not span.is_recorded:
        return gettext("%(activity)s (nothing recorded)") % {"activity": look.word}
    if span.basis == Basis.SILENCE:
        return look.word
    return f"{look.word} ({span.basis.label})"


def _activity_box(span: ActivitySpan, period: Period, zone: ZoneInfo) -> Box:
    look = LOOKS[span.activity]
    is_presumed = span.activity == Activity.IN_USE and span.basis == Basis.PRESUMED
    box = _box(span, period, zone, "presumed" if is_presumed else look.token, look.word, activity_words(span))
    return replace(box, shape="square-outline" if is_presumed else look.shape)


def _stay_box(span: StaySpan, period: Period, zone: ZoneInfo) -> Box:
    return _box(span, period, zone, "stay", span.zone, f"{span.zone}, {span.floor}")


def _box(
    span: ActivitySpan | StaySpan, period: Period, zone: ZoneInfo, token: str, label: str, words: str
) -> Box:
    x = 100 * period.fraction(span.begin)
    return Box(
        x=round(x, 3),
        width=round(100 * period.fraction(span.end) - x, 3),
        token=token,
        label=label,
        words=words,
        when=f"{_clock(span.begin, period, zone)} to {_end_clock(span.end, period, zone)}",
        length=duration_words(span.begin, span.end),
    )


def _clock(moment: datetime, period: Period, zone: ZoneInfo) -> str:
    """Hour and minute, with the day where it is not that of the period's end."""
    local = moment.astimezone(zone)
    form = "%H:%M" if local.date() == period.end.astimezone(zone).date() else "%a %H:%M"
    return local.strftime(form)


def _end_clock(moment: datetime, period: Period, zone: ZoneInfo) -> str:
    return "now" if moment == period.end else _clock(moment, period, zone)


def _marks(period: Period, zone: ZoneInfo) -> tuple[Mark, ...]:
    hours = period.length / timedelta(hours=1)
    minor, major = next(steps for limit, steps in _STEPS if hours <= limit)
    moments: Sequence[datetime] = clock_marks(period, zone, every=minor)
    return tuple(
        Mark(
            x=round(100 * period.fraction(at), 3),
            label=at.strftime("%H:%M"),
            is_minor=(60 * at.hour + at.minute) % major != 0,
        )
        for at in moments
        if 2 <= 100 * period.fraction(at) <= 98
    )
