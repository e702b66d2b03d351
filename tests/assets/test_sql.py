"""The two dialects say the same: these tests run on SQLite and again on PostgreSQL, with the same expectations."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from assets.models import AssetNow, Checkpoint, Reading, TimelineHead
from assets.recording import store
from assets.sql import Table, dialect
from assets.sql.postgresql import PostgreSQL
from assets.sql.sqlite import SQLite

pytestmark = [pytest.mark.django_db, pytest.mark.databases]

ODD = datetime(2026, 3, 2, 12, 0, 0, 123456, tzinfo=UTC)


@pytest.fixture
def pump(make_pump):
    return make_pump()


ROW = Table(AssetNow, ("asset_id", "revision", "activity", "x", "heard_at", "basis"), ("asset_id",))
HEARD = Table(AssetNow, ("asset_id", "activity", "x", "heard_at"), ("asset_id",))


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
    dialect().upsert(ROW, [(pump.pk, 1, "in_use", 4.5, noon, "zone")])
    later = noon + timedelta(seconds=1)
    dialect().upsert(ROW, [(pump.pk, 2, "dirty", None, later, "zone")])

    row = AssetNow.objects.get()
    assert (row.revision, row.activity, row.x, row.heard_at) == (2, "dirty", None, later)


@pytest.mark.parametrize("count", [1, 20, 21, 300])
def test_few_rows_and_many_come_to_the_same(make_pump, noon, count):
    pumps = [make_pump(f"M-{n}") for n in range(count)]
    later = noon + timedelta(seconds=1)

    for at, number in ((noon, 4.0), (later, 5.0)):
        dialect().upsert(ROW, [(each.pk, 1, "in_use", number, at, "zone") for each in pumps])
        dialect().insert_missing(store.CHECKPOINTS, [(each.pk, 0, f"{number}", True) for each in pumps])

    assert AssetNow.objects.filter(x=5, heard_at=later).count() == count
    assert Checkpoint.objects.filter(state="4.0").count() == count


@pytest.mark.parametrize("count", [1, 300])
def test_update_changes_these_columns_of_these_rows(make_pump, noon, count):
    pumps = [make_pump(f"M-{n}") for n in range(count + 1)]
    dialect().upsert(ROW, [(each.pk, 7, "in_use", 1.5, noon, "zone") for each in pumps])

    words = 'odd \\ "word"'[:12]
    dialect().update(HEARD, [(each.pk, words, n / 3, ODD) for n, each in enumerate(pumps[:-1])])

    rows = list(AssetNow.objects.order_by("pk"))
    assert {row.revision for row in rows} == {7}
    assert [(row.activity, row.x, row.heard_at) for row in rows[:-1]] == [
        (words, n / 3, ODD) for n in range(count)
    ]
    assert (rows[-1].activity, rows[-1].x, rows[-1].heard_at) == ("in_use", 1.5, noon)


def test_update_can_set_nothing_and_leaves_out_rows_that_are_gone(pump, noon):
    dialect().upsert(ROW, [(pump.pk, 1, "in_use", 1.5, noon, "zone")])
    dialect().update(HEARD, [(pump.pk, "dirty", None, None), (pump.pk + 1, "dirty", 1.0, noon)])

    row = AssetNow.objects.get()
    assert (row.activity, row.x, row.heard_at) == ("dirty", None, None)


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


@pytest.mark.parametrize("write", ["insert", "insert_missing", "upsert", "update"])
def test_no_rows_are_no_work(db, write, django_assert_num_queries):
    with django_assert_num_queries(0):
        getattr(dialect(), write)(store.READINGS, [])


def test_text_of_any_kind_survives(pump):
    words = "tab\tline\nback\\slash 'quote' \"double\" µ – 心 \\N"
    dialect().upsert(store.HEADS, [(pump.pk, "before", "[]", None, 1)])
    dialect().insert(store.EVIDENCE, [(pump.pk, 1, "s", words)])
    dialect().update(Table(TimelineHead, ("asset_id", "state"), ("asset_id",)), [(pump.pk, words)])

    assert TimelineHead.objects.get().state == words
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
