"""From what is recorded to alerts: what devices tell, in whatever order it comes, becomes each alert once."""

from __future__ import annotations

import pytest

from assets.alerts.lifecycle import close_alert
from assets.alerts.models import Alert, RuleState, Touched
from assets.alerts.sweep import TURN, evaluate_rules
from assets.alerts.touch_rules import touch_fresh, touch_retired, touch_rule
from assets.alerts.turns import take_turn
from assets.observation import Evidence
from assets.sweep import sweep_silence
from locations.zones import ZoneKind

pytestmark = [pytest.mark.django_db, pytest.mark.databases]


@pytest.fixture
def hall(make_zone):
    return make_zone("Hall", ZoneKind.CORRIDOR, x=0)


@pytest.fixture
def dock(make_zone):
    return make_zone("Dock", ZoneKind.EXIT, x=10)


def told(**wanted):
    rows = Alert.objects.filter(**wanted).order_by("began_at")
    return [(alert.state, alert.began_at, alert.ended_at) for alert in rows]


def steps():
    return [
        step for alert in Alert.objects.all() for step in alert.transitions.values_list("step", flat=True)
    ]


def test_a_pump_that_comes_to_the_dock_is_an_alert_until_it_is_back(
    make_rule, make_pump, hall, dock, tell, at
):
    make_rule("enters", name="At the dock", zones=[dock])
    pump = make_pump()
    tell(pump, 0, x=5)
    evaluate_rules(now=at(1))
    assert told() == []

    tell(pump, 10, x=15)
    tell(pump, 30, x=15)
    evaluate_rules(now=at(31))
    began = pump.stays.get(zone=dock).begin
    assert told() == [("new", began, None)]
    assert Alert.objects.get().words == "Came to Dock"

    tell(pump, 60, x=5)
    tell(pump, 80, x=5)
    evaluate_rules(now=at(81))
    assert told() == [("resolved", began, pump.stays.get(zone=dock).end)]


def test_the_clock_raises_what_has_lasted_and_resolves_it_when_it_is_heard_again(
    make_rule, make_pump, tell, at
):
    make_rule("missing", for_s=600)
    pump = make_pump()
    tell(pump, 0, activity=Evidence.IDLE)
    sweep_silence(now=at(130))
    evaluate_rules(now=at(130))
    assert (told(), RuleState.objects.get().due_at) == ([], at(720))

    evaluate_rules(now=at(719))
    assert told() == []
    evaluate_rules(now=at(720))
    assert told() == [("new", at(120), None)]
    assert Alert.objects.get().words == "Not heard of for 10 min"

    tell(pump, 900, activity=Evidence.IDLE)
    evaluate_rules(now=at(901))
    assert told() == [("resolved", at(120), at(900))]
    assert not RuleState.objects.exists()


def test_a_reading_beyond_its_limit_says_which_value(make_rule, make_pump, tell, at):
    make_rule("reading", reading="temperature", above=8, hysteresis=0.5, for_s=60)
    pump = make_pump()
    for seconds, value in ((0, 5.0), (30, 9.1), (60, 9.2), (90, 9.4)):
        tell(pump, seconds, temperature=value)
    evaluate_rules(now=at(90))

    assert told() == [("new", at(30), None)]
    assert Alert.objects.get().words == "Temperature 9.4 °C, above 8 °C"


def test_looking_again_changes_nothing(make_rule, make_pump, tell, at):
    rule = make_rule("missing", for_s=60)
    tell(make_pump(), 0, activity=Evidence.IDLE)
    sweep_silence(now=at(300))
    for second in (300, 301, 302):
        touch_rule(rule=rule, now=at(second))
        evaluate_rules(now=at(second))

    assert steps() == ["raised"]
    assert not Touched.objects.exists()


def test_a_replay_of_all_that_was_told_raises_nothing_anew(make_rule, make_pump, hall, dock, tell, at):
    make_rule("enters", zones=[dock], reopen_within_s=0)
    pump = make_pump()
    day = [(0, 5), (10, 15), (30, 15), (60, 5), (80, 5), (120, 15), (140, 15), (160, 5), (180, 5)]
    for seconds, x in day:
        tell(pump, seconds, x=x)
        evaluate_rules(now=at(seconds))
    first = told()
    for seconds, x in day:
        tell(pump, seconds, x=x, received=200)
        evaluate_rules(now=at(200))

    assert len(first) == 2
    assert told() == first
    assert sorted(steps()) == ["raised", "raised", "resolved", "resolved"]


