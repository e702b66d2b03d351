"""The pages of the equipment pool: calendars, asking, the board, hand-over."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from assets.models import AssetNow
from assets.pool.deliveries import ask_delivery
from assets.pool.models import DeliveryRequest, HandOver, Reservation
from assets.pool.reservations import reserve_asset
from hospital.audit.models import AuditRecord

pytestmark = pytest.mark.django_db
HX = {"HX-Request": "true"}


@pytest.fixture
def tomorrow():
    """Ten o'clock tomorrow at the site, as a form sends it, and as a moment."""
    with timezone.override("Europe/Berlin"):
        moment = (timezone.localtime() + timedelta(days=1)).replace(
            hour=10, minute=0, second=0, microsecond=0
        )
        return f"{moment:%Y-%m-%dT%H:%M}", f"{moment + timedelta(hours=2):%Y-%m-%dT%H:%M}", moment


# --- Calendars ------------------------------------------------------------------------------------------------


def test_reserving_by_the_clock_of_the_site(sign_in, nurse, make_pump, tomorrow):
    make_pump()
    begin, end, moment = tomorrow
    answer = sign_in(nurse).post("/assets/P-1/reservations/", {"begin": begin, "end": end, "note": "Round"})

    kept = Reservation.objects.get()
    assert (kept.begin, kept.end, kept.note) == (moment, moment + timedelta(hours=2), "Round")
    year, week, _ = moment.isocalendar()
    assert answer["Location"] == f"/assets/P-1/reservations/?week={year}-W{week:02}"
    page = sign_in(nurse).get(answer["Location"]).content.decode()
    assert "10:00–12:00" in page
    assert AuditRecord.objects.filter(object_type="pool.reservation", actor_name="nurse").count() == 1


def test_a_conflict_says_who_and_when_and_keeps_what_was_typed(sign_in, nurse, biomed, make_pump, tomorrow):
    begin, end, moment = tomorrow
    reserve_asset(
        asset=make_pump(), begin=moment, end=moment + timedelta(hours=1), by=biomed, now=timezone.now()
    )
    page = sign_in(nurse).post("/assets/P-1/reservations/", {"begin": begin, "end": end})

    assert page.status_code == 400
    text = page.content.decode()
    assert f"{moment:%-d %b}, 10:00 –" in text
    assert "biomed" in text[text.index("It is taken then") :]
    assert f'value="{begin}"' in text
    assert Reservation.objects.count() == 1


def test_a_kind_is_reserved_for_a_unit(sign_in, nurse, make_pump, station, tomorrow):
    make_pump()
    begin, end, _ = tomorrow
    browser = sign_in(nurse)
    page = browser.post("/reservations/infusion-pump/", {"begin": begin, "end": end})
    assert "Say for which unit." in page.content.decode()
    browser.post("/reservations/infusion-pump/", {"begin": begin, "end": end, "unit": station.pk})
    assert (Reservation.objects.get().asset, Reservation.objects.get().unit) == (None, station)


def test_cancelling_offers_its_undo_once(sign_in, nurse, make_pump, tomorrow):
    kept = reserve_asset(
        asset=make_pump(),
        begin=tomorrow[2],
        end=tomorrow[2] + timedelta(hours=1),
        by=nurse,
        now=timezone.now(),
    )
    browser = sign_in(nurse)
    page = browser.post(f"/reservations/{kept.pk}/cancel/", follow=True)
    assert page.context["undo"] == kept
    browser.post(f"/reservations/{kept.pk}/restore/")
    kept.refresh_from_db()
    assert kept.cancelled_at is None
    assert browser.get("/assets/P-1/reservations/").context["undo"] is None


@pytest.mark.parametrize("week", ["2026", "2026-W54", "x-W10", "2026-W1x", "99999-W01", "2026-W00"])
def test_a_week_that_is_none_is_refused(sign_in, nurse, make_pump, week):
    make_pump()
    assert sign_in(nurse).get(f"/assets/P-1/reservations/?week={week}").status_code == 400


def test_a_manager_looks_and_does_not_reserve(sign_in, facilities, make_pump, tomorrow):
    make_pump()
    browser = sign_in(facilities)
    assert browser.get("/assets/P-1/reservations/").status_code == 200
    sent = {"begin": tomorrow[0], "end": tomorrow[1]}
    assert browser.post("/assets/P-1/reservations/", sent).status_code == 403
    assert not Reservation.objects.exists()


def test_the_page_of_the_asset_says_that_it_is_reserved(sign_in, nurse, make_pump):
    begin = timezone.now() + timedelta(hours=3)
    reserve_asset(
        asset=make_pump(), begin=begin, end=begin + timedelta(hours=1), by=nurse, now=timezone.now()
    )
    assert 'data-testid="reserved"' in sign_in(nurse).get("/assets/P-1/").content.decode()


# --- Asking ---------------------------------------------------------------------------------------------------


