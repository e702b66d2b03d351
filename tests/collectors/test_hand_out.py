"""Chunks in the database: dealt, offered, claimed, kept, handed on, and taken from who fell silent."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from collectors.distribution import attendance, hand_out, leases
from collectors.distribution.attendance import attend, may_take, sign_off, sign_off_dead
from collectors.distribution.chunks import SETTLES_IN, deal_endpoints
from collectors.distribution.hand_out import GAP, OFFERED_AGAIN_AFTER
from collectors.distribution.leases import (
    LEASE,
    Offer,
    advance,
    claim,
    release,
    renew,
    take_from_silent,
)
from collectors.models import Chunk, Endpoint, EndpointHealth, HandOut, Segment

pytestmark = [pytest.mark.django_db, pytest.mark.databases]
BEGUN = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


class Clock:
    """The database's clock."""

    def __init__(self) -> None:
        self.now = BEGUN

    def __call__(self) -> datetime:
        return self.now

    def go_on(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    for module in (leases, attendance, hand_out):
        monkeypatch.setattr(module, "database_now", clock)
    return clock


@pytest.fixture
def lab(site):
    return Segment.objects.create(name="Lab", site=site, networks=["10.20.0.0/16"])


@pytest.fixture
def add(lab):
    """Adds endpoints: ``add(3)``."""

    def add(count: int = 1, **extra) -> list[Endpoint]:
        first = Endpoint.objects.count() + 1
        return Endpoint.objects.bulk_create(
            Endpoint(
                **{
                    "name": f"Device {n}", "segment": lab, "host": f"10.20.{n // 250}.{n % 250}", "port": 161,
                    "profile": "ups-rfc1628", **extra,
                }
            )
            for n in range(first, first + count)
        )  # fmt: skip

    return add


@pytest.fixture
def tick(clock):
    """The clock's next beat, ``after`` seconds."""

    def beat(after: float = 1.0) -> list[Offer]:
        clock.go_on(after)
        return hand_out.hand_out()

    return beat


def at_work(holder="a", segments=()):
    return attend(holder=holder, started_at=BEGUN, segments=segments)


def chunk_of(endpoint) -> int | None:
    return Endpoint.objects.values_list("chunk_id", flat=True).get(pk=endpoint.pk)


# --- dealing


def test_every_enabled_endpoint_gets_a_chunk_and_chunks_know_their_size(add):
    add(300)
    add(1, is_enabled=False)
    assert deal_endpoints(BEGUN)
    assert sorted(Chunk.objects.values_list("size", flat=True)) == [50, 250]
    assert Endpoint.objects.filter(chunk=None).count() == 1


def test_one_that_is_switched_off_leaves_and_an_empty_chunk_goes(add):
    add(2)
    deal_endpoints(BEGUN)
    Endpoint.objects.update(is_enabled=False)
    assert deal_endpoints(BEGUN)
    assert not Chunk.objects.exists()
    assert not Endpoint.objects.exclude(chunk=None).exists()


def test_one_that_moves_is_in_no_chunk_until_who_had_it_has_surely_stopped(add, site):
    endpoint, _ = add(2)
    deal_endpoints(BEGUN)
    before = chunk_of(endpoint)
    other = Segment.objects.create(name="Other", site=site, networks=["10.20.0.0/16"])
    EndpointHealth.objects.create(endpoint=endpoint, attempted_at=BEGUN)
    Endpoint.objects.filter(pk=endpoint.pk).update(segment=other)
    assert not deal_endpoints(BEGUN + timedelta(seconds=1))
    assert chunk_of(endpoint) is None
    assert not deal_endpoints(BEGUN + SETTLES_IN - timedelta(seconds=1))
    assert chunk_of(endpoint) is None
    assert deal_endpoints(BEGUN + SETTLES_IN + timedelta(seconds=1))
    assert chunk_of(endpoint) not in (None, before)


# --- the tick


def test_a_tick_deals_and_offers_what_somebody_at_work_serves(tick, add):
    add(300)
    at_work()
    offers = tick()
    assert {offer.chunk_id for offer in offers} == set(Chunk.objects.values_list("pk", flat=True))
    assert {offer.generation for offer in offers} == {1}
    assert tick() == []


def test_where_nobody_serves_a_segment_nothing_piles_up_in_its_queue(tick, add):
    add()
    assert tick() == []
    at_work(segments=["Another"])
    assert tick() == []
    at_work(segments=["Lab"])
    assert len(tick()) == 1


def test_an_offer_that_nobody_took_is_made_again_and_the_former_is_void(tick, add):
    add()
    at_work()
    (first,) = tick()
    at_work()
    assert tick(OFFERED_AGAIN_AFTER.total_seconds() - 1) == []
    at_work()
    (second,) = tick(2)
    assert second.generation > first.generation
    assert not claim(first, holder="a")
    assert claim(second, holder="a")


def test_two_ticks_at_once_do_the_work_of_one(tick, add):
    add()
    at_work()
    assert len(tick()) == 1
    assert tick(0.1) == []
    Chunk.objects.update(offered_at=None)
    assert tick(0.1) == []
    assert len(tick(1)) == 1


@pytest.mark.parametrize("count", [1, 600])
def test_a_tick_with_nothing_to_do_costs_six_queries(tick, add, count, django_assert_num_queries):
    add(count)
    at_work()
    for offer in tick():
        claim(offer, holder="a")
    tick()
    with django_assert_num_queries(6):
        tick()


def test_a_new_endpoint_is_dealt_at_the_next_tick(tick, add):
    add()
    at_work()
    tick()
    (newcomer,) = add()
    tick()
    assert chunk_of(newcomer) is not None


# --- leases


@pytest.fixture
def held(clock, tick, add):
    """A chunk that ``a`` holds."""
    add()
    at_work()
    (offer,) = tick()
    assert claim(offer, holder="a")
    return offer


def test_of_many_who_want_a_chunk_one_gets_it(clock, tick, add):
    add()
    at_work()
    (offer,) = tick()
    assert [claim(offer, holder=holder) for holder in "abc"] == [True, False, False]


def test_who_renews_keeps_it(held, clock, tick):
    for _ in range(60):
        clock.go_on(1)
        assert renew(holder="a", now=clock.now) == {held.chunk_id: held.generation}
        tick(0)
    assert Chunk.objects.get().holder == "a"


def test_who_falls_silent_loses_it_after_a_whole_lease_and_older_messages_are_void(held, tick):
    offers = []
    for _ in range(int(LEASE.total_seconds()) + 2):
        at_work("b")
        offers += tick()
    assert [offer.chunk_id for offer in offers] == [held.chunk_id]
    assert renew(holder="a", now=hand_out.database_now()) == {}
    assert not advance(held, holder="a")
    assert may_take(held, me="b").is_void
    assert claim(offers[0], holder="b")


def test_after_a_gap_every_holder_has_its_time_anew(held, clock, tick):
    """The database was away: nobody could renew."""
    tick(60)
    assert Chunk.objects.get().holder == "a"
    for _ in range(int(LEASE.total_seconds()) - 1):
        tick()
    assert Chunk.objects.get().holder == "a"
    assert renew(holder="a", now=clock.now)


@pytest.mark.parametrize("step_s", [-3600, 3600])
def test_a_clock_that_is_put_takes_nothing_from_who_goes_on_renewing(held, clock, tick, step_s):
    clock.go_on(step_s)
    for _ in range(40):
        tick()
        assert renew(holder="a", now=clock.now)


def test_a_dead_one_s_chunk_is_found_also_after_the_clock_was_put_back(held, clock, tick):
    clock.go_on(-3600)
    for _ in range(int(LEASE.total_seconds()) + 3):
        tick()
    assert Chunk.objects.get().holder == ""


def test_the_gap_that_counts_is_longer_than_what_workers_leave_when_the_clock_is_silent():
    assert timedelta(seconds=6) < GAP < LEASE


def test_a_chunk_that_is_handed_on_can_be_claimed_at_once_with_its_new_message(held, clock):
    (offer,) = release(chunk_ids=[held.chunk_id], holder="a")
    assert offer == Offer(held.chunk_id, held.segment_id, held.generation + 1)
    assert not claim(held, holder="b")
    assert claim(offer, holder="b")
    assert release(chunk_ids=[held.chunk_id], holder="a") == []


def test_a_new_message_for_a_chunk_that_is_held_voids_the_one_before(held):
    assert advance(held, holder="a")
    assert not advance(held, holder="a")
    assert may_take(held, me="b").is_void
    assert Chunk.objects.get().holder == "a"


def test_who_is_known_to_be_dead_needs_no_lease_and_no_share(held):
    at_work("a")
    assert sign_off_dead(holder="a") == 1
    assert Chunk.objects.get().holder == ""
    assert set(at_work("b").workers) == {"b"}


def test_nothing_is_taken_from_nobody(held, clock):
    assert take_from_silent(now=clock.now) == 0


# --- attendance


def test_an_outlook_tells_what_is_mine_and_who_else_is_at_work(held, clock):
    clock.go_on(1)
    at_work("b", ["Lab"])
    outlook = at_work("a")
    assert outlook.held == {held.chunk_id: held.generation}
    assert outlook.workers == {"a": None, "b": frozenset({held.segment_id})}
    assert outlook.segments == {held.segment_id}
    assert at_work("c", ["Elsewhere"]).segments == frozenset()


def test_who_was_not_heard_for_a_lease_is_not_at_work(held, clock):
    clock.go_on(LEASE.total_seconds() + 1)
    assert set(at_work("b").workers) == {"b"}


def test_a_clock_that_does_not_tick_is_noticed(held, clock):
    assert not at_work().clock_is_silent(3.0)
    clock.go_on(4)
    assert at_work().clock_is_silent(3.0)
    HandOut.objects.all().delete()
    assert at_work().clock_is_silent(3.0)


def test_who_signs_off_is_gone_at_once_and_its_chunks_are_for_others(held, clock):
    assert sign_off(holder="a", chunk_ids=[held.chunk_id]) == []
    assert set(at_work("b").workers) == {"b"}
    assert Chunk.objects.get().holder == ""


def test_who_signs_off_offers_its_chunks_to_those_who_serve_their_segment(held, clock):
    at_work("b")
    (offer,) = sign_off(holder="a", chunk_ids=[held.chunk_id])
    assert claim(offer, holder="b")