def test_what_arrives_late_takes_back_what_it_disproves(make_rule, make_pump, tell, at):
    make_rule("missing", for_s=60)
    pump = make_pump()
    tell(pump, 0, activity=Evidence.IDLE)
    sweep_silence(now=at(200))
    evaluate_rules(now=at(200))
    assert told() == [("new", at(120), None)]

    for second in (60, 120, 180):
        tell(pump, second, activity=Evidence.IDLE, received=210)
    evaluate_rules(now=at(210))

    assert told() == [("resolved", at(120), at(210))]
    assert Alert.objects.get().transitions.last().note == "Later reports show that it was not so."


def test_what_was_over_when_it_became_known_is_kept_and_nobody_is_called(
    make_rule, make_pump, make_channel, nurse, hall, dock, tell, at, noon
):
    make_rule("enters", zones=[dock], in_force_from=noon)
    channel = make_channel(nurse)
    pump = make_pump()
    tell(pump, 0, x=5)
    evaluate_rules(now=at(0))
    for seconds, x in ((10, 15), (30, 15), (60, 5), (80, 5)):
        tell(pump, seconds, x=x)
    evaluate_rules(now=at(81))

    assert [state for state, *_ in told()] == ["resolved"]
    assert set(channel.deliveries.values_list("state", flat=True)) == {"dropped"}


def test_what_was_over_before_the_rule_was_made_is_not_raised(make_rule, make_pump, hall, dock, tell, at):
    pump = make_pump()
    for seconds, x in ((0, 5), (10, 15), (30, 15), (60, 5), (80, 5)):
        tell(pump, seconds, x=x)
    rule = make_rule("enters", zones=[dock], in_force_from=at(90))
    touch_rule(rule=rule, now=at(90))
    evaluate_rules(now=at(90))

    assert told() == []


def test_a_new_rule_finds_what_is_so_already(make_rule, make_pump, dock, tell, at):
    pump = make_pump()
    tell(pump, 0, x=15)
    tell(pump, 20, x=15)
    make_rule("enters", zones=[dock], in_force_from=at(30))
    touch_fresh(now=at(31))
    evaluate_rules(now=at(31))

    assert [state for state, *_ in told()] == ["new"]


def test_a_rule_that_is_switched_off_resolves_its_alerts(make_rule, make_pump, tell, at):
    rule = make_rule("missing", for_s=60)
    tell(make_pump(), 0, activity=Evidence.IDLE)
    sweep_silence(now=at(300))
    evaluate_rules(now=at(300))

    rule.is_enabled = False
    rule.save()
    touch_rule(rule=rule, now=at(310))
    evaluate_rules(now=at(310))

    assert told() == [("resolved", at(120), at(310))]
    assert not RuleState.objects.exists()


def test_equipment_that_is_gone_keeps_no_alert(make_rule, make_pump, tell, at):
    make_rule("missing", for_s=60)
    pump = make_pump()
    tell(pump, 0, activity=Evidence.IDLE)
    sweep_silence(now=at(300))
    evaluate_rules(now=at(300))
    pump.retired_at = at(400)
    pump.save()

    touch_retired(now=at(401))
    evaluate_rules(now=at(401))

    assert [state for state, *_ in told()] == ["resolved"]


def test_what_a_person_closed_stays_closed_while_it_lasts(make_rule, make_pump, tell, at, biomed):
    rule = make_rule("missing", for_s=60)
    tell(make_pump(), 0, activity=Evidence.IDLE)
    sweep_silence(now=at(300))
    evaluate_rules(now=at(300))
    close_alert(alert=Alert.objects.get(), by=biomed, now=at(310))
    touch_rule(rule=rule, now=at(1000))
    evaluate_rules(now=at(1000))

    assert steps() == ["raised", "resolved"]


