"""How a way in does, counted and told."""

from __future__ import annotations

from datetime import timedelta

import pytest

from collectors.models import Source, SourceHealth
from collectors.receivers.tally import REASONS_KEPT, Tally, add_refused, save_tally

pytestmark = pytest.mark.django_db


@pytest.fixture
def source(site):
    return Source.objects.create(name="Pumps", kind="hl7", site=site, networks=["10.20.0.0/16"])


def tell(tally, source, now):
    save_tally(source_id=source.pk, holder="host:1", now=now, facts=tally.facts(), counts=tally.take())
    return SourceHealth.objects.get(source=source)


@pytest.mark.databases
def test_counts_add_up_from_telling_to_telling(source, noon):
    tally = Tally(lambda: noon)
    tally.open()
    tally.took(3)
    tally.refused("sender not listed")
    tell(tally, source, noon)
    tally.took(1)
    tally.repeated()
    tally.stripped(5)
    tally.refused("sender not listed")
    row = tell(tally, source, noon + timedelta(seconds=2))
    assert (row.messages, row.observations, row.duplicates, row.stripped) == (2, 4, 1, 5)
    assert row.refused == {"sender not listed": 2}
    assert (row.state, row.since, row.heard_at) == ("open", noon, noon)


def test_a_trouble_stands_in_words_until_another_does(source, noon):
    now = [noon]
    tally = Tally(lambda: now[0])
    tally.trouble("Port 2575 is in use.")
    now[0] = noon + timedelta(minutes=1)
    tally.open()
    row = tell(tally, source, now[0])
    assert (row.state, row.since) == ("open", now[0])
    assert (row.detail, row.detail_at) == ("Port 2575 is in use.", noon)


def test_a_process_that_has_heard_nothing_yet_takes_nothing_back(source, noon):
    first = Tally(lambda: noon)
    first.took(1)
    first.remark("One message was cut short.")
    tell(first, source, noon)
    row = tell(Tally(lambda: noon), source, noon)
    assert (row.heard_at, row.detail) == (noon, "One message was cut short.")


def test_what_could_not_be_told_is_told_next_time(noon):
    tally = Tally(lambda: noon)
    tally.took(2)
    counts = tally.take()
    tally.took(1)
    tally.give_back(counts)
    assert (tally.take().messages, tally.take().messages) == (2, 0)


def test_only_so_many_reasons_are_told_apart():
    many = {f"reason {number}": 1 for number in range(2 * REASONS_KEPT)}
    sums = add_refused({"reason 0": 4}, many)
    assert len(sums) == REASONS_KEPT + 1
    assert sums["reason 0"] == 5
    assert sum(sums.values()) == 2 * REASONS_KEPT + 4
