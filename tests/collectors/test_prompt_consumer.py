"""A worker is back soon after the broker is."""

from __future__ import annotations

import logging

import pytest
from celery import Celery

from collectors.distribution.consumer import AT_MOST_EVERY_S, PromptConsumer
from hospital.celery import app


class Broker:
    """A connection to it that fails forty times; ``waits`` are the seconds between."""

    def __init__(self) -> None:
        self.waits: list[float] = []

    def as_uri(self) -> str:
        return "redis://gone"

    def ensure_connection(
        self, tell, _max_retries=None, interval_start=2, interval_step=2, interval_max=30, callback=None
    ):
        for attempt in range(40):
            self.waits.append(min(interval_start + attempt * interval_step, interval_max))
            tell(ConnectionRefusedError(), self.waits[-1])
        return self


@pytest.fixture
def consumer():
    consumer = PromptConsumer.__new__(PromptConsumer)
    consumer.app = Celery(set_as_current=False)
    consumer.app.conf.broker_connection_retry_on_startup = True
    consumer.first_connection_attempt = True
    consumer.broker_connection_retry_attempt = 0
    return consumer


def test_it_looks_for_the_broker_every_few_seconds_however_long_that_is_away(consumer):
    broker = Broker()

    assert consumer.ensure_connected(broker) is broker

    assert broker.waits[0] < 1
    assert max(broker.waits) == AT_MOST_EVERY_S <= 5


def test_it_says_once_that_it_waits(consumer, caplog):
    with caplog.at_level(logging.ERROR):
        consumer.ensure_connected(Broker())

    assert [record.message.partition(":")[0] for record in caplog.records] == ["consumer"]


def test_the_workers_of_the_product_are_such():
    assert app.conf.worker_consumer.replace(":", ".") == (
        f"{PromptConsumer.__module__}.{PromptConsumer.__qualname__}"
    )
    # Celery's own way of restoring it speaks to RabbitMQ from several threads at once, and stands still.
    assert app.conf.worker_enable_prefetch_count_reduction is False
