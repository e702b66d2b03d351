"""A search in virtual time: gentle, complete, and not ended by any device."""

from __future__ import annotations

import asyncio
from itertools import pairwise

import pytest

from collectors.discovery.meeting import Met
from collectors.discovery.places import Place
from collectors.discovery.search import AT_ONCE, MEETING_LIMIT_S, PER_S, search
from tests.collectors.fakes import in_virtual_time

PLACES = [Place(f"10.20.{n // 200}.{n % 200 + 1}", 161) for n in range(400)]


class Street:
    """Where some doors are opened after a while."""

    def __init__(self, *, takes_s=0.5, opens=lambda _number: True, fault=None) -> None:
        self.takes_s, self.opens, self.fault = takes_s, opens, fault
        self.asked: list[tuple[float, Place]] = []
        self.most_at_once = self._now = 0

    async def meet(self, place):
        number = PLACES.index(place)
        self.asked.append((asyncio.get_running_loop().time(), place))
        self._now += 1
        self.most_at_once = max(self.most_at_once, self._now)
        try:
            await asyncio.sleep(self.takes_s)
        finally:
            self._now -= 1
        if self.fault and number % 10 == 0:
            raise self.fault
        return Met(place, "snmp_v3", 1, None, {}) if self.opens(number) else None


def run(street, *, stop_after=None, places=PLACES):
    told = []

    async def tell(progress):
        met, progress.met = progress.met, []
        told.append((progress.asked, len(met)))
        return stop_after is None or progress.asked < stop_after

    async def story(_loop):
        return await search(street, places, tell)

    return in_virtual_time(story), told


def test_every_place_is_asked_once_and_who_answers_is_told_once():
    street = Street(opens=lambda number: number % 4 == 0)
    progress, told = run(street)
    assert sorted(place.host for _, place in street.asked) == sorted(place.host for place in PLACES)
    assert (progress.asked, progress.answered, progress.failed) == (400, 100, 0)
    assert sum(met for _, met in told) == 100
    assert [asked for asked, _ in told] == sorted(asked for asked, _ in told)


def test_no_more_than_a_few_at_once_and_so_many_a_second():
    street = Street(takes_s=2.0)
    run(street)
    times = [at for at, _ in street.asked]
    assert street.most_at_once <= AT_ONCE
    assert min(later - earlier for earlier, later in pairwise(times)) >= 1 / PER_S - 1e-9
    street = Street(takes_s=0.0)
    run(street)
    assert street.asked[-1][0] == pytest.approx(len(PLACES) / PER_S, rel=0.05)


def test_a_fault_at_one_place_ends_nothing():
    progress, _ = run(Street(fault=ValueError("not understood")))
    assert (progress.asked, progress.failed, progress.answered) == (400, 40, 360)


def test_a_place_that_never_ends_is_left():
    progress, _ = run(Street(takes_s=10 * MEETING_LIMIT_S), places=PLACES[:20])
    assert (progress.asked, progress.failed) == (20, 20)


def test_a_person_may_end_it_early():
    street = Street()
    progress, _ = run(street, stop_after=100)
    assert 100 <= progress.asked < 150
    assert len(street.asked) < 160
