"""What the readings say of a device's work, and when they say nothing."""

from __future__ import annotations

import pytest

from assets.observation import Evidence
from assets.words import Quality
from collectors.decoding.evidence import make_judge
from collectors.profiles.library import get_profile
from collectors.profiles.model import Condition, Rule
from collectors.requests import Failure

FAULT = Rule(Evidence.FAULT, (Condition("sensor_alarm", "in", ("alarm",)),))
BUSY = Rule(Evidence.IN_USE, (Condition("power", "above", 100.0), Condition("door", "in", ("closed",))))
IDLE = Rule(Evidence.IDLE, (Condition("power", "at_most", 100.0),))


def judged(rules, **readings):
    decoded = [Failure(value, "") if isinstance(value, Quality) else value for value in readings.values()]
    return make_judge(rules, list(readings))(decoded)


def test_a_profile_without_rules_judges_nothing():
    assert make_judge((), ()) is None


@pytest.mark.parametrize(
    ("readings", "evidence"),
    [
        ({"sensor_alarm": "alarm", "power": 500.0, "door": "closed"}, Evidence.FAULT),
        ({"sensor_alarm": "clear", "power": 500.0, "door": "closed"}, Evidence.IN_USE),
        ({"sensor_alarm": "clear", "power": 500.0, "door": "open"}, None),
        ({"sensor_alarm": "clear", "power": 100.0, "door": "closed"}, Evidence.IDLE),
    ],
)
def test_the_first_rule_that_holds_decides(readings, evidence):
    assert judged([FAULT, BUSY, IDLE], **readings) == evidence


@pytest.mark.parametrize(
    "quality", [Quality.NO_ANSWER, Quality.WRONG_TYPE, Quality.MALFORMED, Quality.OUT_OF_RANGE]
)
def test_a_device_whose_fault_cannot_be_read_is_not_called_idle(quality):
    assert judged([FAULT, IDLE], sensor_alarm=Quality(quality), power=5.0) is None


@pytest.mark.parametrize("quality", [Quality.MISSING, Quality.NO_VALUE])
def test_a_device_without_that_sensor_is_judged_without_it(quality):
    assert judged([FAULT, IDLE], sensor_alarm=quality, power=5.0) is Evidence.IDLE


def test_what_is_false_in_any_case_needs_no_further_reading():
    assert judged([BUSY, IDLE], power=5.0, door=Quality.MALFORMED) is Evidence.IDLE


@pytest.mark.parametrize(
    ("operator", "true", "false"),
    [("above", 10.1, 10.0), ("at_least", 10.0, 9.9), ("below", 9.9, 10.0), ("at_most", 10.0, 10.1)],
)
def test_each_comparison_knows_its_edge(operator, true, false):
    rules = [Rule(Evidence.IN_USE, (Condition("power", operator, 10.0),))]

    assert judged(rules, power=true) is Evidence.IN_USE
    assert judged(rules, power=false) is None


@pytest.mark.parametrize(
    ("state", "evidence"),
    [
        ("off", Evidence.IDLE),
        ("standby", Evidence.IDLE),
        ("infusing", Evidence.IN_USE),
        ("alarm", Evidence.IN_USE),
        ("fault", Evidence.FAULT),
        ("charging", Evidence.IDLE),
    ],
)
def test_a_pump_in_alarm_is_still_connected_to_somebody(state, evidence):
    (table,) = get_profile("infusion-pump-gateway").tables

    assert judged(table.activity, device_state=state) is evidence


@pytest.mark.parametrize(
    ("power", "evidence"),
    [
        (27600.0, Evidence.IN_USE),
        (12000.0, None),
        (8000.0, None),
        (7999.0, Evidence.IDLE),
        (-50.0, Evidence.IDLE),
    ],
)
def test_a_meter_tells_scanning_from_standby_and_is_silent_between(power, evidence):
    assert judged(get_profile("modality-power-meter").activity, power=power) is evidence


@pytest.mark.parametrize(
    ("source", "battery", "evidence"),
    [
        ("mains", "normal", Evidence.IDLE),
        ("battery", "normal", Evidence.IN_USE),
        ("battery", "depleted", Evidence.FAULT),
        ("none", "normal", Evidence.FAULT),
        ("other", "normal", None),
    ],
)
def test_a_ups_works_while_it_carries_the_load(source, battery, evidence):
    readings = {"power_source": source, "battery_state": battery}

    assert judged(get_profile("ups-rfc1628").activity, **readings) is evidence