def test_asking_takes_one_tap_once_the_form_is_open(sign_in, nurse, make_pump, station):
    make_pump()
    nurse.home_zone = station
    nurse.save()
    browser = sign_in(nurse)
    page = browser.get("/requests/ask/?category=infusion-pump").content.decode()
    assert '<option value="infusion-pump" selected>' in page
    assert f'<option value="{station.pk}" selected>' in page

    sent = {"category": "infusion-pump", "quantity": 1, "to_zone": station.pk}
    answer = browser.post("/requests/ask/", sent)
    asked = DeliveryRequest.objects.get()
    assert (answer["Location"], asked.quantity, asked.asked_by) == (f"/requests/{asked.pk}/", 1, nurse)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"quantity": "0"}, "At least one."),
        ({"quantity": "21"}, "At most 20."),
        ({"quantity": "x"}, "A whole number is needed."),
        ({"category": "spaceship"}, "no such kind"),
        ({"to_zone": "999"}, "no such room"),
        ({"to_zone": "x"}, "no such room"),
        ({"needed_by": "2020-01-01T10:00"}, "That time is past."),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(sign_in, nurse, make_pump, station, wrong, words):
    make_pump()
    sent = {"category": "infusion-pump", "quantity": 1, "to_zone": station.pk} | wrong
    page = sign_in(nurse).post("/requests/ask/", sent)
    assert page.status_code == 400
    assert words in page.content.decode()
    assert not DeliveryRequest.objects.exists()


def test_find_without_a_hit_and_the_nurse_s_home_lead_there(sign_in, nurse, make_pump):
    make_pump()
    browser = sign_in(nurse)
    for path in ("/", "/find/?q=spaceship", "/find/?q=infusion+pump"):
        assert 'data-testid="ask-delivery"' in browser.get(path).content.decode(), path


# --- The board ------------------------------------------------------------------------------------------------


@pytest.fixture
def asked(make_pump, pumps, nurse, station, noon):
    make_pump()
    return ask_delivery(category=pumps, quantity=1, to=station, by=nurse, now=noon)


def test_the_board_from_asked_to_delivered(sign_in, biomed, nurse, asked, station):
    board = sign_in(biomed)

    def where():
        columns = board.get("/requests/", headers=HX).context["columns"]
        return [state for state, _, rows in columns if rows]

    def do(transition, **extra):
        board.post(f"/requests/{asked.pk}/move/", {"transition": transition, "board": "1", **extra})
        return where()

    assert where() == ["asked"]
    assert do("accept", seen="asked") == ["accepted"]
    assert "P-1" in board.get(f"/requests/{asked.pk}/").content.decode()
    assert do("send", asset=["P-1"]) == ["on_the_way"]
    assert do("deliver") == ["delivered"]
    assert AssetNow.objects.get().zone == station
    assert HandOver.objects.get().request == asked
    sign_in(nurse).post(f"/requests/{asked.pk}/move/", {"transition": "confirm"})
    assert sign_in(biomed).get("/requests/").context["is_empty"]


def test_who_is_second_on_the_board_is_told(sign_in, biomed, asked):
    browser = sign_in(biomed)
    for _ in range(2):
        page = browser.post(
            f"/requests/{asked.pk}/move/",
            {"transition": "accept", "seen": "asked", "board": "1"},
            follow=True,
        )
    assert "biomed was quicker" in page.content.decode()


def test_the_board_asks_the_database_as_often_for_three_as_for_one(
    sign_in, biomed, nurse, asked, pumps, station, noon, django_assert_max_num_queries
):
    browser = sign_in(biomed)
    browser.get("/requests/")
    with django_assert_max_num_queries(5):
        browser.get("/requests/", headers=HX)
    for _ in range(2):
        ask_delivery(category=pumps, quantity=1, to=station, by=nurse, now=noon)
    with django_assert_max_num_queries(5):
        browser.get("/requests/", headers=HX)


def test_what_another_site_asks_for_is_not_there(sign_in, biomed, other_site, asked):
    biomed.sites.set([other_site])
    browser = sign_in(biomed)
    assert browser.get("/requests/").context["is_empty"]
    assert browser.get(f"/requests/{asked.pk}/").status_code == 404
    assert browser.post(f"/requests/{asked.pk}/move/", {"transition": "accept"}).status_code == 404


# --- Hand-over ------------------------------------------------------------------------------------------------


def test_handing_over_places_it_and_keeps_both_ends(sign_in, nurse, make_pump, station, store):
    make_pump()
    browser = sign_in(nurse)
    for zone in (store, station):
        answer = browser.post("/assets/P-1/hand-over/", {"to_zone": zone.pk, "note": "By lift 2"})
        assert answer["Location"] == "/assets/P-1/"

    assert AssetNow.objects.get().zone == station
    last = HandOver.objects.first()
    assert (last.from_zone, last.to_zone, last.by, last.note) == (store, station, nurse, "By lift 2")
    assert "Store" in browser.get("/assets/P-1/hand-over/").content.decode()


def test_it_is_handed_to_no_room_of_another_site(
    sign_in, administrator, make_pump, make_zone, other_site, station
):
    make_pump("P-9", site=other_site)
    page = sign_in(administrator).post("/assets/P-9/hand-over/", {"to_zone": station.pk})
    assert page.status_code == 400
    assert not HandOver.objects.exists()
