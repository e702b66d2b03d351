"""Storing the doors, lifts, stairs and receivers of a drawn floor, once its zones are stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shapely.geometry import Point

from locations.floor_draft import Draft, DraftPassage, DraftReceiver
from locations.models import Floor, Passage, Receiver, Zone
from locations.plan_edit_words import Counts


@dataclass(frozen=True, slots=True)
class Fittings:
    """``made``: the zone that each key of the draft became; ``successors`` as in :class:`Edited`."""

    floor: Floor
    draft: Draft
    made: Mapping[str, Zone]
    successors: Mapping[int, int]
    counts: Counts

    def store_passages(self, stored: Mapping[int, Passage]) -> None:
        drawn = {told.pk for told in self.draft.passages}
        for pk, passage in stored.items():
            if pk not in drawn:
                passage.delete()
                self.counts["doors removed"] += 1
        for told in self.draft.passages:
            self._store_passage(stored.get(told.pk) if told.pk else None, told)

    def _store_passage(self, passage: Passage | None, told: DraftPassage) -> None:
        a, b = (self._end(key) for key in told.ends)
        values: dict[str, Any] = {
            "zone_a_id": a, "zone_b_id": b, "kind": told.kind.value, "x": told.x, "y": told.y, "x_b": told.x_b,
            "y_b": told.y_b, "length_m": told.length_m,
        }  # fmt: skip
        if passage is None:
            Passage.objects.create(**values)
            self.counts["doors placed"] += 1
            return
        changed = _changed(passage, values)
        if changed:
            passage.save()
        self.counts["doors moved"] += not changed <= {"zone_a_id", "zone_b_id"}

    def _end(self, key: str) -> int:
        return self.made[key].pk if key in self.made else int(key[1:])

    def store_receivers(self, stored: Mapping[int, Receiver]) -> None:
        drawn = {told.pk for told in self.draft.receivers}
        for pk, receiver in stored.items():
            if pk not in drawn:
                receiver.delete()
                self.counts["receivers taken off"] += 1
        for told in self.draft.receivers:
            self._store_receiver(stored.get(told.pk) if told.pk else None, told)

    def _store_receiver(self, receiver: Receiver | None, told: DraftReceiver) -> None:
        row = receiver or Receiver(floor=self.floor, x=told.x, y=told.y)
        earlier = row.zone_id
        changed = _changed(
            row,
            {
                "identifier": told.identifier, "label": told.label, "kind": told.kind.value,
                "x": told.x, "y": told.y, "reach_m": told.reach_m,
            },
        )  # fmt: skip
        row.zone_id = self._zone_of(row, told, is_moved=receiver is None or bool(changed & {"x", "y"}))
        if receiver is None or changed or row.zone_id != earlier:
            row.save()
        if receiver is None:
            self.counts["receivers placed"] += 1
        elif changed:
            self.counts["receivers changed"] += 1

    def _zone_of(self, row: Receiver, told: DraftReceiver, *, is_moved: bool) -> int | None:
        """The smallest zone around it; one that was not moved stays in its zone while that is there."""
        current = {zone.pk for zone in self.made.values()}
        if not is_moved and (row.zone_id is None or row.zone_id in current):
            return row.zone_id
        spot = Point(told.x, told.y)
        around = [zone for zone in self.draft.zones if zone.polygon.intersects(spot)]
        if around:
            return self.made[min(around, key=lambda zone: (zone.polygon.area, zone.key)).key].pk
        return None if row.zone_id is None else self.successors.get(row.zone_id)


def _changed(row: Any, values: Mapping[str, Any]) -> set[str]:
    """Fields that took another value; numbers that are the same to the millimetre stay as they are."""
    changed = {name for name, value in values.items() if _differs(getattr(row, name), value)}
    for name in changed:
        setattr(row, name, values[name])
    return changed


def _differs(before: Any, after: Any) -> bool:
    return bool((round(before, 3) if isinstance(before, float) else before) != after)
