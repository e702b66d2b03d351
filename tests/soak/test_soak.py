"""A soak run of seconds: devices, PostgreSQL, Redis and the product as it is deployed, put together and measured."""

from __future__ import annotations

import shutil

import pytest

from tests.faults.parts import PartError
from tests.faults.servers import postgresql_tool
from tests.soak.report import table_of
from tests.soak.run import soak

ENDPOINTS, INTERVAL_S, SECONDS = 40, 1.0, 3.0


def _lacking() -> str | None:
    try:
        postgresql_tool("initdb")
    except PartError as error:
        return str(error)
    return None if shutil.which("redis-server") else "redis-server is not installed"


@pytest.mark.skipif(_lacking() is not None, reason=str(_lacking()))
def test_every_answer_of_every_device_is_in_the_database():
    outcome = soak(endpoints=ENDPOINTS, interval_s=INTERVAL_S, seconds=SECONDS, collectors=1, kept=False)

    assert (outcome.recording.lost, outcome.recording.doubled) == (0, 0)
    assert outcome.recording.answered >= 3 * ENDPOINTS
    assert outcome.not_ended == []
    assert "| Answers, asked again, lost, recorded twice |" in table_of(outcome)
