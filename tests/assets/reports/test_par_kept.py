"""How long par levels were kept."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assets.models import ActivityInterval, Asset, Stay
from assets.par.history import kept_between
from assets.par.models import ParLevel
from assets.reports.keeping import TooManyError, kept_together
from assets.reports.par_kept import ParKept
from assets.reports.report import Asked
from assets.utilisation import roller
from assets.utilisation.explaining import share
from assets.utilisation.reports import Choice
from locations.zones import ZoneKind
from tests.assets.reports import slow
from tests.assets.reports.examples import example

pytestmark = [pytest.mark.django_db, pytest.mark.databases]

MIDNIGHT = datetime(2026, 3, 1, 23, tzinfo=UTC)
DAY = date(2026, 3, 2)


@pytest.fixture
def rooms(make_zone, ward):
    return [
        make_zone("Store", ZoneKind.CLEAN_STORE, 0, department=ward),
        make_zone("Bay 1", ZoneKind.PATIENT_ROOM, 10),
    ]


@pytest.fixture
def pieces(make_pump):
    found = [make_pump(f"P-{number}") for number in (1, 2, 3)]
    Asset.objects.update(created_at=MIDNIGHT)
    return found


@pytest.fixture
def level(site, pieces, ward):
    category = pieces[0].model.category
    return ParLevel.objects.create(site=site, category=category, department=ward, target=2, critical=1)


parts = st.lists(st.tuples(st.integers(0, 1), st.integers(1, 90), st.integers(0, 40)), max_size=5)


def laid_out(pieces, histories):
    for pump, history in zip(pieces, histories, strict=True):
        at = -30
        for what, length, gap in history:
            yield pump.pk, at, at + length, what
            at += length + gap


@given(places=st.lists(parts, min_size=3, max_size=3), doings=st.lists(parts, min_size=3, max_size=3))
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_time_under_a_limit_is_what_looking_at_each_second_gives(places, doings, pieces, rooms, level):
    begin, end = MIDNIGHT, MIDNIGHT + timedelta(seconds=200)
    stays = list(laid_out(pieces, places))
    doing = list(laid_out(pieces, doings))
    with transaction.atomic():
        Stay.objects.bulk_create(
            Stay(
                asset_id=a,
                zone=rooms[what],
                begin=begin + timedelta(seconds=b),
                end=begin + timedelta(seconds=e),
            )
            for a, b, e, what in stays
        )
        ActivityInterval.objects.bulk_create(
            ActivityInterval(
                asset_id=a, activity=("available", "dirty")[what], basis="zone", begin=begin + timedelta(seconds=b),
                end=begin + timedelta(seconds=e),
            )
            for a, b, e, what in doing
        )  # fmt: skip
        kept = kept_together([level], begin, end)[level.pk]
        ready = [row for row in doing if row[3] == 0]
        for limit in (1, 2, 3):
            short = slow.ready_seconds(stays, ready, {0}, limit, 0, 200)
            assert round(kept.percent_below(limit) * 2) == short
            assert kept.below(limit) == kept_between(level, begin, end).below(limit)
        transaction.set_rollback(True)


@pytest.fixture
def rolled(pieces, rooms, level):
    """Two ready in the store for twelve hours, one for six more, none for the last six."""
    for pump, hours in ((pieces[0], 12), (pieces[1], 18)):
        Stay.objects.create(asset=pump, zone=rooms[0], begin=MIDNIGHT, end=MIDNIGHT + timedelta(hours=24))
        for begin, end, activity in ((0, hours, "available"), (hours, 24, "in_use")):
            ActivityInterval.objects.create(
                asset=pump, activity=activity, basis="confirmed", begin=MIDNIGHT + timedelta(hours=begin),
                end=MIDNIGHT + timedelta(hours=end),
            )  # fmt: skip
    roller.roll_up(now=MIDNIGHT + timedelta(days=1, hours=1))


def ask(site, **changes):
    of = changes.pop("of", "")
    return Asked(Choice(site, DAY, DAY, **changes), MIDNIGHT + timedelta(days=2), of=of)


def test_a_level_tells_how_long_it_was_met_and_how_short_it_was(rolled, site):
    answer = ParKept().answer(ask(site, least=0.5))
    (row,) = answer.rows["levels"]
    met, under_target, under_critical = (cell.value for cell in row.cells[4:7])
    assert (met, under_target, under_critical) == (0.5, 0.5, 0.25)
    assert row.cells[7:] == (1, 6 * 3600, 0)
    assert example("at a target of 2") == share(met)
    assert example("which is 1") == share(under_critical)


def test_a_level_of_a_category_that_is_hardly_heard_has_no_figure(rolled, site):
    (row,) = ParKept().answer(ask(site, least=0.9)).rows["levels"]
    assert row.cells[4].value is None
    assert "only 67 % of the time was heard" in str(row.cells[4].reason)


def test_a_level_opens_when_it_was_short(rolled, site, level):
    _, rows = ParKept().behind(ask(site, of=str(level.pk)))
    (row,) = rows
    assert row.cells == (
        MIDNIGHT + timedelta(hours=12), MIDNIGHT + timedelta(hours=24), 12 * 3600, 0, "Under critical",
    )  # fmt: skip


def test_without_levels_and_before_all_histories_there_is_a_reason(site, level, pieces):
    assert str(ParKept().answer(ask(site)).reason) == "nothing is rolled up yet in this period"
    level.delete()
    assert str(ParKept().answer(ask(site)).reason) == "there is no par level of this kind"


def test_too_many_at_once_are_refused(level, monkeypatch):
    monkeypatch.setattr("assets.reports.keeping.MOST_ASSET_DAYS", 1)
    with pytest.raises(TooManyError):
        kept_together([level], MIDNIGHT, MIDNIGHT + timedelta(days=2))
