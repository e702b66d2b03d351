"""Storing zones of one floor: new ones, changed ones, retired ones, and what follows a zone that was redrawn."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.db.models import Q
from django.utils import timezone

from locations.models import Department, Floor, Passage, Receiver, Site, Zone
from locations.plan_changes import Change, Departments, ZoneChange
from locations.plan_draft import code_of
from locations.plan_parts import PlanZone
from locations.polygons import label_point

BATCH = 500


def store_zones(
    floor: Floor, changes: Sequence[ZoneChange], site: Site, successors: dict[int, int], now: datetime
) -> list[Zone | None]:
    """The stored zone of each change, none for a retired one, after the floor is as the changes say.

    ``successors`` takes id of a retired zone → id of the zone in its place. Saved in bulk: whoever calls tells the
    audit trail.
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
    for change, zone in zip(changes, stored, strict=True):
        if change.change == Change.REDRAWN and change.earlier and zone:
            successors[change.earlier.pk] = zone.pk
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


def follow(successors: Mapping[int, int]) -> None:
    """Receivers, and doors that were told, move from a retired zone to the one in its place."""
    receivers = list(Receiver.objects.filter(zone__in=successors))
    for receiver in receivers:
        if receiver.zone_id is not None:
            receiver.zone_id = successors[receiver.zone_id]
    Receiver.objects.bulk_update(receivers, ["zone"], batch_size=BATCH)
    touching = Q(zone_a__in=successors) | Q(zone_b__in=successors)
    passages = list(Passage.objects.filter(touching, is_guess=False))
    for passage in passages:
        passage.zone_a_id = successors.get(passage.zone_a_id, passage.zone_a_id)
        passage.zone_b_id = successors.get(passage.zone_b_id, passage.zone_b_id)
        passage.updated_at = timezone.now()
    Passage.objects.bulk_update(passages, ["zone_a", "zone_b", "updated_at"], batch_size=BATCH)
