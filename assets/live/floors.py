"""One floor as it is shown: its markers, and the latest frame in the two forms that viewers need."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from functools import partial
from operator import itemgetter

from assets.live.events import MOTION, Change, Identity, Marker, floor_frame, make_marker
from assets.live.loading import Snapshot

_LASTING = tuple(name for name in Marker.__annotations__ if name not in (*MOTION, "rev"))


class Form(Enum):
    """Everything; what changed as whole markers; what changed, with those that merely moved in short."""

    FULL, WHOLE, SHORT = range(3)


@dataclass(frozen=True, slots=True)
class Changes:
    """What happened between two frames."""

    changed: list[Marker]
    moved: list[Marker]
    gone: list[int]

    def all(self) -> list[Marker]:
        return sorted([*self.changed, *self.moved], key=itemgetter("id"))


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
        self._moved: set[int] = set()  # of which nothing else has changed
        self._latest: Changes | None = None
        self._parts: dict[
            Form, tuple[str, ...]
        ] = {}  # of the latest frame, each made when the first viewer needs it

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
        if not self.is_loaded or not (self._changed or self._moved or self._gone):
            return False
        self._latest = self._changes() if is_watched else None
        self._parts = {}
        self.previous, self.number, self._at = self.number, number, at
        self._changed, self._moved, self._gone = set(), set(), set()
        return True

    def _changes(self) -> Changes:
        markers = self._markers
        return Changes(
            [markers[asset_id] for asset_id in sorted(self._changed)],
            [markers[asset_id] for asset_id in sorted(self._moved)],
            sorted(self._gone),
        )

    def parts_for(self, seen: int | None, now: datetime, *, is_short: bool = False) -> tuple[str, ...]:
        """The latest frame for someone who has seen frame ``seen`` last: serialised once, whoever asks."""
        if seen is None or seen != self.previous or self._latest is None:
            form = Form.FULL
        else:
            form = Form.SHORT if is_short else Form.WHOLE
        parts = self._parts.get(form)
        if parts is None:
            parts = self._parts[form] = self._written(form, self._at or now)
        return parts

    def _written(self, form: Form, at: datetime) -> tuple[str, ...]:
        frame = partial(floor_frame, slug=self.slug, number=self.number, at=at)
        latest = self._latest
        if form is Form.FULL or latest is None:
            return frame(is_full=True, markers=list(self._markers.values()), gone=())
        if form is Form.WHOLE:
            return frame(is_full=False, markers=latest.all(), gone=latest.gone)
        return frame(is_full=False, markers=latest.changed, moved=latest.moved, gone=latest.gone)

    def _put(self, marker: Marker) -> None:
        asset_id = marker["id"]
        before = self._markers.get(asset_id)
        self._markers[asset_id] = marker
        if before is not None and asset_id not in self._changed and _merely_moved(before, marker):
            self._moved.add(asset_id)
        else:
            self._changed.add(asset_id)
            self._moved.discard(asset_id)
        self._gone.discard(asset_id)

    def _remove(self, asset_id: int) -> None:
        del self._markers[asset_id]
        self._changed.discard(asset_id)
        self._moved.discard(asset_id)
        self._gone.add(asset_id)

    def _zone_name(self, change: Change) -> str | None:
        return None if change.zone is None else self._zone_names.get(change.zone)


def _merely_moved(before: Marker, marker: Marker) -> bool:
    return all(before[name] == marker[name] for name in _LASTING)  # type: ignore[literal-required]
