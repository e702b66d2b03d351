"""The pages of recalls: the list, one recall, its acts, its report, and bringing files in."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from assets.recalls.importing import work_off
from assets.recalls.models import Campaign, Evidence, ImportRun, Item, Match, Notice
from assets.recalls.words import RunState
from hospital.audit.models import AuditRecord

pytestmark = pytest.mark.django_db
HX = {"HX-Request": "true"}


@pytest.fixture
def browser(sign_in, biomed):
    return sign_in(biomed)


@pytest.fixture
def confirmed(browser, recalled):
    """The recall with P-1 confirmed."""
    browser.post(f"/recalls/{recalled.pk}/decide/", {"decision": "confirmed", "asset": "P-1"})
    return recalled


def numbers(page):
    return [notice.number for notice, _ in page.context["lines"]]


# --- The list -------------------------------------------------------------------------------------------------


def test_the_list_shows_what_is_about_us_the_worst_first(browser, take, enforcement, make_pump):
    make_pump("P-1", serial_number="1001")
    take(
        enforcement(),
        enforcement(recall_number="Z-2", classification="Class I"),
        enforcement(recall_number="Z-3", classification="Class I", status="Terminated"),
        enforcement(recall_number="Z-4", product_description="Bone screw"),
    )
    page = browser.get("/recalls/")
    assert numbers(page) == ["Z-2", "Z-0001-2026", "Z-3"]
    assert {stage: count for stage, _, count in page.context["stages"]} == {
        "": 3, "undecided": 3, "running": 0, "closed": 0, "none": 1,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=infusa", 1), ("q=Z-0001", 1), ("q=90001", 1), ("q=p-1", 1), ("q=P-9", 0), ("classification=2", 1),
        ("classification=1", 0), ("status=open", 1), ("status=ended", 0), ("stage=undecided", 1), ("stage=running", 0),
        ("stage=none", 0),
    ],
)  # fmt: skip
def test_filters_are_the_address(browser, recalled, query, found):
    assert len(numbers(browser.get(f"/recalls/?{query}"))) == found


@pytest.mark.parametrize("query", ["status=x", "classification=9", "stage=x", "page=x"])
def test_a_filter_that_is_none_is_named(browser, recalled, query):
    assert browser.get(f"/recalls/?{query}").status_code == 400


@pytest.mark.parametrize("query", ["", "?q=nothing"])
def test_an_empty_list_says_why(browser, db, query):
    assert b'data-testid="empty"' in browser.get(f"/recalls/{query}").content


def test_the_list_asks_as_often_for_three_as_for_one(
    browser, take, enforcement, make_pump, django_assert_max_num_queries
):
    make_pump("P-1", serial_number="1001")
    take(*(enforcement(recall_number=f"Z-{number}") for number in range(3)))
    with django_assert_max_num_queries(20):
        assert len(numbers(browser.get("/recalls/", headers=HX))) == 3


def test_what_another_site_has_is_not_counted(browser, biomed, recalled, other_site):
    biomed.sites.set([other_site])
    assert numbers(browser.get("/recalls/")) == []
    page = browser.get(f"/recalls/{recalled.pk}/")
    assert b"P-1" not in page.content
    assert page.context["tally"].ours == 0


# --- One recall -----------------------------------------------------------------------------------------------


def test_matches_stand_by_how_sure_they_are_with_their_reasons(browser, recalled):
    page = browser.get(f"/recalls/{recalled.pk}/")
    groups = [(int(group["certainty"]), group["count"]) for group in page.context["groups"]]
    assert groups == [(2, 2), (3, 1), (4, 1)]
    assert "lies in the range “1001 through 1099”" in page.content.decode()


def test_a_page_of_many_pieces_asks_as_often_as_one_of_few(
    browser, recalled, make_pump, take, enforcement, django_assert_max_num_queries
):
    for number in range(1010, 1030):
        make_pump(f"Q-{number}", serial_number=str(number))
    take(enforcement(reason_for_recall="Said anew"))
    browser.post(f"/recalls/{recalled.pk}/decide/", {"decision": "confirmed", "all": "2"})
    assert Item.objects.count() == 22
    with django_assert_max_num_queries(30):
        browser.get(f"/recalls/{recalled.pk}/")


def test_all_of_one_certainty_are_confirmed_at_once_and_undone(browser, recalled):
    browser.post(f"/recalls/{recalled.pk}/decide/", {"decision": "confirmed", "all": "2"})
    assert sorted(Item.objects.values_list("asset__asset_tag", flat=True)) == ["P-1", "P-4"]
    page = browser.get(f"/recalls/{recalled.pk}/")
    assert page.context["undo"]["words"] == "2 pieces confirmed."
    browser.post(f"/recalls/{recalled.pk}/undo/")
    assert not Item.objects.exists()
    assert browser.get(f"/recalls/{recalled.pk}/").context["undo"] is None


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"decision": "rejected", "asset": "P-1"}, "note: say why"),
        ({"decision": "confirmed"}, "Choose the equipment first"),
        ({"decision": "perhaps", "asset": "P-1"}, "decision: there is no such decision"),
        ({"decision": "rejected", "asset": "P-1", "note": "x" * 501}, "note: at most 500"),
    ],
)
def test_what_is_wrong_with_a_decision_is_said_and_nothing_happens(browser, recalled, told, said):
    page = browser.post(f"/recalls/{recalled.pk}/decide/", told, follow=True)
    assert said in page.content.decode()
    assert not Match.objects.exclude(decision="").exists()


def test_a_piece_is_quarantined_with_a_photo_that_others_may_see(browser, confirmed, photo):
    told = {
        "transition": "quarantine", "asset": "P-1", "note": "Tagged red",
        "photo": SimpleUploadedFile("photo.jpg", photo, "image/jpeg"),
    }  # fmt: skip
    browser.post(f"/recalls/{confirmed.pk}/move/", told)
    assert Item.objects.get().state == "quarantined"
    answer = browser.get(f"/recalls/photos/{Evidence.objects.get().pk}.jpg")
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/jpeg")
    assert AuditRecord.objects.filter(object_type="recalls.item", actor_name="biomed").exists()


def test_what_is_no_photo_moves_nothing(browser, confirmed):
    told = {
        "transition": "quarantine", "asset": "P-1",
        "photo": SimpleUploadedFile("photo.jpg", b"MZ", "image/jpeg"),
    }  # fmt: skip
    page = browser.post(f"/recalls/{confirmed.pk}/move/", told, follow=True)
    assert "That is no photo" in page.content.decode()
    assert Item.objects.get().state == "todo"


def test_the_campaign_is_shown_as_a_walk(browser, confirmed):
    page = browser.get(f"/recalls/{confirmed.pk}/?order=walk")
    assert [item.asset.asset_tag for item in page.context["items"]] == ["P-1"]


def test_it_is_closed_and_its_report_is_printed(browser, confirmed):
    address = f"/recalls/{confirmed.pk}"
    assert "Preliminary" in browser.get(f"{address}/report/").content.decode()
    browser.post(
        f"{address}/decide/", {"decision": "rejected", "asset": ["P-3", "P-4"], "note": "Other hardware"}
    )
    browser.post(f"{address}/close/")
    assert Campaign.objects.get().is_open
    browser.post(f"{address}/move/", {"transition": "exempt", "asset": "P-1", "note": "Sold"})
    browser.post(f"{address}/close/", {"note": "All done"})
    assert not Campaign.objects.get().is_open

    page = browser.get(f"{address}/report/").content.decode()
    for said in ("Closing report", "All done", "Exempt: 1", "Sold", "Other hardware"):
        assert said in page
    pdf = browser.get(f"{address}/report.pdf")
    assert pdf["Content-Disposition"] == 'attachment; filename="recall-FDA-Z-0001-2026.pdf"'
    assert _text(pdf.content).count("P-1") == 1
    assert "All done" in _text(pdf.content)


def _text(content: bytes) -> str:
    import pypdfium2

    with pypdfium2.PdfDocument(content) as document:
        return document[0].get_textpage().get_text_range()


def test_the_page_of_a_piece_shows_its_recalls(browser, confirmed):
    assert b"Z-0001-2026" in browser.get("/recalls/of/P-1/").content
    assert b"Z-0001-2026" not in browser.get("/recalls/of/P-2/").content  # in none of its lists
    assert b"/recalls/of/P-1/" in browser.get("/assets/P-1/").content


def test_what_a_notice_says_is_shown_as_text(browser, take, enforcement):
    take(enforcement(product_description="<script>alert(1)</script>"))
    page = browser.get(f"/recalls/{Notice.objects.get().pk}/").content.decode()
    assert "<script>alert" not in page


# --- Bringing files in ----------------------------------------------------------------------------------------


def hand_in(browser, content, name="recalls.json"):
    return browser.post("/recalls/import/", {"file": SimpleUploadedFile(name, content)})


def test_a_file_waits_its_turn_and_its_page_shows_how_far_it_is(browser, biomed, a_file, enforcement, noon):
    answer = hand_in(browser, a_file(enforcement()))
    run = ImportRun.objects.get()
    assert (answer.url, run.by, run.state) == (run.get_absolute_url(), biomed, RunState.WAITING)
    assert b"hx-get" in browser.get(answer.url, headers=HX).content
    work_off(now=noon)
    done = browser.get(answer.url, headers=HX)
    assert b"1 new" in done.content
    assert b"hx-get" not in done.content
    assert AuditRecord.objects.filter(object_type="recalls.importrun").count() == 1


@pytest.mark.parametrize(("content", "said"), [(b"{", "no JSON"), (b"", "empty"), (b"one\n1", "columns")])
def test_a_file_that_is_none_is_refused_with_the_reason(browser, content, said):
    file = SimpleUploadedFile("x", content)
    file.size = max(1, len(content))
    page = browser.post("/recalls/import/", {"file": file})
    assert said in page.content.decode()
    assert not ImportRun.objects.exists()


def test_columns_are_chosen_with_a_look_at_the_first_rows(browser, noon):
    table = "Ref,What,Begun on\nK-1,Infusa 200,2026-01-05\nK-2,Infusa 200,soon\n"
    address = hand_in(browser, table.encode(), "k.csv").url
    told = {
        "column-number": "Ref",
        "column-description": "What",
        "column-initiated_on": "Begun on",
        "authority": "X",
    }
    preview = browser.post(address, told | {"act": "preview"}).content.decode()
    assert "X K-1" in preview
    assert "Line 3, Begun on: “soon” is no date" in preview
    refused = browser.post(address, told | {"column-number": ""}).content.decode()
    assert 'id="problem-number"' in refused
    browser.post(address, told)
    assert work_off(now=noon).made == 1
    assert browser.post(address, told).status_code == 302
