"""However much of it there is, late evidence takes no more memory than a bounded part of it, nor for ever."""

from __future__ import annotations

import pytest

from assets.models import ActivityInterval, AssetNow, EvidenceLog, Reading
from assets.observation import Evidence, ReadingValue
from assets.record import Outcome, record_each, record_observations
from assets.recording import folding, store
from assets.recording.store import read_evidence
from tests.conftest import NOON

pytestmark = [pytest.mark.django_db, pytest.mark.databases]


@pytest.fixture
def said(observe):
    """What a pump says at that second: another charge each time, and another activity every ten seconds."""

    def say(pump, second):
        activity = Evidence.IN_USE if second % 20 < 10 else Evidence.IDLE
        charge = ReadingValue("battery_charge", float(100 - second))
        return observe(pump, second, activity=activity, readings=(charge,))

    return say


@pytest.fixture
def held(monkeypatch):
    """How many pieces of evidence were held at once, whenever some were read."""
    counts = []

    def read(*arguments, **bounds):
        found = read_evidence(*arguments, **bounds)
        counts.append(sum(map(len, found.values())))
        return found

    monkeypatch.setattr(store, "read_evidence", read)
    return counts


def history(pump):
    intervals = ActivityInterval.objects.filter(asset=pump).order_by("begin")
    readings = Reading.objects.filter(asset=pump).order_by("name", "at")
    return [
        list(intervals.values_list("begin", "end", "activity", "basis", "source")),
        list(readings.values_list("name", "at", "value")),
        list(AssetNow.objects.filter(asset=pump).values_list("activity", "since", "battery_percent", "heard_at")),
    ]  # fmt: skip


def test_a_late_batch_about_many_assets_is_folded_in_part_by_part(make_pump, said, held, monkeypatch):
    monkeypatch.setattr(folding, "AT_ONCE", 25)
    orderly, *pumps = [make_pump(f"P-{number}") for number in range(7)]
    for second in range(12):
        record_observations([said(orderly, second)])

    record_observations([said(pump, second) for pump in pumps for second in range(12) if second != 3])
    outcome = record_observations([said(pump, 3) for pump in pumps])

    assert outcome.recorded == 6
    assert max(held) == 22
    assert sum(held) == 66
    assert all(history(pump) == history(orderly) for pump in pumps)


def test_one_that_tells_more_than_can_be_folded_anew_takes_news_and_nothing_late(
    make_pump, said, held, monkeypatch
):
    monkeypatch.setattr(folding, "MOST_REFOLDED", 5)
    pump, calm = make_pump("P-1"), make_pump("P-2")
    record_observations([said(pump, second) for second in range(10, 17)])
    record_observations([said(calm, second) for second in range(10, 14)])
    before = history(pump)

    late = record_each([said(pump, 5), said(pump, 12), said(calm, 5)], site_id=pump.site_id, now=NOON)
    assert late == [Outcome.TOO_LATE, Outcome.DUPLICATE, Outcome.RECORDED]
    assert history(pump) == before
    assert EvidenceLog.objects.filter(asset=calm).count() == 5

    mixed = record_observations([said(pump, 6), said(pump, 20)])
    assert (mixed.recorded, mixed.too_late, mixed.duplicates) == (1, 1, 0)
    assert AssetNow.objects.get(asset=pump).battery_percent == 80
    assert max(held) <= 5


def test_what_lies_before_its_checkpoint_makes_no_crowd(make_pump, said, observe, monkeypatch):
    monkeypatch.setattr(folding, "MOST_REFOLDED", 5)
    pump, other = make_pump("P-1"), make_pump("P-2")
    record_observations([said(pump, second) for second in (*range(10), 61, 63)])
    record_observations([observe(other, 10)])

    outcome = record_observations([said(pump, 62), observe(other, 5)])

    assert (outcome.recorded, outcome.too_late) == (2, 0)
