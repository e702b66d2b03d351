"""The pages of maintenance: the list, one order, photos, and the buttons on a piece of equipment."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from assets.maintenance.acts import act_on
from assets.maintenance.attaching import add_photo
from assets.maintenance.models import Act, WorkOrder, WorkPhoto
from assets.maintenance.orders import open_work_order
from assets.maintenance.words import ActKind, Kind
from assets.models import AssetNow
from hospital.audit.models import AuditRecord

pytestmark = pytest.mark.django_db
HX = {"HX-Request": "true"}


@pytest.fixture
def repair(make_pump, nurse, noon):
    return open_work_order(
        asset=make_pump(), kind=Kind.CORRECTIVE, by=nurse, now=noon, note="Door jams"
    ).order


def file(content, name="photo.jpg"):
    return SimpleUploadedFile(name, content, content_type="image/jpeg")


# --- The list -------------------------------------------------------------------------------------------------


def numbers(response):
    return [order.number for order in response.context["page"]]


def test_the_list_shows_what_is_open_with_counts_by_state(sign_in, biomed, make_pump, repair, noon):
    WorkOrder.objects.create(
        asset=make_pump("P-2"), kind="cleaning", team="pool", state="done", opened_at=noon, closed_at=noon
    )
    page = sign_in(biomed).get("/work/")

    assert numbers(page) == [repair.number]
    assert page.context["open_count"] == 1
    assert {state: count for state, _, count in page.context["states"] if count} == {"request": 1}
    assert {state for state, _, count in page.context["states"] if count is None} == {
        "verified",
        "withdrawn",
        "cancelled",
    }, "what is closed is too much to count"


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=jams", 1), ("q=P-1", 1), ("q=nowhere", 0), ("kind=cleaning", 0), ("kind=corrective", 1),
        ("team=biomed", 1), ("team=pool", 0), ("state=done", 0), ("state=request", 1),
        ("category=infusion-pump", 1), ("priority=3", 1), ("is_unverified=true", 0),
    ],
)  # fmt: skip
def test_filters_are_the_address(sign_in, biomed, repair, query, found):
    assert len(numbers(sign_in(biomed).get(f"/work/?{query}"))) == found


@pytest.mark.parametrize("query", ["state=flying", "kind=x", "page=x", "priority=9", "category=none"])
def test_a_malformed_filter_is_refused(sign_in, biomed, repair, query):
    assert sign_in(biomed).get(f"/work/?{query}").status_code == 400


def test_an_empty_list_says_what_comes_to_it(sign_in, biomed):
    assert "Nothing is waiting for you" in sign_in(biomed).get("/work/").content.decode()


def test_the_list_asks_the_database_as_often_for_three_orders_as_for_one(
    sign_in, biomed, make_pump, nurse, noon, repair, django_assert_max_num_queries
):
    browser = sign_in(biomed)
    browser.get("/work/")
    with django_assert_max_num_queries(14):
        browser.get("/work/")
    for tag in ("P-2", "P-3"):
        open_work_order(asset=make_pump(tag), kind=Kind.CORRECTIVE, by=nurse, now=noon)
    with django_assert_max_num_queries(14):
        assert len(numbers(browser.get("/work/"))) == 3


# --- One order ------------------------------------------------------------------------------------------------


def test_a_card_that_is_moved_leads_back_to_the_board_as_it_was_filtered(sign_in, biomed, repair):
    browser, move = sign_in(biomed), f"/work/{repair.number}/move/"
    board = browser.get("/work/board/?kind=corrective&q=INF").content.decode()
    assert 'name="filters" value="kind=corrective&amp;q=INF"' in board

    told = {"transition": "triage", "to": "board", "filters": "kind=corrective&q=INF"}
    assert browser.post(move, told).headers["Location"] == "/work/board/?kind=corrective&q=INF"
    elsewhere = browser.post(move, {"transition": "begin", "to": "board", "filters": "//evil.example/?a=1"})
    assert elsewhere.headers["Location"].startswith("/work/board/?")
    assert browser.post(move, {"transition": "cancel", "to": "board"}).headers["Location"] == "/work/board/"


def test_an_order_is_moved_by_its_buttons_and_the_trail_says_by_whom(sign_in, biomed, repair):
    browser = sign_in(biomed)
    page = browser.get(f"/work/{repair.number}/")
    assert [step.key for step in page.context["steps"]] == ["triage", "assign", "begin", "decline", "cancel"]
    assert page.context["finish"].key == "finish"

    browser.post(f"/work/{repair.number}/move/", {"transition": "begin", "seen": "request"})

    repair.refresh_from_db()
    assert (repair.state, repair.assigned_to) == ("in_progress", biomed)
    record = AuditRecord.objects.filter(object_type="maintenance.workorder").latest("pk")
    assert (record.actor_name, record.changes["state"]) == ("biomed", ["request", "in_progress"])


def test_who_comes_second_is_told_and_nothing_happens(sign_in, biomed, repair):
    browser = sign_in(biomed)
    browser.post(f"/work/{repair.number}/move/", {"transition": "begin", "seen": "request"})
    page = browser.post(
        f"/work/{repair.number}/move/", {"transition": "finish", "seen": "request"}, follow=True
    )
    assert "biomed was quicker: it is “In progress” now." in page.content.decode()
    assert WorkOrder.objects.get().state == "in_progress"


def test_a_comment_and_a_priority(sign_in, biomed, repair):
    browser = sign_in(biomed)
    browser.post(f"/work/{repair.number}/comment/", {"note": "Vendor called"})
    browser.post(f"/work/{repair.number}/priority/", {"priority": "1"})
    browser.post(f"/work/{repair.number}/priority/", {"priority": "17"})

    repair.refresh_from_db()
    assert repair.priority == 1
    assert [event.what for event in repair.events.all()] == ["opened", "comment", "priority"]


def test_orders_of_other_sites_are_not_there(sign_in, biomed, other_site, make_pump, nurse, noon, picture):
    order = open_work_order(
        asset=make_pump("FAR-1", site=other_site), kind=Kind.CORRECTIVE, by=nurse, now=noon
    ).order
    photo = add_photo(order=order, content=picture(), by=nurse, now=noon)
    browser = sign_in(biomed)

    assert numbers(browser.get("/work/")) == []
    for path in (f"/work/{order.number}/", f"/work/photos/{photo.pk}.jpg", "/acts/FAR-1/"):
        assert browser.get(path).status_code == 404, path
    assert browser.post(f"/work/{order.number}/move/", {"transition": "begin"}).status_code == 404
    assert browser.post("/acts/FAR-1/broken/").status_code == 404


# --- Photos ---------------------------------------------------------------------------------------------------


def test_a_photo_is_served_to_those_who_may_see_the_order_and_as_nothing_else(
    sign_in, biomed, nurse, repair, picture
):
    sign_in(biomed).post(f"/work/{repair.number}/photos/", {"photo": file(picture(), "../../x.html")})
    photo = WorkPhoto.objects.get()

    answer = sign_in(biomed).get(f"/work/photos/{photo.pk}.jpg")
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/jpeg")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Disposition"].startswith(f'inline; filename="order-{repair.number}-')
    assert "default-src 'none'" in answer["Content-Security-Policy"]
    assert sign_in(nurse).get(f"/work/photos/{photo.pk}.jpg").status_code == 403


@pytest.mark.parametrize("sent", [{}, {"photo": file(b"<html>")}])
def test_what_is_no_photo_is_refused_with_a_message(sign_in, biomed, repair, sent):
    page = sign_in(biomed).post(f"/work/{repair.number}/photos/", sent, follow=True)
    assert "is-error" in page.content.decode()
    assert not WorkPhoto.objects.exists()


# --- The buttons ----------------------------------------------------------------------------------------------


def test_a_tap_of_a_nurse_and_its_undo(sign_in, nurse, make_pump):
    make_pump()
    browser = sign_in(nurse)
    answer = browser.post("/acts/P-1/broken/", {"key": str(uuid4())}, headers=HX)

    assert "Biomedical engineering is told" in answer.content.decode()
    assert AssetNow.objects.get().activity == "down"
    assert AuditRecord.objects.filter(object_type="maintenance.act", actor_name="nurse").count() == 1

    answer = browser.post("/acts/P-1/undo/", {"act": str(Act.objects.get().key)}, headers=HX)
    assert "act-broken" in answer.content.decode()
    assert AssetNow.objects.get().activity == "unknown"


def test_a_photo_after_the_tap_goes_to_its_order(sign_in, nurse, make_pump, picture):
    make_pump()
    browser = sign_in(nurse)
    browser.post("/acts/P-1/broken/", headers=HX)
    order = WorkOrder.objects.get()

    sent = {"order": order.number, "photo": file(picture())}
    assert (
        "The photo is with the order" in browser.post("/acts/P-1/photo/", sent, headers=HX).content.decode()
    )
    assert order.photos.get().by == nurse


def test_without_scripts_the_buttons_lead_back_to_the_page(sign_in, nurse, make_pump):
    make_pump()
    answer = sign_in(nurse).post("/acts/P-1/dirty/")
    assert (answer.status_code, answer["Location"]) == (302, "/assets/P-1/")
    assert AssetNow.objects.get().activity == "dirty"


def test_why_something_is_not_possible_stands_where_the_buttons_are(sign_in, nurse, make_pump):
    pump = make_pump()
    act_on(asset=pump, kind=ActKind.BROKEN, by=nurse, now=timezone.now() - timedelta(minutes=5))
    page = sign_in(nurse).post("/acts/P-1/cleaned/", headers=HX).content.decode()
    assert "It is out of service by order" in page


@pytest.mark.parametrize(
    ("said", "buttons"),
    [("dirty", ["cleaned", "broken"]), ("cleaned", ["broken", "dirty"]), ("broken", ["broken", "dirty"])],
)
def test_the_buttons_follow_what_it_is(sign_in, nurse, make_pump, said, buttons):
    pump = make_pump()
    act_on(asset=pump, kind=ActKind(said), by=nurse, now=timezone.now() - timedelta(minutes=5))
    page = sign_in(nurse).get("/assets/P-1/").content.decode()

    found = sorted((page.find(f'data-testid="act-{kind}"'), kind) for kind in ActKind.values)
    assert [kind for place, kind in found if place >= 0] == buttons


def test_who_may_only_look_has_no_buttons(sign_in, facilities, make_pump):
    make_pump()
    assert 'data-testid="acts"' not in sign_in(facilities).get("/assets/P-1/").content.decode()


def test_the_card_of_the_map_has_them_too(sign_in, nurse, make_pump):
    make_pump()
    assert 'data-testid="act-broken"' in sign_in(nurse).get("/map/card/P-1/").content.decode()
