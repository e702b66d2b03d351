"""Pages, files and the API of utilisation."""

from __future__ import annotations

import csv
from datetime import UTC, datetime, timedelta

import pypdfium2
import pytest
from django.utils import timezone

from assets.models import ActivityInterval, Asset, AssetNow, Stay
from assets.utilisation import roller
from assets.utilisation.forms import ReportForm
from locations.zones import ZoneKind

pytestmark = pytest.mark.django_db


def words_of(pdf):
    document = pypdfium2.PdfDocument(pdf)
    return " ".join(page.get_textpage().get_text_bounded() for page in document)


DAY = "2026-03-02"
ASKED = {"from": DAY, "to": DAY}
MIDNIGHT = datetime(2026, 3, 1, 23, tzinfo=UTC)
"""In Berlin."""


@pytest.fixture
def rolled(make_pump, make_zone, ward, noon):
    """Two pumps on one day: one in use for six hours, confirmed, and six presumed; one not heard of from noon on."""
    first, second = make_pump("P-1", department=ward), make_pump("P-2")
    Asset.objects.update(created_at=MIDNIGHT)
    for asset, begin, end, activity, basis in [
        (first, 0, 6, "in_use", "confirmed"),
        (first, 6, 12, "in_use", "presumed"),
        (first, 12, 18, "available", "zone"),
        (first, 18, 24, "down", "person"),
        (second, 0, 12, "available", "zone"),
    ]:
        ActivityInterval.objects.create(
            asset=asset,
            activity=activity,
            basis=basis,
            begin=MIDNIGHT + timedelta(hours=begin),
            end=MIDNIGHT + timedelta(hours=end),
        )
    store = make_zone("Store", ZoneKind.CLEAN_STORE)
    Stay.objects.create(asset=second, zone=store, begin=MIDNIGHT, end=MIDNIGHT + timedelta(hours=12))
    AssetNow.objects.create(
        asset=second,
        activity="available",
        basis="zone",
        zone=store,
        floor=store.floor,
        heard_at=noon,
        stale_at=noon + timedelta(days=10**4),
    )
    roller.roll_up(now=MIDNIGHT + timedelta(days=2))
    return first, second


def test_the_overview_says_use_coverage_and_fleet_size_of_every_category(sign_in, facilities, rolled):
    page = sign_in(facilities).get("/utilisation/", ASKED)
    (line,) = page.context["lines"]
    assert line.owned == 2
    assert line.coverage.value == 36 / 48
    assert line.confirmed.value == 6 / 36
    assert line.presumed.value == 12 / 36
    assert line.peak.value == line.p95.value == 1
    assert (line.size.at_once, line.size.pieces, line.size.surplus) == (2, 3, -1)
    content = page.content.decode()
    assert '<span class="figure">33.3 %</span>' in content
    assert "/utilisation/infusion-pump/?from=2026-03-02&amp;to=2026-03-02" in content
    assert "confirmed or presumed use" in content


def test_every_filter_is_in_the_address(sign_in, facilities, rolled):
    asked = ASKED | {
        "unit": "3w",
        "basis": "confirmed",
        "policy": "serviceable",
        "demand": "peak",
        "buffer": "0",
    }
    (line,) = sign_in(facilities).get("/utilisation/", asked).context["lines"]
    assert line.average.value == 6 / 18
    assert (line.owned, line.coverage.value, line.size.at_once) == (1, 1.0, 1)


@pytest.mark.parametrize(
    ("asked", "field", "words"),
    [
        ({"from": "2026-03-02", "to": "2026-03-01"}, "to", "The period ends before it begins."),
        ({"from": "2999-01-01", "to": "2999-01-02"}, "from", "The period has not begun yet."),
        ({"from": "2016-03-02", "to": "2026-03-02"}, "from", "At most 800 days are reported at once."),
        ({"from": "yesterday"}, "from", "Enter a valid date."),
        ({"basis": "guessed"}, "basis", "Select a valid choice."),
        ({"unit": "nowhere"}, "unit", "Select a valid choice."),
        ({"site": "far-clinic"}, "site", "Select a valid choice."),
        ({"buffer": "-1"}, "buffer", "greater than or equal to 0"),
    ],
)
def test_what_cannot_be_is_refused_with_the_field_named(
    sign_in, facilities, rolled, other_site, asked, field, words
):
    browser = sign_in(facilities)
    for address in ("/utilisation/", "/utilisation/infusion-pump/"):
        page = browser.get(address, asked)
        assert page.status_code == 400
        assert words in page.context["form"].errors[field][0]
        assert "lines" not in page.context
    for address in ("/api/v1/utilisation/fleets/", "/utilisation/chart.json"):
        answer = browser.get(address, asked)
        assert answer.status_code == 400
        assert field in answer.json()


