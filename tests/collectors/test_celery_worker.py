"""Celery's worker in a thread: whichever moment a segment is named at, its queue is served."""

from __future__ import annotations

import threading

import pytest
from celery import shared_task
from celery.app.amqp import AMQP

from collectors.distribution import celery_worker
from collectors.distribution.celery_worker import CeleryWorker
from collectors.distribution.queues import queue_of
from hospital.celery import app

WITHIN_S = 20
SEGMENT = 4711


@pytest.fixture
def done():
    """Set once a message of the segment's queue was followed."""
    done = threading.Event()

    @shared_task(name="tests.follow", ignore_result=True)
    def follow() -> None:
        done.set()

    yield done
    app.tasks.pop("tests.follow")


@pytest.fixture
def worker():
    worker = CeleryWorker()
    yield worker
    worker.refuse()
    worker.stop()


def send_to_the_segment() -> None:
    app.send_task("tests.follow", queue=queue_of(SEGMENT), ignore_result=True)


def test_a_segment_named_while_the_worker_is_about_to_take_messages_is_served_too(worker, done, monkeypatch):
    began = threading.Event()
    take = AMQP.TaskConsumer

    def be_late(amqp, *args, **kwargs):
        consumer = take(amqp, *args, **kwargs)
        worker.serve([SEGMENT])  # which queues it takes from is decided, and nobody can tell it of more yet
        began.set()
        return consumer

    monkeypatch.setattr(AMQP, "TaskConsumer", be_late)
    worker.start()
    assert began.wait(WITHIN_S)
    send_to_the_segment()
    attend_until(done, worker)


def test_a_worker_that_cannot_start_is_followed_by_another(worker, done, monkeypatch, caplog):
    make, tries = celery_worker.WorkController, []

    def fail_once(**options):
        tries.append(options)
        if len(tries) == 1:
            raise OSError("no thread can be had")
        return make(**options)

    monkeypatch.setattr(celery_worker, "WorkController", fail_once)
    monkeypatch.setattr(celery_worker, "RESTART_AFTER_S", 0.01)
    worker.serve([SEGMENT])
    send_to_the_segment()
    worker.start()
    attend_until(done, worker)
    assert "no thread can be had" in caplog.text


def attend_until(done: threading.Event, worker: CeleryWorker) -> None:
    """As a collector does every few seconds."""
    for _ in range(WITHIN_S * 10):
        if done.wait(0.1):
            return
        worker.serve([SEGMENT])
    raise AssertionError("the message was not followed")