def test_rules_look_only_at_what_they_are_about(
    make_rule, make_pump, ward, pumps, site, other_site, tell, at
):
    make_rule("missing", name="ward", departments=[ward], for_s=60)
    make_rule("missing", name="elsewhere", sites=[other_site], for_s=60)
    make_rule("missing", name="pumps", categories=[pumps], sites=[site], for_s=60)
    for tag, department in (("P-1", ward), ("P-2", None)):
        tell(make_pump(tag, department=department), 0, activity=Evidence.IDLE)
    sweep_silence(now=at(300))
    evaluate_rules(now=at(300))

    found = Alert.objects.order_by("rule__name", "asset").values_list("rule__name", "asset__asset_tag")
    assert list(found) == [("pumps", "P-1"), ("pumps", "P-2"), ("ward", "P-1")]


def test_without_rules_nothing_is_noted(make_pump, tell):
    tell(make_pump(), 0, activity=Evidence.IDLE, temperature=5.0)

    assert not Touched.objects.exists()


def test_only_what_some_rule_asks_about_is_noted(make_rule, make_pump, hall, tell):
    make_rule("reading", reading="humidity", above=60)
    pump = make_pump()
    tell(pump, 0, activity=Evidence.IDLE, temperature=5.0, x=5)

    assert not Touched.objects.exists()


def test_a_poll_that_brings_nothing_new_is_not_noted(make_rule, make_pump, hall, tell, at):
    make_rule("missing", for_s=60)
    pump = make_pump()
    tell(pump, 0, activity=Evidence.IDLE)
    evaluate_rules(now=at(1))
    tell(pump, 10, activity=Evidence.IDLE)

    assert not Touched.objects.exists()


def test_a_batch_takes_the_same_few_queries_however_many_assets_it_has(
    make_rule, make_pump, tell, at, django_assert_max_num_queries
):
    for kind in ("missing", "fault"):
        make_rule(kind, for_s=600)
    for number in range(20):
        tell(make_pump(f"P-{number}"), 0, activity=Evidence.IDLE)

    with django_assert_max_num_queries(23):
        assert evaluate_rules(now=at(1)) == 20


def test_a_long_pause_of_the_evaluation_forgets_nothing(make_rule, make_pump, hall, dock, tell, at):
    make_rule("enters", zones=[dock], clear_s=600)
    pump = make_pump()
    tell(pump, 0, x=15)
    tell(pump, 20, x=15)
    evaluate_rules(now=at(20))
    for seconds in (40, 60):
        tell(pump, seconds, x=5)
    evaluate_rules(now=at(60))
    evaluate_rules(now=at(100_000))

    assert [state for state, *_ in told()] == ["resolved"]


def test_one_look_after_a_pause_ends_what_is_over_and_raises_what_came_next(make_rule, make_pump, tell, at):
    """Not heard from 2:00 to 5:00, and again from 7:00 on: the open alert ends at 5:00, and another begins."""
    make_rule("missing", for_s=60, reopen_within_s=0)
    pump = make_pump()
    tell(pump, 0, activity=Evidence.IDLE)
    sweep_silence(now=at(130))
    evaluate_rules(now=at(190))
    assert told() == [("new", at(120), None)]

    tell(pump, 300, activity=Evidence.IDLE)
    sweep_silence(now=at(440))
    evaluate_rules(now=at(500))

    assert sorted(told()) == [("new", at(420), None), ("resolved", at(120), at(300))]


def test_what_came_back_and_was_reopened_stays_open(make_rule, make_pump, tell, at):
    make_rule("missing", for_s=60, reopen_within_s=600)
    pump = make_pump()
    for begin in (0, 300):
        tell(pump, begin, activity=Evidence.IDLE)
        sweep_silence(now=at(begin + 130))
        evaluate_rules(now=at(begin + 190))
    evaluate_rules(now=at(1000))

    assert told() == [("new", at(120), None)]


def test_who_died_with_its_turn_leaves_it_to_the_next(make_rule, make_pump, tell, at):
    make_rule("missing", for_s=60)
    tell(make_pump(), 0, activity=Evidence.IDLE)
    assert take_turn(name=TURN, now=at(0)) == 1

    assert evaluate_rules(now=at(29)) == 0
    assert evaluate_rules(now=at(30)) == 1


def test_who_lost_its_turn_writes_nothing(make_rule, make_pump, tell, at, monkeypatch):
    make_rule("missing", for_s=60)
    tell(make_pump(), 0, activity=Evidence.IDLE)
    monkeypatch.setattr("assets.alerts.sweep.keep_turn", lambda **_: False)

    assert evaluate_rules(now=at(1)) == 0
    assert Touched.objects.exists()
