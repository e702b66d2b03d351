"""Polling as Celery carries it: the tick that hands out chunks, and the long task that polls one."""

from __future__ import annotations

from celery import shared_task
from celery.exceptions import Reject
from django.db import InterfaceError, OperationalError
from django.utils import timezone

from collectors.distribution import queues
from collectors.distribution.collector import serve_here
from collectors.distribution.hand_out import hand_out
from collectors.distribution.leases import Offer
from collectors.notices import forget_old_notices
from collectors.receivers.mpps.ledger import forget_old_procedures
from collectors.receivers.receipts import forget_old_receipts


@shared_task(name="collectors.hand_out", expires=5, ignore_result=True)
def hand_out_chunks() -> None:
    """Every second. While the database is away there is nothing to hand out: holders go on by themselves."""
    try:
        offers = hand_out()
    except (OperationalError, InterfaceError):
        return
    for offer in offers:
        queues.publish(offer)


@shared_task(name=queues.TASK, acks_late=True, reject_on_worker_lost=True, ignore_result=True)
def poll_chunk(chunk_id: int, segment_id: int, generation: int, passed: int = 0) -> None:
    """Poll the chunk for a term, unless the message is void. It stays unacknowledged as long as that lasts."""
    if not serve_here(Offer(chunk_id, segment_id, generation), passed):
        raise Reject(requeue=True)


@shared_task(name="collectors.forget_old_notices", ignore_result=True)
def forget_notices() -> None:
    forget_old_notices(timezone.now())


@shared_task(name="collectors.forget_old_receipts", ignore_result=True)
def forget_receipts() -> None:
    forget_old_receipts(timezone.now())


@shared_task(name="collectors.forget_old_procedures", ignore_result=True)
def forget_procedures() -> None:
    forget_old_procedures(timezone.now())