def test_no_figure_is_made_up_where_there_is_nothing(sign_in, facilities, rolled):
    browser = sign_in(facilities)
    before = {"from": "2026-02-01", "to": "2026-02-02"}
    assert "No equipment counts in this period" in browser.get("/utilisation/", before).content.decode()
    page = browser.get("/utilisation/infusion-pump/", before).content.decode()
    assert "No figure, because nothing is rolled up yet in this period." in page
    staffed = browser.get("/utilisation/infusion-pump/", ASKED | {"hours": "staffed"})
    assert "No figure, because no staffed hours are set for this period." in staffed.content.decode()
    line = staffed.context["line"]
    assert line.average.value is line.coverage.value is line.confirmed.value is None


def test_what_was_never_heard_has_no_figure_and_no_fleet_size(sign_in, facilities, make_pump):
    make_pump("P-1")
    Asset.objects.update(created_at=MIDNIGHT)
    roller.roll_up(now=MIDNIGHT + timedelta(days=2))
    (line,) = sign_in(facilities).get("/utilisation/", ASKED).context["lines"]
    assert line.coverage.value == 0
    assert line.average.reason == line.peak.reason == line.size.needed.reason
    assert str(line.average.reason) == "nothing was heard of it in this period"


def test_a_fleet_opens_to_its_units_rooms_and_assets_and_says_how_it_was_computed(
    sign_in, facilities, rolled
):
    page = sign_in(facilities).get("/utilisation/infusion-pump/", ASKED)
    context = page.context
    assert context["explained"] == (
        "33.3 % = 12.0 h of confirmed or presumed use in 36.0 h that were heard, out of service included (all hours, "
        "2 March 2026 to 2 March 2026). 12.0 h in which nothing was heard are left out."
    )
    assert context["explained_size"].startswith("3 are needed: 1 in use at once (95th percentile, ")
    assert [(str(each.department), each.owned) for each in context["units"]] == [
        ("Ward 3 West", 1),
        ("None", 1),
    ]
    assert [(each.asset.asset_tag, each.average.value) for each in context["assets"]] == [
        ("P-2", 0.0), ("P-1", 0.5),
    ]  # fmt: skip
    (zone,) = context["zones"]
    assert (zone.seconds, zone.arrivals, zone.dwell.median.value) == (12 * 3600, 1, 12 * 3600)
    assert [(each.asset.asset_tag, each.last_use) for each in context["idle"]] == [("P-2", None)]


def test_the_files_hold_the_same_and_no_formula(sign_in, facilities, rolled, pumps):
    pumps.plural = "=HYPERLINK(1)"
    pumps.save()
    browser = sign_in(facilities)
    (row,) = csv.DictReader(browser.get("/utilisation/fleets.csv", ASKED).content.decode().splitlines())
    assert row["Category"] == "'=HYPERLINK(1)"
    assert (row["Assets"], row["Coverage"], row["Surplus"]) == ("2", "0.75", "-1")
    assert row["Basis"] == "confirmed or presumed use"
    rows = list(
        csv.DictReader(
            browser.get("/utilisation/infusion-pump/assets.csv", ASKED).content.decode().splitlines()
        )
    )
    assert [(each["Asset tag"], each["Hours confirmed"]) for each in rows] == [("P-2", "0.0"), ("P-1", "6.0")]


def test_the_charts_say_what_they_show_and_have_their_rows(sign_in, facilities, rolled):
    browser = sign_in(facilities)
    spec = browser.get("/utilisation/chart.json", ASKED).json()
    assert spec["usermeta"]["finding"] == "Most used: Infusion pumps, 33.3 % of the time that was heard"
    assert spec["usermeta"]["rows"] == [["Infusion pumps", "33.3 %"]]
    spec = browser.get("/utilisation/infusion-pump/days.json", ASKED).json()
    assert spec["usermeta"]["finding"] == "At most 1 of 2 in use at once"
    assert spec["usermeta"]["rows"] == [["2026-03-02", "1", "1"]]


def test_the_api_tells_each_figure_with_what_it_rests_on(sign_in, facilities, rolled):
    browser = sign_in(facilities)
    report = browser.get("/api/v1/utilisation/fleets/", ASKED).json()
    assert (report["basis"], report["policy"], report["hours"]) == ("presumed", "installed", "calendar")
    (line,) = report["lines"]
    assert line["category"] == "infusion-pump"
    assert line["seconds"]["confirmed"] == 6 * 3600
    assert line["average"] == {
        "value": 12 / 36, "unit": "share", "reason": "", "basis": "presumed", "policy": "installed", "coverage": 0.75,
    }  # fmt: skip
    units = browser.get("/api/v1/utilisation/fleets/infusion-pump/units/", ASKED).json()["lines"]
    assert [each["department"] for each in units] == ["3w", None]
    assets = browser.get("/api/v1/utilisation/fleets/infusion-pump/assets/", ASKED).json()["lines"]
    assert [each["asset"] for each in assets] == ["P-2", "P-1"]
    refused = browser.get("/api/v1/utilisation/fleets/infusion-pump/assets/", ASKED | {"x": "1"})
    assert (refused.status_code, refused.json()) == (400, {"x": ["There is no such parameter."]})


