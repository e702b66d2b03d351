"""All ways in of a process: begun, ended and begun anew as the database says, and what they do is told."""

from __future__ import annotations

import asyncio
import threading
from contextlib import suppress

import pytest
from django.db import OperationalError

from assets.models import Asset
from assets.observation import Evidence, Observation, Subject, SubjectKind
from collectors.models import Source, SourceHealth
from collectors.receivers import runtime
from collectors.receivers.receiver import Receiver
from collectors.receivers.runtime import Receivers

pytestmark = pytest.mark.django_db(transaction=True)
WITHIN_S = 20


class Telephone(Receiver):
    """Says once that the pump of its source is in use, and waits to be cancelled."""

    events: list[tuple[str, str]]
    changed: threading.Event
    fails_with: Exception | None = None

    async def run(self) -> None:
        self.note("began")
        if self.fails_with is not None:
            fault, type(self).fails_with = self.fails_with, None
            raise fault
        self.tally.open()
        subject = Subject(SubjectKind.ASSET_TAG, "P-1")
        said = Observation(subject, self.spec.observed_by, self.now(), self.now(), activity=Evidence.IN_USE)
        if await self.keep([said]):
            self.tally.took(1)
        self.note("kept")
        try:
            await asyncio.Event().wait()
        finally:
            self.note("ended")

    def note(self, event: str) -> None:
        self.events.append((self.spec.name, event))
        self.changed.set()


@pytest.fixture
def telephone(monkeypatch, settings, tmp_path):
    settings.STATE_DIR = tmp_path
    monkeypatch.setattr(runtime, "LOOK_S", 0.05)
    monkeypatch.setattr(runtime, "AGAIN_S", 0.05)

    class OfThisTest(Telephone):
        events: list = []
        changed = threading.Event()

    return OfThisTest


@pytest.fixture
def receivers(telephone):
    receivers = Receivers(receivers={"hl7": telephone})
    receivers.start()
    yield receivers
    receivers.stop()  # does no harm a second time


@pytest.fixture
def source(site, make_pump):
    make_pump("P-1")
    return Source.objects.create(name="Pumps", kind="hl7", site=site, networks=["10.20.0.0/16"])


def until(telephone, is_so) -> None:
    for _ in range(WITHIN_S * 20):
        # The tests' SQLite, in memory, refuses to read what another thread is about to write.
        with suppress(OperationalError):
            if is_so():
                return
        telephone.changed.wait(0.05)
        telephone.changed.clear()
    raise AssertionError(f"not in time: {telephone.events}")


def change(telephone, **fields) -> None:
    until(telephone, lambda: Source.objects.update(**fields))


def health() -> SourceHealth | None:
    return SourceHealth.objects.first()


def test_a_source_is_served_from_the_moment_it_is_there_and_what_it_brings_is_recorded(
    source, telephone, receivers
):
    until(telephone, lambda: health() and health().observations == 1)
    receivers.stop()
    assert (health().messages, health().holder) == (1, receivers.holder)
    assert Asset.objects.get().now.activity == "in_use"


def test_one_that_is_changed_is_begun_anew_and_one_that_is_switched_off_ends(source, telephone, receivers):
    until(telephone, lambda: ("Pumps", "kept") in telephone.events)
    change(telephone, name="Ward pumps")
    until(telephone, lambda: ("Ward pumps", "kept") in telephone.events)
    assert telephone.events.index(("Pumps", "ended")) < telephone.events.index(("Ward pumps", "began"))
    change(telephone, is_enabled=False)
    until(telephone, lambda: telephone.events[-1] == ("Ward pumps", "ended"))
    until(telephone, lambda: health().state == "closed")


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (OSError(98, "Address already in use"), "It cannot be opened: Address already in use."),
        (ZeroDivisionError("secret 4711"), "It ended in an error: ZeroDivisionError."),
    ],
)
def test_one_that_fails_says_why_and_is_tried_again(source, telephone, fault, words):
    telephone.fails_with = fault
    receivers = Receivers(receivers={"hl7": telephone})
    receivers.start()
    until(telephone, lambda: health() and health().state == "open")
    receivers.stop()
    assert health().detail == words
    assert "4711" not in health().detail


def test_what_cannot_be_served_as_it_is_configured_says_so(source, telephone, receivers):
    change(telephone, settings={"prot": 1})
    until(telephone, lambda: health() and health().state == "troubled" and "prot" in health().detail)


def test_a_kind_that_this_process_does_not_serve_is_left_alone(site, telephone, receivers):
    Source.objects.create(name="Broker", kind="mqtt", site=site)
    Source.objects.create(name="Pumps", kind="hl7", site=site, networks=["10.20.0.0/16"])
    until(telephone, lambda: ("Pumps", "kept") in telephone.events)
    assert {name for name, _ in telephone.events} == {"Pumps"}


def test_at_the_end_everything_is_let_go_and_told(source, telephone):
    receivers = Receivers(receivers={"hl7": telephone})
    receivers.start()
    until(telephone, lambda: ("Pumps", "kept") in telephone.events)
    receivers.stop()
    assert telephone.events[-1] == ("Pumps", "ended")
    assert (health().state, health().messages) == ("closed", 1)
