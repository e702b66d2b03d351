"""The two dialects say the same: these tests run on SQLite and again on PostgreSQL, with the same expectations."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from assets.models import Checkpoint, Reading, ReadingNow
from assets.recording import store
from assets.sql import Table, dialect
from assets.sql.postgresql import PostgreSQL
from assets.sql.sqlite import SQLite

pytestmark = [pytest.mark.django_db, pytest.mark.databases]

ODD = datetime(2026, 3, 2, 12, 0, 0, 123456, tzinfo=UTC)


@pytest.fixture
def pump(make_pump):
    return make_pump()


def latest(asset, number, at, good_at, quality="good"):
    return (asset.pk, "temperature", number, None, quality, "endpoint:1", good_at, at)


def test_the_dialect_is_that_of_the_database():
    expected = PostgreSQL if connection.vendor == "postgresql" else SQLite
    assert isinstance(dialect(), expected)


@pytest.mark.parametrize("at", [ODD, ODD.replace(microsecond=0), ODD + timedelta(hours=13)])
def test_moments_come_back_to_the_microsecond(pump, at):
    dialect().insert(store.READINGS, [(pump.pk, "temperature", at, 4.25)])

    reading = Reading.objects.get(at=at)
    assert (reading.asset, reading.name, reading.at, reading.value) == (pump, "temperature", at, 4.25)


def test_moments_compare_as_moments(pump, noon):
    rows = [(pump.pk, "temperature", noon + timedelta(seconds=n / 2), float(n)) for n in range(4)]
    dialect().insert(store.READINGS, rows)

    found = Reading.objects.filter(at__gt=noon, at__lte=noon + timedelta(seconds=1)).order_by("at")
    assert list(found.values_list("value", flat=True)) == [1, 2]


def test_upsert_adds_and_then_changes(pump, noon):
    dialect().upsert(store.READINGS_NOW, [latest(pump, 4.0, noon, noon)])
    later = noon + timedelta(seconds=1)
    dialect().upsert(store.READINGS_NOW, [latest(pump, 5.0, later, later)])

    row = ReadingNow.objects.get()
    assert (row.number, row.text, row.at, row.good_at) == (5, None, later, later)


@pytest.mark.parametrize("count", [1, 20, 21, 300])
def test_few_rows_and_many_come_to_the_same(make_pump, noon, count):
    pumps = [make_pump(f"M-{n}") for n in range(count)]
    later = noon + timedelta(seconds=1)

    for at, number in ((noon, 4.0), (later, 5.0)):
        dialect().upsert(store.READINGS_NOW, [latest(each, number, at, at) for each in pumps])
        dialect().insert_missing(store.CHECKPOINTS, [(each.pk, 0, f"{number}", True) for each in pumps])

    assert ReadingNow.objects.filter(number=5, at=later).count() == count
    assert Checkpoint.objects.filter(state="4.0").count() == count


def test_upsert_keeps_the_newer_row(pump, noon):
    later = noon + timedelta(seconds=1)
    dialect().upsert(store.READINGS_NOW, [latest(pump, 5.0, later, later)])
    dialect().upsert(store.READINGS_NOW, [latest(pump, 4.0, noon, noon)])

    row = ReadingNow.objects.get()
    assert (row.number, row.at, row.good_at) == (5, later, later)


def test_upsert_keeps_when_it_was_last_good(pump, noon):
    dialect().upsert(store.READINGS_NOW, [latest(pump, 4.0, noon, noon)])
    dialect().upsert(store.READINGS_NOW, [latest(pump, None, noon + timedelta(seconds=1), None, "missing")])

    row = ReadingNow.objects.get()
    assert (row.number, row.quality, row.good_at) == (None, "missing", noon)


def test_insert_missing_leaves_what_is_there(pump):
    dialect().insert_missing(store.CHECKPOINTS, [(pump.pk, 5, "first", True)])
    dialect().insert_missing(store.CHECKPOINTS, [(pump.pk, 5, "second", True), (pump.pk, 6, "new", False)])

    assert list(Checkpoint.objects.order_by("at_us").values_list("state", "is_lasting")) == [
        ("first", True),
        ("new", False),
    ]


def test_delete_after_keeps_the_bound_itself_and_other_assets(pump, make_pump, noon):
    other = make_pump("P-2")
    rows = [(a.pk, "temperature", noon + timedelta(seconds=n), 1.0) for a in (pump, other) for n in range(3)]
    dialect().insert(store.READINGS, rows)

    dialect().delete_after(store.READINGS, "at", [(pump.pk, noon + timedelta(seconds=1))])

    assert Reading.objects.filter(asset=pump).count() == 2
    assert Reading.objects.filter(asset=other).count() == 3


def test_delete_after_works_on_numbers_too(pump):
    dialect().insert(store.CHECKPOINTS, [(pump.pk, n, "", True) for n in range(3)])

    dialect().delete_after(store.CHECKPOINTS, "at_us", [(pump.pk, 0)])

    assert list(Checkpoint.objects.values_list("at_us", flat=True)) == [0]


def test_select_takes_a_set_of_numbers_and_a_bound(pump):
    dialect().insert(store.CHECKPOINTS, [(pump.pk, n, f"s{n}", True) for n in range(3)])
    query = 'SELECT state FROM "assets_checkpoint" WHERE asset_id IN {ids} AND at_us > {bound} ORDER BY at_us'

    assert dialect().select(query, [pump.pk, 999], bound=0) == [("s1",), ("s2",)]
    assert dialect().select(query, [], bound=0) == []


@pytest.mark.parametrize("write", ["insert", "insert_missing", "upsert"])
def test_no_rows_are_no_work(db, write, django_assert_num_queries):
    with django_assert_num_queries(0):
        getattr(dialect(), write)(store.READINGS, [])


def test_text_of_any_kind_survives(pump, noon):
    words = "tab\tline\nback\\slash 'quote' \"double\" µ – 心 \\N"
    row = (pump.pk, "model_name", None, words, "good", "endpoint:1", noon, noon)
    dialect().upsert(store.READINGS_NOW, [row])
    dialect().insert(store.EVIDENCE, [(pump.pk, 1, "s", words)])

    assert ReadingNow.objects.get().text == words
    query = 'SELECT payload FROM "assets_evidencelog" WHERE asset_id IN {ids}'
    assert dialect().select(query, [pump.pk]) == [(words,)]


@pytest.mark.parametrize("write", ["insert", "insert_missing", "upsert"])
@pytest.mark.parametrize("count", [1, 30])
def test_what_the_database_refuses_is_an_error_as_the_orm_has_it(pump, noon, write, count):
    rows = [(pump.pk, "temperature", noon + timedelta(seconds=n), None) for n in range(count)]
    with pytest.raises(IntegrityError), transaction.atomic():
        getattr(dialect(), write)(store.READINGS, rows)


def test_a_query_that_the_database_refuses_is_an_error_as_the_orm_has_it(pump):
    with pytest.raises(DatabaseError), transaction.atomic():
        dialect().select("SELECT nothing FROM nowhere WHERE id IN {ids}", [1])


def test_a_deletion_that_the_database_refuses_is_an_error_as_the_orm_has_it(pump, noon):
    nowhere = Nowhere(Reading, ("asset_id", "at"), ("asset_id",))
    with pytest.raises(DatabaseError), transaction.atomic():
        dialect().delete_after(nowhere, "at", [(pump.pk, noon)])


class Nowhere(Table):
    """A table that the database does not have."""

    name = "nowhere"
