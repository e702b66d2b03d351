"""Who may send, and how much."""

from __future__ import annotations

import pytest

from collectors.receivers.doorway import BURST_S, MOST_SENDERS, TOO_LARGE, TOO_MANY, UNLISTED, Doorway


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock():
    return Clock()


def doorway(clock, *networks, per_s=10.0, size=1000):
    return Doorway(networks or ("10.20.0.0/16",), per_s, size, clock=clock)


@pytest.mark.parametrize(
    ("address", "may"),
    [
        ("10.20.3.4", True),
        ("::ffff:10.20.3.4", True),
        ("10.21.0.1", False),
        ("127.0.0.1", False),
        ("::1", False),
        ("2001:db8::7", False),
        ("nonsense", False),
        ("", False),
    ],
)
def test_only_those_listed_are_heard(clock, address, may):
    assert doorway(clock).is_listed(address) is may
    assert (doorway(clock).why_not(address, 1) == UNLISTED) is not may


def test_a_link_local_sender_is_known_without_its_zone(clock):
    assert doorway(clock, "fe80::/10").is_listed("fe80::1%eth0")


def test_where_nobody_is_listed_nobody_is_heard(clock):
    assert not Doorway((), 1.0, 10, clock=clock).is_listed("10.20.0.1")


def test_what_is_too_large_costs_no_allowance(clock):
    door = doorway(clock, per_s=0.5)
    assert door.why_not("10.20.0.1", 1001) == TOO_LARGE
    assert door.why_not("10.20.0.1", 1000) == ""


def test_a_sender_has_a_burst_and_then_its_rate(clock):
    door = doorway(clock)
    taken = sum(door.why_not("10.20.0.1", 1) == "" for _ in range(100))
    assert taken == 10 * BURST_S
    assert door.why_not("10.20.0.1", 1) == TOO_MANY
    assert door.wait_s("10.20.0.1") == pytest.approx(0.1)
    assert door.why_not("10.20.0.2", 1) == ""  # another one waits for nobody
    clock.now = 1.0
    assert sum(door.why_not("10.20.0.1", 1) == "" for _ in range(100)) == 10


def test_however_many_senders_there_seem_to_be_few_are_remembered(clock):
    door = doorway(clock)
    for number in range(3 * MOST_SENDERS):
        door.is_within_rate(f"10.20.{number // 250}.{number % 250}")
    assert len(door._allowances) == MOST_SENDERS
