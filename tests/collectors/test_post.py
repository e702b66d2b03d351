"""Workers, their messages and their leases in virtual time: what dies, sleeps or is cut off, and what is polled."""

from __future__ import annotations

import asyncio
import random
from collections import Counter, defaultdict
from contextvars import Context, copy_context

import pytest
from django.db import OperationalError, connections

from collectors.distribution import attendance, hand_out, leases
from collectors.distribution.leases import LEASE, RENEW_EVERY_S, Offer
from collectors.distribution.post import TERM_S, Post
from collectors.models import Chunk, Endpoint, Segment
from tests.collectors.fakes import START, in_virtual_time

pytestmark = pytest.mark.django_db


class House:
    """One database and one broker for several workers; either may be away."""

    def __init__(self, context: Context) -> None:
        self.ask = context.run  # Django keeps a connection for each task; this is the test's own
        self.chance = random.Random(1)
        self.is_database_away = self.is_broker_away = self.is_clock_silent = self.is_broker_forgetful = False
        self.queue: list[tuple[Offer, int]] = []
        self.workers: list[Worker] = []
        self.polled: dict[int, set[str]] = defaultdict(set)
        self.most_at_once = 0
        self.acknowledged = 0

    def publish(self, offer: Offer, passed: int) -> None:
        if self.is_broker_away:
            raise ConnectionError("the broker is away")
        if not self.is_broker_forgetful:
            self.queue.append((offer, passed))

    async def deliver(self) -> None:
        """Each message to any of the workers that take some."""
        while True:
            await asyncio.sleep(0.02)
            takers = [worker for worker in self.workers if worker.is_well and worker.thawed.is_set()]
            if self.queue and takers and not self.is_broker_away:
                message = self.queue.pop(0)
                self.chance.choice(takers).receive(*message)

    async def tick(self) -> None:
        while True:
            await asyncio.sleep(1.0)
            if not (self.is_database_away or self.is_broker_away or self.is_clock_silent):
                for offer in self.ask(hand_out.hand_out):
                    self.publish(offer, 0)

    def holders(self) -> Counter[str]:
        return Counter(holder for holders in self.polled.values() for holder in holders)


class Worker:
    """A post, with an engine that only says what it polls."""

    def __init__(self, house: House, name: str, segments=()) -> None:
        self.house, self.name = house, name
        self.is_well = True
        self.thawed = asyncio.Event()
        self.thawed.set()
        self.post = Post(
            self, house.publish, holder=name, started_at=START, segments=segments, database=self, mail=self
        )
        self.tasks = [asyncio.create_task(self.post.run())]
        house.workers.append(self)

    def receive(self, offer: Offer, passed: int) -> None:
        async def handle() -> None:
            if await self.post.serve(offer, passed):
                self.house.acknowledged += 1
            elif self.is_well:
                self.house.queue.append((offer, passed))

        self.tasks.append(asyncio.create_task(handle()))

    # what the post takes for a database

    async def run(self, function, *args, **kwargs):
        await self.thawed.wait()
        await asyncio.sleep(0.005)
        if self.house.is_database_away and function != self.house.publish:
            raise OperationalError("the database is away")
        return self.house.ask(function, *args, **kwargs)

    async def close(self) -> None:
        pass

    # what it takes for an engine

    async def take_up(self, chunk_id: int) -> None:
        self.go_on(chunk_id)

    async def rest(self, chunk_id: int) -> None:
        await asyncio.sleep(0.1)
        self.forget(chunk_id)

    def go_on(self, chunk_id: int) -> None:
        polled = self.house.polled[chunk_id]
        polled.add(self.name)
        self.house.most_at_once = max(self.house.most_at_once, len(polled))

    def forget(self, chunk_id: int) -> None:
        self.house.polled[chunk_id].discard(self.name)

    # what may happen to it

    def die(self) -> list[tuple[Offer, int]]:
        """The messages that it had not acknowledged: the broker gives them to others."""
        self.is_well = False
        unacknowledged = [(holding.offer, 0) for holding in self.post._holdings.values()]
        for task in [*self.tasks, *self.post._errands]:
            task.cancel()
        for polled in self.house.polled.values():
            polled.discard(self.name)
        return unacknowledged


@pytest.fixture
def chunks(site):
    """Eight chunks of two segments, dealt and of equal size."""
    segments = [
        Segment.objects.create(name=name, site=site, networks=["10.20.0.0/16"]) for name in ("East", "West")
    ]
    made = [Chunk.objects.create(segment=segments[n % 2], size=1) for n in range(8)]
    for n, chunk in enumerate(made):
        Endpoint.objects.create(
            name=f"{n}", segment=chunk.segment, chunk=chunk, host=f"10.20.0.{n}", port=161, profile="x"
        )
    return made


