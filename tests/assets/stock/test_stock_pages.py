"""The pages and the API of parts."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from assets.maintenance.models import PartUsed
from assets.maintenance.orders import open_work_order
from assets.maintenance.words import Kind
from assets.stock.models import Movement, Part, Stock
from assets.stock.moving import count_parts

pytestmark = pytest.mark.django_db


@pytest.fixture
def store(make_zone):
    return make_zone("Workshop", "workshop")


@pytest.fixture
def battery(store, biomed, noon):
    """Four of them in the workshop, at least five are wanted."""
    part = Part.objects.create(number="B-12", name="Battery", unit_cost=Decimal(40))
    Stock.objects.create(part=part, store=store, minimum=5, reorder_to=10)
    count_parts(part=part, store=store, counted=4, by=biomed, now=noon)
    return part


@pytest.fixture
def repair(make_pump, biomed, noon):
    return open_work_order(asset=make_pump(), kind=Kind.CORRECTIVE, by=biomed, now=noon).order


def test_the_list_says_what_there_is_and_what_to_order(sign_in, facilities, battery):
    Part.objects.create(number="F-1", name="Filter")
    browser = sign_in(facilities)
    page = browser.get("/parts/").content.decode()
    for words in ("2 parts", "1 stock is below its minimum", "4, Workshop", "order 6", "in no store"):
        assert words in page, words
    assert "F-1" not in browser.get("/parts/?reorder=1").content.decode()
    assert "Battery" not in browser.get("/parts/?q=filt").content.decode()
    assert "B-12,Battery" in browser.get("/parts/parts.csv?reorder=1").content.decode()


def test_the_list_costs_the_same_for_three_as_for_one(
    sign_in, biomed, battery, django_assert_max_num_queries
):
    for number in range(2):
        Part.objects.create(number=f"F-{number}", name="Filter")
    browser = sign_in(biomed)
    browser.get("/parts/")
    with django_assert_max_num_queries(10):
        browser.get("/parts/")


def test_on_the_order_a_part_is_used(sign_in, biomed, battery, repair):
    browser, stock = sign_in(biomed), Stock.objects.get()
    assert f"/work/{repair.number}/use/" in browser.get(f"/work/{repair.number}/").content.decode()
    assert "Battery (B-12), Workshop: 4" in browser.get(f"/work/{repair.number}/use/").content.decode()
    browser.post(f"/work/{repair.number}/use/", {"stock": stock.pk, "quantity": "3"})
    assert PartUsed.objects.get().quantity == 3
    page = browser.post(f"/work/{repair.number}/use/", {"stock": stock.pk, "quantity": "3"}, follow=True)
    assert "there are 1 in Workshop" in page.content.decode()
    assert PartUsed.objects.count() == 1


def test_a_store_is_counted_on_a_phone(sign_in, biomed, battery, store):
    browser, stock = sign_in(biomed), Stock.objects.get()
    assert "should be 4" in browser.get(f"/parts/stores/{store.pk}/").content.decode()
    wrong = browser.post(f"/parts/stores/{store.pk}/", {f"counted-{stock.pk}": "many"})
    assert (wrong.status_code, Movement.objects.count()) == (400, 1)
    assert 'value="many"' in wrong.content.decode()
    browser.post(f"/parts/stores/{store.pk}/", {f"counted-{stock.pk}": ""})
    assert Movement.objects.count() == 1
    browser.post(f"/parts/stores/{store.pk}/", {f"counted-{stock.pk}": "6"})
    assert Movement.objects.latest("pk").change == 2


def test_they_come_in_are_counted_and_kept_on_the_page_of_the_part(sign_in, biomed, battery, store):
    browser, stock = sign_in(biomed), Stock.objects.get()
    browser.post(f"/parts/{battery.pk}/move/", {"what": "receive", "store": store.pk, "quantity": "6"})
    browser.post(f"/parts/{battery.pk}/move/", {"what": "count", "store": store.pk, "quantity": "9"})
    page = browser.get(f"/parts/{battery.pk}/").content.decode()
    for words in ("9 in all stores", "+6", "-1"):
        assert words in page, words
    keep = {"what": "keep", "stock": stock.pk, "bin": "A1", "minimum": "2", "reorder_to": "1"}
    refused = browser.post(f"/parts/{battery.pk}/move/", keep, follow=True).content.decode()
    assert "up to the minimum" in refused
    browser.post(f"/parts/{battery.pk}/move/", keep | {"reorder_to": "8"})
    stock.refresh_from_db()
    assert (stock.bin, stock.minimum, stock.reorder_to) == ("A1", 2, 8)


def test_a_table_is_brought_in_and_what_is_wrong_is_told_line_by_line(sign_in, biomed, store):
    browser = sign_in(biomed)
    rows = "number,name,cost,store\nA-1,Fuse,1,\nA-2,Lamp,free,\n"
    page = browser.post("/parts/import/", {"file": SimpleUploadedFile("parts.csv", rows.encode())})
    assert page.status_code == 400
    assert "Line 3: cost" in page.content.decode()
    assert list(Part.objects.values_list("number", flat=True)) == ["A-1"]
    assert (
        b"no column" in browser.post("/parts/import/", {"file": SimpleUploadedFile("x.csv", b"a\n")}).content
    )


def test_who_may_look_may_not_move(sign_in, facilities, battery, store):
    browser = sign_in(facilities)
    told = {"what": "receive", "store": store.pk, "quantity": "6"}
    assert browser.post(f"/parts/{battery.pk}/move/", told).status_code == 403
    assert browser.post(f"/parts/{battery.pk}/", {"number": "X", "name": "X", "unit": "x"}).status_code == 403
    assert (
        browser.post(f"/api/v1/parts/{battery.pk}/count/", {"store": store.pk, "counted": 1}).status_code
        == 403
    )
    assert (Movement.objects.count(), Part.objects.get().number) == (1, "B-12")


def test_over_the_api(sign_in, biomed, battery, store, repair):
    browser = sign_in(biomed)
    told = {"order": repair.number, "store": store.pk, "quantity": 3}
    answer = browser.post(f"/api/v1/parts/{battery.pk}/use/", told, content_type="application/json")
    assert answer.json()["stocks"][0]["on_hand"] == 1
    again = browser.post(f"/api/v1/parts/{battery.pk}/use/", told, content_type="application/json")
    assert again.status_code == 400
    assert "Workshop" in again.json()["quantity"][0]
    assert browser.get("/api/v1/parts/?reorder=true").json()["results"][0]["number"] == "B-12"


def test_what_other_sites_have_is_not_told(sign_in, biomed, battery, other_site, floor):
    floor.building.site = other_site
    floor.building.save()
    assert "in no store" in sign_in(biomed).get("/parts/").content.decode()
