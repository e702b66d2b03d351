"""Storing a floor as somebody drew it: all of it, or nothing; history keeps the rooms as they were."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from locations.floor_check import faults_of
from locations.floor_draft import OUTLINE, Draft, DraftRefusedError, DraftZone
from locations.floor_draft import MalformedDraftError as Malformed
from locations.floor_state import current_zones, plan_state, told_passages
from locations.models import Department, Floor, Receiver, Zone
from locations.passage_storing import renew_guesses
from locations.plan_edit_fittings import Fittings
from locations.plan_edit_words import Counts, in_words
from locations.plan_import import outline_of
from locations.polygons import label_point, polygon_of


class PlanConflictError(Exception):
    """Somebody else changed the floor since the draft began."""


@dataclass(slots=True)
class Edited:
    """What was stored. ``successors``: id of a retired zone → id of the zone in its place."""

    counts: Counts = field(default_factory=Counter)
    successors: dict[int, int] = field(default_factory=dict)

    def __str__(self) -> str:
        return in_words(self.counts)


@transaction.atomic
def save_plan(*, floor: Floor, draft: Draft, now: datetime) -> Edited:
    """Make the floor look like the draft.

    Raises :class:`PlanConflictError` where the floor is not what the draft began from, and
    :class:`DraftRefusedError` with every fault; then nothing is stored. A zone whose outline changed is retired,
    and a new one takes its place; a new name, kind or department stays the same zone.
    """
    floor = Floor.objects.select_for_update().select_related("building").get(pk=floor.pk)
    before = plan_state(floor)
    if before["revision"] != draft.revision:
        raise PlanConflictError
    work = _Work(floor, draft, now)
    work.check(before)
    work.store()
    return work.edited


class _Work:
    """One draft on its way into the database."""

    def __init__(self, floor: Floor, draft: Draft, now: datetime) -> None:
        self.floor, self.draft, self.now = floor, draft, now
        self.edited = Edited()
        self.zones = {zone.pk: zone for zone in current_zones(floor)}
        self.passages = {passage.pk: passage for passage in told_passages(floor)}
        self.receivers = {receiver.pk: receiver for receiver in floor.receivers.order_by("pk")}
        self.made: dict[str, Zone] = {}

    # --- Before anything is stored --------------------------------------------------------------------------

    def check(self, before: Mapping[str, Any]) -> None:
        for rows, stored in (
            (self.draft.zones, self.zones),
            (self.draft.passages, self.passages),
            (self.draft.receivers, self.receivers),
        ):
            _check_keys(rows, stored)
        departments = set(
            Department.objects.filter(site=self.floor.building.site_id).values_list("pk", flat=True)
        )
        if any(zone.department_id not in departments | {None} for zone in self.draft.zones):
            raise Malformed("department: not one of this site")
        kept = {zone.key for zone in self.draft.zones if self.is_kept(zone)}
        kept |= {row["key"] for row in before["passages"] if self._stands(row, kept)}
        if self.draft.outline == before["outline"]:
            kept.add(OUTLINE)
        elsewhere = {f"z{zone.pk}": polygon_of(zone.polygon) for zone in self._elsewhere()}
        faults = faults_of(self.draft, kept=kept, elsewhere=elsewhere, taken=self._taken())
        if faults:
            raise DraftRefusedError(faults)

    def is_kept(self, zone: DraftZone) -> bool:
        """Whether the outline is as it was, to the millimetre."""
        return zone.pk is not None and _to_millimetres(self.zones[zone.pk].polygon) == zone.rings

    def _stands(self, row: Mapping[str, Any], kept: set[str]) -> bool:
        drawn = {passage.key: passage for passage in self.draft.passages}.get(row["key"])
        own = {zone.key for zone in self.draft.zones}
        if drawn is None or any(end in own - kept for end in drawn.ends):
            return False
        return drawn.ends == tuple(row["ends"]) and (drawn.x, drawn.y) == (
            round(row["x"], 3),
            round(row["y"], 3),
        )

    def _elsewhere(self) -> Iterable[Zone]:
        """Zones of other floors of the site that passages of the draft lead to."""
        keys = {end for passage in self.draft.passages for end in passage.ends}
        ids = [int(key[1:]) for key in keys if key[:1] == "z" and key[1:].isdecimal() and len(key) < 20]
        site = self.floor.building.site_id
        found: Iterable[Zone] = (
            Zone.objects.current().in_site(site).filter(pk__in=ids).exclude(floor=self.floor)
        )
        return found

    def _taken(self) -> set[str]:
        names = [receiver.identifier for receiver in self.draft.receivers]
        others = Receiver.objects.filter(identifier__in=names).exclude(floor=self.floor)
        return set(others.values_list("identifier", flat=True))

    # --- Storing ---------------------------------------------------------------------------------------------

    def store(self) -> None:
        self._store_zones()
        self._store_outline()
        fittings = Fittings(self.floor, self.draft, self.made, self.edited.successors, self.edited.counts)
        fittings.store_passages(self.passages)
        fittings.store_receivers(self.receivers)
        renew_guesses(self.floor.building)

    def _store_zones(self) -> None:
        claims: dict[int, list[DraftZone]] = defaultdict(list)
        for told in self.draft.zones:
            for pk in {*told.sources, *([told.pk] if told.pk else [])} & self.zones.keys():
                claims[pk].append(told)
        kept = {told.pk for told in self.draft.zones if self.is_kept(told)}
        for pk, zone in self.zones.items():
            if pk not in kept:
                zone.retired_at = self.now
                zone.save()
        self._free_codes(kept)
        for told in self.draft.zones:
            stored = self.zones[told.pk] if told.pk in kept and told.pk is not None else None
            self.made[told.key] = self._store_zone(stored, told, claims)
        for pk in self.zones.keys() - kept:
            self._name_heir(pk, claims.get(pk, []))

    def _free_codes(self, kept: set[int | None]) -> None:
        """Two zones may swap their codes: those that change let go of theirs first."""
        for told in self.draft.zones:
            if told.pk in kept and told.pk is not None and self.zones[told.pk].code != told.code:
                Zone.objects.filter(pk=told.pk).update(code=f"between-{told.pk}")

    def _store_zone(self, zone: Zone | None, told: DraftZone, claims: Mapping[int, list[DraftZone]]) -> Zone:
        counts = self.edited.counts
        earlier = zone or (self.zones.get(told.pk) if told.pk else None)
        if earlier is not None:
            counts["renamed"] += (earlier.name, earlier.code) != (told.name, told.code)
            counts["retyped"] += earlier.kind != told.kind
            counts["reassigned"] += earlier.department_id != told.department_id
        if zone is None:
            self._count_new(told, claims)
            return _make_zone(self.floor, told, self.now)
        if (zone.name, zone.code, zone.kind, zone.department_id) != (
            told.name, told.code, told.kind, told.department_id,
        ):  # fmt: skip
            zone.name, zone.code, zone.kind, zone.department_id = (
                told.name, told.code, told.kind, told.department_id,
            )  # fmt: skip
            zone.save()
        return zone

    def _count_new(self, told: DraftZone, claims: Mapping[int, list[DraftZone]]) -> None:
        out_of = {*told.sources, *([told.pk] if told.pk else [])} & self.zones.keys()
        if not out_of:
            self.edited.counts["drawn"] += 1
        elif len(out_of) > 1:
            self.edited.counts["merged"] += 1
        elif (shared := claims[next(iter(out_of))]) and len(shared) == 1:
            self.edited.counts["reshaped"] += 1
        elif shared[0] is told:
            self.edited.counts["split"] += 1

    def _name_heir(self, pk: int, heirs: list[DraftZone]) -> None:
        """What follows a retired zone goes to the part with most of its area."""
        if not heirs:
            self.edited.counts["removed"] += 1
            return
        was = polygon_of(self.zones[pk].polygon)
        heir = max(heirs, key=lambda told: (was.intersection(told.polygon).area, told.key))
        self.edited.successors[pk] = self.made[heir.key].pk

    def _store_outline(self) -> None:
        drawn = self.draft.outline or outline_of([zone.polygon for zone in self.draft.zones])
        if not self.draft.zones and not self.draft.outline:
            drawn = []
        if drawn != _to_millimetres(self.floor.outline):
            self.floor.outline = drawn
            self.floor.save()
            self.edited.counts["outline"] += 1


def _check_keys(rows: Iterable[Any], stored: Mapping[int, Any]) -> None:
    keys = [row.key for row in rows]
    ids = [row.pk for row in rows if row.pk is not None]
    if len(set(keys)) < len(keys) or len(set(ids)) < len(ids):
        raise Malformed("key: used twice")
    if not set(ids) <= stored.keys():
        raise Malformed("id: not on this floor")


def _make_zone(floor: Floor, told: DraftZone, now: datetime) -> Zone:
    x, y = label_point(told.polygon)
    return Zone.objects.create(
        floor=floor, code=told.code, name=told.name, kind=told.kind, polygon=told.rings,
        department_id=told.department_id, label_x=round(x, 3), label_y=round(y, 3),
        drawn_at=now,
    )  # fmt: skip


def _to_millimetres(rings: Any) -> Any:
    return [[[round(x, 3), round(y, 3)] for x, y in ring] for ring in rings or []]
