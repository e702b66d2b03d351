"""Procedures in the database: begun, ended, counted. All here blocks on the database."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction

from collectors.models import Procedure, Source
from collectors.receivers.mpps.step import COMPLETED, FINAL, IN_PROGRESS, Step

KEPT_FOR = timedelta(days=30)
AT_A_TIME = 5_000
BEGIN_AFTER = timedelta(microseconds=1)
END_AFTER = timedelta(microseconds=2)
"""Messages tell seconds. Within one, an end of the last comes before a begin of the next, and that before its own
end: so that two facts of one second are two, in their order."""


class Outcome(enum.Enum):
    NEW = "new"
    REPEATED = "repeated"
    CLASHES = "clashes"
    """Of another procedure by this name, or of one that had ended otherwise."""
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Ended:
    """What became of an N-SET: at which station, since when it is over, how many that is today; whether another
    procedure goes on there."""

    outcome: Outcome
    station: str = ""
    at: datetime | None = None
    exams_today: int = 0
    is_busy: bool = False


def zone_of(source_id: int) -> ZoneInfo:
    """The time zone of a source's site."""
    source = Source.objects.select_related("site").get(pk=source_id)
    return ZoneInfo(source.site.timezone)


@transaction.atomic
def begin_procedure(*, source_id: int, key: str, step: Step) -> Outcome:
    facts = {"station": step.station, "modality": step.modality, "began_at": step.began_at}
    row, is_new = Procedure.objects.get_or_create(source_id=source_id, key=key, defaults=facts)
    if is_new:
        return Outcome.NEW
    is_same = all(getattr(row, name) == value for name, value in facts.items())
    return Outcome.REPEATED if is_same else Outcome.CLASHES


@transaction.atomic
def change_procedure(*, source_id: int, key: str, step: Step, now: datetime, zone: ZoneInfo) -> Ended:
    """End the procedure, if the message says so. Without a time of its own, the end is ``now``."""
    row = Procedure.objects.select_for_update().filter(source=source_id, key=key).first()
    if row is None:
        return Ended(Outcome.UNKNOWN)
    if row.status in FINAL:
        return _ended_before(row, step, zone)
    if step.status == IN_PROGRESS:
        return Ended(Outcome.NEW, row.station)
    row.status, row.ended_at = step.status, max(min(step.ended_at or now, now), row.began_at)
    row.save(update_fields=["status", "ended_at"])
    return _ended(row, Outcome.NEW, zone)


def forget_old_procedures(now: datetime) -> int:
    """Delete what is counted no more; some thousand at a time, so that nobody waits for it."""
    old = Procedure.objects.filter(began_at__lt=now - KEPT_FOR).values_list("pk", flat=True)[:AT_A_TIME]
    return Procedure.objects.filter(pk__in=list(old)).delete()[0]


def _ended_before(row: Procedure, step: Step, zone: ZoneInfo) -> Ended:
    is_same = step.status == row.status and step.ended_at in (None, row.ended_at)
    return _ended(row, Outcome.REPEATED if is_same else Outcome.CLASHES, zone)


def _ended(row: Procedure, outcome: Outcome, zone: ZoneInfo) -> Ended:
    at = row.ended_at
    assert at is not None  # noqa: S101 - for the type checker: it has ended
    mine = Procedure.objects.filter(source=row.source_id, station=row.station)
    midnight = at.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    today = mine.filter(status=COMPLETED, ended_at__gte=midnight, ended_at__lte=at)
    since = at - timedelta(hours=12)
    is_busy = mine.filter(status=IN_PROGRESS, began_at__lte=at, began_at__gte=since).exists()
    return Ended(outcome, row.station, at, today.count(), is_busy)
