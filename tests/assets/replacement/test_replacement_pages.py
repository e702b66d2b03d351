"""The pages, files and API of replacement."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from io import BytesIO
from zipfile import ZipFile

import pytest
from django.utils import timezone

from assets.maintenance.models import RiskClass
from assets.measures.models import Purchase
from assets.models import Asset
from assets.replacement.models import Budget, ScoringRun, Weights
from assets.replacement.scoring import score_site
from hospital.audit.models import AuditRecord

pytestmark = pytest.mark.django_db
PLAN = "/maintenance/replacement/plan/"


@pytest.fixture
def year():
    return timezone.now().year


@pytest.fixture
def scored(make_pump, pumps, site, ward, year):
    """Three pumps at the end of their lives and a budget for two; one of which nothing is known."""
    now = timezone.now()
    RiskClass.objects.create(category=pumps, risk="life")
    for number in range(3):
        pump = make_pump(f"P-{number}", department=ward)
        Purchase.objects.create(
            asset=pump, cost=Decimal(1000), bought_on=now.date() - timedelta(days=4000), life_years=8,
            support_ends_on=now.date() - timedelta(days=1),
        )  # fmt: skip
    make_pump("P-9")
    Asset.objects.update(created_at=now - timedelta(days=400))
    Budget.objects.create(site=site, year=year, amount=Decimal(2500))
    score_site(site, now=now)


def test_what_is_most_to_be_replaced_comes_first_with_its_parts(sign_in, biomed, scored, year):
    page = sign_in(biomed).get("/maintenance/replacement/").content.decode()
    assert page.index("P-0") < page.index("P-9")
    for words in ("4 pieces", "70 % known", "too little is known", "nothing says when", f"wanted in {year}"):
        assert words in page, words


def test_the_list_is_narrowed_and_wrong_filters_are_told(sign_in, biomed, scored):
    browser = sign_in(biomed)
    assert "1 piece" in browser.get("/maintenance/replacement/?q=p-9").content.decode()
    assert "No such equipment" in browser.get("/maintenance/replacement/?q=none").content.decode()
    assert browser.get("/maintenance/replacement/?site=nowhere").status_code == 400


def test_a_piece_shows_each_part_with_its_fact_or_what_is_missing(sign_in, facilities, scored):
    browser = sign_in(facilities)
    page = browser.get("/maintenance/replacement/of/P-0/").content.decode()
    for words in (
        "11.0 of 8 years",
        "too few to tell",
        "ended on",
        "0.0 % of what it cost",
        "not compared",
        "Life support",
    ):
        assert words in page, words
    fragment = browser.get(
        "/maintenance/replacement/of/P-9/", headers={"HX-Request": "true"}
    ).content.decode()
    assert "when it was bought is not entered" in fragment
    assert "<html" not in fragment


def test_the_plan_tells_years_budgets_and_why_something_is_later(sign_in, facilities, scored, year):
    browser = sign_in(facilities)
    page = browser.get(PLAN).content.decode()
    for words in (
        "3 pieces in ten years",
        "2,500.00",
        "500.00",
        "Of 1 piece nothing says when",
        "Infusion pumps",
    ):
        assert words in page, words
    later = browser.get(f"{PLAN}?year={year + 1}&by=department").content.decode()
    assert f"{year}: 500.00 left" in later
    assert "Ward 3 West" in later
    assert browser.get(f"{PLAN}?year=1999").status_code == 400
    assert browser.get(f"{PLAN}?by=mood").status_code == 400
    assert browser.get(f"{PLAN}?site=nowhere").status_code == 404


def test_the_chart_says_what_it_shows(sign_in, biomed, scored, year):
    told = sign_in(biomed).get(f"{PLAN}chart.json").json()["usermeta"]
    assert told["finding"] == f"Most is planned in {year}: 2,000.00; the line is the budget"
    assert told["rows"][:2] == [
        [str(year), "2,000.00", "2,500.00", "2"],
        [str(year + 1), "1,000.00", "–", "1"],
    ]


def test_the_files_hold_each_piece_with_its_reason(sign_in, biomed, scored, year):
    browser = sign_in(biomed)
    lines = browser.get(f"{PLAN}file/").content.decode().splitlines()
    assert len(lines) == 4
    assert lines[3].startswith(f"{year + 1},{year},")
    assert f"{year}: 500.00 left" in lines[3]
    book = ZipFile(BytesIO(browser.get(f"{PLAN}file/?as=xlsx").content))
    assert b"P-2" in book.read("xl/sharedStrings.xml")


def test_weights_and_budgets_are_kept_audited_and_worked_out_anew(sign_in, facilities, scored, site, year):
    told = {"age": 40, "reliability": 20, "support": 0, "cost": 15, "recall": 10, "risk": 10, f"budget_{year}": "900",
            f"budget_{year + 1}": "5000.50"}  # fmt: skip
    answer = sign_in(facilities).post("/maintenance/replacement/weights/", told, follow=True)
    assert "worked out anew within a minute" in answer.content.decode()
    assert (Weights.objects.get().age, Weights.objects.get().support) == (40, 0)
    assert dict(Budget.objects.values_list("year", "amount")) == {year: 900, year + 1: Decimal("5000.50")}
    assert ScoringRun.objects.get(site=site).is_asked
    kinds = set(AuditRecord.objects.values_list("object_type", flat=True))
    assert {"replacement.weights", "replacement.budget"} <= kinds


@pytest.mark.parametrize(
    "change",
    [
        {"age": 101},
        {"age": "many"},
        dict.fromkeys(("age", "reliability", "support", "cost", "recall", "risk"), 0),
    ],
)
def test_weights_that_cannot_be_are_refused(sign_in, facilities, site, change):
    told = dict.fromkeys(("age", "reliability", "support", "cost", "recall", "risk"), 10) | change
    assert sign_in(facilities).post("/maintenance/replacement/weights/", told).status_code == 400
    assert not Weights.objects.exists()


def test_an_engineer_sees_the_plan_and_sets_no_budget(sign_in, biomed, scored):
    browser = sign_in(biomed)
    assert browser.get(PLAN).status_code == 200
    assert browser.post("/maintenance/replacement/weights/", {}).status_code == 403


@pytest.mark.parametrize(("address", "most"), [("/maintenance/replacement/", 12), (PLAN, 18)])
def test_a_page_costs_the_same_however_many_pieces(
    sign_in, biomed, scored, address, most, django_assert_max_num_queries
):
    browser = sign_in(biomed)
    browser.get(address)
    with django_assert_max_num_queries(most):
        browser.get(address)


def test_the_api_tells_scores_and_the_plan(sign_in, biomed, scored, year):
    browser = sign_in(biomed)
    found = browser.get(f"/api/v1/replacement-scores/?planned_year={year + 1}").json()["results"]
    assert [(one["asset"], one["wanted_year"], one["passed"]) for one in found] == [
        ("P-2", year, [[year, "500.00"]])
    ]
    assert found[0]["points"]["recall"] is None
    plan = browser.get("/api/v1/maintenance/replacement-plan/").json()
    assert [(each["planned"], each["moved"]) for each in plan["years"][:2]] == [(2, 0), (1, 1)]
    assert plan["no_year"] == 1
    assert browser.get("/api/v1/maintenance/replacement-plan/?site=nowhere").status_code == 400
