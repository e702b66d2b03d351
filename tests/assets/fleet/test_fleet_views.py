"""Pages, files, print and API of fleet size, and the prices behind what is saved."""

from __future__ import annotations

import csv
import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pypdfium2
import pytest

from assets.fleet.models import Prices
from assets.models import ActivityInterval, Asset, Category
from assets.utilisation import roller
from assets.utilisation.explaining import share
from assets.utilisation.models import FleetDay
from hospital.audit.models import AuditRecord
from locations.models import Department

DOC = Path(__file__).parents[3] / "docs" / "utilisation.md"
pytestmark = pytest.mark.django_db
BEGIN = datetime(2026, 3, 1, 23, tzinfo=UTC)
"""Midnight in Berlin."""
ASKED = {"from": "2026-03-02", "to": "2026-03-02"}
SIZE = "/utilisation/infusion-pump/fleet-size/"
API = "/api/v1/utilisation/fleets/infusion-pump/"


@pytest.fixture
def rolled(make_pump, ward, site):
    """Five pumps on one day: two of a ward in use from six to ten, one of theatres from eight to twelve; two idle."""
    theatres = Department.objects.create(site=site, name="Theatres", code="or")
    homes = [ward, ward, theatres, theatres, theatres]
    pieces = [make_pump(f"P-{number}", department=home) for number, home in enumerate(homes)]
    Asset.objects.update(created_at=BEGIN)
    for number, (begin, end) in enumerate([(6, 10), (6, 10), (8, 12), (24, 24), (24, 24)]):
        for first, last, activity in (
            (0, begin, "available"),
            (begin, end, "in_use"),
            (end, 24, "available"),
        ):
            if first < last:
                ActivityInterval.objects.create(
                    asset=pieces[number],
                    activity=activity,
                    basis="confirmed",
                    begin=BEGIN + timedelta(hours=first),
                    end=BEGIN + timedelta(hours=last),
                )
    roller.roll_up(now=BEGIN + timedelta(days=2))
    return pieces


def test_the_page_says_when_it_falls_short_and_opens_what_was_in_use_then(sign_in, facilities, rolled):
    browser = sign_in(facilities)
    page = browser.get(SIZE, ASKED | {"pieces": "2"})
    content = page.content.decode()
    assert "4 are needed: 3 in use at once" in content
    assert "Of 2 pieces 2 can be in use at once" in content
    assert "More were in use in 8.3 % of the time, for 2.0 h at a stretch" in content
    assert "2 March 2026, 08:00: 1." in content
    (short,) = page.context["shortages"]
    assert (short["most"], short["lacking"], short["seconds"]) == (3, 1, 7200)
    then = browser.get(f"{SIZE}then/", ASKED | {"at": short["address"]})
    assert [each.asset_tag for each in then.context["assets"]] == ["P-0", "P-1", "P-2"]
    assert "/utilisation/assets/P-0/?from=2026-03-02&amp;to=2026-03-02" in then.content.decode()
    assert [(str(unit), each.short, each.otherwise) for unit, each in page.context["who"]] == [
        ("Ward 3 West", 2, pytest.approx(4 / 22)),
        ("Theatres", 1, pytest.approx(2 / 22)),
    ]


def test_what_is_needed_is_always_enough_here_and_that_is_said(sign_in, facilities, rolled):
    content = sign_in(facilities).get(SIZE, ASKED).content.decode()
    assert "That was always enough in this period." in content
    assert "In this period a fleet of this size would never have been too small." in content


def test_units_that_share_need_fewer_and_who_could_lend_is_told(sign_in, facilities, rolled):
    page = sign_in(facilities).get(SIZE, ASKED)
    assert "Each by itself they need 5, sharing one pool 4: that saves 1." in page.content.decode()
    ((giver, taker, move),) = page.context["moves"]
    assert (str(giver), str(taker), move.seconds, move.of_short, move.pieces) == (
        "Theatres",
        "Ward 3 West",
        14_400,
        1.0,
        1.0,
    )
    chosen = sign_in(facilities).get(SIZE, [*ASKED.items(), ("pool", "3w"), ("pool", "or")])
    assert len(chosen.context["report"].question.pool) == 2


def test_what_is_saved_rests_on_prices_that_are_told(sign_in, facilities, rolled, site, pumps):
    browser = sign_in(facilities)
    page = browser.get(SIZE, ASKED).content.decode()
    assert (
        "No saving is told, because nobody has told purchase price, expected life and service of one." in page
    )
    Prices.objects.create(site=site, category=pumps, purchase=2400, life_years=8, service=100)
    assert "400 a year for what is not owned, less 0 for renting" in browser.get(SIZE, ASKED).content.decode()
    fewer = ASKED | {"pieces": "2"}
    page = browser.get(SIZE, fewer).content.decode()
    assert "No saving is told, because nobody has told what renting one costs a day." in page
    page = browser.get(SIZE, fewer | {"rental": "2"})
    assert "Some of these are tried here instead of the site's." in page.content.decode()
    saving = page.context["report"].saving
    assert (saving.owning.value, saving.rented_days, saving.renting.value) == (1200, Decimal("365.0"), 730)
    assert saving.whole.value == 470
    (line,) = browser.get(f"{API}size/", fewer | {"rental": "2"}).json()["lines"]
    assert (line["saving"]["saved"], line["saving"]["rental"], line["pieces_tried"]) == ("470.00", "2.00", 2)
    more = browser.get(SIZE, ASKED | {"pieces": "6"}).context["report"].saving
    assert more.whole.value == -400


