"""Whose fault silence is: a table of hospitals in small."""

from datetime import timedelta

import pytest

from collectors.reachability import Cause, Node, Reach, causes_of
from tests.conftest import NOON

ANSWERS, SILENT, UNKNOWN = Reach.ANSWERS, Reach.SILENT, Reach.UNKNOWN


def at(seconds: float):
    return NOON + timedelta(seconds=seconds)


def node(pk, reach, *, place=None, behind=None, **times):
    """Silent ones since second 0, asked again at 60; the others answer at 90, as they always did."""
    default = {"silent_since": at(0), "asked_at": at(60)} if reach is SILENT else {"answered_at": at(90)}
    place = ("10.0.0.1", 502) if place == "gateway" else (f"10.0.1.{pk}", 161)
    return Node(pk, place, reach, behind, **{**default, **times})


def unit(pk, reach, **times):
    """One of the units behind the Modbus gateway at one address."""
    return node(pk, reach, place="gateway", **times)


GATEWAY = ("10.0.0.1", 502)


@pytest.mark.parametrize(
    ("nodes", "causes"),
    [
        pytest.param([node(1, SILENT)], {}, id="alone, it is the device"),
        pytest.param([node(1, SILENT), node(2, SILENT)], {}, id="two devices have two faults"),
        pytest.param(
            [unit(1, SILENT), unit(2, SILENT), unit(3, SILENT)],
            {2: Cause(1, GATEWAY), 3: Cause(1, GATEWAY)},
            id="all at one address: the address, counted once",
        ),
        pytest.param([unit(1, ANSWERS), unit(2, SILENT)], {}, id="the gateway answers: it is the device"),
        pytest.param(
            [unit(1, UNKNOWN), unit(2, SILENT), unit(3, SILENT)],
            {3: Cause(2, GATEWAY)},
            id="a unit that is not asked says nothing for or against",
        ),
        pytest.param([unit(1, UNKNOWN), unit(2, SILENT)], {}, id="the only one asked stands for itself"),
        pytest.param(
            [node(1, SILENT), node(2, SILENT, behind=1), node(3, SILENT, behind=1)],
            {2: Cause(1), 3: Cause(1)},
            id="devices behind a dead switch",
        ),
        pytest.param([node(1, ANSWERS), node(2, SILENT, behind=1)], {}, id="the switch answers: the device"),
        pytest.param([node(1, UNKNOWN), node(2, SILENT, behind=1)], {}, id="a paused gateway excuses nobody"),
        pytest.param([node(2, SILENT, behind=9)], {}, id="a gateway that is not there excuses nobody"),
        pytest.param(
            [node(1, SILENT), node(2, SILENT, behind=1), node(3, SILENT, behind=2)],
            {2: Cause(1), 3: Cause(1)},
            id="a chain: the farthest is the cause",
        ),
        pytest.param(
            [node(1, SILENT), node(2, UNKNOWN, behind=1), node(3, SILENT, behind=2)],
            {3: Cause(1)},
            id="a chain through one that is paused",
        ),
        pytest.param(
            [node(1, SILENT), node(2, ANSWERS, behind=1), node(3, SILENT, behind=2)],
            {},
            id="what answers in between clears all before it",
        ),
        pytest.param(
            [node(1, ANSWERS), node(2, SILENT, behind=1), node(3, SILENT, behind=2)],
            {3: Cause(2)},
            id="the nearer one of a chain",
        ),
        pytest.param([node(1, SILENT, behind=1)], {}, id="behind itself"),
        pytest.param(
            [node(1, SILENT, behind=2), node(2, SILENT, behind=1)],
            {},
            id="two behind one another excuse nobody",
        ),
        pytest.param(
            [node(1, SILENT, behind=2), node(2, SILENT, behind=1), node(3, SILENT, behind=1)],
            {},
            id="nor anybody behind them",
        ),
        pytest.param(
            [node(9, SILENT), unit(1, SILENT), Node(2, GATEWAY, SILENT, 9, at(60), silent_since=at(0))],
            {1: Cause(9), 2: Cause(9)},
            id="a dead switch before a dead gateway, though one unit alone names it",
        ),
        pytest.param(
            [unit(1, SILENT), unit(2, SILENT), node(3, SILENT, behind=2)],
            {2: Cause(1, GATEWAY), 3: Cause(1, GATEWAY)},
            id="behind a unit of a dead gateway",
        ),
    ],
)
def test_causes(nodes, causes):
    assert causes_of(nodes) == causes
    assert causes_of(reversed(nodes)) == causes


def test_nobody_is_blamed_before_the_gateway_had_its_turn():
    """The gateway answered last before the device fell silent: it may be dead itself."""
    earlier = unit(1, ANSWERS, answered_at=at(-5))
    assert causes_of([earlier, unit(2, SILENT)]) == {2: Cause(None)}
    switch = node(1, ANSWERS, answered_at=at(-5))
    assert causes_of([switch, node(2, SILENT, behind=1)]) == {2: Cause(None)}


def test_when_a_gateway_is_back_its_devices_are_asked_before_they_are_blamed():
    back = unit(1, ANSWERS, answered_at=at(100), recovered_at=at(70))
    assert causes_of([back, unit(2, SILENT, asked_at=at(60))]) == {2: Cause(None)}
    assert causes_of([back, unit(2, SILENT, asked_at=at(75))]) == {}


def test_ten_thousand_endpoints_behind_one_switch_take_no_time():
    nodes = [node(0, SILENT), *(Node(pk, (f"h{pk}", 161), SILENT, 0) for pk in range(1, 10_000))]
    assert len(causes_of(nodes)) == 9_999