@pytest.fixture
def live(monkeypatch, chunks):
    """Runs a story: ``live(story)``, a coroutine function of the house. The ORM runs on the virtual loop."""
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    monkeypatch.setattr(hand_out, "deal_endpoints", lambda _now: True)

    def run(story):
        context, own = copy_context(), connections["default"]

        async def day(loop):
            context.run(connections.__setitem__, "default", own)
            for module in (leases, attendance, hand_out):
                monkeypatch.setattr(module, "database_now", loop.now)
            house = House(context)
            background = [asyncio.create_task(house.deliver()), asyncio.create_task(house.tick())]
            try:
                await story(house)
            finally:
                for worker in house.workers:
                    worker.die()
                for task in background:
                    task.cancel()
                await asyncio.sleep(0)
            assert house.most_at_once <= 1, "two polled one chunk at once"
            return house

        return in_virtual_time(day)

    return run


async def until(is_so, within_s: float) -> float:
    """How long it took; fails if it does not become so."""
    loop = asyncio.get_running_loop()
    begun = loop.time()
    while not is_so():
        assert loop.time() - begun < within_s, "not in time"
        await asyncio.sleep(0.05)
    return loop.time() - begun


def everything_is_polled(house: House) -> bool:
    return sum(house.holders().values()) == 8


def is_even(house: House) -> bool:
    counts = [house.holders()[worker.name] for worker in house.workers if worker.is_well]
    return everything_is_polled(house) and max(counts) - min(counts) <= 1


def test_a_worker_that_starts_alone_polls_everything_within_two_seconds(live):
    async def story(house):
        Worker(house, "a")
        await until(lambda: everything_is_polled(house), 2.0)

    live(story)


@pytest.mark.parametrize("others", [1, 3])
def test_those_who_join_have_their_share_within_ten_seconds(live, others):
    async def story(house):
        Worker(house, "a")
        await until(lambda: everything_is_polled(house), 2.0)
        for name in "bcd"[:others]:
            Worker(house, name)
        await until(lambda: is_even(house), 10.0)
        before = dict(house.holders())
        await asyncio.sleep(60)
        assert house.holders() == before  # and nothing is carried about after that

    live(story)


def test_workers_that_start_together_share_from_the_beginning(live):
    async def story(house):
        for name in "abcd":
            Worker(house, name)
        await until(lambda: is_even(house), 5.0)

    live(story)


def test_a_worker_polls_only_the_segments_that_it_serves(live, chunks):
    async def story(house):
        house.chance = random.Random(2)
        Worker(house, "east", ["East"])
        await asyncio.sleep(20)
        east = {chunk.pk for chunk in chunks if chunk.segment.name == "East"}
        assert {pk for pk, polled in house.polled.items() if polled} == east

    live(story)


def test_the_chunks_of_one_that_is_killed_are_polled_by_others_within_a_lease(live):
    async def story(house):
        first, _ = Worker(house, "a"), Worker(house, "b")
        await until(lambda: is_even(house), 10.0)
        house.queue += first.die()
        took = await until(lambda: everything_is_polled(house), LEASE.total_seconds() + 3)
        assert took > LEASE.total_seconds() - RENEW_EVERY_S - 1

    live(story)


def test_without_a_clock_or_a_broker_they_are_taken_over_all_the_same(live):
    async def story(house):
        first, _ = Worker(house, "a"), Worker(house, "b")
        await until(lambda: is_even(house), 10.0)
        house.is_broker_away = house.is_clock_silent = True
        first.die()
        await until(lambda: everything_is_polled(house), LEASE.total_seconds() + 10)

    live(story)


def test_without_a_clock_a_worker_begins_all_the_same(live):
    async def story(house):
        house.is_clock_silent = True
        Worker(house, "a")
        await until(lambda: everything_is_polled(house), 2.0)

    live(story)


def test_a_broker_that_takes_messages_and_brings_none_keeps_nobody_from_polling(live):
    async def story(house):
        house.is_broker_forgetful = True
        for name in "ab":
            Worker(house, name)
        await until(lambda: is_even(house), 15.0)

    live(story)


def test_one_that_ends_in_order_hands_on_at_once(live):
    async def story(house):
        first, _ = Worker(house, "a"), Worker(house, "b")
        await until(lambda: is_even(house), 10.0)
        house.workers.remove(first)
        await first.post.stop()
        await until(lambda: everything_is_polled(house), 1.0)
        assert house.holders() == {"b": 8}

    live(story)


def test_while_the_database_is_away_everybody_goes_on_and_nobody_loses_anything(live, caplog):
    async def story(house):
        Worker(house, "a"), Worker(house, "b")
        await until(lambda: is_even(house), 10.0)
        before = dict(house.holders())
        house.is_database_away = True
        for _ in range(60):
            await asyncio.sleep(1)
            assert house.holders() == before
        house.is_database_away = False
        for _ in range(60):
            await asyncio.sleep(1)
            assert house.holders() == before

    live(story)
    assert Counter(record.message.partition(":")[0] for record in caplog.records) == {
        "Leases cannot be renewed; polling goes on": 2,
        "Leases are renewed again": 2,
    }