def test_the_worked_example_of_the_docs_is_what_is_computed(sign_in, facilities, rolled, site, pumps):
    Prices.objects.create(site=site, category=pumps, purchase=2400, life_years=8, service=100, rental=2)
    report = sign_in(facilities).get(SIZE, ASKED | {"pieces": "2"}).context["report"]
    (move,) = report.moves.moves
    example = DOC.read_text().split("### A worked example")[1].split("\n## ")[0]
    rows = dict(re.findall(r"^\| ([^|]+) \| ([^|]+) \|$", example, re.MULTILINE))
    rows.pop("figure")
    assert rows == {
        "needed, with a buffer of 10 %": str(report.line.size.pieces),
        "short with two": share(report.size.short.value),
        "hours short with two": f"{report.size.seconds / 3600:.1f}",
        "needed by each unit, added up": str(report.pool.apart),
        "needed by a pool of both": str(report.pool.together.size.pieces),
        "theatres could lend the ward": f"{move.pieces:.1f}",
        "of the ward's shortage": share(move.of_short),
        "not owned, a year": f"{report.saving.owning.value:.0f}",
        "rented, a year": f"{report.saving.renting.value:.0f}",
        "saved, a year": f"{report.saving.whole.value:.0f}",
    }


def test_prices_are_changed_by_who_may_and_the_change_is_on_the_trail(
    client, facilities, biomed, rolled, site, pumps
):
    address = f"{SIZE}prices/?site=st-elmo&from=2026-03-02&to=2026-03-02"
    client.force_login(biomed)
    assert client.post(address, {"purchase": "1"}).status_code == 403
    assert not Prices.objects.exists()
    client.force_login(facilities)
    refused = client.post(address, {"purchase": "-1", "life_years": "0", "service": "1"})
    assert refused.status_code == 400
    assert sorted(refused.context["form"].errors) == ["life_years", "purchase"]
    assert 'value="-1"' in refused.content.decode()
    assert not Prices.objects.exists()
    kept = client.post(address, {"purchase": "2400", "life_years": "8", "service": "100", "rental": ""})
    assert (kept.status_code, kept["Location"].split("?")[0]) == (302, SIZE)
    one = Prices.objects.get()
    assert (one.site, one.category, one.purchase, one.rental) == (site, pumps, 2400, None)
    record = AuditRecord.objects.get(object_type="fleet.prices")
    assert (record.actor_name, record.changes["purchase"]) == ("facilities", [None, "2400"])


def test_prices_of_a_site_that_one_may_not_see_are_not_there(client, facilities, rolled, other_site):
    client.force_login(facilities)
    assert client.post(f"{SIZE}prices/?site=far-clinic", {"purchase": "1"}).status_code == 404
    assert not Prices.objects.exists()


def test_charts_say_what_they_show_and_have_rows(sign_in, facilities, rolled):
    browser = sign_in(facilities)
    curve = browser.get(f"{SIZE}curve.json", ASKED).json()["usermeta"]
    assert curve["finding"] == "3 would always have been enough"
    assert curve["rows"][2] == ["2", "2", "8.3 %", "2.0"]
    for how, words in (("bridged", "Pauses shorter"), ("dropped", "Uses shorter")):
        told = browser.get(f"{SIZE}sensitivity-{how}.json", ASKED).json()["usermeta"]
        assert told["finding"].startswith(words)
        assert told["rows"][0] == ["as it is", "3", "4", "4", "4", "4"]
    assert browser.get(f"{SIZE}sensitivity-guessed.json", ASKED).status_code == 404


def test_every_part_is_a_file_that_says_what_was_asked_and_assumed(sign_in, facilities, rolled):
    browser = sign_in(facilities)
    for what, count in (
        ("short", 1),
        ("sizes", 6),
        ("pools", 3),
        ("moves", 1),
        ("sensitivity", 50),
        ("saving", 3),
    ):
        answer = browser.get(f"{SIZE}{what}.csv", ASKED | {"pieces": "2", "rental": "3.5"})
        rows = list(csv.DictReader(answer.content.decode().splitlines()))
        assert len(rows) == count, what
        assert (rows[0]["Rental day"], rows[0]["Pieces tried"], rows[0]["Needed"]) == ("3.5", "2", "4")
        book = browser.get(f"{SIZE}{what}.csv", ASKED | {"as": "xlsx"})
        assert "xl/workbook.xml" in ZipFile(BytesIO(book.content)).namelist()
    assert browser.get(f"{SIZE}everything.csv", ASKED).status_code == 404


