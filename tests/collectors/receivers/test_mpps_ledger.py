"""Procedures as they are begun, ended and counted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from collectors.models import Procedure, Source
from collectors.receivers.mpps.ledger import (
    KEPT_FOR,
    Outcome,
    begin_procedure,
    change_procedure,
    forget_old_procedures,
    zone_of,
)
from collectors.receivers.mpps.step import COMPLETED, DISCONTINUED, IN_PROGRESS, Step

pytestmark = [pytest.mark.django_db, pytest.mark.databases]
BERLIN = ZoneInfo("Europe/Berlin")
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def source(site):
    return Source.objects.create(name="MPPS", kind="mpps", site=site, networks=["10.20.0.0/16"])


@pytest.fixture
def begin(source):
    def begin(key="a", at=NOON, station="CT_2"):
        return begin_procedure(source_id=source.pk, key=key, step=Step(IN_PROGRESS, station, "CT", at))

    return begin


@pytest.fixture
def change(source):
    def change(key="a", status=COMPLETED, at=NOON + 10 * MINUTE, now=NOON + 60 * MINUTE):
        step = Step(status, ended_at=at)
        return change_procedure(source_id=source.pk, key=key, step=step, now=now, zone=BERLIN)

    return change


def test_a_sources_zone_is_that_of_its_site(source):
    assert zone_of(source.pk) == BERLIN


def test_a_procedure_is_begun_once_and_known_again(begin):
    assert begin() is Outcome.NEW
    assert begin() is Outcome.REPEATED
    assert begin(at=NOON + MINUTE) is Outcome.CLASHES
    assert Procedure.objects.count() == 1


def test_an_end_is_noted_once_and_known_again(begin, change):
    begin()
    first, again, other = change(), change(), change(status=DISCONTINUED)
    assert (first.outcome, first.station, first.at) == (Outcome.NEW, "CT_2", NOON + 10 * MINUTE)
    assert again.outcome is Outcome.REPEATED
    assert again.at == first.at
    assert other.outcome is Outcome.CLASHES
    assert Procedure.objects.get().status == COMPLETED


def test_an_end_of_what_nobody_began_is_unknown(change):
    assert change().outcome is Outcome.UNKNOWN
    assert not Procedure.objects.exists()


def test_a_message_that_it_goes_on_changes_nothing(begin, change):
    begin()
    assert change(status=IN_PROGRESS, at=None).at is None
    assert Procedure.objects.get().ended_at is None


def test_an_end_lies_between_its_begin_and_now(begin, change):
    for key, at, found in (
        ("no time", None, NOON + 60 * MINUTE),
        ("ahead", NOON + 600 * MINUTE, NOON + 60 * MINUTE),
        ("before", NOON - MINUTE, NOON),
    ):
        begin(key)
        assert change(key, at=at).at == found


def test_completed_ones_of_the_sites_day_are_counted_for_their_station(begin, change):
    midnight = datetime(2026, 3, 1, 23, 0, tzinfo=UTC)  # in Berlin
    for key, status, at in (
        ("yesterday", COMPLETED, midnight - MINUTE),
        ("at midnight", COMPLETED, midnight),
        ("broken off", DISCONTINUED, NOON - 5 * MINUTE),
        ("before", COMPLETED, NOON - MINUTE),
    ):
        begin(key, at - 10 * MINUTE)
        change(key, status, at)
    begin("elsewhere", NOON, "MR_1")
    change("elsewhere")
    begin("last")
    assert change("last").exams_today == 3


def test_a_station_is_busy_while_another_of_its_procedures_goes_on(begin, change):
    begin("a")
    begin("b", NOON + MINUTE)
    assert change("a").is_busy
    assert not change("b", at=NOON + 12 * MINUTE).is_busy


def test_one_that_never_ended_is_not_waited_for_for_ever(begin, change):
    begin("lost", NOON - timedelta(hours=13))
    begin("a")
    assert not change("a").is_busy


def test_old_ones_are_forgotten(begin):
    begin("old", NOON - KEPT_FOR - MINUTE)
    begin("new", NOON - KEPT_FOR + MINUTE)
    assert forget_old_procedures(NOON) == 1
    assert Procedure.objects.get().key == "new"
