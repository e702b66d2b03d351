"""The list of all equipment: its filters are its address."""

import csv
import io
from datetime import timedelta

import pytest

from assets.models import AssetNow, Category, EquipmentModel
from assets.tables import safe_cell
from assets.words import Activity, Basis
from locations.models import Building, Floor

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock(monkeypatch, noon):
    monkeypatch.setattr("django.utils.timezone.now", lambda: noon)


@pytest.fixture
def fleet(make_pump, floor, make_zone, noon, ward):
    """P-1 ready in the store, P-2 in use, P-3 never heard of."""
    store = make_zone("Clean store")
    first, second, third = (
        make_pump("P-1", department=ward, serial_number="SN-77"),
        make_pump("P-2"),
        make_pump("P-3"),
    )
    AssetNow.objects.create(
        asset=first, activity=Activity.AVAILABLE, basis=Basis.ZONE, since=noon - timedelta(hours=2),
        floor=floor, zone=store, position_at=noon, heard_at=noon - timedelta(seconds=30), battery_percent=82,
    )  # fmt: skip
    AssetNow.objects.create(
        asset=second, activity=Activity.IN_USE, basis=Basis.CONFIRMED, since=noon, heard_at=noon
    )
    return first, second, third


def tags(page):
    return [asset.asset_tag for asset in page.context["page"]]


def test_everything_in_service_is_listed(sign_in, nurse, fleet, make_pump, noon):
    make_pump("P-4", retired_at=noon)
    assert tags(sign_in(nurse).get("/assets/")) == ["P-1", "P-2", "P-3"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("activity=available", ["P-1"]),
        ("activity=unknown", ["P-3"]),
        ("floor=main-1", ["P-1"]),
        ("category=infusion-pump", ["P-1", "P-2", "P-3"]),
        ("q=sn-77", ["P-1"]),
        ("q=meridian+p-2", ["P-2"]),
        ("q=meridian+giraffe", []),
        ("department=3w", ["P-1"]),
        ("activity=in_use&q=P", ["P-2"]),
    ],
)
def test_filters_narrow_the_list(sign_in, nurse, fleet, query, found):
    assert tags(sign_in(nurse).get(f"/assets/?{query}")) == found


@pytest.mark.parametrize(
    "query",
    [
        "activity=asleep",
        "category=giraffe",
        "floor=main-9",
        "sort=colour",
        "sort=--tag",
        "page=two",
        "page=%00",
    ],
)
def test_a_malformed_filter_is_refused(sign_in, nurse, fleet, query):
    assert sign_in(nurse).get(f"/assets/?{query}").status_code == 400


def test_a_page_beyond_the_last_is_not_there(sign_in, nurse, fleet):
    assert sign_in(nurse).get("/assets/?page=2").status_code == 404


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("tag", ["P-1", "P-2", "P-3"]),
        ("-tag", ["P-3", "P-2", "P-1"]),
        ("heard", ["P-1", "P-2", "P-3"]),
        ("-heard", ["P-2", "P-1", "P-3"]),
        ("activity", ["P-1", "P-2", "P-3"]),
        ("place", ["P-1", "P-2", "P-3"]),
    ],
)
def test_columns_sort_both_ways_with_the_unknown_last(sign_in, nurse, fleet, sort, order):
    assert tags(sign_in(nurse).get(f"/assets/?sort={sort}")) == order


def test_the_sorted_column_says_so_and_turns_round(sign_in, nurse, fleet):
    columns = {c.name: c for c in sign_in(nurse).get("/assets/?sort=heard").context["columns"]}
    assert (columns["heard"].direction, columns["heard"].next) == ("ascending", "-heard")
    assert (columns["tag"].direction, columns["tag"].next) == ("", "tag")


def test_counts_follow_the_other_filters(sign_in, nurse, fleet):
    page = sign_in(nurse).get("/assets/?activity=available")
    counts = {row["value"]: row["count"] for row in page.context["activities"]}
    assert counts == {"down": 0, "in_use": 1, "dirty": 0, "available": 1, "in_transit": 0, "unknown": 1}
    assert page.context["total"] == 3


def test_equipment_and_floors_of_a_foreign_site_are_neither_listed_nor_counted(
    sign_in, nurse, fleet, make_pump, other_site
):
    building = Building.objects.create(site=other_site, name="Far", slug="far")
    Floor.objects.create(building=building, name="Level 0", slug="far-0", level=0)
    make_pump("P-9", site=other_site)
    page = sign_in(nurse).get("/assets/")
    assert (tags(page), page.context["total"]) == (["P-1", "P-2", "P-3"], 3)
    assert [floor.slug for floor in page.context["floors"]] == ["main-1"]
    assert sign_in(nurse).get("/assets/?floor=far-0").status_code == 400


