"""From what was so, and when, to episodes: pure, and the same however the history is cut in pieces.

A condition holds, does not hold, or is unknown over stretches of time. It becomes an episode once it has held for long
enough without a break, and the episode ends once it has not held for long enough. The unknown neither begins an episode
nor ends one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

What = float | int | None
"""What made it so: a value, or a zone."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """From ``begin`` until ``end`` (``None``: until further notice) the condition holds, does not, or is unknown."""

    begin: datetime
    end: datetime | None
    holds: bool | None
    what: What = None


@dataclass(frozen=True, slots=True)
class Episode:
    """Something that a rule watches for: since ``begin``, an alert from ``raised_at``, over at ``end``."""

    begin: datetime
    raised_at: datetime
    end: datetime | None
    what: What = None

    def overlaps(self, begin: datetime, end: datetime | None) -> bool:
        """Whether what was told from ``begin`` to ``end`` is this one, a part of it, or has grown together with it.

        A look at a short piece of history may see only the later part of an episode that ended before.
        """
        return (end is None or self.begin < end) and (self.end is None or begin < self.end)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a history says up to a moment: episodes in order, since when the condition holds that may become or has
    become the last of them, and when the clock alone changes any of this."""

    episodes: tuple[Episode, ...] = ()
    since: datetime | None = None
    due_at: datetime | None = None


RaisedAt = Callable[[datetime], datetime]


@dataclass(slots=True)
class _Fold:
    raised_at: RaisedAt
    clear: timedelta
    until: datetime
    since: datetime | None = None
    well_since: datetime | None = None
    what: What = None
    found: list[Episode] = field(default_factory=list)

    def take(self, stretch: Stretch) -> None:
        if stretch.holds:
            self._begin_or_go_on(stretch)
        elif self.since is None:
            return
        elif self.raised_at(self.since) > stretch.begin:
            self.since = None
        elif stretch.holds is None:
            self.well_since = None
        else:
            self._be_well(stretch, self.since)

    def _begin_or_go_on(self, stretch: Stretch) -> None:
        if self.since is None:
            self.since = stretch.begin
        self.well_since, self.what = None, stretch.what

    def _be_well(self, stretch: Stretch, since: datetime) -> None:
        if self.well_since is None:
            self.well_since = stretch.begin
        end = self.until if stretch.end is None else min(stretch.end, self.until)
        if end - self.well_since >= self.clear:
            self.found.append(Episode(since, self.raised_at(since), self.well_since, self.what))
            self.since = self.well_since = None

    def outcome(self) -> Outcome:
        if self.since is None:
            return Outcome(tuple(self.found))
        raised_at = self.raised_at(self.since)
        if raised_at > self.until:
            return Outcome(tuple(self.found), self.since, raised_at)
        due_at = None if self.well_since is None else self.well_since + self.clear
        last = Episode(self.since, raised_at, None, self.what)
        return Outcome((*self.found, last), self.since, due_at)


def find_episodes(
    stretches: Iterable[Stretch], *, until: datetime, clear_s: float = 0, raised_at: RaisedAt
) -> Outcome:
    """The episodes of a history as known at ``until``.

    ``stretches`` are in order and do not overlap; between two of them nothing is told, which is taken as not holding.
    ``raised_at`` says of a beginning when it becomes an alert, if it lasts.
    """
    fold = _Fold(raised_at, timedelta(seconds=clear_s), until)
    before: datetime | None = None
    for stretch in stretches:
        if stretch.begin > until:
            break
        if before is not None and before < stretch.begin:
            fold.take(Stretch(before, stretch.begin, holds=False))
        fold.take(stretch)
        before = stretch.end
    if before is not None and before <= until:
        fold.take(Stretch(before, None, holds=False))
    return fold.outcome()


def after(seconds: float) -> RaisedAt:
    """Raised so many seconds after the beginning."""
    delay = timedelta(seconds=seconds)
    return lambda begin: begin + delay
