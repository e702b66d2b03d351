"""The place that a current row shows: what was estimated, or where equipment is installed."""

from __future__ import annotations

from datetime import datetime

from assets.recording.facts import Installed
from assets.recording.moments import from_us_or_none
from assets.recording.place import By
from assets.recording.timeline import Timeline

NOTHING: By = (None, None, None, None)

ShownPlace = tuple[
    int | None, int | None, float | None, float | None, datetime | None, float | None, float | None
]
"""Floor, zone, x, y, when it was reported, its error and its confidence."""


def shown_place(timeline: Timeline, installed: Installed | None) -> ShownPlace:
    """Equipment that is not moved is where it was installed; no report says so, so that has no age."""
    if installed is not None:
        return installed.floor, installed.zone, installed.x, installed.y, None, None, 1.0
    track, room = timeline.place.track, timeline.place.room
    placed = from_us_or_none(timeline.placed)
    if track.floor is None:
        return None, room.zone, None, None, placed, None, None
    # Nothing stands in a wall or outside the building because its report was a metre off.
    x, y = room.beside or (track.x, track.y)
    return track.floor, room.zone, x, y, placed, timeline.place.error_m, room.confidence