def test_one_that_died_while_the_database_was_away_is_replaced_when_it_is_back(live):
    async def story(house):
        first, _ = Worker(house, "a"), Worker(house, "b")
        await until(lambda: is_even(house), 10.0)
        house.is_database_away = True
        await asyncio.sleep(20)
        house.queue += first.die()
        await asyncio.sleep(20)
        assert sum(house.holders().values()) == 4
        house.is_database_away = False
        await until(lambda: everything_is_polled(house), LEASE.total_seconds() + 5)

    live(story)


@pytest.fixture
def short_terms(monkeypatch):
    monkeypatch.setattr("collectors.distribution.post.TERM_S", (50.0, 70.0))


def test_while_the_broker_is_away_everybody_goes_on_past_the_end_of_terms(live, short_terms):
    async def story(house):
        Worker(house, "a"), Worker(house, "b")
        await until(lambda: is_even(house), 10.0)
        before = dict(house.holders())
        house.is_broker_away = True
        await asyncio.sleep(100)
        assert house.holders() == before
        house.is_broker_away = False
        await asyncio.sleep(60)
        assert house.holders() == before

    live(story)


def test_one_that_stood_still_finds_its_chunks_lost_before_it_polls_again(live):
    async def story(house):
        first, _ = Worker(house, "a"), Worker(house, "b")
        await until(lambda: is_even(house), 10.0)
        first.thawed.clear()
        stood_still = set(first.post.chunk_ids)
        for pk in stood_still:
            house.polled[pk].discard("a")  # frozen, it asks nothing
        await until(lambda: everything_is_polled(house), LEASE.total_seconds() + 5)
        first.thawed.set()
        await first.post.verify()
        assert not stood_still & set(first.post.chunk_ids)

    live(story)


def test_at_the_end_of_a_term_a_new_message_follows_and_polling_goes_on(live, short_terms):
    async def story(house):
        worker = Worker(house, "a")
        await until(lambda: everything_is_polled(house), 2.0)
        left = []
        worker.forget = left.append
        await asyncio.sleep(150)
        assert left == []
        assert house.acknowledged >= 8
        assert len(worker.post.chunk_ids) == 8
        assert all(holding.offer.generation > 1 for holding in worker.post._holdings.values())

    live(story)


def test_a_message_that_comes_twice_or_too_late_changes_nothing(live):
    async def story(house):
        Worker(house, "a"), Worker(house, "b")
        await until(lambda: is_even(house), 10.0)
        before = {pk: set(polled) for pk, polled in house.polled.items()}
        for chunk in house.ask(list, Chunk.objects.all()):
            house.queue += [(Offer(chunk.pk, chunk.segment_id, chunk.generation), 0)] * 2
            house.queue.append((Offer(chunk.pk, chunk.segment_id, chunk.generation - 1), 0))
        await asyncio.sleep(30)
        assert {pk: set(polled) for pk, polled in house.polled.items()} == before
        assert house.queue == []

    live(story)


def test_a_chunk_that_is_gone_is_let_go(live):
    async def story(house):
        worker = Worker(house, "a")
        await until(lambda: everything_is_polled(house), 2.0)
        pk = worker.post.chunk_ids[0]
        house.ask(Endpoint.objects.filter(chunk=pk).update, chunk=None)
        house.ask(Chunk.objects.filter(pk=pk).delete)
        await until(lambda: pk not in worker.post.chunk_ids, RENEW_EVERY_S * 1.2)

    live(story)


@pytest.mark.parametrize("seed", range(8))
def test_whatever_happens_nothing_is_polled_twice_and_all_is_polled_in_the_end(live, seed):
    async def story(house):
        chance = house.chance = random.Random(seed)
        names = iter(range(1000))
        for _ in range(2):
            Worker(house, f"w{next(names)}")
        for _ in range(12):
            await asyncio.sleep(chance.uniform(0.5, 12))
            well = [worker for worker in house.workers if worker.is_well]
            match chance.choice(["start", "kill", "end", "database", "broker", "clock"]):
                case "start" if len(well) < 4:
                    Worker(house, f"w{next(names)}")
                case "kill" if well:
                    house.queue += chance.choice(well).die()
                case "end" if well:
                    leaver = chance.choice(well)
                    house.workers.remove(leaver)
                    await leaver.post.stop()
                    leaver.die()
                case "database":
                    house.is_database_away = not house.is_database_away
                case "broker":
                    house.is_broker_away = not house.is_broker_away
                case "clock":
                    house.is_clock_silent = not house.is_clock_silent
            assert house.most_at_once <= 1
        house.is_database_away = house.is_broker_away = house.is_clock_silent = False
        Worker(house, "last")
        await until(lambda: is_even(house), 60.0)

    live(story)


def test_no_message_waits_so_long_that_a_broker_gives_up_on_its_worker():
    assert TERM_S[1] < 1800
