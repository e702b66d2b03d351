"""One fault run in small: a worker is killed amid its work, and comes again. The rest is ``make faults``."""

from __future__ import annotations

import shutil

import pytest

from tests.faults.__main__ import broken_promises
from tests.faults.hospital import open_hospital
from tests.faults.parts import PartError
from tests.faults.servers import postgresql_tool
from tests.faults.stage import House, staged, temporary_folder

pytestmark = [pytest.mark.postgresql, pytest.mark.redis]


@pytest.fixture(scope="module")
def house():
    try:
        postgresql_tool("initdb")
    except PartError as error:
        pytest.skip(str(error))
    if not shutil.which("redis-server"):
        pytest.skip("redis-server is missing; on Debian: apt install redis-server")
    with temporary_folder(kept=False) as folder, House(folder, devices=24) as house:
        yield house


def test_a_killed_worker_loses_nothing_that_was_durable_and_doubles_nothing(house):
    with staged(house, "small", "a seed") as stage:
        hospital = open_hospital(stage, workers=1)
        (worker,) = hospital.workers
        stage.go_on(1)
        at = stage.cut(worker, worker.kill)
        hospital.start_again()
        stage.recover(at, within_s=60)
        verdict, tables = stage.finish()

        assert broken_promises(stage, verdict, tables) == stage.broken == []
        assert stage.touched == {device.number for device in house.fleet}
        assert verdict.recorded == verdict.answers - len(verdict.in_flight)
        assert verdict.recorded >= 2 * len(house.fleet)
