"""What is reserved, as one who looks for equipment sees it."""

from datetime import timedelta

import pytest

from assets.find import Readiness, find_equipment
from assets.find.reserved import Reserved, first_of
from assets.models import AssetNow
from assets.pool.models import Reservation
from assets.words import Activity, Basis
from locations.models import Department
from locations.zones import ZoneKind

READY, SOON, NOT = Readiness


@pytest.fixture
def store(make_zone):
    return make_zone("Store", ZoneKind.CLEAN_STORE)


@pytest.fixture
def unit(make_zone, site):
    """The unit that reserves."""
    department = Department.objects.create(site=site, name="3 West", code="3-west")
    return make_zone("Base 3 West", ZoneKind.NURSE_STATION, department=department)


@pytest.fixture
def pump(make_pump, store, noon):
    """A pump that is ready in the store."""
    asset = make_pump("P-1")
    AssetNow.objects.create(
        asset=asset, activity=Activity.AVAILABLE, basis=Basis.ZONE, zone=store, floor=store.floor,
        heard_at=noon, stale_at=noon + timedelta(days=1),
    )  # fmt: skip
    return asset


@pytest.fixture
def reserve(pump, pumps, site, unit, biomed, noon):
    """Reserves the pump for the unit, in minutes from noon: ``reserve(30, 90)``."""

    def make(begin, end, **extra):
        told = {"unit": unit, "by": biomed, **extra}
        return Reservation.objects.create(
            asset=pump, category=pumps, site=site, made_at=noon - timedelta(days=1),
            begin=noon + timedelta(minutes=begin), end=noon + timedelta(minutes=end), **told,
        )  # fmt: skip

    return make


@pytest.fixture
def hit(nurse, noon):
    """The pump as the nurse finds it at noon."""

    def ask(near=None):
        (found,) = find_equipment(text="pump", near=near, user=nurse, now=noon).hits
        return found

    return ask


@pytest.mark.databases
@pytest.mark.parametrize(
    ("begin", "end", "readiness"),
    [
        (-60, 300, NOT),  # with others for hours
        (-60, 90, SOON),  # with others, and due back
        (30, 300, NOT),  # too short a time to use it
        (60, 300, READY),
        (13 * 60, 14 * 60, READY),
        (-60, -1, READY),
    ],
)
def test_what_others_reserved_is_offered_only_when_there_is_time_to_use_it(
    reserve, hit, begin, end, readiness
):
    reserve(begin, end)
    assert hit().readiness is readiness


@pytest.mark.django_db
def test_it_says_for_whom_and_when(reserve, hit, noon):
    reserve(120, 300)
    kept = hit().reserved
    assert (kept.who, kept.begin, kept.is_own) == ("3 West", noon + timedelta(hours=2), False)


@pytest.mark.django_db
def test_what_is_far_ahead_or_cancelled_is_not_spoken_of(reserve, hit, noon):
    reserve(13 * 60, 14 * 60)
    reserve(30, 90, cancelled_at=noon)
    assert hit().reserved is None


@pytest.mark.django_db
def test_ones_own_reservation_does_not_stand_in_ones_way(reserve, hit, unit, nurse):
    reserve(-60, 300)
    assert hit(near=unit).readiness is READY
    assert hit(near=unit).reserved.is_own
    assert hit().readiness is NOT
    Reservation.objects.update(by=nurse)
    assert hit().readiness is READY


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("activity", "readiness"),
    [(Activity.IN_USE, SOON), (Activity.DOWN, NOT), (Activity.DIRTY, NOT)],
)
def test_what_is_in_use_until_its_reservation_ends_is_due_back(reserve, hit, activity, readiness):
    reserve(-60, 30)
    AssetNow.objects.update(activity=activity, basis=Basis.CONFIRMED)
    assert hit().readiness is readiness


def test_it_is_not_due_back_when_the_next_reservation_follows_too_soon(noon):
    def kept(begin, end):
        return Reserved(noon + timedelta(minutes=begin), noon + timedelta(minutes=end), "3 West")

    assert first_of([kept(-60, 30), kept(91, 200)], noon).is_due_back
    follows = first_of([kept(-60, 30), kept(89, 200)], noon)
    assert (follows.is_due_back, follows.free_at) == (False, noon + timedelta(minutes=200))


@pytest.mark.django_db
def test_what_is_reserved_soon_does_not_count_as_ready(reserve, nurse, noon):
    reserve(30, 90)
    found = find_equipment(text="pump", near=None, user=nurse, now=noon)
    assert (found.ready, found.others, found.next_free) == (0, 1, None)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("begin", "end", "words"),
    [
        (120, 300, "Reserved from 14:00 by 3 West"),
        (-60, 300, "Reserved by 3 West until 17:00"),
        (-60, 30, "Due back from 3 West at 12:30"),
    ],
)
def test_the_page_says_it(sign_in, nurse, site, reserve, noon, monkeypatch, begin, end, words):
    monkeypatch.setattr("django.utils.timezone.now", lambda: noon)
    type(site).objects.update(timezone="UTC")
    reserve(begin, end)
    page = " ".join(sign_in(nurse).get("/find/?q=pump").content.decode().split())
    assert words in page
