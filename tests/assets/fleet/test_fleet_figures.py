"""Every figure of fleet size is what the slow way says, on random histories of pieces in two units and in none."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assets.fleet.forms import Question
from assets.fleet.reporting import in_use_at, moment_of, size_report
from assets.fleet.sensitivity import sensitivity
from assets.fleet.shortages import sizes
from assets.models import ActivityInterval, Asset
from assets.utilisation import reports, roller
from assets.utilisation.models import FleetDay, UnitDay
from locations.models import Department
from tests.assets.fleet import slow_fleet as slow

pytestmark = pytest.mark.django_db
BEGIN = datetime(2026, 3, 27, 23, tzinfo=UTC)
"""Midnight in Berlin; on the 29th its clock goes forward."""
FIRST, LAST = date(2026, 3, 28), date(2026, 3, 30)
QUARTERS = 4 * 71
KINDS = [
    ("in_use", "confirmed"),
    ("in_use", "presumed"),
    ("dirty", "zone"),
    ("down", "person"),
    ("available", "zone"),
]


@pytest.fixture
def pieces(make_pump, ward, site):
    other = Department.objects.create(site=site, name="Theatres", code="or")
    homes = [ward, ward, other, other, None]
    found = [make_pump(f"P-{number}", department=home) for number, home in enumerate(homes)]
    Asset.objects.update(created_at=BEGIN)
    return found


told = st.lists(
    st.tuples(st.integers(0, 4), st.integers(0, QUARTERS - 1), st.integers(1, 60), st.sampled_from(KINDS)),
    min_size=4,
    max_size=40,
    unique_by=lambda each: each[:2],
)


def history(pieces, told):
    """Writes it, rolls it up, and says what each piece does in each quarter."""
    ActivityInterval.objects.all().delete()
    does = [["available"] * len(pieces) for _ in range(QUARTERS)]
    for who, piece in enumerate(pieces):
        own = sorted(each[1:] for each in told if each[0] == who)
        cuts = [(0, 0, KINDS[4]), *own] if not own or own[0][0] else own
        for place, (quarter, length, (activity, basis)) in enumerate(cuts):
            following = cuts[place + 1][0] if place + 1 < len(cuts) else QUARTERS
            end = min(quarter + length, following) if length else following
            for begin, until, what, how in (
                (quarter, end, activity, basis),
                (end, following, "available", "zone"),
            ):
                if begin < until:
                    ActivityInterval.objects.create(
                        asset=piece, activity=what, basis=how,
                        begin=BEGIN + timedelta(minutes=15 * begin), end=BEGIN + timedelta(minutes=15 * until),
                    )  # fmt: skip
                    for each in range(begin, until):
                        does[each][who] = what
    for model in (FleetDay, UnitDay):
        model.objects.all().delete()
    roller.mark_everything(now=BEGIN + timedelta(days=4))
    roller.work_off(lambda: False)
    return does


def mean_away(does, chosen):
    return slow.Fraction(sum(row[who] in {"dirty", "down"} for row in does for who in chosen), len(does))


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(told, st.integers(0, 7), st.sampled_from([0, 10, 30]), st.booleans())
def test_every_figure_is_what_the_slow_way_says(pieces, site, pumps, told, tried, buffer, is_narrowed):
    does = history(pieces, told)
    used = [[what == "in_use" for what in row] for row in does]
    units = [piece.department_id for piece in pieces]
    everybody = range(len(pieces))
    choice = reports.Choice(
        site, FIRST, LAST, category=pumps, buffer=buffer / 100, ownership="owned" if is_narrowed else ""
    )
    report = size_report(Question(choice, pieces=tried))
    levels = slow.at_once(used)
    away = mean_away(does, everybody)
    assert report.line.size.pieces == slow.needed(levels, away, buffer)

    capacity = slow.usable(tried, away)
    found = [(int(each.begin), int(each.end), each.most, each.worst) for each in report.shortages.found]
    zero = int(BEGIN.timestamp())
    assert found == [
        (zero + 900 * first, zero + 900 * last, most, zero + 900 * worst)
        for first, last, most, worst in slow.stretches(levels, capacity)
    ]
    short = sum(1 for level in levels if level > capacity)
    assert report.size.short.value == pytest.approx(short / QUARTERS)
    assert report.size.seconds == 900 * short == report.shortages.seconds
    days = [levels[:96], levels[96:188], levels[188:]]
    assert report.shortages.piece_days == sum(max(0, max(day) - capacity) for day in days)
    for each in sizes(report.line):
        assert each.seconds == 900 * sum(1 for level in levels if level > slow.usable(each.pieces, away))

    by_unit = {unit: slow.at_once(used, units, unit) for unit in set(units)}
    for each in report.who:
        then = [by_unit[each.unit][quarter] for quarter, level in enumerate(levels) if level > capacity]
        calm = [by_unit[each.unit][quarter] for quarter, level in enumerate(levels) if level <= capacity]
        assert each.short == (pytest.approx(sum(then) / len(then)) if then else None)
        assert each.otherwise == (pytest.approx(sum(calm) / len(calm)) if calm else None)

    own = {unit: mean_away(does, [who for who in everybody if units[who] == unit]) for unit in by_unit}
    assert report.pool.apart == sum(slow.needed(by_unit[unit], own[unit], buffer) for unit in by_unit)
    assert report.pool.together.size.pieces == report.line.size.pieces
    capacities = {unit: slow.usable(units.count(unit), own[unit]) for unit in by_unit}
    helped, lacking = slow.lent(by_unit, capacities, buffer)
    assert {
        (each.giver, each.taker): (each.seconds, pytest.approx(each.pieces * each.seconds))
        for each in report.moves.moves
    } == {pair: (900 * count, 900 * lent) for pair, (count, lent) in helped.items()}
    assert {each.unit: each.short for each in report.moves.needs} == {
        unit: pytest.approx(lacking.get(unit, 0) / QUARTERS) for unit in by_unit
    }

    for quarter in {0, 50, 150, QUARTERS - 1}:
        then = in_use_at(choice, moment_of(zero + 900 * quarter))
        assert [piece.asset_tag for piece in then] == [
            piece.asset_tag for who, piece in enumerate(pieces) if used[quarter][who]
        ]


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(told)
def test_what_counts_as_use_is_counted_otherwise_piece_by_piece(pieces, site, pumps, told):
    does = history(pieces, told)
    choice = reports.Choice(site, FIRST, LAST, category=pumps)
    line = reports.whole(choice)
    away = mean_away(does, range(len(pieces)))
    rows = [[does[quarter][who] == "in_use" for quarter in range(QUARTERS)] for who in range(len(pieces))]
    cells = sensitivity(line)
    assert len(cells) == 50
    for each in cells:
        change = slow.bridged if each.how == "bridged" else slow.dropped
        # A quarter is 15 minutes: what is shorter than 5 minutes is nothing, shorter than 30 is one quarter.
        least = -(-each.minutes // 15)
        changed = [change(row, least) for row in rows]
        levels = [sum(row[quarter] for row in changed) for quarter in range(QUARTERS)]
        assert each.pieces == slow.needed(levels, away, round(100 * each.buffer)), each
    unchanged = [each.pieces for each in cells if not each.minutes and each.buffer == 0.1]
    assert unchanged == [line.size.pieces] * 2


def test_a_pool_of_chosen_units_is_of_them_alone(pieces, site, pumps, ward):
    told = [(0, 10, 40, KINDS[0]), (1, 10, 40, KINDS[0]), (2, 60, 40, KINDS[0]), (3, 60, 40, KINDS[0])]
    does = history(pieces, told)
    choice = reports.Choice(site, FIRST, LAST, category=pumps)
    both = tuple(Department.objects.filter(site=site))
    pool = size_report(Question(choice, pool=both)).pool
    assert (pool.together.owned, pool.apart, pool.together.size.pieces, pool.saving) == (4, 6, 3, 3)
    assert slow.p95(slow.at_once([[what == "in_use" for what in row] for row in does])) == 2
    alone = size_report(Question(choice, pool=(ward,))).pool
    assert alone.saving is None
    assert str(alone.reason) == "a pool is of two units or more"


def test_of_one_unit_pools_and_moves_are_still_of_all(pieces, site, pumps, ward):
    history(pieces, [(0, 10, 40, KINDS[0]), (2, 60, 40, KINDS[1])])
    choice = reports.Choice(site, FIRST, LAST, category=pumps, department=ward)
    report = size_report(Question(choice))
    assert report.line.owned == 2
    assert {each.unit for each in report.who} == {ward.pk}
    assert len(report.pool.units) == 3
    assert [piece.asset_tag for piece in in_use_at(choice, BEGIN + timedelta(minutes=15 * 70))] == []
