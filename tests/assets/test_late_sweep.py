"""While the sweep is late: nothing that fell silent is shown as what it was doing, on no page and not over the API."""

from datetime import timedelta

import pytest

from assets.models import AssetNow
from assets.words import Activity, Basis

pytestmark = pytest.mark.django_db

STALE_AFTER = timedelta(minutes=2)


@pytest.fixture
def clock(monkeypatch, noon):
    """Turns the clock: ``clock(after)`` is so long after noon."""

    def turn(after: timedelta):
        monkeypatch.setattr("django.utils.timezone.now", lambda: noon + after)

    return turn


@pytest.fixture
def pump(make_pump, make_zone, floor, noon):
    """In use since eleven o'clock, heard of last at noon."""
    pump, bay = make_pump("P-104"), make_zone("Bay 1")
    AssetNow.objects.create(
        asset=pump, activity=Activity.IN_USE, basis=Basis.CONFIRMED, since=noon - timedelta(hours=1), floor=floor,
        zone=bay, position_at=noon, heard_at=noon, stale_at=noon + STALE_AFTER, decide_at=noon + STALE_AFTER,
    )  # fmt: skip
    return pump


PAGES = {
    "the page": "/assets/P-104/",
    "the card on the map": "/map/card/P-104/",
    "the list": "/assets/?q=P-104",
    "find": "/find/?q=P-104",
}


@pytest.mark.parametrize("address", PAGES.values(), ids=PAGES)
def test_a_page_says_so_at_the_very_moment(sign_in, biomed, pump, clock, address):
    browser = sign_in(biomed)
    clock(STALE_AFTER - timedelta(seconds=1))
    before = browser.get(address, headers={"HX-Request": "true"}).content.decode()
    clock(STALE_AFTER)
    after = browser.get(address, headers={"HX-Request": "true"}).content.decode()

    assert "activity is-in-use" in before
    assert "activity is-in-use" not in after
    assert "activity is-unheard" in after


def test_the_api_says_so_at_the_very_moment(sign_in, biomed, pump, clock):
    browser = sign_in(biomed)
    clock(STALE_AFTER)
    now = browser.get("/api/v1/assets/P-104/").json()["now"]

    assert (now["activity"], now["basis"], now["since"], now["is_stale"]) == (
        "unknown", "silence", "2026-03-02T12:02:00Z", True
    )  # fmt: skip


def test_the_file_says_so_at_the_very_moment(sign_in, biomed, pump, clock):
    browser = sign_in(biomed)
    clock(STALE_AFTER)

    assert "In use" not in browser.get("/assets/equipment.csv").content.decode()


def test_what_fell_silent_is_not_counted_as_ready(sign_in, nurse, pump, clock):
    AssetNow.objects.update(activity=Activity.AVAILABLE)
    browser = sign_in(nurse)
    clock(timedelta())
    (before,) = browser.get("/find/").context["tiles"]
    clock(STALE_AFTER)
    (after,) = browser.get("/find/").context["tiles"]

    assert (before.ready, after.ready) == (1, 0)


@pytest.mark.parametrize(
    ("activity", "basis"),
    [
        (Activity.DOWN, Basis.PERSON),
        (Activity.DIRTY, Basis.PERSON),
        (Activity.AVAILABLE, Basis.PERSON),
        (Activity.UNKNOWN, Basis.SILENCE),
    ],
)
def test_what_a_person_said_and_what_is_unknown_stand(pump, noon, activity, basis):
    row = pump.now
    row.activity, row.basis = activity, basis

    assert row.as_of(noon + timedelta(days=1)) is row


def test_the_row_itself_is_left_alone(pump, noon):
    shown = pump.now.as_of(noon + STALE_AFTER)

    assert (shown.activity, shown.basis, shown.since) == ("unknown", "silence", noon + STALE_AFTER)
    assert (shown.zone, shown.heard_at) == (pump.now.zone, noon)
    assert pump.now.activity == Activity.IN_USE


def test_equipment_that_was_never_heard_of_has_no_row(make_pump, noon):
    assert make_pump("P-1").now_as_of(noon) is None
