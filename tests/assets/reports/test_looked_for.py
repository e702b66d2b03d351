"""Searches without who it was, and what became of claims."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from statistics import median

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from assets.find import Found
from assets.models import Category, Claim, NotHere, Search
from assets.reports.looked_for import LookedFor
from assets.reports.report import Asked
from assets.retention import trim_searches
from assets.searches import note_search, words_kept, write_searches
from assets.utilisation.reports import Choice
from locations.zones import ZoneKind

pytestmark = [pytest.mark.django_db, pytest.mark.databases]

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
LATER = NOON + timedelta(hours=1)


@pytest.fixture
def base(make_zone, ward):
    return make_zone("Staff base", ZoneKind.NURSE_STATION, department=ward)


@pytest.fixture
def look(nurse, base):
    """``look("pump", 3)``: three seconds after noon, and nothing was found."""

    def search(text, second=0.0, *, who=nurse, near=base, found=None):
        at = NOON + timedelta(seconds=second)
        note_search(text=text, near=near, user=who, found=found or Found(), now=at)

    return search


def ask(site, **changes):
    of = changes.pop("of", "")
    return Asked(Choice(site, date(2026, 3, 2), date(2026, 3, 2), **changes), LATER, of=of)


def test_while_somebody_types_only_the_last_answer_counts(look):
    for second, text in enumerate(["w", "war", "warmer", "warm", "warming", "warming blanket"]):
        look(text, second)
    write_searches(now=LATER)
    (search,) = Search.objects.all()
    assert (search.words, search.at) == ("warming blanket", NOON + timedelta(seconds=5))


def test_another_word_and_another_person_are_searches_of_their_own(look, biomed):
    look("hoist")
    look("warmer", 2)
    look("warmer", 3, who=biomed)
    look("warmer", 60)
    write_searches(now=LATER)
    assert sorted(Search.objects.values_list("words", flat=True)) == ["hoist", "warmer", "warmer", "warmer"]


def test_what_is_kept_does_not_say_who_it_was(look, base, site):
    look("warmer")
    write_searches(now=LATER)
    (row,) = Search.objects.values()
    assert row == {
        "id": row["id"], "at": NOON, "site_id": site.pk, "unit_id": base.pk, "category_id": None,
        "words": "warmer", "found": 0, "ready": 0,
    }  # fmt: skip


def test_words_with_digits_are_left_out():
    assert words_kept("Mr 4711 Blanket b12 Warm") == "mr blanket warm"


def test_of_what_names_a_category_only_the_category_is_kept(look, make_pump):
    pump = make_pump("P-1")
    look("infusion pump")
    write_searches(now=LATER)
    (search,) = Search.objects.all()
    assert (search.category, search.words) == (pump.model.category, "")


def test_nothing_is_kept_where_that_is_switched_off(look, settings, site):
    settings.SEARCHES_KEPT_DAYS = 0
    look("warmer")
    assert write_searches(now=LATER) == 0
    assert "SEARCHES_KEPT_DAYS" in str(LookedFor().answer(ask(site)).reason)


def test_the_find_page_notes_what_was_answered(sign_in, nurse, base, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOON)
    sign_in(nurse).get("/find/", {"q": "warmer", "near": base.pk})
    write_searches(now=LATER)
    assert Search.objects.get().words == "warmer"


def test_a_database_that_does_not_take_them_does_not_keep_anybody_from_finding(look, monkeypatch, caplog):
    from django.db import OperationalError

    def refuse(*_args, **_options):
        raise OperationalError("locked")

    look("hoist")
    monkeypatch.setattr(Search.objects, "bulk_create", refuse)
    look("warmer", 30)
    assert "1 searches could not be kept: locked" in caplog.text


def test_old_searches_are_let_go_of(look, settings):
    look("warmer")
    write_searches(now=LATER)
    settings.SEARCHES_KEPT_DAYS = 30
    assert trim_searches(now=NOON + timedelta(days=29)) == 0
    assert trim_searches(now=NOON + timedelta(days=31)) == 1


looked = st.lists(
    st.tuples(
        st.sampled_from(["pump", "bed", ""]), st.sampled_from(["", "hoist", "warmer"]),
        st.integers(0, 3), st.integers(0, 3), st.integers(-30, 30),
    ),
    max_size=25,
)  # fmt: skip


@given(rows=looked)
@hypothesis_settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_searches_are_what_counting_each_gives(rows, site):
    with transaction.atomic():
        kinds = {
            name: Category.objects.create(name=name, plural=f"{name}s", slug=name) for name in ("pump", "bed")
        }
        for kind, words, found, ready, hour in rows:
            ready = min(found, ready)
            Search.objects.create(
                at=NOON + timedelta(hours=hour), site=site, category=kinds.get(kind),
                words="" if kind or found else words, found=found, ready=ready,
            )  # fmt: skip
        inside = [row for row in rows if -13 <= row[4] < 1]  # from midnight in Berlin up to now
        answer = LookedFor().answer(ask(site))
        assert answer.figures[0].value == len(inside)
        for row in answer.rows["categories"]:
            own = [each for each in inside if f"{each[0]}s" == row.cells[0]]
            unready = [each for each in own if min(each[2], each[3]) == 0]
            assert row.cells[1:4] == (len(own), len(unready), sum(each[2] == 0 for each in own))
            assert row.cells[4].value == len(unready) / len(own)
        told = {row.cells[0]: row.cells[1] for row in answer.rows["words"]}
        words = Counter(each[1] for each in inside if not each[0] and not each[2] and each[1])
        assert told == {word: count for word, count in words.items() if count >= 3}
        transaction.set_rollback(True)


def test_rare_words_are_not_told_of_even_when_they_are_asked_for(look, site):
    look("somebody's name")
    write_searches(now=LATER)
    answer = LookedFor().answer(ask(site))
    assert answer.rows["words"] == []
    assert LookedFor().behind(ask(site, of="words:somebody's name")) is None


@pytest.fixture
def claimed(make_pump, nurse, base):
    pump = make_pump("P-1")
    for minute, ending, lasted in [
        (0, "fetched", 4), (10, "fetched", 8), (20, "released", 2), (30, "not_there", 3), (50, "", None),
    ]:  # fmt: skip
        at = NOON - timedelta(hours=2) + timedelta(minutes=minute)
        Claim.objects.create(
            asset=pump, by=nurse, unit=base, at=at, until=at + timedelta(minutes=10), ending=ending,
            ended_at=None if lasted is None else at + timedelta(minutes=lasted),
        )  # fmt: skip
    NotHere.objects.create(asset=pump, zone=base, by=nurse, at=NOON)
    return pump


def test_claims_tell_what_became_of_them(claimed, site):
    (row,) = LookedFor().answer(ask(site)).rows["claims"]
    assert row.cells[1:7] == (5, 2, 1, 1, 1, 1)
    assert row.cells[7].value == median([240, 480])


def test_a_category_opens_its_claims_without_who_claimed(claimed, site, nurse):
    table, rows = LookedFor().behind(ask(site, of=f"claims:{claimed.model.category_id}"))
    assert [str(row.cells[3]) for row in rows] == [
        "Ran out",
        "Was not there",
        "Released",
        "Fetched",
        "Fetched",
    ]
    assert nurse.username not in str([row.cells for row in rows])
    assert [column.name for column in table.columns] == ["asset", "at", "unit", "ending", "length"]
