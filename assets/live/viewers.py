"""One open socket as the hub sees it: what it watches, what is under way to it, and what waits in its single slots."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime

from django.utils import timezone

from assets.live.events import UNACKNOWLEDGED, UNACKNOWLEDGED_SHORT
from assets.live.floors import FloorView
from assets.live.wire import Wire


@dataclass(eq=False, slots=True)
class Viewer:
    """Nothing here grows with a client that does not read: each slot holds the latest and nothing else."""

    session_key: str | None
    user_id: int
    close: Callable[[int], Awaitable[None]]
    wire: Wire | None = None
    """Where its messages go at once; without one, whoever waits for ``wake`` sends them."""
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    floors: dict[str, FloorView] = field(default_factory=dict)
    seen: dict[str, int] = field(default_factory=dict)
    short: set[str] = field(default_factory=set)  # floors of which it reads the short form
    assets: dict[int, str] = field(default_factory=dict)  # pk → tag
    hears_alerts: bool = False
    notices: dict[int, str] = field(default_factory=dict)
    underway: set[int] = field(default_factory=set)
    rest: list[str] = field(default_factory=list)  # of a frame that has several parts
    beat: str | None = None
    is_held: bool = False
    """While its rights are in question nothing is sent."""
    doubts: int = 0
    """How often they were questioned: an answer that was asked for before the latest question is none."""

    def watch_floor(self, view: FloorView) -> None:
        self.floors[view.slug] = view
        self.seen.pop(view.slug, None)
        self.rouse()

    def unwatch_floor(self, slug: str) -> FloorView | None:
        self.seen.pop(slug, None)
        self.short.discard(slug)
        self.rest = []
        return self.floors.pop(slug, None)

    def acknowledge(self, number: int) -> None:
        self.underway = {sent for sent in self.underway if sent > number}
        self.rouse()

    def rouse(self) -> None:
        """Something may be due: send it, as far as the connection takes it.

        One that is full gets nothing more until it is empty, so that nothing waits in it but the rest of a message.
        By then a floor has gone on, and comes as a whole.
        """
        wire = self.wire
        if wire is None:
            self.wake.set()
            return
        now = timezone.now()
        while not wire.is_full and (message := self.next_message(now)) is not None:
            wire.send(message)
        if wire.is_full:
            wire.call_when_free(self.rouse)

    def next_message(self, now: datetime) -> str | None:
        """What to send next, or ``None`` if nothing is due or too much is under way."""
        if self.is_held:
            return None
        if self.rest:
            return self.rest.pop(0)
        if self.notices:
            return self.notices.pop(next(iter(self.notices)))
        if len(self.underway) < (UNACKNOWLEDGED_SHORT if self.short else UNACKNOWLEDGED):
            for slug, view in self.floors.items():
                seen = self.seen.get(slug)
                if view.is_loaded and seen != view.number:
                    self.seen[slug] = view.number
                    self.underway.add(view.number)
                    first, *self.rest = view.parts_for(seen, now, is_short=slug in self.short)
                    return first
        beat, self.beat = self.beat, None
        return beat
