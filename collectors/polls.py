"""One poll now, asked for by a person; the collector that owns the endpoint takes it and answers."""

from __future__ import annotations

import enum
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction

from collectors.models import Endpoint, ManualPoll
from collectors.pauses import pause_words, pauses_in_force

TAKEN_WITHIN = timedelta(seconds=15)
"""A collector that runs takes a request well within this."""
GIVEN_UP_AFTER = timedelta(minutes=2)
"""After this a page stops asking."""


class PollRefusedError(Exception):
    """This endpoint is not polled at all; the message says why."""


class Progress(enum.StrEnum):
    WAITING = "waiting"
    TAKEN = "taken"
    NOT_TAKEN = "not_taken"
    LOST = "lost"  # taken, and nothing came of it
    FINISHED = "finished"


@transaction.atomic
def request_poll(*, endpoint: Endpoint, by: Any, now: datetime) -> ManualPoll:
    """Asks for one poll. A request under way already is shared, so that clicking twice asks a device once."""
    if not endpoint.is_enabled:
        raise PollRefusedError("It is switched off, so that no collector polls it.")
    pause = pauses_in_force(now).on(endpoint_id=endpoint.pk, segment_id=endpoint.segment_id)
    if pause:
        zone = ZoneInfo(endpoint.segment.site.timezone)
        raise PollRefusedError(f"{pause_words(pause, now, zone)}.")
    under_way = endpoint.manual_polls.filter(finished_at__isnull=True, requested_at__gt=now - TAKEN_WITHIN)
    return under_way.first() or ManualPoll.objects.create(
        endpoint=endpoint, requested_by=by, requested_at=now
    )


def progress_of(poll: ManualPoll, now: datetime) -> Progress:
    if poll.finished_at is not None:
        return Progress.FINISHED
    if poll.taken_at is not None:
        return Progress.TAKEN if is_worth_asking_again(poll, now) else Progress.LOST
    return Progress.WAITING if now - poll.requested_at < TAKEN_WITHIN else Progress.NOT_TAKEN


def is_worth_asking_again(poll: ManualPoll, now: datetime) -> bool:
    """Whether an answer may still come."""
    return poll.finished_at is None and now - poll.requested_at < GIVEN_UP_AFTER
