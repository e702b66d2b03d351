"""Pages of work orders: board, new orders, bulk acts, the bedside without scripts, files; and the API beside them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from assets.maintenance.attaching import add_file
from assets.maintenance.models import Downtime, Labour, Mention, OrderTemplate, PartUsed, WorkOrder
from assets.maintenance.orders import comment_on, move_work_order, open_work_order
from assets.maintenance.words import Kind
from hospital.audit.models import AuditRecord

pytestmark = pytest.mark.django_db


@pytest.fixture
def repair(make_pump, nurse, noon):
    return open_work_order(
        asset=make_pump(), kind=Kind.CORRECTIVE, by=nurse, now=noon, note="Door jams"
    ).order


@pytest.fixture
def post(sign_in, biomed):
    def send(path, body):
        return sign_in(biomed).post(f"/api/v1/work-orders/{path}", body, content_type="application/json")

    return send


# --- The board and the table ----------------------------------------------------------------------------------


def test_the_board_has_a_column_for_each_open_state_and_the_steps_of_each_card(sign_in, biomed, repair):
    columns = sign_in(biomed).get("/work/board/").context["columns"]
    assert [(state.value, count) for state, count, _rows in columns] == [
        ("request", 1), ("triage", 0), ("assigned", 0), ("in_progress", 0), ("waiting", 0), ("done", 0),
    ]  # fmt: skip
    [(order, steps)] = columns[0][2]
    assert (order, [step.key for step in steps][:3]) == (repair, ["triage", "assign", "begin"])


def test_board_and_order_ask_the_database_as_often_for_three_as_for_one(
    sign_in, biomed, make_pump, nurse, noon, repair, django_assert_max_num_queries
):
    browser = sign_in(biomed)
    for tag in ("P-2", "P-3"):
        with django_assert_max_num_queries(16):
            browser.get("/work/board/")
        with django_assert_max_num_queries(36):
            browser.get(f"/work/{repair.number}/")
        open_work_order(asset=make_pump(tag), kind=Kind.CORRECTIVE, by=nurse, now=noon)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("mine=true", 1), ("unassigned=true", 1), ("overdue=true", 2), ("waits_for=parts", 1), ("place=main-1", 0),
        ("mentioned=true", 1), ("kind=planned", 0),
    ],
)  # fmt: skip
def test_the_table_is_filtered_by_the_address(
    sign_in, biomed, administrator, make_pump, nurse, floor, noon, repair, query, found
):
    other = open_work_order(asset=make_pump("P-2"), kind=Kind.CORRECTIVE, by=nurse, now=noon).order
    move_work_order(order=other, transition="begin", by=biomed, now=noon + timedelta(days=9))
    move_work_order(order=other, transition="wait_parts", by=biomed, now=noon + timedelta(days=9), note="x")
    comment_on(order=repair, by=administrator, now=noon, note="@biomed")
    assert len(sign_in(biomed).get(f"/work/?{query}").context["page"]) == found


def test_whoever_opens_the_order_has_seen_the_mention(sign_in, biomed, administrator, repair, noon):
    comment_on(order=repair, by=administrator, now=noon, note="@biomed")
    assert "1 names you" in sign_in(biomed).get("/work/").content.decode()
    sign_in(biomed).get(f"/work/{repair.number}/")
    assert Mention.objects.get().seen_at is not None


# --- New orders, also from templates --------------------------------------------------------------------------


def test_a_template_fills_the_form_and_the_order_is_opened(sign_in, biomed, make_pump):
    make_pump()
    template = OrderTemplate.objects.create(name="Yearly check", kind="planned", note="As the maker says")
    browser = sign_in(biomed)
    form = browser.get(f"/work/new/?template={template.pk}&asset=P-1").context["form"]
    assert (form["kind"].value(), form["note"].value(), form["asset"].value()) == (
        "planned", "As the maker says", "P-1",
    )  # fmt: skip
    told = {"asset": "p-1", "kind": "planned", "note": "As the maker says", "is_down": "on"}
    answer = browser.post("/work/new/", told)
    order = WorkOrder.objects.get()
    assert (answer["Location"], order.kind, order.down_percent) == (f"/work/{order.number}/", "planned", 100)


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"asset": "P-9"}, "no such equipment"),
        ({"kind": "flying"}, "valid choice"),
        ({"note": "x" * 501}, "500"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(sign_in, biomed, make_pump, told, words):
    make_pump()
    told = {"asset": "P-1", "kind": "planned", "note": "Typed"} | told
    page = sign_in(biomed).post("/work/new/", told).content.decode()
    assert words in page
    assert told["note"] in page
    assert not WorkOrder.objects.exists()


# --- Many at once, bedside, sheet, files ----------------------------------------------------------------------


def test_what_became_of_each_row_is_listed(sign_in, biomed, repair):
    told = {"order": [repair.number, 999], "do": "assign", "person": "biomed"}
    page = sign_in(biomed).post("/work/bulk/", told)
    assert [(row.number, row.is_done) for row in page.context["rows"]] == [
        (repair.number, True),
        (999, False),
    ]
    assert AuditRecord.objects.filter(actor_id=biomed.pk, changes__has_key="assigned_to").exists()


def test_the_bedside_form_works_without_scripts(sign_in, biomed, repair):
    told = {
        "transition": "begin", "minutes": "25", "part": "Door spring", "quantity": "2", "note": "Replaced",
        "version": "1",
    }  # fmt: skip
    sign_in(biomed).post(f"/work/{repair.number}/bedside/", told)
    repair.refresh_from_db()
    assert (repair.state, Labour.objects.get().minutes, PartUsed.objects.get().quantity) == (
        "in_progress",
        25,
        2,
    )


def test_the_sheet_has_a_code_that_leads_to_the_bedside(sign_in, biomed, repair):
    page = sign_in(biomed).get(f"/work/{repair.number}/sheet/")
    assert page.context["address"].endswith(f"/work/{repair.number}/bedside/")
    assert page.content.decode().count("<rect ") > 100


def test_a_file_is_to_be_saved_and_is_nothing_to_a_browser(
    sign_in, biomed, administrator, other_site, repair, noon
):
    file = add_file(order=repair, name="report.pdf", content=b"%PDF-1.7", by=biomed, now=noon)
    answer = sign_in(administrator).get(f"/work/files/{file.pk}.pdf")
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    biomed.sites.set([other_site])
    assert sign_in(biomed).get(f"/work/files/{file.pk}.pdf").status_code == 404


# --- The API --------------------------------------------------------------------------------------------------


def test_an_order_is_opened_written_to_and_done_over_the_api(post, make_pump):
    make_pump()
    number = post("open/", {"asset": "p-1", "kind": "corrective", "impact": "stops", "is_down": True}).json()[
        "number"
    ]
    post(f"{number}/parts/", {"name": "Spring", "quantity": 2, "unit_cost": "12.50"})
    post(f"{number}/visits/", {"vendor": "Meridian", "cost": "100"})
    post(f"{number}/labour/", {"minutes": 20})
    post(f"{number}/comment/", {"note": "Waits at the desk"})
    told = {"transition": "finish", "outcome": "damage", "signature": {"name": "Bruno"}, "minutes": 5}
    done = post(f"{number}/record/", told).json()

    assert (done["state"], done["outcome"], done["priority"]) == ("done", "damage", 2)
    assert [row["minutes"] for row in done["labour"]] == [20, 5]
    assert (
        post(f"{number}/move/", {"transition": "verify", "version": done["version"]}).json()["state"]
        == "verified"
    )
    assert Downtime.objects.get().end is not None


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("open/", {"asset": "P-9", "kind": "planned"}, "asset"),
        ("1/move/", {"transition": "finish", "outcome": "failure"}, "transition"),
        ("1/move/", {"transition": "begin", "version": 0}, "transition"),
        ("1/record/", {}, "note"),
        ("1/record/", {"minutes": 1441}, "minutes"),
        ("1/assign/", {"person": "nurse"}, "person"),
        ("1/assign/", {"person": "nobody"}, "person"),
        ("1/down/", {"percent": 70}, "percent"),
        ("1/down/", {"percent": 100, "begin": "2999-01-01T00:00:00Z"}, "begin"),
        ("1/up/", {"version": 1}, "end"),
        ("1/parts/", {"name": "x", "unit_cost": "-1"}, "unit_cost"),
        ("bulk/", {"do": "assign", "orders": [1]}, "person"),
        ("bulk/", {"do": "cancel", "orders": []}, "orders"),
    ],
)
def test_what_is_wrong_is_said_by_its_field_and_nothing_happens(post, repair, nurse, path, body, field):
    path = path.replace("1/", f"{repair.number}/", 1) if path[0] == "1" else path
    before = WorkOrder.objects.values().get()
    answer = post(path, body)
    assert (answer.status_code, list(answer.json())) == (400, [field])
    assert WorkOrder.objects.values().get() == before


def test_what_was_sent_twice_is_recorded_once(sign_in, biomed, repair):
    browser = sign_in(biomed)
    body = {"minutes": 5, "at": timezone.now().isoformat()}
    for _ in range(2):
        browser.post(
            f"/api/v1/work-orders/{repair.number}/record/", body, content_type="application/json",
            headers={"Idempotency-Key": "0123456789abcdef"},
        )  # fmt: skip
    assert Labour.objects.count() == 1
