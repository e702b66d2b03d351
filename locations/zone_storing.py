"""Storing zones of one floor: new ones, changed ones, retired ones, and what follows a zone that was redrawn."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import shapely
from django.db.models import Q
from django.utils import timezone

from locations.models import Department, Floor, Passage, Receiver, Site, Zone
from locations.plan_changes import Change, Departments, ZoneChange
from locations.plan_draft import code_of
from locations.plan_parts import PlanZone
from locations.polygons import label_point, polygon_of

BATCH = 500


@dataclass(slots=True)
class Heirs:
    """What came in the place of retired zones. ``successors``: id of a retired zone → id of the one in its place,
    of several that share it the one with the largest part."""

    successors: dict[int, int] = field(default_factory=dict)
    parts: dict[int, list[Zone]] = field(default_factory=dict)

    def add(self, retired: Zone, heirs: Sequence[Zone]) -> None:
        was = polygon_of(retired.polygon)
        self.parts[retired.pk] = list(heirs)
        largest = max(heirs, key=lambda heir: (was.intersection(polygon_of(heir.polygon)).area, -heir.pk))
        self.successors[retired.pk] = largest.pk

    def nearest(self, retired: int, x: float, y: float) -> int:
        """The part that a point of the retired zone lies in, or next to."""
        spot = shapely.points(x, y)
        return min(
            self.parts[retired],
            key=lambda heir: (polygon_of(heir.polygon).distance(spot), heir.pk != self.successors[retired]),
        ).pk


def store_zones(
    floor: Floor, changes: Sequence[ZoneChange], site: Site, heirs: Heirs, now: datetime
) -> list[Zone | None]:
    """The stored zone of each change, none for a retired one, after the floor is as the changes say.

    Saved in bulk: whoever calls tells the audit trail.
    """
    departments = _departments(site, changes)
    gone = [c.earlier.pk for c in changes if c.earlier and c.change in (Change.RETIRED, Change.REDRAWN)]
    for start in range(0, len(gone), BATCH):
        Zone.objects.filter(pk__in=gone[start : start + BATCH]).update(
            retired_at=now, updated_at=timezone.now()
        )
    _store_changed([c for c in changes if c.change == Change.CHANGED], departments)
    is_first = not Zone.objects.filter(floor=floor).exists()
    made = [
        _new_zone(floor, change.told, change.earlier, departments, None if is_first else now)
        for change in changes
        if change.told and change.change in (Change.NEW, Change.REDRAWN)
    ]
    created = iter(Zone.objects.bulk_create(made, batch_size=BATCH))
    stored = [
        next(created)
        if change.change in (Change.NEW, Change.REDRAWN)
        else change.earlier
        if change.told
        else None
        for change in changes
    ]
    _add_heirs(changes, stored, heirs)
    return stored


def _departments(site: Site, changes: Iterable[ZoneChange]) -> Departments:
    """Those of the site; one that the plan names and that is not there is made."""
    departments = Departments(site)
    for told in dict.fromkeys(change.told.department for change in changes if change.told):
        if told and departments.find(told) is None:
            code = code_of(told).encode("ascii", "ignore").decode().strip("-") or f"d{abs(hash_of(told))}"
            taken = Department.objects.filter(site=site, code=code).exists()
            code = f"{code[:40]}-{hash_of(told)}" if taken else code
            departments.add(told, Department.objects.create(site=site, name=told[:120], code=code))
    return departments


def hash_of(text: str) -> int:
    """A short number of a name that no address can hold."""
    return sum(ord(letter) * (place + 7) for place, letter in enumerate(text)) % 100_000


def _store_changed(changes: Sequence[ZoneChange], departments: Departments) -> None:
    moment = timezone.now()
    zones, recoded = [], []
    for change in changes:
        zone, told = change.earlier, change.told
        if zone is None or told is None:
            continue
        if zone.code != told.code:
            recoded.append(zone.pk)
        zone.code, zone.name, zone.kind, zone.updated_at = told.code, told.name, told.kind, moment
        zone.department = _department(told, zone, departments)
        zones.append(zone)
    for pk in recoded:  # two may change their codes with each other
        Zone.objects.filter(pk=pk).update(code=f"~{pk}")
    Zone.objects.bulk_update(zones, ["code", "name", "kind", "department", "updated_at"], batch_size=BATCH)


def _department(told: PlanZone, earlier: Zone | None, departments: Departments) -> Department | None:
    if told.clears_department:
        return None
    if told.department:
        return departments.find(told.department)
    return earlier.department if earlier else None


def _new_zone(
    floor: Floor, told: PlanZone, earlier: Zone | None, departments: Departments, drawn_at: datetime | None
) -> Zone:
    x, y = label_point(told.polygon)
    return Zone(
        floor=floor,
        code=told.code,
        name=told.name,
        kind=told.kind,
        polygon=told.rings,
        label_x=round(x, 3),
        label_y=round(y, 3),
        department=_department(told, earlier, departments),
        drawn_at=drawn_at,
    )


def _add_heirs(changes: Sequence[ZoneChange], stored: Sequence[Zone | None], heirs: Heirs) -> None:
    """A redrawn zone has its new self for an heir; one that was split or merged, what was drawn from it."""
    found: dict[int, list[Zone]] = {}
    retired: dict[int, Zone] = {}
    for change, zone in zip(changes, stored, strict=True):
        if change.earlier and change.change in (Change.REDRAWN, Change.RETIRED):
            retired[change.earlier.pk] = change.earlier
        if zone is None or change.change == Change.UNCHANGED:
            continue
        earlier = [change.earlier.pk] if change.earlier else []
        for pk in dict.fromkeys([*earlier, *change.drawn_from]):
            found.setdefault(pk, []).append(zone)
    for pk, zones in found.items():
        if pk in retired:
            heirs.add(retired[pk], zones)


def follow(heirs: Heirs) -> None:
    """Receivers, and doors that were told, move from a retired zone to the one in its place."""
    receivers = list(Receiver.objects.filter(zone__in=heirs.successors))
    for receiver in receivers:
        if receiver.zone_id is not None:
            receiver.zone_id = heirs.nearest(receiver.zone_id, receiver.x, receiver.y)
    Receiver.objects.bulk_update(receivers, ["zone"], batch_size=BATCH)
    touching = Q(zone_a__in=heirs.successors) | Q(zone_b__in=heirs.successors)
    kept: list[Passage] = []
    inside: list[Passage] = []
    for passage in Passage.objects.filter(touching, is_guess=False):
        x_b = passage.x if passage.x_b is None else passage.x_b
        y_b = passage.y if passage.y_b is None else passage.y_b
        if passage.zone_a_id in heirs.parts:
            passage.zone_a_id = heirs.nearest(passage.zone_a_id, passage.x, passage.y)
        if passage.zone_b_id in heirs.parts:
            passage.zone_b_id = heirs.nearest(passage.zone_b_id, x_b, y_b)
        passage.updated_at = timezone.now()
        (kept if passage.zone_a_id != passage.zone_b_id else inside).append(passage)
    Passage.objects.bulk_update(kept, ["zone_a", "zone_b", "updated_at"], batch_size=BATCH)
    Passage.objects.filter(
        pk__in=[passage.pk for passage in inside]
    ).delete()  # a merged room has no wall there