def test_the_print_tells_figures_and_every_assumption(sign_in, facilities, rolled, site, pumps):
    Prices.objects.create(site=site, category=pumps, purchase=2400, life_years=8, service=100)
    answer = sign_in(facilities).get(f"{SIZE}report.pdf", ASKED | {"pieces": "2", "rental": "2"})
    words = " ".join(page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(answer.content))
    for told in (
        "St. Elmo",
        "4 are needed",
        "2,400.00",
        "set for the site",
        "tried here",
        "Theatres",
        "2 March 2026, 08:00",
    ):
        assert told in " ".join(words.split()), told


def test_the_api_tells_each_part(sign_in, facilities, rolled):
    browser = sign_in(facilities)

    def lines(what, **more):
        return browser.get(f"{API}{what}/", ASKED | more).json()["lines"]

    (size,) = lines("size")
    assert (size["owned"], size["pieces"], size["surplus"], size["short"]["value"]) == (5, 4, 1, 0)
    (short,) = lines("shortages", pieces="2")
    assert (short["begin"], short["worst"], short["lacking"]) == ("2026-03-02T07:00:00Z",) * 2 + (1,)
    assert [each["pieces"] for each in lines("sizes")] == [0, 1, 2, 3, 4, 5]
    pools = lines("pools")
    assert [(each["department"], each["pieces"], each["saving"]) for each in pools] == [
        ("or", 2, None), ("3w", 3, None), (None, 4, 1),
    ]  # fmt: skip
    (move,) = lines("moves")
    assert (move["giver"], move["taker"], move["seconds"]) == ("or", "3w", 14_400)
    assert len(lines("sensitivity")) == 50
    refused = browser.get(f"{API}size/", ASKED | {"colour": "red"})
    assert (refused.status_code, list(refused.json())) == (400, ["colour"])


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"from": "2026-03-02", "to": "2026-03-01"}, "to"),
        ({"from": "2999-01-01", "to": "2999-01-02"}, "from"),
        ({"pieces": "-1"}, "pieces"),
        ({"pieces": "many"}, "pieces"),
        ({"pool": "nowhere"}, "pool"),
        ({"life_years": "0"}, "life_years"),
        ({"rental": "dear"}, "rental"),
    ],
)
def test_what_cannot_be_is_refused_with_the_field_named(sign_in, facilities, rolled, asked, field):
    browser = sign_in(facilities)
    page = browser.get(SIZE, asked)
    assert page.status_code == 400
    assert field in page.context["form"].errors
    assert str(page.context["form"].fields[field].label) in page.content.decode()
    for address in (f"{SIZE}curve.json", f"{SIZE}short.csv", f"{SIZE}report.pdf", f"{API}size/"):
        answer = browser.get(address, asked)
        assert answer.status_code == 400
        assert field in answer.json()


def test_a_moment_outside_the_period_or_none_at_all_is_refused(sign_in, facilities, rolled):
    browser = sign_in(facilities)
    for at, words in (("", "required"), ("noon", "valid"), ("2026-03-05T00:00:00Z", "not in the period")):
        page = browser.get(f"{SIZE}then/", ASKED | {"at": at})
        assert page.status_code == 400
        assert words in page.content.decode()


def test_where_there_is_no_figure_the_reason_is_told_everywhere_and_no_number(sign_in, facilities, rolled):
    beds = Category.objects.create(name="Bed", plural="Beds", slug="bed", shape="bed", stale_after_s=60)
    browser = sign_in(facilities)
    for category, asked in (
        (beds.slug, ASKED),
        ("infusion-pump", {"from": "2026-02-01", "to": "2026-02-02"}),
    ):
        address = f"/utilisation/{category}/fleet-size/"
        page = browser.get(address, asked)
        assert page.status_code == 200
        assert "No fleet size, because " in page.content.decode()
        assert page.context["report"].shortages is None
        told = browser.get(f"{address}curve.json", asked).json()["usermeta"]
        assert told["rows"] == []
        assert told["finding"].startswith("No fleet size, because ")
        assert browser.get(f"{address}sensitivity-bridged.json", asked).json()["usermeta"]["rows"] == []
        assert browser.get(f"{address}report.pdf", asked).status_code == 200
        for what in ("short", "sizes", "pools", "moves", "sensitivity", "saving"):
            assert len(browser.get(f"{address}{what}.csv", asked).content.decode().strip().splitlines()) == 1
        (line,) = browser.get(f"/api/v1/utilisation/fleets/{category}/size/", asked).json()["lines"]
        assert (line["pieces"], line["pieces_tried"], line["saving"]) == (None, None, None)
        assert line["needed"]["reason"]


def test_a_fleet_that_is_heard_too_little_has_no_size(sign_in, facilities, rolled):
    FleetDay.objects.update(unknown=10**9)
    page = sign_in(facilities).get(SIZE, ASKED)
    assert "No fleet size, because only" in page.content.decode()


def test_a_page_costs_as_many_queries_with_more_units(
    sign_in, facilities, rolled, django_assert_max_num_queries
):
    browser = sign_in(facilities)
    browser.get(SIZE, ASKED)
    with django_assert_max_num_queries(32):
        browser.get(SIZE, ASKED | {"pieces": "1"})