def test_another_site_is_not_told_of(sign_in, nurse, facilities, rolled, other_site):
    assert sign_in(nurse).get("/utilisation/").status_code == 403
    form = ReportForm({}, user=facilities, today=timezone.now().date())
    assert [str(site) for site in form.fields["site"].queryset] == ["St. Elmo"]


@pytest.mark.parametrize("count", [1, 3])
def test_the_overview_asks_the_same_few_questions_however_much_there_is(
    sign_in, facilities, rolled, make_pump, django_assert_max_num_queries, count
):
    for number in range(count):
        make_pump(f"X-{number}")
    browser = sign_in(facilities)
    with django_assert_max_num_queries(22):
        browser.get("/utilisation/", ASKED)


def test_figures_are_withheld_with_the_reason_until_enough_is_heard(sign_in, facilities, rolled):
    browser = sign_in(facilities)
    (line,) = browser.get("/utilisation/", ASKED | {"least": "80"}).context["lines"]
    assert line.coverage.value == 0.75
    for figure in (line.average, line.confirmed, line.presumed, line.peak, line.p95, line.size.needed):
        assert figure.value is None
        assert str(figure.reason) == "only 75 % of the time was heard, and a figure wants 80 %"
    page = browser.get("/utilisation/infusion-pump/", ASKED | {"least": "80"}).content.decode()
    assert "No figure, because only 75 % of the time was heard, and a figure wants 80 %." in page
    (line,) = browser.get("/utilisation/", ASKED | {"least": "75"}).context["lines"]
    assert line.average.value == 12 / 36


def test_a_kind_of_which_nothing_tells_when_it_is_used_is_not_shown_as_idle(
    sign_in, facilities, rolled, pumps
):
    ActivityInterval.objects.filter(activity="in_use").update(activity="available", basis="zone")
    roller.mark_everything(now=MIDNIGHT + timedelta(days=2))
    roller.roll_up(now=MIDNIGHT + timedelta(days=2))
    browser = sign_in(facilities)
    (line,) = browser.get("/utilisation/", ASKED).context["lines"]
    assert line.average.value == 0  # it would have been presumed
    pumps.presumed_after_s = 0
    pumps.save()
    (line,) = browser.get("/utilisation/", ASKED).context["lines"]
    for figure in (line.average, line.confirmed, line.presumed, line.peak, line.p95, line.size.needed):
        assert figure.value is None
        assert str(figure.reason) == "nothing tells when it is used"
    assert line.coverage.value == 0.75


@pytest.mark.parametrize(
    "address",
    [
        "fleets.csv", "infusion-pump/assets.csv", "infusion-pump/times/week.csv",
        "infusion-pump/times/at-once.csv", "infusion-pump/idle/idle.csv",
    ],
)  # fmt: skip
def test_every_table_is_to_be_had_as_a_workbook(sign_in, facilities, rolled, address):
    answer = sign_in(facilities).get(f"/utilisation/{address}", ASKED | {"as": "xlsx"})
    assert answer.headers["Content-Disposition"].endswith('.xlsx"')
    assert answer.content.startswith(b"PK")


def test_how_it_is_counted_is_folded_away_until_it_is_asked_for(sign_in, facilities, rolled):
    browser = sign_in(facilities)
    assert '<details class="use-how">' in browser.get("/utilisation/", ASKED).content.decode()
    page = browser.get("/utilisation/", ASKED | {"policy": "serviceable"}).content.decode()
    assert '<details class="use-how" open>' in page


def test_what_is_heard_now_and_which_units_are_blind_comes_first(sign_in, facilities, rolled):
    page = sign_in(facilities).get("/utilisation/", ASKED)
    found = page.context["quality"]
    assert (found.total, found.heard, found.never) == (2, 1, 1)
    assert [(str(unit), count) for unit, count in found.blind] == [("Ward 3 West", 1)]
    content = page.content.decode()
    assert "Heard now: 1 of 2 pieces (50.0 %)." in content
    assert "Units of which nothing is heard: Ward 3 West (1)." in content


@pytest.mark.parametrize("address", ["/utilisation/fleets.pdf", "/utilisation/infusion-pump/report.pdf"])
def test_a_report_on_paper_names_the_site_and_what_it_rests_on(sign_in, facilities, rolled, address):
    browser = sign_in(facilities)
    answer = browser.get(address, ASKED)
    assert answer["Content-Type"] == "application/pdf"
    text = " ".join(words_of(answer.content).split())
    assert "St. Elmo: " in text
    for words in (
        "2 March 2026",
        "confirmed or presumed use",
        "installed: out of service counts",
        "rolled up until",
    ):
        assert words in text
    assert "computed " in text
    assert "75.0 %" in text
    assert "33.3 %" in text
    refused = browser.get(address, ASKED | {"to": "2026-03-01"})
    assert (refused.status_code, list(refused.json())) == (400, ["to"])


def test_on_paper_too_there_is_a_reason_instead_of_a_figure(sign_in, facilities, rolled):
    content = sign_in(facilities).get("/utilisation/fleets.pdf", ASKED | {"least": "80"}).content
    assert "only 75 % of the time was heard" in " ".join(words_of(content).split())
