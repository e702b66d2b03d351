"""Polling held back by a person: of one endpoint, of one segment, or of everything.

Pages and the admin site come through here; collectors see it by ``Endpoint.objects.polled()``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q

from collectors.clock_words import clock_words
from collectors.models import Endpoint, Pause, Segment


@dataclass(frozen=True, slots=True)
class Pauses:
    """Those in force, to be looked up without asking the database for each endpoint."""

    everything: Pause | None = None
    segments: dict[int, Pause] = field(default_factory=dict)
    endpoints: dict[int, Pause] = field(default_factory=dict)

    def on(self, *, endpoint_id: int, segment_id: int) -> Pause | None:
        """What holds the endpoint back, the widest first."""
        return self.everything or self.segments.get(segment_id) or self.endpoints.get(endpoint_id)

    @property
    def all(self) -> list[Pause]:
        """The widest first."""
        own = [self.everything] if self.everything else []
        return [*own, *self.segments.values(), *self.endpoints.values()]


def pauses_in_force(now: datetime) -> Pauses:
    """In one query; of several on the same thing the latest counts."""
    rows = Pause.objects.in_force(now).select_related("begun_by", "segment", "endpoint").order_by("begun_at")
    everything, segments, endpoints = None, {}, {}
    for pause in rows:
        if pause.endpoint_id is not None:
            endpoints[pause.endpoint_id] = pause
        elif pause.segment_id is not None:
            segments[pause.segment_id] = pause
        else:
            everything = pause
    return Pauses(everything, segments, endpoints)


@transaction.atomic
def pause_polling(
    *,
    by: Any,
    reason: str,
    now: datetime,
    endpoint: Endpoint | None = None,
    segment: Segment | None = None,
    until: datetime | None = None,
) -> Pause:
    """Holds polling back from now on; with neither endpoint nor segment, everywhere.

    What was paused already is paused anew, with this reason and end. ValidationError names the field that is
    wrong: no reason, an end that is not ahead.
    """
    if not reason.strip():
        raise ValidationError({"reason": "Say why, for those who wonder later."})
    if until is not None and until <= now:
        raise ValidationError({"until": "The end has to lie ahead."})
    resume_polling(now=now, endpoint=endpoint, segment=segment)
    pause = Pause(
        endpoint=endpoint, segment=segment, reason=reason.strip(), begun_at=now, begun_by=by, until=until
    )
    pause.full_clean(exclude=["begun_by"])
    pause.save()
    return pause


@transaction.atomic
def resume_polling(
    *, now: datetime, endpoint: Endpoint | None = None, segment: Segment | None = None
) -> list[Pause]:
    """Ends the pause of exactly this thing, and returns what was ended; wider and narrower pauses stay."""
    found = Pause.objects.in_force(now).filter(
        Q(endpoint=endpoint) if endpoint else Q(endpoint__isnull=True),
        Q(segment=segment) if segment else Q(segment__isnull=True),
    )
    # One by one, so that the audit has before and after.
    return [pause for pause in found if end_pause(pause=pause, now=now)]


def end_pause(*, pause: Pause, now: datetime) -> bool:
    """Ends this one pause; whether it still was in force."""
    if pause.ended_at is not None or (pause.until is not None and pause.until <= now):
        return False
    pause.ended_at = now
    pause.save(update_fields=["ended_at"])
    return True


def may_pause_all(user: Any) -> bool:
    """Pausing everything concerns every site, so it is for those who see them all."""
    return bool(user.has_perm("collectors.pause_polling") and user.sees_all_sites)


def may_resume(user: Any, pause: Pause | None) -> bool:
    """Whether it is this person's to end, of a thing that they may see."""
    if pause is None:
        return False
    is_of_all = pause.endpoint_id is None and pause.segment_id is None
    return may_pause_all(user) if is_of_all else bool(user.has_perm("collectors.pause_polling"))


def pause_words(pause: Pause, now: datetime, zone: ZoneInfo) -> str:
    """Who holds what back, since when, until when and why."""
    wide = "The network segment is paused" if pause.segment_id else "Everything is paused"
    return f"{'Paused' if pause.endpoint_id else wide} {by_words(pause, now, zone)}"


def short_words(pause: Pause, now: datetime, zone: ZoneInfo) -> str:
    """For one of many endpoints, where a wider pause is told above them all."""
    if pause.endpoint_id:
        return pause_words(pause, now, zone)
    return f"Paused with {'its network segment' if pause.segment_id else 'everything'}"


def by_words(pause: Pause, now: datetime, zone: ZoneInfo) -> str:
    """The same without what is paused."""
    until = f", until {clock_words(pause.until, now, zone)}" if pause.until else ""
    return f"by {person_words(pause)} since {clock_words(pause.begun_at, now, zone)}{until}: {pause.reason}"


def person_words(pause: Pause) -> str:
    """Who paused it, by name."""
    person = pause.begun_by
    if person is None:
        return "an account that is gone"
    return person.get_full_name() or person.get_username()
