"""Pages, charts, files, paper and the API of reports."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, timedelta

import duckdb
import pypdfium2
import pytest

from assets.models import ActivityInterval, Asset, Stay
from assets.par.models import ParLevel
from assets.reports import parquet
from assets.reports.catalogue import REPORTS
from assets.reports.report import Column, Kind, Row, in_order
from assets.utilisation import roller
from assets.utilisation.figures import Figure, Unit
from locations.models import Department
from locations.zones import ZoneKind

pytestmark = pytest.mark.django_db

ASKED = {"from": "2026-03-02", "to": "2026-03-02"}
MIDNIGHT = datetime(2026, 3, 1, 23, tzinfo=UTC)
SLUGS = [report.slug for report in REPORTS]


@pytest.fixture
def rolled(make_pump, make_zone, ward, site):
    """Two units with a pump each: one is used half of the day, one is ready; another is rented and used."""
    other = Department.objects.create(site=site, name="Emergency", code="ed")
    first, second = make_pump("P-1", department=ward), make_pump("P-2", department=other)
    third = make_pump("R-1", department=ward, ownership="rented")
    Asset.objects.update(created_at=MIDNIGHT)
    store, bay = (
        make_zone("Store", ZoneKind.CLEAN_STORE),
        make_zone("Bay", ZoneKind.PATIENT_ROOM, 20, department=ward),
    )
    for asset, begin, end, activity, zone in [
        (first, 0, 12, "in_use", bay),
        (first, 12, 24, "available", store),
        (second, 0, 24, "available", store),
        (third, 0, 24, "in_use", bay),
    ]:
        span = {"begin": MIDNIGHT + timedelta(hours=begin), "end": MIDNIGHT + timedelta(hours=end)}
        ActivityInterval.objects.create(asset=asset, activity=activity, basis="confirmed", **span)
        Stay.objects.create(asset=asset, zone=zone, **span)
    ParLevel.objects.create(site=site, category=first.model.category, department=ward, target=2, critical=1)
    roller.roll_up(now=MIDNIGHT + timedelta(days=2))
    return first, second, third


@pytest.fixture
def browser(sign_in, facilities):
    return sign_in(facilities)


@pytest.mark.parametrize("slug", SLUGS)
def test_every_report_is_a_page_a_file_paper_and_an_answer_of_the_api(browser, rolled, slug):
    page = browser.get(f"/utilisation/reports/{slug}/", ASKED)
    assert page.status_code == 200
    answer = page.context["answer"]
    assert answer.figures or answer.reason
    for kind in ("csv", "xlsx"):
        file = browser.get(f"/utilisation/reports/{slug}/table.csv", ASKED | {"as": kind})
        assert file.status_code == 200
        assert f".{kind}" in file["Content-Disposition"]
    paper = browser.get(f"/utilisation/reports/{slug}/report.pdf", ASKED)
    words = " ".join(page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(paper.content))
    assert str(page.context["report"].title) in words
    told = browser.get(f"/api/v1/utilisation/{slug}/", ASKED).json()
    assert (told["first"], told["last"], told["reason"]) == ("2026-03-02", "2026-03-02", str(answer.reason))
    for table in page.context["report"].tables:
        assert len(told[table.name]) == len(answer.rows.get(table.name, ()))


@pytest.mark.parametrize("slug", SLUGS)
@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"from": "2026-03-02", "to": "2026-03-01"}, "to"),
        ({"from": "2999-01-01", "to": "2999-01-02"}, "from"),
        ({"from": "2016-03-02", "to": "2026-03-02"}, "from"),
        ({"category": "spaceship"}, "category"),
        ({"missing": "0"}, "missing"),
        ({"by": "colour"}, "by"),
        ({"site": "far-clinic"}, "site"),
    ],
)
def test_what_cannot_be_is_refused_with_the_field_named(browser, rolled, other_site, slug, asked, field):
    page = browser.get(f"/utilisation/reports/{slug}/", asked)
    assert page.status_code == 400
    assert field in page.context["form"].errors
    assert "answer" not in page.context
    for address in (f"/api/v1/utilisation/{slug}/", f"/utilisation/reports/{slug}/chart.json"):
        refused = browser.get(address, asked)
        assert refused.status_code == 400
        assert field in refused.json()


@pytest.mark.parametrize("slug", SLUGS)
def test_before_anything_happened_every_report_says_so(browser, site, slug):
    page = browser.get(f"/utilisation/reports/{slug}/")
    assert page.status_code == 200
    assert "0.0 %" not in page.content.decode()


def test_the_api_refuses_what_it_does_not_know(browser, rolled):
    answer = browser.get("/api/v1/utilisation/units/", {"colour": "red"})
    assert (answer.status_code, answer.json()) == (400, {"colour": ["There is no such parameter."]})


def test_units_are_compared_by_the_figures_of_their_fleets(browser, rolled):
    told = browser.get("/api/v1/utilisation/units/", ASKED).json()
    assert [(line["unit"], line["assets"], line["average"], line["peak"]) for line in told["units"]] == [
        ("Emergency", 1, 0.0, 0),
        ("Ward 3 West", 2, 0.75, 2),
    ]
    page = browser.get("/utilisation/reports/units/", ASKED).content.decode()
    assert (
        "/utilisation/infusion-pump/?site=st-elmo&amp;from=2026-03-02&amp;to=2026-03-02&amp;unit=3w" in page
    )


def test_a_table_is_sorted_as_the_address_says_in_page_and_file(browser, rolled):
    asked = ASKED | {"sort": "-average", "table": "units"}
    page = browser.get("/utilisation/reports/units/", asked)
    assert [row.cells[0] for row in page.context["tables"][0].rows] == ["Ward 3 West", "Emergency"]
    assert 'aria-sort="descending"' in page.content.decode()
    file = browser.get("/utilisation/reports/units/table.csv", asked).content.decode()
    assert [row["Unit"] for row in csv.DictReader(io.StringIO(file))] == ["Ward 3 West", "Emergency"]


def test_what_has_no_value_is_sorted_last_either_way():
    columns = (Column("name", "Name"), Column("share", "Share", Kind.SHARE))
    none = Figure(None, Unit.SHARE, "nothing was heard")
    rows = [Row(("a", none)), Row(("b", Figure(0.2, Unit.SHARE))), Row(("c", 0.1))]
    assert [row.cells[0] for row in in_order(rows, columns, "share")] == ["c", "b", "a"]
    assert [row.cells[0] for row in in_order(rows, columns, "-share")] == ["b", "c", "a"]
    assert in_order(rows, columns, "colour") == rows


def test_a_figure_opens_what_is_behind_it(browser, rolled):
    page = browser.get("/utilisation/reports/flow/", ASKED | {"of": "move:patient_room>clean_store"})
    assert [row.cells[0] for row in page.context["behind"]["rows"]] == ["P-1"]
    assert "/utilisation/reports/flow/" in page.request["PATH_INFO"]
    nothing = browser.get("/utilisation/reports/flow/", ASKED | {"of": "nonsense"})
    assert "There is nothing behind that." in nothing.content.decode()


def test_a_file_says_what_was_asked_and_holds_no_formula(browser, rolled):
    Department.objects.filter(code="ed").update(name="=1+1")
    file = browser.get("/utilisation/reports/units/table.csv", ASKED).content.decode()
    row = next(csv.DictReader(io.StringIO(file)))
    assert row["Unit"] == "'=1+1"
    assert (row["Report"], row["Category"], row["From"]) == ("Units compared", "Infusion pump", "2026-03-02")


def test_what_is_not_there_is_not_found(browser, rolled):
    assert browser.get("/utilisation/reports/nonsense/").status_code == 404
    assert browser.get("/utilisation/raw/nonsense.parquet").status_code == 404


@pytest.mark.parametrize("slug", SLUGS)
def test_a_page_asks_no_more_of_the_database_for_more_pieces(
    browser, rolled, make_pump, ward, slug, django_assert_max_num_queries
):
    for number in range(3):
        pump = make_pump(f"X-{number}", department=ward, ownership="rented")
        ActivityInterval.objects.create(asset=pump, activity="in_use", basis="confirmed", begin=MIDNIGHT)
        Stay.objects.create(asset=pump, zone=rolled[0].stays.first().zone, begin=MIDNIGHT)
    roller.mark_everything(now=MIDNIGHT + timedelta(days=2))
    roller.roll_up(now=MIDNIGHT + timedelta(days=2))
    with django_assert_max_num_queries(40):
        browser.get(f"/utilisation/reports/{slug}/", ASKED)


@pytest.fixture
def read(tmp_path):
    def query(content, columns):
        path = tmp_path / "file.parquet"
        path.write_bytes(content)
        return duckdb.sql(f"SELECT {columns} FROM '{path}' ORDER BY 1, 2").fetchall()  # noqa: S608  a file of our own

    return query


def test_roll_ups_are_given_as_parquet(browser, rolled, read):
    answer = browser.get("/utilisation/raw/roll-ups.parquet", ASKED)
    rows = read(answer.content, "asset, day::varchar, unit, confirmed_s, available_s")
    assert rows == [
        ("P-1", "2026-03-02", "3w", 43_200, 43_200),
        ("P-2", "2026-03-02", "ed", 0, 86_400),
        ("R-1", "2026-03-02", "3w", 86_400, 0),
    ]


def test_intervals_are_given_as_parquet_with_what_goes_on_open(browser, rolled, read):
    ActivityInterval.objects.filter(asset=rolled[1]).update(end=None)
    answer = browser.get("/utilisation/raw/intervals.parquet", ASKED | {"ownership": "owned"})
    rows = read(answer.content, 'asset, "begin"::varchar, activity, "end"::varchar')
    assert rows == [
        ("P-1", "2026-03-01 23:00:00", "in_use", "2026-03-02 11:00:00"),
        ("P-1", "2026-03-02 11:00:00", "available", "2026-03-02 23:00:00"),
        ("P-2", "2026-03-01 23:00:00", "available", None),
    ]


def test_where_nothing_is_rolled_up_the_parquet_file_is_empty(browser, site, read):
    assert read(browser.get("/utilisation/raw/roll-ups.parquet").content, "asset, day") == []


def test_without_duckdb_the_page_says_what_is_missing(browser, rolled, monkeypatch):
    monkeypatch.setattr(parquet, "find_spec", lambda _name: None)
    assert "pip install duckdb" in browser.get("/utilisation/reports/").content.decode()
    answer = browser.get("/utilisation/raw/roll-ups.parquet", ASKED)
    assert (answer.status_code, "pip install duckdb" in answer.content.decode()) == (501, True)
