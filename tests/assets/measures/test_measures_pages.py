"""The page and the API of measures: filters in the address, and each figure leads to what it was made of."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from assets.maintenance.models import Downtime, Labour, PartUsed, WorkOrder
from assets.measures.models import Purchase
from assets.planning.models import Attempt, Occurrence, Plan

pytestmark = pytest.mark.django_db
H, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def history(make_pump, biomed):
    """A pump that failed once, a month ago; of three checks one was in time, one was tried twice, one was missed."""
    now = timezone.now()
    pump = make_pump("P-1", created_at=now - 400 * DAY)
    begin = now - 30 * DAY
    order = WorkOrder.objects.create(
        asset=pump, kind="corrective", team="biomed", state="verified", outcome="failure", opened_at=begin,
        respond_by=begin + H, responded_at=begin + 2 * H, due_at=begin + 9 * H, done_at=begin + 4 * H,
        closed_at=begin + 4 * H,
    )  # fmt: skip
    Downtime.objects.create(
        order=order, asset=pump, at=begin, begin=begin, end=begin + 4 * H, percent=100, reason="fault"
    )
    Labour.objects.create(order=order, at=begin, day=begin.date(), minutes=90, who=biomed)
    PartUsed.objects.create(order=order, at=begin, name="Battery", quantity=2, unit_cost=Decimal(40))
    Purchase.objects.create(asset=pump, cost=Decimal(8000))
    plan = Plan.objects.create(
        name="Check", asset=pump, unit="month", every=1, begins_on=now.date(), made_at=now - 200 * DAY
    )
    for ago, done in ((100, True), (70, False), (40, False)):
        day = (now - ago * DAY).date()
        one = Occurrence.objects.create(
            plan=plan, asset=pump, scheduled_on=day, due_on=day, planned_on=day, opens_on=day - 3 * DAY,
            closes_on=day + 3 * DAY, late_from=day + 4 * DAY, made_at=now, standing="done" if done else "planned",
            done_on=day if done else None,
        )  # fmt: skip
        if ago == 70:
            for later in (0, 1):
                Attempt.objects.create(occurrence=one, at=now, day=day + later * DAY, why="in_use", by=biomed)
    return order


def test_the_page_tells_each_figure_and_where_it_comes_from(sign_in, biomed, history):
    page = sign_in(biomed).get("/maintenance/measures/").content.decode()
    for words in ("1 failure, but no operating hours known", "4.00 h", "33.3 %", "66.7 %", "50.0 %", "80.00"):
        assert words in page, words
    assert "figure=failures" in page
    assert "part=missed" in page


def test_without_anything_it_says_why_there_is_no_figure(sign_in, facilities):
    page = sign_in(facilities).get("/maintenance/measures/").content.decode()
    for words in (
        "no failures in 0.0 operating hours",
        "nothing was due",
        "no covered hours",
        "Nothing waits.",
    ):
        assert words in page, words


@pytest.mark.parametrize(
    ("figure", "count"),
    [("failures", 1), ("others", 0), ("downtime", 1), ("backlog", 0), ("promised", 1), ("response", 1),
     ("resolution", 0), ("labour", 1), ("cost", 1)],
)  # fmt: skip
def test_a_figure_leads_to_its_orders(sign_in, biomed, history, figure, count):
    answer = sign_in(biomed).get("/maintenance/measures/orders/", {"figure": figure})
    assert answer.content.decode().count('data-testid="measured-order"') == count


@pytest.mark.parametrize(
    ("part", "count"), [("due", 3), ("in_time", 1), ("tried", 1), ("missed", 1), ("open", 0)]
)
def test_a_completion_leads_to_its_occurrences(sign_in, biomed, history, part, count):
    browser = sign_in(biomed)
    answer = browser.get("/maintenance/measures/occurrences/", {"part": part})
    assert answer.content.decode().count('data-testid="measured-occurrence"') == count
    risky = browser.get("/maintenance/measures/occurrences/", {"part": part, "risk": "high"})
    assert b"measured-occurrence" not in risky.content


@pytest.mark.parametrize(
    ("told", "field", "words"),
    [
        ({"begin": "soon"}, "begin", "Enter a valid date."),
        ({"begin": "2026-02-02", "end": "2026-02-01"}, "end", "It has to be on or after the first day."),
        ({"begin": "1990-02-02", "end": "2026-02-01"}, "end", "At most ten years."),
        ({"category": "none-such"}, "category", "Select a valid choice."),
        ({"by": "colour"}, "by", "Select a valid choice."),
    ],
)
def test_a_filter_that_means_nothing_is_told_at_its_field(sign_in, biomed, told, field, words):
    answer = sign_in(biomed).get("/maintenance/measures/", told)
    assert answer.status_code == 400
    wrong = answer.content.decode().partition(f'data-field="{field}"')[2]
    assert words in wrong.partition("</div>")[0]


@pytest.mark.parametrize(
    "address", ["orders/?figure=luck", "occurrences/?part=luck", "occurrences/?part=due&risk=some"]
)
def test_there_are_no_other_figures(sign_in, biomed, address):
    assert sign_in(biomed).get(f"/maintenance/measures/{address}").status_code == 400


def test_the_api_tells_the_same_and_what_is_undefined_says_why(sign_in, biomed, history):
    browser = sign_in(biomed)
    told = browser.get("/api/v1/maintenance/measures/").json()
    assert told["total"]["mtbf_h"] == {"value": None, "why": "1 failure, but no operating hours known"}
    assert told["total"]["mttr_h"]["value"] == 4
    assert told["other"]["strict"]["value"] == pytest.approx(1 / 3)
    assert (told["other"]["tried"], told["high_risk"]["strict"]["why"]) == (1, "nothing was due")
    assert (told["cost"]["minutes"], told["cost"]["labour"]) == (90, None)
    assert told["cost"]["cost_of_service"]["value"] == pytest.approx(80 / 8000, rel=0.01)
    assert told["response"] == {"kept": 0, "broken": 1, "still_open": 0, "share": {"value": 0.0, "why": ""}}
    assert browser.get("/api/v1/maintenance/measures/", {"colour": "red"}).status_code == 400
    assert set(browser.get("/api/v1/maintenance/measures/", {"end": "soon"}).json()) == {"end"}


def test_labour_is_priced_where_the_hospital_says_what_an_hour_costs(sign_in, biomed, history, settings):
    settings.LABOUR_HOUR_COST = Decimal(60)
    told = sign_in(biomed).get("/api/v1/maintenance/measures/").json()
    assert told["cost"]["labour"] == "90.00"


def test_a_nurse_sees_no_measures(sign_in, nurse):
    browser = sign_in(nurse)
    assert browser.get("/maintenance/measures/").status_code == 403
    assert browser.get("/api/v1/maintenance/measures/").status_code == 403


def test_of_a_long_table_those_that_failed_most_are_shown_first(
    sign_in, biomed, make_pump, history, monkeypatch
):
    from assets.models import Category, EquipmentModel

    other = Category.objects.create(name="Warmer", plural="Warmers", slug="warmer")
    make_pump("W-1", model=EquipmentModel.objects.create(manufacturer="Halvard", name="W 1", category=other))
    monkeypatch.setattr("assets.measures.views.pages.MOST_ROWS", 1)
    browser = sign_in(biomed)
    page = browser.get("/maintenance/measures/").content.decode()
    assert "1 of 2 lines" in page
    assert ">Warmer</a>" not in page
    assert ">Warmer</a>" in browser.get("/maintenance/measures/?rows=all").content.decode()
