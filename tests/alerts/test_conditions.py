"""Each kind of rule, as a table: a history, and the episodes that it holds. Minutes after noon."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from assets.alerts.conditions import Did, History, Stayed, Watch, evaluate
from assets.alerts.parameters import check_parameters
from assets.alerts.scope import Place, Scope, Thing

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOME = Place(1, "clean_store", building=1)
PUMP = Thing(site=1, category=1, department=1, home=HOME)
PLACES = {
    "store": HOME,
    "bay": Place(2, "patient_room", building=1),
    "hall": Place(3, "corridor", building=1),
    "dock": Place(4, "exit", building=1),
    "annexe": Place(5, "patient_room", building=2),
}


def at(minute: float) -> datetime:
    return NOON + timedelta(minutes=minute)


def minutes(moment):
    return None if moment is None else (moment - NOON) / timedelta(minutes=1)


def stays(*told) -> list[Stayed]:
    """``(0, 5, "bay")``: from noon for five minutes."""
    return [Stayed(at(a), None if b is None else at(b), PLACES[name]) for a, b, name in told]


def did(*told) -> list[Did]:
    return [
        Did(at(a), None if b is None else at(b), activity, basis or "confirmed")
        for a, b, activity, basis in (row if len(row) == 4 else (*row, "") for row in told)
    ]


def readings(*told) -> list[tuple[datetime, float]]:
    return [(at(minute), value) for minute, value in told]


def watch(kind: str, scope: Scope | None = None, **given) -> Watch:
    return Watch(1, kind, check_parameters(kind, given), scope or Scope())


def found(rule: Watch, history: History, until: float = 600, thing: Thing = PUMP):
    outcome = evaluate(rule, thing, history, until=at(until))
    return [(minutes(e.begin), minutes(e.end)) for e in outcome.episodes]


BAY = Scope(zones=frozenset({2}))
ROUND = stays((0, 10, "store"), (10, 20, "bay"), (20, 30, "hall"), (30, 40, "bay"), (40, None, "store"))


@pytest.mark.parametrize(
    ("rule", "history", "episodes"),
    [
        (watch("enters", BAY), ROUND, [(10, 20), (30, 40)]),
        (watch("enters", BAY, clear_s=1200), ROUND, [(10, 40)]),
        (watch("enters", BAY, for_s=900), ROUND, []),
        (watch("enters", Scope(zone_kinds=frozenset({"corridor"}))), ROUND, [(20, 30)]),
        (watch("leaves", BAY), ROUND, [(20, 30), (40, None)]),
        (watch("leaves", BAY, for_s=900), ROUND, [(40, None)]),
        (watch("leaves", BAY), stays((0, None, "store")), []),  # it was never there
        (watch("leaves", BAY), stays((0, 10, "bay")), [(10, None)]),  # to where nobody knows
        (watch("leaves", BAY), stays((0, 10, "bay"), (15, None, "bay")), [(10, 15)]),
        (watch("stays", BAY, for_s=540), ROUND, [(10, 20), (30, 40)]),
        (watch("stays", for_s=900), ROUND, [(40, None)]),  # in whatever one place
        (watch("stays", Scope(zone_kinds=frozenset({"corridor", "patient_room"})), for_s=1500), ROUND, [(10, 40)]),
        (watch("waste", BAY), ROUND, [(10, 20), (30, 40)]),
        (watch("leaves_building"), ROUND, []),
        (watch("leaves_building"), stays((0, 5, "dock"), (5, None, "hall")), [(0, 5)]),
        (watch("leaves_building"), stays((0, 1, "dock"), (1, None, "hall")), []),  # passing the doors
        (watch("leaves_building"), stays((0, 1, "dock")), [(0, None)]),  # and never heard again
        (watch("leaves_building"), stays((0, None, "annexe")), [(0, None)]),
    ],
)  # fmt: skip
def test_rules_about_places(rule, history, episodes):
    assert found(rule, History(stays=history)) == episodes


def test_who_belongs_to_no_building_leaves_by_an_exit_alone():
    homeless = Thing(site=1)
    history = History(stays=stays((0, 10, "annexe"), (10, None, "dock")))

    assert found(watch("leaves_building"), history, thing=homeless) == [(10, None)]


@pytest.mark.parametrize(
    ("rule", "history", "episodes"),
    [
        (watch("missing", for_s=600), did((0, 5, "in_use"), (5, None, "unknown", "silence")), [(5, None)]),
        (watch("missing", for_s=600), did((0, 5, "unknown", "silence"), (5, None, "available")), []),
        (watch("missing", for_s=60), did((0, 5, "unknown", "silence"), (5, None, "available")), [(0, 5)]),
        (watch("fault"), did((0, 5, "available"), (5, 9, "down"), (9, None, "available")), [(5, 9)]),
        (watch("fault"), did((0, None, "down", "person")), []),  # a person said so; nobody has to be told
        (watch("fault"), did((0, 5, "down"), (5, None, "unknown", "silence")), [(0, None)]),
        (watch("fault", for_s=600), did((0, 5, "down"), (5, None, "unknown", "silence")), []),
    ],
)
def test_rules_about_what_it_does(rule, history, episodes):
    assert found(rule, History(activities=history)) == episodes


WARM = {"reading": "temperature", "above": 8, "for_s": 0, "hysteresis": 0.5}


@pytest.mark.parametrize(
    ("given", "history", "episodes"),
    [
        (WARM, [(0, 5), (5, 9), (10, 5)], [(5, 10)]),
        (WARM, [(0, 9), (5, 7.8), (10, 7.4)], [(0, 10)]),  # not back by the hysteresis at five past
        (WARM, [(0, 7.8)], []),  # in the hysteresis from below
        (WARM | {"for_s": 600}, [(0, 9), (5, 9.5), (9, 7)], []),
        (WARM | {"for_s": 600}, [(0, 9), (5, 9.5), (10, 9), (15, 7)], [(0, 15)]),
        (WARM | {"for_s": 900}, [(0, 9), (25, 9), (30, 7)], []),  # not heard of between: not confirmed
        (WARM, [(0, 9), (25, 7)], [(0, 25)]),  # nor resolved, while it was not heard of
        (WARM | {"above": None, "below": 2}, [(0, 5), (5, 1), (10, 2.2), (15, 3)], [(5, 15)]),
        (WARM | {"below": 2}, [(0, 9), (5, 1), (10, 5)], [(0, 10)]),
    ],
)
def test_rules_about_a_reading(given, history, episodes):
    assert found(watch("reading", **given), History(readings={"temperature": readings(*history)})) == episodes


COLD = watch("temperature", above=-60, for_s=600, door_s=1800, clear_s=300)


def test_a_freezer_that_warms_up_is_an_excursion_after_ten_minutes():
    rows = readings(*((minute, -50) for minute in range(0, 40, 5)))

    assert found(COLD, History(readings={"temperature": rows}), until=9) == []
    assert found(COLD, History(readings={"temperature": rows}), until=10) == [(0, None)]


def test_an_open_door_explains_warmth_for_longer_but_not_for_ever():
    warm = readings(*((minute, -50) for minute in range(0, 60, 5)))
    told = {"temperature": warm, "door_openings": readings((-30, 7), (-2, 8), (20, 9))}

    assert found(COLD, History(readings=told), until=27) == []
    assert found(COLD, History(readings=told), until=28) == [(0, None)]  # the second opening buys no time


def test_a_door_that_was_not_opened_explains_nothing():
    warm = readings(*((minute, -50) for minute in range(0, 60, 5)))
    told = {"temperature": warm, "door_openings": readings((-2, 8), (3, 8))}  # only said again

    assert found(COLD, History(readings=told), until=10) == [(0, None)]


def test_recovery_has_to_last():
    rows = readings(*((m, -50) for m in (0, 5, 10)), (15, -70), (18, -50), (20, -70), (24, -70), (28, -70))

    assert found(COLD, History(readings={"temperature": rows}), until=24) == [(0, None)]
    assert found(COLD, History(readings={"temperature": rows}), until=25) == [(0, 20)]


def test_a_low_battery_is_low_until_it_is_charged():
    rows = readings((0, 25), (10, 19), (70, 22), (130, 80))
    rule = watch("battery", reading="tag_battery", below=20, hysteresis=5)

    assert found(rule, History(readings={"tag_battery": rows})) == [(10, 130)]


# --- The same however it is cut in pieces --------------------------------------------------------------------

moves = st.lists(
    st.tuples(st.integers(1, 8), st.sampled_from(["store", "bay", "hall", "dock", ""])),
    min_size=1,
    max_size=12,
)


def walk(steps) -> list[Stayed]:
    told, begin = [], 0
    for length, name in steps:
        if name:
            told.append((begin, begin + length, name))
        begin += length
    return stays(*told)


def known_at(history: list[Stayed], moment: datetime) -> list[Stayed]:
    """What had been recorded by then: what still lasted then had no end."""
    return [
        Stayed(s.begin, s.end if s.end and s.end <= moment else None, s.place)
        for s in history
        if s.begin <= moment
    ]


def recent(history: list[Stayed], moment: datetime) -> list[Stayed]:
    return [s for s in history if s.end is None or s.end >= moment]


@given(
    moves,
    st.sets(st.integers(0, 60), max_size=20),
    st.sampled_from(["enters", "leaves", "stays", "leaves_building"]),
    st.sampled_from([60, 180]),
    st.sampled_from([0, 120]),
)
@example([(8, "store"), (1, "bay"), (1, "bay"), (2, "store")], {11}, "enters", 60, 0)
def test_replay_in_any_split_gives_the_same_episodes(steps, cuts, kind, for_s, clear_s):
    """Looking at pieces finds what one look finds: remembered is since when the condition holds, and what was found."""
    scope = Scope() if kind == "leaves_building" else BAY
    rule, history = watch(kind, scope, for_s=for_s, clear_s=clear_s), walk(steps)
    whole = evaluate(rule, PUMP, History(stays=history), until=at(200))
    seen, since, due, last = {}, None, None, at(0)
    for cut in [*sorted(cuts), 200]:
        changed = [m for s in history for m in (s.begin, s.end) if m and last < m <= at(cut)]
        overdue = [due] if due and due <= at(cut) else []
        begin = min([at(cut), *changed, *overdue]) - timedelta(seconds=rule.memory_s + 60)
        piece = recent(known_at(history, at(cut)), begin)
        outcome = evaluate(rule, PUMP, History(stays=piece), until=at(cut), since=since)
        for episode in outcome.episodes:
            if episode.begin in seen or not any(episode.overlaps(*known) for known in seen.items()):
                seen[episode.begin] = episode.end
        since, due, last = outcome.since, outcome.due_at, at(cut)

    assert seen == {episode.begin: episode.end for episode in whole.episodes}


@pytest.mark.parametrize(
    "kind", ["reading", "temperature", "battery", "enters", "leaves", "missing", "fault"]
)
def test_of_which_nothing_was_told_nothing_follows(kind):
    given = {"reading": {"reading": "humidity", "above": 60}, "temperature": {"above": 8}}.get(kind, {})

    assert found(watch(kind, BAY if kind in {"enters", "leaves"} else None, **given), History()) == []
