"""Clock work of the roof."""

from __future__ import annotations

from celery import shared_task
from django.contrib.sessions.models import Session
from django.utils import timezone

from collectors.alerting import raise_for_disturbances
from collectors.disturbances import forget_old, mark_polls, note_disturbances
from hospital.mentions import tell_mentioned
from hospital.par_alerts import look_at_par_levels
from hospital.plan_uploads import forget_uploads
from hospital.sent_once import forget_sent
from locations.walk_tables import renew_all_walks


@shared_task(name="hospital.forget_sessions")
def forget_sessions() -> None:
    """Sessions that are over are deleted, not only ignored."""
    Session.objects.filter(expire_date__lt=timezone.now()).delete()


@shared_task(name="hospital.renew_walks")
def renew_walks() -> None:
    """Distances of plans that were changed row by row, in the administration; the rest is stored already."""
    renew_all_walks()


@shared_task(name="hospital.forget_plan_uploads")
def forget_plan_uploads() -> None:
    forget_uploads(timezone.now())


@shared_task(name="hospital.forget_sent")
def forget_what_was_sent() -> None:
    forget_sent(timezone.now())


@shared_task(name="collectors.note_disturbances")
def note_what_is_not_well() -> None:
    now = timezone.now()
    note_disturbances(now)
    raise_for_disturbances(now)


@shared_task(name="collectors.mark_polls")
def mark_polls_of_the_day() -> None:
    """Marks and forgets; both are due once a day and cost next to nothing in between."""
    mark_polls(timezone.now())
    forget_old(timezone.now())


@shared_task(name="hospital.look_at_par_levels", expires=10)
def look_at_levels() -> None:
    look_at_par_levels(timezone.now())


@shared_task(name="hospital.tell_mentioned", expires=10)
def tell_whoever_is_named() -> None:
    tell_mentioned(timezone.now())
