"""Tasks of the clock: one at a time in a process, so that a slow database does not gather threads."""

from __future__ import annotations

import threading

import pytest
from celery import shared_task

from hospital.celery import app

WITHIN_S = 20
NAME = "tests.slow"


class Work:
    """A task that waits to be let go, and counts how often it was begun."""

    def __init__(self) -> None:
        self.begun, self.may_end, self.count = threading.Event(), threading.Event(), 0

    def __call__(self) -> str:
        self.count += 1
        self.begun.set()
        assert self.may_end.wait(WITHIN_S)
        return "done"


@pytest.fixture
def work():
    work = Work()

    @shared_task(name=NAME)
    def slow() -> str:
        return work()

    yield work
    work.may_end.set()
    app.tasks.pop(NAME)


@pytest.fixture
def on_the_clock():
    app.conf.beat_schedule[NAME] = {"task": NAME, "schedule": 1.0}
    yield
    del app.conf.beat_schedule[NAME]


def begin(results):
    thread = threading.Thread(target=lambda: results.append(app.tasks[NAME]()))
    thread.start()
    return thread


def test_a_task_of_the_clock_is_not_begun_beside_itself(work, on_the_clock):
    results = []
    first = begin(results)
    assert work.begun.wait(WITHIN_S)

    assert app.tasks[NAME]() is None

    work.may_end.set()
    first.join(WITHIN_S)
    assert (results, work.count) == (["done"], 1)


def test_the_next_beat_begins_it_again_also_after_it_failed(work, on_the_clock, monkeypatch):
    work.may_end.set()

    with monkeypatch.context() as patched:
        patched.setattr(app.tasks[NAME], "run", _fail)
        with pytest.raises(OSError, match="away"):
            app.tasks[NAME]()

    assert [app.tasks[NAME]() for _ in range(2)] == ["done", "done"]


def _fail():
    raise OSError("away")


def test_other_tasks_go_on_beside_each_other(work):
    results = []
    threads = [begin(results), begin(results)]
    work.may_end.set()
    for thread in threads:
        thread.join(WITHIN_S)

    assert (results, work.count) == (["done", "done"], 2)


def test_every_task_is_one_of_ours():
    app.loader.import_default_modules()

    clocks = {entry["task"] for entry in app.conf.beat_schedule.values()}
    assert all("OwnTask" in {base.__name__ for base in type(app.tasks[name]).__mro__} for name in clocks)
