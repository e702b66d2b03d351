"""Pages of procedures: the editor, filling in, tests, certificates and the register; and the API beside them."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pypdfium2
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from assets.maintenance.models import WorkOrder
from assets.maintenance.orders import open_work_order
from assets.maintenance.words import Kind
from assets.procedures.models import Answer, Procedure, Requirement, Run, TestRecord
from assets.procedures.recording import add_months, record_calibration
from assets.procedures.register import registered, standing_counts
from assets.procedures.running import begin_run
from hospital.audit.models import AuditRecord
from tests.assets.procedures.conftest import point

pytestmark = pytest.mark.django_db
HX = {"HX-Request": "true"}


@pytest.fixture
def browser(sign_in, biomed):
    return sign_in(biomed)


@pytest.fixture
def run(order, checklist, biomed, noon):
    return begin_run(order=order, procedure=checklist, by=biomed, now=noon)


def step_of(run, kind):
    return run.version.steps.get(kind=kind)


# --- The editor -----------------------------------------------------------------------------------------------


def test_a_procedure_is_made_edited_and_published_without_scripts(browser, pumps):
    answer = browser.post(
        "/procedures/new/", {"name": "Daily check", "kind": "inspection", "category": pumps.slug}
    )
    procedure = Procedure.objects.get()
    edit = f"/procedures/{procedure.pk}/edit/"
    assert answer["Location"] == edit
    for edition, told in enumerate(
        (
            {"kind": "check", "words": "It is whole", "is_required": "on"},
            {"kind": "number", "words": "Flow", "unit": "ml/h", "low": "95", "high": "105,5"},
        ),
        1,
    ):
        browser.post(edit, {"do": "add", "edition": edition, **told})
    draft = procedure.versions.get()
    flow = draft.steps.get(position=2)
    assert (flow.is_required, str(flow.high)) == (False, "105.500000")
    browser.post(edit, {"do": "up", "step": flow.pk, "edition": 3})
    assert "105.5 ml/h" in browser.get(edit).content.decode()
    form = browser.get(f"{edit}?step={flow.pk}").content.decode()
    assert 'value="105.5"' in form
    browser.post(edit, {"do": "publish", "edition": 4})
    draft.refresh_from_db()
    assert (draft.state, [step.words for step in draft.steps.all()]) == ("current", ["Flow", "It is whole"])
    assert AuditRecord.objects.filter(object_type="procedures.step").exists()


def test_what_is_wrong_is_said_at_its_field_and_what_was_typed_stays(browser, checklist):
    browser.post(f"/procedures/{checklist.pk}/draft/")
    told = {"do": "add", "edition": 1, "kind": "number", "words": "Typed", "low": "2", "high": "1"}
    page = browser.post(f"/procedures/{checklist.pk}/edit/", told)
    assert (page.context["wrong"], page.status_code) == ("high", 200)
    assert 'value="Typed"' in page.content.decode()


def test_who_edits_second_is_told_and_keeps_what_was_typed(browser, checklist):
    edit = f"/procedures/{checklist.pk}/edit/"
    browser.post(f"/procedures/{checklist.pk}/draft/")
    browser.post(edit, {"do": "add", "edition": 1, "kind": "check", "words": "First"})
    page = browser.post(edit, {"do": "add", "edition": 1, "kind": "text", "words": "Second"})
    assert page.status_code == 409
    assert "biomed changed this draft meanwhile" in page.content.decode()
    assert 'value="Second"' in page.content.decode()
    assert not checklist.versions.get(state="draft").steps.filter(words="Second").exists()


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", 1),
        ("q=annual", 1),
        ("q=flow", 1),
        ("q=x", 0),
        ("kind=planned", 1),
        ("kind=recall", 0),
        ("retired=true", 0),
    ],
)
def test_procedures_are_found_by_name_step_and_kind(browser, checklist, query, found):
    assert len(browser.get(f"/procedures/?{query}").context["lines"]) == found


def test_preview_and_page_tell_the_steps_with_their_limits(browser, checklist):
    for path in (f"/procedures/{checklist.pk}/", f"/procedures/{checklist.pk}/versions/1/"):
        page = browser.get(path).content.decode()
        assert "95 to 105 ml/h" in page
        assert "at least 80 %" in page


def test_what_is_retired_is_not_offered(browser, checklist, order):
    assert "Begin “Annual check”" in browser.get(f"/work/{order.number}/checks/").content.decode()
    browser.post(f"/procedures/{checklist.pk}/retire/")
    assert "Begin “" not in browser.get(f"/work/{order.number}/checks/").content.decode()


# --- Filling in -----------------------------------------------------------------------------------------------


def test_a_checklist_is_begun_from_the_order(browser, checklist, order):
    answer = browser.post(f"/work/{order.number}/checks/", {"procedure": checklist.pk})
    run = Run.objects.get()
    assert answer["Location"] == f"/work/runs/{run.pk}/"
    page = browser.get(answer["Location"]).content.decode()
    assert "0 of 6 answered" in page
    assert "The device has not told “Battery” yet." in page
    assert "0 of 6 answered" in browser.get(f"/work/{order.number}/checks/", headers=HX).content.decode()


def test_one_answer_is_one_request_and_brings_the_progress_along(browser, run):
    step = step_of(run, "number")
    path = f"/work/runs/{run.pk}/steps/{step.pk}/"
    page = browser.post(path, {"said": "120", "seen": 0}, headers=HX).content.decode()
    assert "Flow at 100 ml/h: 120 ml/h is not within the limits (95 to 105 ml/h)." in page
    assert "1 of 6 answered" in page
    repair = WorkOrder.objects.get(kind="corrective")
    assert f"/work/{repair.number}/" in page
    again = browser.post(path, {"said": "99", "seen": 0}, headers=HX).content.decode()
    assert "biomed answered this step meanwhile: 120" in again
    assert 'value="99"' in again
    assert Answer.objects.count() == 1


def test_without_scripts_an_answer_leads_back_to_its_step(browser, run, picture):
    step = step_of(run, "photo")
    path = f"/work/runs/{run.pk}/steps/{step.pk}/"
    answer = browser.post(path, {"photo": SimpleUploadedFile("a.jpg", picture), "seen": 0})
    assert answer["Location"] == f"/work/runs/{run.pk}/#step-{step.pk}"
    assert Answer.objects.get().photo is not None
    refused = browser.post(path, {"seen": 1}, follow=True)
    assert "photo: take one." in refused.content.decode()


def test_every_answer_is_told_with_who_and_when(browser, run, sign_in, administrator):
    step = step_of(run, "number")
    path = f"/work/runs/{run.pk}/steps/{step.pk}/"
    browser.post(path, {"said": "99", "seen": 0})
    sign_in(administrator).post(path, {"said": "101", "seen": 1, "note": "Again"})
    page = browser.get(f"{path}answers/").content.decode()
    assert page.index("101 ml/h") < page.index("99 ml/h")
    assert page.count('data-testid="given"') == 2


def test_the_order_tells_on_its_pages_that_steps_are_open(browser, run, order):
    told = {"transition": "finish", "version": order.version, "signature": "Bruno"}
    page = browser.post(f"/work/{order.number}/move/", told, follow=True).content.decode()
    assert "has 4 required steps without an answer" in page
    assert "/checks/" in page


def test_a_run_asks_the_database_as_often_for_many_answers_as_for_none(
    browser, run, django_assert_max_num_queries
):
    for kind, said in (("check", "pass"), ("number", "99"), ("text", "x")):
        with django_assert_max_num_queries(18):
            browser.get(f"/work/runs/{run.pk}/")
        browser.post(f"/work/runs/{run.pk}/steps/{step_of(run, kind).pk}/", {"said": said})


def test_the_wrong_checklist_is_struck_out_with_a_reason(browser, run):
    browser.post(f"/work/runs/{run.pk}/strike/", {"why": "The wrong one"})
    run.refresh_from_db()
    assert run.struck_why == "The wrong one"
    assert "The wrong one" in browser.get(f"/work/runs/{run.pk}/").content.decode()


# --- Safety tests and calibrations ----------------------------------------------------------------------------

SAFETY = {
    "protection": "I", "applied_part": "CF", "method": "direct", "cord": "with", "inspection": "pass", "earth": "0,12",
    "equipment": "210", "applied": "30", "function": "pass", "instruments": "t-1", "every_months": "12",
}  # fmt: skip


@pytest.fixture
def calibrate(biomed):
    """Calibrated outside on ``done``, for a year: ``calibrate(asset, done)``. Pages go by the day it is."""

    def do(asset, done, measured="10"):
        now = timezone.now()
        work = open_work_order(asset=asset, kind=Kind.CALIBRATION, by=biomed, now=now).order
        return record_calibration(
            order=work,
            by=biomed,
            now=now,
            points=[point(measured)],
            laboratory="L",
            reference="1",
            done_on=done,
        )

    return do


@pytest.fixture
def in_date(make_tester, calibrate):
    tester = make_tester(day=None)
    calibrate(tester, None)
    return tester


def test_the_form_asks_what_the_standard_asks_of_such_equipment(browser, order):
    page = browser.get(f"/work/{order.number}/safety-test/?protection=II&applied_part=BF&method=direct")
    assert [(limit.key, words) for limit, words, _ in page.context["rows"]] == [
        ("insulation", "at least 7 MΩ"), ("insulation_part", "at least 70 MΩ"), ("equipment", "at most 100 µA"),
        ("applied", "at most 5000 µA"),
    ]  # fmt: skip


def test_a_safety_test_becomes_a_certificate(browser, order, in_date):
    answer = browser.post(f"/work/{order.number}/safety-test/", SAFETY)
    record = TestRecord.objects.get(kind="safety")
    assert (answer["Location"], record.has_passed) == (f"/certificates/{record.pk}/", True)
    page = browser.get(answer["Location"]).content.decode()
    assert "0.12 Ω" in page
    assert "at most 0.3 Ω" in page
    assert record.number in browser.get(f"/work/{order.number}/checks/").content.decode()


@pytest.mark.parametrize(
    ("change", "wrong", "words"),
    [
        ({"earth": "x"}, "earth", "“x” is no number"), ({"earth": ""}, "earth", "enter what was measured, in Ω"),
        ({"instruments": "T-9"}, "instruments", "no equipment “T-9”"), ({"inspection": ""}, "", "inspection: say"),
        ({"every_months": "x"}, "every_months", "a whole number"), ({"protection": "III"}, "protection", "choose one"),
    ],
)  # fmt: skip
def test_a_test_that_cannot_be_kept_says_why_and_keeps_what_was_typed(
    browser, order, in_date, change, wrong, words
):
    page = browser.post(f"/work/{order.number}/safety-test/", SAFETY | change)
    assert words in page.content.decode()
    assert page.context["wrong"] == wrong
    assert 'value="210"' in page.content.decode() or "protection" in change
    assert not TestRecord.objects.filter(kind="safety").exists()


def test_a_tester_out_of_date_is_refused_in_a_sentence(browser, order, make_tester):
    make_tester(day=None)
    page = browser.post(f"/work/{order.number}/safety-test/", SAFETY)
    assert "T-1 was never calibrated: nothing is measured with it." in page.content.decode()


def test_a_calibration_is_written_down_in_rows(browser, order, in_date):
    path = f"/work/{order.number}/calibration/"
    told = {
        "words": ["Flow", ""], "unit": ["ml/h", ""], "nominal": ["100", ""], "tolerance": ["5", ""],
        "measured": ["104,5", ""], "uncertainty": ["1", ""], "instruments": "T-1", "every_months": "12",
    }  # fmt: skip
    more = browser.post(path, told | {"do": "rows"})
    assert len(more.context["rows"]) == 7
    assert not TestRecord.objects.filter(asset=order.asset).exists()
    missing = browser.post(path, told | {"measured": ["", ""]})
    assert "points: measured of point 1 is missing." in missing.content.decode()
    page = browser.post(path, told | {"do": "keep"}, follow=True).content.decode()
    assert "+4.5 ml/h" in page
    assert "with its uncertainty it might not" in page
    assert [row["nominal"] for row in browser.get(path).context["rows"]][:2] == ["100", ""]


# --- Certificates ---------------------------------------------------------------------------------------------


def text_of(pdf):
    document = pypdfium2.PdfDocument(pdf)
    return " ".join(" ".join(page.get_textpage().get_text_range().split()) for page in document)


def test_the_certificate_says_all_that_it_certifies(browser, order, safety_test):
    order.asset.serial_number = "SN-4711"
    order.asset.save()
    record = safety_test(earth="0.31")
    path = f"/certificates/{record.pk}/certificate.pdf"
    pdf = browser.get(path)
    text = text_of(pdf.content)
    for words in (
        record.number, "Result: Failed", "St. Elmo", "Meridian Infusa 200", "P-1", "SN-4711", "IEC 62353", "0.31 Ω",
        "at most 0.3 Ω", "Voltwise SafeCheck, T-1", "CAL-2026-", "1 Feb 2026", "1 Feb 2027", "biomed",
        f"/certificates/{record.pk}/",
    ):  # fmt: skip
        assert words in text
    assert pdf["Content-Type"] == "application/pdf"
    assert browser.get(path).content == pdf.content


def test_what_is_struck_out_is_void_on_paper(browser, safety_test):
    record = safety_test()
    browser.post(f"/certificates/{record.pk}/strike/", {"why": "Of another pump"})
    assert "Of another pump" in text_of(browser.get(f"/certificates/{record.pk}/certificate.pdf").content)


def test_a_laboratory_s_certificate_names_it(browser, make_tester):
    record = TestRecord.objects.get(asset=make_tester())
    text = text_of(browser.get(f"/certificates/{record.pk}/certificate.pdf").content)
    assert "Equipment of Metra Lab, by their certificate ML-77." in text


# --- The register ---------------------------------------------------------------------------------------------


def test_the_register_tells_red_amber_and_green(browser, make_pump, pumps, calibrate):
    today = timezone.localdate()
    Requirement.objects.create(kind="calibration", category=pumps, every_months=12)
    make_pump("NEVER")
    calibrate(make_pump("LATE"), add_months(today, -12) - timedelta(days=1))
    calibrate(make_pump("FAILED"), today, measured="99")
    calibrate(make_pump("SOON"), add_months(today, -12) + timedelta(days=7))
    calibrate(make_pump("WELL"), today)
    page = browser.get("/calibration/")
    assert {value: count for value, _, count in page.context["standings"]} == {
        "red": 3,
        "amber": 1,
        "green": 1,
    }
    told = {row.asset_tag: (row.standing, why) for row, why in page.context["lines"]}
    assert told == {
        "NEVER": ("red", "never done"), "LATE": ("red", "overdue"), "FAILED": ("red", "failed"),
        "SOON": ("amber", ""), "WELL": ("green", ""),
    }  # fmt: skip
    for query, found in (
        ("standing=red", 3), ("q=late", 1), ("category=infusion-pump", 5), ("kind=safety", 0), ("standing=green", 1),
    ):  # fmt: skip
        assert len(browser.get(f"/calibration/?{query}").context["lines"]) == found
    file = b"".join(browser.get("/calibration/register.csv?standing=amber").streaming_content).decode()
    [row] = csv.DictReader(io.StringIO(file))
    assert (row["Standing"], row["Tag"], row["Result"]) == ("amber", "SOON", "passed")


@pytest.mark.parametrize(
    ("days", "standing"), [(-1, "red"), (0, "amber"), (30, "amber"), (31, "green")],
)  # fmt: skip
def test_the_days_on_which_a_standing_changes(make_pump, calibrate, administrator, days, standing):
    record = calibrate(make_pump(), timezone.localdate())
    day = record.due_on - timedelta(days=days)
    [row] = registered(administrator, "calibration", day)
    assert row.standing == standing
    assert standing_counts(registered(administrator, "calibration", day))[standing] == 1


def test_a_model_that_has_to_be_is_in_the_register_and_what_is_retired_is_not(
    make_pump, pump_model, administrator, noon
):
    Requirement.objects.create(kind="safety", model=pump_model, every_months=12)
    make_pump("P-1")
    make_pump("P-2", retired_at=noon)
    today = timezone.localdate()
    assert [row.asset_tag for row in registered(administrator, "safety", today)] == ["P-1"]
    assert not registered(administrator, "calibration", today).exists()


def test_the_register_asks_the_database_as_often_for_three_as_for_one(
    browser, make_pump, pumps, django_assert_max_num_queries
):
    Requirement.objects.create(kind="calibration", category=pumps, every_months=12)
    for tag in ("P-1", "P-2", "P-3"):
        make_pump(tag)
        with django_assert_max_num_queries(14):
            browser.get("/calibration/")


# --- The API --------------------------------------------------------------------------------------------------


def test_the_api_reads_procedures_runs_and_records(browser, run, checklist, safety_test):
    browser.post(f"/work/runs/{run.pk}/steps/{step_of(run, 'number').pk}/", {"said": "99"})
    record = safety_test()
    one = browser.get(f"/api/v1/procedures/{checklist.pk}/").json()
    assert (one["version"], one["category"], len(one["steps"])) == (1, "infusion-pump", 6)
    done = browser.get(f"/api/v1/procedure-runs/{run.pk}/").json()
    assert (done["missing"], done["answers"][0]["value"]) == (3, "99")
    kept = browser.get(f"/api/v1/test-records/{record.pk}/").json()
    assert (kept["number"], kept["instruments"][0]["asset"], len(kept["measurements"])) == (
        record.number,
        "T-1",
        5,
    )
    found = browser.get("/api/v1/test-records/?kind=safety&asset=p-1&is_latest=true").json()["results"]
    assert [row["number"] for row in found] == [record.number]
