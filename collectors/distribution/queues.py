"""The queue of each segment, and offers as messages in it."""

from __future__ import annotations

from celery import current_app

from collectors.distribution.leases import Offer

TASK = "collectors.poll_chunk"
BASE = "collect"
"""Begins each queue's name, and is that of one in which nothing ever is: for a worker that serves no segment yet."""
EXPIRES_S = 60
"""An offer that nobody took by then has been replaced."""


def queue_of(segment_id: int) -> str:
    return f"{BASE}.{segment_id}"


def publish(offer: Offer, passed: int = 0) -> None:
    """Put the offer into its segment's queue. Blocks; raises what the broker's client raises."""
    current_app.send_task(
        TASK,
        args=(offer.chunk_id, offer.segment_id, offer.generation, passed),
        queue=queue_of(offer.segment_id),
        expires=EXPIRES_S,
        retry=False,
        ignore_result=True,
    )
