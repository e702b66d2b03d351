"""The pages of loans: lists, file, check-out, one loan, calendar, a booking, programmes; and where else it is said."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from assets.find import Readiness, find_equipment
from assets.loans.lending import Whom
from assets.loans.models import Loan, Programme
from assets.loans.words import LoanKind
from assets.models import AssetNow
from assets.observation import Observation, ReadingValue, Subject, SubjectKind
from assets.pool.models import Reservation
from assets.pool.reservations import reserve_asset, reserve_category
from assets.record import record_observations
from hospital.audit.models import AuditRecord

pytestmark = [pytest.mark.django_db]


@pytest.fixture(autouse=True)
def _clock(monkeypatch, noon):
    monkeypatch.setattr("django.utils.timezone.now", lambda: noon)


@pytest.fixture
def engineer(sign_in, biomed):
    return sign_in(biomed)


def posted(asset="P-1", kind="department", **told):
    return {
        "asset": asset,
        "kind": kind,
        "begin": "",
        "due_at": "2026-03-09T13:00",
        "key": str(uuid4()),
    } | told


def test_it_is_lent_in_the_clock_of_its_site_and_in_the_trail(engineer, pump, ward, at):
    answer = engineer.post("/loans/new/", posted(department=ward.pk))
    loan = Loan.objects.get()
    assert (answer.status_code, answer.url) == (302, f"/loans/{loan.pk}/")
    assert (loan.due_at, loan.department) == (at(7), ward)
    assert AuditRecord.objects.get(object_type="loans.loan").actor_name == "biomed"


def test_the_form_sent_twice_lends_once(engineer, pump, ward):
    sent = posted(department=ward.pk)
    assert engineer.post("/loans/new/", sent).url == engineer.post("/loans/new/", sent).url
    assert Loan.objects.count() == 1


def test_what_is_wrong_stands_at_its_field_and_what_was_typed_stays(engineer, pump, ward):
    answer = engineer.post("/loans/new/", posted(asset="P-9", department=ward.pk, note="For a move"))
    assert answer.status_code == 400
    assert answer.context["form"].errors["asset"] == ["There is no such equipment at your sites."]
    assert "For a move" in answer.content.decode()


def test_a_reference_with_a_name_is_refused_and_not_shown_again(engineer, pump, home):
    page = engineer.get("/loans/new/?kind=home").content.decode()
    assert "We hold no patient data" in page
    assert 'name="note"' not in page
    sent = posted(kind="home", programme=home.pk, reference="Maria Meier 1950", due_at="")
    answer = engineer.post("/loans/new/", sent)
    assert answer.status_code == 400
    assert "No names, no dates of birth" in answer.content.decode()
    assert "Meier" not in answer.content.decode()
    assert f'value="{sent["asset"]}"' in answer.content.decode()  # all else stays as it was typed
    assert not AuditRecord.objects.filter(object_type="loans.loan").exists()


def test_from_a_booking_to_its_return_with_damage_and_an_order(
    engineer, pump, spare, ward, biomed, noon, at, photo
):
    kept = reserve_asset(asset=pump, begin=noon, end=at(2), by=biomed, now=noon)
    assert f"/loans/new/?booking={kept.pk}" in engineer.get(f"/loans/bookings/{kept.pk}/").content.decode()
    form = engineer.get(f"/loans/new/?booking={kept.pk}&kind=rental").context["form"]
    assert (form["asset"].value(), form["booking"].value()) == ("P-1", kept.pk)
    engineer.post("/loans/new/", posted(department=ward.pk, booking=kept.pk, due_at="2026-03-04T13:00"))
    loan = Loan.objects.get()
    assert loan.reservation == kept
    sent = {"transition": "return", "version": 1, "condition": "damaged", "note": "Door",
            "photo": SimpleUploadedFile("p.jpg", photo)}  # fmt: skip
    engineer.post(f"/loans/{loan.pk}/move/", sent)
    loan.refresh_from_db()
    assert (loan.state, loan.order.kind) == ("returned", "corrective")
    page = engineer.get(f"/loans/{loan.pk}/").content.decode()
    assert f"/work/{loan.order_id}/" in page
    picture = engineer.get(f"/loans/photos/{loan.photos.get().pk}.jpg")
    assert (picture["Content-Type"], picture["X-Content-Type-Options"]) == ("image/jpeg", "nosniff")


def test_a_refused_step_names_its_field_on_the_page(engineer, lend):
    loan = lend(7)
    sent = {"transition": "return", "condition": "clean", "at": "2026-03-01T10:00"}
    answer = engineer.post(f"/loans/{loan.pk}/move/", sent, follow=True)
    assert "at: That is before the loan" in answer.content.decode()


def test_lists_are_of_what_is_out_overdue_here_and_over(engineer, lend, make_pump, at):
    lend(7)
    lend(1, asset=make_pump("P-2"), now=at(-3), begin=at(-3), due_at=at(-1))
    lend(7, asset=make_pump("R-1", ownership="rented"), whom=Whom(LoanKind.RENTAL, partner="Lendwell"))

    def tags(show):
        return [loan.asset.asset_tag for loan, *_ in engineer.get(f"/loans/?show={show}").context["lines"]]

    assert (tags("out"), tags("overdue"), tags("in"), tags("over")) == (["P-2", "P-1"], ["P-2"], ["R-1"], [])
    assert engineer.get("/loans/?show=all").status_code == 400


def test_a_list_takes_as_many_queries_for_ten_as_for_one(
    engineer, lend, make_pump, django_assert_max_num_queries
):
    for number in range(10):
        lend(7, asset=make_pump(f"Q-{number}"))
    with django_assert_max_num_queries(14):
        engineer.get("/loans/")
    with django_assert_max_num_queries(16):
        engineer.get("/loans/calendar/")


def test_the_file_has_no_formulas_and_no_made_up_cost(engineer, lend, make_pump):
    lend(7, note="=1+1")
    lend(7, asset=make_pump("R-1", ownership="rented"), whom=Whom(LoanKind.RENTAL, partner="@Lend"))
    rows = list(csv.DictReader(io.StringIO(engineer.get("/loans/loans.csv").content.decode())))
    assert (rows[0]["note"], rows[0]["due back"], rows[0]["cost"]) == ("'=1+1", "2026-03-09T13:00+01:00", "")
    rows = list(csv.DictReader(io.StringIO(engineer.get("/loans/loans.csv?show=in").content.decode())))
    assert (rows[0]["whom"], rows[0]["days"], rows[0]["cost"]) == ("'@Lend", "1", "")


def test_a_booking_is_cancelled_with_a_reason_and_not_without(engineer, pump, biomed, noon, at):
    kept = reserve_asset(asset=pump, begin=at(1), end=at(2), by=biomed, now=noon)
    assert engineer.post(f"/loans/bookings/{kept.pk}/", {"reason": " "}).status_code == 400
    kept.refresh_from_db()
    assert kept.cancelled_at is None
    engineer.post(f"/loans/bookings/{kept.pk}/", {"reason": "Not needed"})
    kept.refresh_from_db()
    assert (kept.cancelled_at, kept.cancel_reason) == (noon, "Not needed")
    assert "Not needed" in engineer.get(f"/loans/bookings/{kept.pk}/").content.decode()


def test_the_calendar_shows_each_day_of_bookings_and_loans_and_nothing_cancelled(
    engineer, pump, spare, make_pump, pumps, biomed, noon, at, make_zone, lend
):
    third = make_pump("P-3")
    reserve_asset(asset=spare, begin=at(1), end=at(2), by=biomed, now=noon)
    gone = reserve_asset(asset=third, begin=at(1), end=at(2), by=biomed, now=noon)
    Reservation.objects.filter(pk=gone.pk).update(cancelled_at=noon)
    reserve_category(category=pumps, unit=make_zone("Station"), begin=at(1), end=at(1.1), by=biomed, now=noon)
    lend(3)
    page = engineer.get("/loans/calendar/?view=week&day=2026-03-02")
    days = {
        row.asset.asset_tag if row.asset else None: [day.day for day, entries in row.cells if entries]
        for row in page.context["rows"]
    }
    assert days == {None: [3], "P-1": [2, 3, 4, 5], "P-SPARE": [3, 4]}
    month = engineer.get("/loans/calendar/?view=month&day=2026-03-02&category=infusion-pump")
    assert len(month.context["rows"][1].cells) == 31
    assert [row.asset.asset_tag for row in month.context["rows"][1:]] == ["P-1", "P-3", "P-SPARE"]


@pytest.mark.parametrize("query", ["view=year", "day=yesterday", "day=1999-01-01"])
def test_what_no_calendar_has_is_a_mistake_that_is_named(engineer, query):
    assert engineer.get(f"/loans/calendar/?{query}").status_code == 400


def test_a_nurse_sees_the_calendar_without_loans(sign_in, nurse, lend):
    lend(3)
    page = sign_in(nurse).get("/loans/calendar/?day=2026-03-02")
    assert page.status_code == 200
    assert page.context["lines"] == []


def test_a_programme_says_when_each_device_was_heard_and_its_battery(engineer, pump, home, lend, noon):
    heard = noon - timedelta(hours=2)
    told = ReadingValue("battery_charge", 41.0)
    subject = Subject(SubjectKind.ASSET, str(pump.pk))
    record_observations([Observation(subject, "home:1", heard, heard, readings=(told,))])
    lend(None, whom=Whom(LoanKind.HOME, programme=home, reference="HM-00421"))
    page = engineer.get(f"/loans/programmes/{home.pk}/").content.decode()
    assert "HM-00421" in page
    assert "2 h ago" in page
    assert (
        "41 %" in page.replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ")
        or "41%" in page
    )
    listed = engineer.get("/loans/programmes/").context["page"].object_list[0]
    assert (listed.lent, listed.late) == (1, 0)


def test_a_programme_is_made_with_a_code_of_letters(engineer):
    sent = {"name": "Oxygen", "code": "o2", "default_days": "90", "is_current": "on"}
    assert engineer.post("/loans/programmes/new/", sent).status_code == 400
    assert engineer.post("/loans/programmes/new/", sent | {"code": "ox"}).status_code == 302
    assert Programme.objects.get().code == "OX"


def test_its_page_its_card_and_find_say_who_has_it(sign_in, nurse, pump, lend, noon, make_zone):
    store = make_zone("Store", "clean_store")
    AssetNow.objects.create(
        asset=pump, activity="available", basis="zone", zone=store, floor=store.floor, heard_at=noon,
        position_at=noon, stale_at=noon + timedelta(hours=1),
    )  # fmt: skip
    browser = sign_in(nurse)
    assert "On loan" not in browser.get("/find/?q=pump").content.decode()
    lend(3)
    for address in ("/assets/P-1/", "/map/card/P-1/", "/find/?q=pump"):
        assert "On loan to Ward 3 West until 5 Mar, 13:00" in browser.get(address).content.decode(), address
    (hit,) = find_equipment(text="pump", near=None, user=nurse, now=noon).hits
    assert hit.readiness is Readiness.NOT


def test_the_panel_of_its_page_has_loans_and_bookings(engineer, pump, spare, biomed, noon, at, lend):
    reserve_asset(asset=pump, begin=at(4), end=at(5), by=biomed, now=noon)
    lend(3)
    panel = engineer.get("/loans/of/P-1/").content.decode()
    assert 'data-testid="loan-of-asset"' in panel
    assert 'data-testid="booking-of-asset"' in panel
    assert "/loans/new/" not in panel
    assert "/loans/new/?asset=P-SPARE" in engineer.get("/loans/of/P-SPARE/").content.decode()
