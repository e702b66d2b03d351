"""One floor as it is shown: its markers, and the latest frame in the two forms that viewers need."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from datetime import datetime

from assets.live.events import Change, Identity, Marker, floor_frame, make_marker
from assets.live.loading import Snapshot


class FloorView:
    """Markers of one floor, and what changed since the last frame. Lives on the hub's loop."""

    def __init__(self, floor_id: int, slug: str, number: int) -> None:
        self.floor_id = floor_id
        self.slug = slug
        self.number = number  # of the latest frame
        self.previous = number  # of the one before: who has seen that one needs only what changed
        self.is_loaded = False
        self.is_reading = False  # changes wait, because what is being read may not have them yet
        self.reading = asyncio.Lock()
        self._at: datetime | None = None
        self._markers: dict[int, Marker] = {}
        self._identities: dict[int, Identity] = {}
        self._zone_names: dict[int, str] = {}
        self._waiting: list[Change] = []
        self._changed: set[int] = set()
        self._gone: set[int] = set()
        self._delta: str | None = None
        self._full: str | None = None

    def take(self, change: Change) -> None:
        """A change anywhere: of a marker here, or of one that has left."""
        if self.is_reading or not self.is_loaded:
            self._waiting.append(change)
            return
        known = self._markers.get(change.id)
        if known is not None and change.rev <= known["rev"]:
            return
        if change.floor == self.floor_id:
            identity = self._identities.get(change.id)
            if identity is not None:
                self._put(make_marker(identity, change, self._zone_name(change)))
        elif known is not None:
            self._remove(change.id)

    def lacks(self, change: Change) -> bool:
        """Whether the change brings something whose name has to be read first."""
        if self.is_reading or not self.is_loaded or change.floor != self.floor_id:
            return False
        return change.id not in self._identities or (
            change.zone is not None and change.zone not in self._zone_names
        )

    def learn(self, identities: dict[int, Identity], zone_names: dict[int, str]) -> None:
        self._identities.update(identities)
        self._zone_names.update(zone_names)

    def load(self, snapshot: Snapshot) -> None:
        """Take over what the database has. What came in while it was read stays in waiting."""
        self._identities, self._zone_names = dict(snapshot.identities), dict(snapshot.zone_names)
        for asset_id in self._markers.keys() - snapshot.markers.keys():
            self._remove(asset_id)
        for asset_id, marker in snapshot.markers.items():
            known = self._markers.get(asset_id)
            if known is None or (marker["rev"] >= known["rev"] and marker != known):
                self._put(marker)
        self.is_loaded = True

    def take_waiting(self) -> list[Change]:
        waiting, self._waiting = self._waiting, []
        return waiting

    def make_frame(self, number: int, at: datetime, *, is_watched: bool) -> bool:
        """Turn what has changed into the next frame; ``False`` if nothing has."""
        if not self.is_loaded or not (self._changed or self._gone):
            return False
        self._delta = None
        if is_watched:
            markers = [self._markers[asset_id] for asset_id in sorted(self._changed)]
            self._delta = self._frame(number, at, markers, self._gone, is_full=False)
        self.previous, self.number, self._at, self._full = self.number, number, at, None
        self._changed, self._gone = set(), set()
        return True

    def text_for(self, seen: int | None, now: datetime) -> str:
        """The latest frame for someone who has seen frame ``seen`` last: serialised once, whoever asks."""
        if seen is not None and seen == self.previous and self._delta is not None:
            return self._delta
        if self._full is None:
            self._full = self._frame(self.number, self._at or now, self._markers.values(), (), is_full=True)
        return self._full

    def _frame(
        self, number: int, at: datetime, markers: Iterable[Marker], gone: Iterable[int], *, is_full: bool
    ) -> str:
        return floor_frame(slug=self.slug, number=number, is_full=is_full, at=at, markers=markers, gone=gone)

    def _put(self, marker: Marker) -> None:
        self._markers[marker["id"]] = marker
        self._changed.add(marker["id"])
        self._gone.discard(marker["id"])

    def _remove(self, asset_id: int) -> None:
        del self._markers[asset_id]
        self._changed.discard(asset_id)
        self._gone.add(asset_id)

    def _zone_name(self, change: Change) -> str | None:
        return None if change.zone is None else self._zone_names.get(change.zone)
