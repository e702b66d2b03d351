"""Collectors as processes, with a real database and a real broker between them, and devices that note who asks."""

from __future__ import annotations

import contextlib
import os
import secrets
import subprocess
import time
from collections import Counter, defaultdict
from itertools import pairwise
from urllib.parse import urlsplit

import kombu
import psycopg
import pytest
import redis

from tests.faults import product
from tests.faults.parts import wait_until
from tests.soak.answers import read_answers
from tests.soak.stage import NETWORK, PROFILES, simulated_devices

POSTGRESQL_URL = os.environ.get("TEST_POSTGRESQL_URL", "postgres://postgres@127.0.0.1:5432/postgres")
REDIS_URL = os.environ.get("TEST_REDIS_URL", "redis://127.0.0.1:6379/0")
RABBITMQ_URL = os.environ.get("TEST_RABBITMQ_URL", "amqp://guest:guest@127.0.0.1:5672//")
ENDPOINTS, INTERVAL_S = 1000, 2.0
"""Four chunks."""
DOUBLED_S = 0.5
"""Two who poll one device keep the same moments."""

pytestmark = pytest.mark.postgresql


@pytest.fixture(scope="module")
def database_url():
    """An empty database of this module's own."""
    try:
        server = psycopg.connect(POSTGRESQL_URL, autocommit=True, connect_timeout=2)
    except psycopg.OperationalError:
        pytest.skip("PostgreSQL: no server answers")
    name = f"test_collectors_{secrets.token_hex(4)}"
    with contextlib.closing(server):
        server.execute(f'create database "{name}"'.encode())
        yield urlsplit(POSTGRESQL_URL)._replace(path=f"/{name}").geturl()
        server.execute(f'drop database "{name}" with (force)'.encode())


@pytest.fixture
def redis_url():
    """A database of the Redis server in which nothing is."""
    where = urlsplit(REDIS_URL)
    try:
        empty = next(
            number
            for number in range(15, 0, -1)
            if not redis.Redis.from_url(REDIS_URL, db=number, socket_connect_timeout=1).dbsize()
        )
    except redis.RedisError:
        pytest.skip("Redis: no server answers")
    yield where._replace(path=f"/{empty}").geturl()
    with redis.Redis.from_url(REDIS_URL, db=empty) as client:
        client.flushdb()


@pytest.fixture
def rabbitmq_url():
    """The broker, with none of our queues in it."""
    try:
        with kombu.Connection(RABBITMQ_URL, connect_timeout=2) as connection:
            connection.ensure_connection(max_retries=1)
            yield RABBITMQ_URL
            for name in ("collect", *(f"collect.{number}" for number in range(1, 10))):
                with contextlib.suppress(connection.channel_errors), connection.channel() as channel:
                    channel.queue_delete(name)
    except kombu.exceptions.OperationalError:
        pytest.skip("RabbitMQ: no server answers")


class Hospital:
    """Simulated devices, and the collectors that share them. No clock runs: they hand out chunks themselves."""

    def __init__(self, folder, database_url: str, port: int, log) -> None:
        self.database, self.log = psycopg.connect(database_url, autocommit=True), log
        self._folder = folder
        self._settings = product.environment(folder, DATABASE_URL=database_url, PROFILE_DIRS=str(PROFILES))
        self.collectors: list[product.Process] = []
        command = [
            product.PYTHON,
            "-m",
            "tests.soak.seed",
            str(ENDPOINTS),
            str(port),
            NETWORK,
            str(INTERVAL_S),
        ]
        subprocess.run(command, cwd=product.ROOT, env=self._settings, check=True)

    @contextlib.contextmanager
    def with_broker(self, url: str):
        self._settings["CELERY_BROKER_URL"] = url
        try:
            yield self
        finally:
            for collector in self.collectors:
                if collector.is_running:
                    collector.kill()
            self.collectors.clear()

    def start(self, count: int) -> None:
        for number in range(count):
            self.collectors.append(product.collector(self._folder, f"collector-{number}", self._settings))
            self.collectors[-1].start()

    def chunks(self) -> Counter[str]:
        return Counter(holder for (holder,) in self.database.execute("select holder from collectors_chunk"))

    def is_shared_evenly(self) -> bool:
        return sorted(self.chunks().values()) == [2, 2] and "" not in self.chunks()

    def is_all_with_one(self) -> bool:
        return list(self.chunks().values()) == [4] and "" not in self.chunks()

    def asked_since(self, moment: float) -> set[bytes]:
        return {answer.address for answer in read_answers(self.log) if answer.asked_at > moment}

    def doubled(self) -> list[bytes]:
        """Devices that two asked in the same moment."""
        asked = defaultdict(list)
        for answer in read_answers(self.log):
            asked[answer.address].append((answer.asked_at, answer.port))
        return [
            address
            for address, times in asked.items()
            if any(one[1] != two[1] and two[0] - one[0] < DOUBLED_S for one, two in pairwise(sorted(times)))
        ]


@pytest.fixture(scope="module")
def hospital(tmp_path_factory, database_url):
    folder = tmp_path_factory.mktemp("collectors")
    log = folder / "answers.log"
    with simulated_devices(log) as (_, port):
        hospital = Hospital(folder, database_url, port, log)
        yield hospital
        hospital.database.close()


@pytest.mark.redis
def test_two_share_evenly_and_one_that_is_killed_is_replaced(hospital, redis_url):
    with hospital.with_broker(redis_url):
        hospital.start(2)
        wait_until(hospital.is_shared_evenly, 90, "each polls half")
        shared = time.time()
        wait_until(lambda: len(hospital.asked_since(shared)) == ENDPOINTS, 30, "everybody is asked")
        hospital.collectors[0].kill()
        wait_until(hospital.is_all_with_one, 60, "the other polls all")
        taken = time.time()
        wait_until(lambda: len(hospital.asked_since(taken)) == ENDPOINTS, 30, "everybody is asked again")
        assert hospital.doubled() == []


@pytest.mark.rabbitmq
def test_two_share_evenly_and_one_that_is_stopped_hands_on_at_once(hospital, rabbitmq_url):
    with hospital.with_broker(rabbitmq_url):
        hospital.start(2)
        wait_until(hospital.is_shared_evenly, 90, "each polls half")
        assert hospital.collectors[0].stop() == 0
        assert "everything polled is written" in hospital.collectors[0].said
        assert hospital.is_all_with_one()
        taken = time.time()
        wait_until(lambda: len(hospital.asked_since(taken)) == ENDPOINTS, 30, "everybody is asked")
        assert hospital.collectors[1].stop() == 0
        assert hospital.chunks() == {"": 4}
        assert hospital.doubled() == []
