"""Who changed the plan of a floor last, and when, out of the audit trail."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import CharField, Max
from django.db.models.functions import Cast

from hospital.audit.models import AuditRecord, Result
from locations.models import Floor, Zone

FLOOR, ZONE = Floor._meta.label_lower, Zone._meta.label_lower


@dataclass(frozen=True, slots=True)
class LastChange:
    """``who`` is the account's name; ``what`` says it in words where that was written down."""

    at: datetime
    who: str
    what: str


def last_changes(floors: Iterable[Floor]) -> dict[int, LastChange]:
    """Floor id → its last change by a person or a command; nothing for what only the system made.

    Records of the floor itself count, and of its zones, which the administration changes one by one.
    """
    ids = [floor.pk for floor in floors]
    of_zone = dict(Zone.objects.filter(floor__in=ids).order_by().values_list("pk", "floor_id"))
    newest: dict[int, int] = {}
    for record_id, key in _newest(FLOOR, [str(pk) for pk in ids]):
        newest[int(key)] = record_id
    zones = Zone.objects.filter(floor__in=ids).order_by().annotate(key=Cast("pk", CharField()))
    for record_id, key in _newest(ZONE, zones.values("key")):
        floor_id = of_zone[int(key)]
        newest[floor_id] = max(record_id, newest.get(floor_id, 0))
    records = AuditRecord.objects.in_bulk(newest.values())
    return {floor_id: _told(records[record_id]) for floor_id, record_id in newest.items()}


def _newest(object_type: str, keys: Any) -> Iterable[tuple[int, str]]:
    """The last record of each object."""
    records = AuditRecord.objects.filter(object_type=object_type, object_id__in=keys, result=Result.OK)
    return (
        records.order_by().values_list("object_id").annotate(last=Max("pk")).values_list("last", "object_id")
    )


def _told(record: AuditRecord) -> LastChange:
    return LastChange(record.at, record.actor_name, record.detail)