def test_nothing_left_says_what_to_do(sign_in, nurse, fleet):
    assert "Take one of them away" in sign_in(nurse).get("/assets/?q=giraffe").content.decode()


def test_an_open_page_asks_for_the_table_alone(sign_in, nurse, fleet):
    text = sign_in(nurse).get("/assets/?q=P-1", headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in text
    assert "P-1" in text


def test_an_asset_never_heard_of_reads_as_not_heard(sign_in, nurse, fleet):
    text = sign_in(nurse).get("/assets/?q=P-3").content.decode()
    assert "Not heard" in text
    assert "never" in text


def test_a_long_list_has_pages(sign_in, nurse, make_pump):
    for number in range(51):
        make_pump(f"P-{number:02}")
    client = sign_in(nurse)
    assert len(tags(client.get("/assets/"))) == 50
    assert tags(client.get("/assets/?page=2")) == ["P-50"]


def test_more_rows_need_no_more_queries(sign_in, nurse, make_pump, floor, django_assert_max_num_queries):
    client, counts = sign_in(nurse), []
    for numbers in ((1,), (2, 3)):
        for number in numbers:
            AssetNow.objects.create(asset=make_pump(f"P-{number}"), floor=floor)
        client.get("/assets/")
        with django_assert_max_num_queries(12) as queries:
            client.get("/assets/")
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_who_is_not_signed_in_is_sent_to_sign_in(client):
    for address in ("/assets/", "/assets/equipment.csv"):
        assert client.get(address).url.startswith("/sign-in/")


# --- The file ---
def rows_of(page):
    return list(csv.reader(io.StringIO(page.content.decode())))


def test_the_file_has_every_row_with_times_of_the_site(sign_in, nurse, fleet):
    page = sign_in(nurse).get("/assets/equipment.csv")
    assert page["Content-Disposition"] == 'attachment; filename="equipment-2026-03-02.csv"'
    heading, first, _, third = rows_of(page)
    assert heading[:3] == ["Asset tag", "Category", "Manufacturer"]
    assert first == [
        "P-1", "Infusion pump", "Meridian", "Infusa 200", "SN-77", "Ward 3 West", "Ready",
        "from the room it is in",
        "2026-03-02T11:00:00+01:00", "Level 1", "Clean store", "2026-03-02T13:00:00+01:00", "82.0",
        "2026-03-02T12:59:30+01:00",
    ]  # fmt: skip
    assert third[6:] == ["Not heard", "nothing heard", "", "", "", "", "", ""]


def test_the_file_holds_what_the_filters_leave_of_all_pages(sign_in, nurse, make_pump):
    for number in range(60):
        make_pump(f"P-{number:02}")
    client = sign_in(nurse)
    assert len(rows_of(client.get("/assets/equipment.csv?q=P-"))) == 61
    assert len(rows_of(client.get("/assets/equipment.csv?q=P-07"))) == 2


def test_the_file_leaves_foreign_sites_out(sign_in, nurse, make_pump, other_site):
    make_pump("P-9", site=other_site)
    assert len(rows_of(sign_in(nurse).get("/assets/equipment.csv"))) == 1


def test_what_a_spreadsheet_would_run_is_text(sign_in, nurse, make_pump, pumps):
    evil = EquipmentModel.objects.create(manufacturer="=HYPERLINK(1)", name="@SUM(A1)", category=pumps)
    make_pump("P-1", model=evil, serial_number="-1+2")
    _, row = rows_of(sign_in(nurse).get("/assets/equipment.csv"))
    assert row[2:5] == ["'=HYPERLINK(1)", "'@SUM(A1)", "'-1+2"]


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@x", "\t=1", "\r=1", "\n=1"])
def test_cells_that_begin_like_a_formula_get_an_apostrophe(text):
    assert safe_cell(text) == f"'{text}"


@pytest.mark.parametrize(("value", "cell"), [("P-1", "P-1"), (None, ""), (82.0, "82.0"), ("a=b", "a=b")])
def test_other_cells_stay_as_they_are(value, cell):
    assert safe_cell(value) == cell


def test_the_category_with_no_equipment_still_is_a_filter(sign_in, nurse, fleet):
    Category.objects.create(name="Bed", plural="Beds", slug="bed")
    assert tags(sign_in(nurse).get("/assets/?category=bed")) == []
