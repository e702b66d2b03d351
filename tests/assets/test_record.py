"""Recording: what one observation leaves behind, what is refused, and what never happens."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import connection

from assets.models import ActivityInterval, Asset, AssetNow, EvidenceLog, Reading, ReadingNow, Stay
from assets.observation import Evidence, Position, ReadingValue, Sighting, Subject, SubjectKind
from assets.record import record_observations
from assets.retention import trim_evidence, trim_readings
from assets.words import Quality
from locations.models import Receiver, Tag
from locations.zones import ZoneKind

pytestmark = [pytest.mark.django_db, pytest.mark.databases]


def activities(asset):
    rows = ActivityInterval.objects.filter(asset=asset).order_by("begin")
    return [(row.activity, row.basis, row.begin, row.end) for row in rows]


def kept(asset, name):
    return list(Reading.objects.filter(asset=asset, name=name).order_by("at").values_list("value", flat=True))


def charge(value):
    return (ReadingValue("battery_charge", value),)


# --- What is left behind ------------------------------------------------------------------------------------


def test_an_observation_becomes_current_row_history_and_reading(make_pump, make_zone, floor, observe, noon):
    bay, pump = make_zone("Bay 1", ZoneKind.PATIENT_ROOM), make_pump()

    outcome = record_observations(
        [observe(pump, activity=Evidence.IN_USE, readings=charge(80.0), position=Position("main-1", 5, 5, 1))]
    )

    assert (outcome.recorded, outcome.total) == (1, 1)
    now = AssetNow.objects.get(asset=pump)
    assert (now.activity, now.basis, now.since) == ("in_use", "confirmed", noon)
    assert (now.floor, now.zone, now.zone_since) == (floor, bay, noon)
    assert (now.x, now.y, now.position_at, now.position_error_m) == (5, 5, noon, 1)
    assert now.position_confidence == 1.0
    assert (now.battery_percent, now.heard_at, now.stale_at) == (80, noon, noon + timedelta(seconds=120))
    assert activities(pump) == [("in_use", "confirmed", noon, None)]
    assert list(Stay.objects.values_list("zone", "begin", "end")) == [(bay.pk, noon, None)]
    assert kept(pump, "battery_charge") == [80]


def test_a_change_closes_what_was_open(make_pump, observe, noon):
    pump = make_pump()
    record_observations([observe(pump, activity=Evidence.IN_USE)])
    record_observations([observe(pump, 60, activity=Evidence.IDLE)])

    later = noon + timedelta(seconds=60)
    assert activities(pump) == [("in_use", "confirmed", noon, later), ("dirty", "confirmed", later, None)]


def test_what_stays_the_same_writes_no_history(make_pump, observe):
    pump = make_pump()
    for second in (0, 10, 20):
        record_observations([observe(pump, second, activity=Evidence.IDLE)])

    assert ActivityInterval.objects.count() == 1
    assert AssetNow.objects.get(asset=pump).revision == 3


@pytest.mark.parametrize("kind", [SubjectKind.ASSET, SubjectKind.TAG, SubjectKind.SERIAL])
def test_equipment_is_known_by_each_of_its_names(make_pump, observe, kind):
    tag = Tag.objects.create(identifier="t-1")
    pump = make_pump(serial_number="S-1", rtls_tag=tag)
    key = {SubjectKind.ASSET: str(pump.pk), SubjectKind.TAG: "t-1", SubjectKind.SERIAL: "S-1"}[kind]

    record_observations([observe(subject=Subject(kind, key), activity=Evidence.IDLE)])

    assert AssetNow.objects.get().asset == pump


def test_a_tag_that_is_put_on_another_pump_speaks_of_that_one_from_then_on(make_pump, observe):
    tag = Tag.objects.create(identifier="t-1")
    first, second = make_pump("P-1", rtls_tag=tag), make_pump("P-2")
    subject = Subject(SubjectKind.TAG, "t-1")
    record_observations([observe(subject=subject)])

    Asset.objects.filter(pk=first.pk).update(rtls_tag=None)
    Asset.objects.filter(pk=second.pk).update(rtls_tag=tag)
    record_observations([observe(subject=subject, seconds=10)])

    assert set(AssetNow.objects.values_list("asset", flat=True)) == {first.pk, second.pk}


def test_a_position_that_lies_outside_every_zone_by_its_error_is_shown_in_its_room(
    make_pump, make_zone, observe
):
    bay, pump = make_zone("Bay 1", x=0, y=0, width=6, height=6), make_pump()
    record_observations([observe(pump, position=Position("main-1", 3, 0.6, 0.4))])
    record_observations([observe(pump, s, position=Position("main-1", 3, -0.7, 0.4)) for s in (20, 40, 60)])

    now = AssetNow.objects.get(asset=pump)
    assert (now.zone, now.x, now.y) == (bay, pytest.approx(3), 0)


def test_a_sighting_places_a_tag_where_its_receiver_stands(make_pump, make_zone, floor, observe):
    store, pump = make_zone("Store", ZoneKind.CLEAN_STORE), make_pump()
    Receiver.objects.create(identifier="r-1", floor=floor, zone=store, x=2, y=3, reach_m=4)

    record_observations([observe(pump, sighting=Sighting("r-1", -60))])

    now = AssetNow.objects.get(asset=pump)
    assert (now.zone, now.x, now.y, now.position_error_m) == (store, 2, 3, 4)
    assert (now.activity, now.basis) == ("available", "zone")


def test_fixed_equipment_is_where_it_was_installed(make_pump, make_zone, observe):
    hall = make_zone("Hall", ZoneKind.IMAGING, x=10)
    scanner = make_pump(is_fixed=True, home_zone=hall)

    record_observations([observe(scanner, activity=Evidence.IN_USE, position=Position("main-1", 1, 1, 1))])

    now = AssetNow.objects.get(asset=scanner)
    assert (now.zone, now.floor, now.x, now.y) == (hall, hall.floor, hall.label_x, hall.label_y)
    assert (now.position_at, now.position_error_m, now.position_confidence) == (None, None, 1.0)
    assert Stay.objects.count() == 0


# --- Failures are data --------------------------------------------------------------------------------------


def test_a_failed_reading_has_a_quality_and_no_value(make_pump, observe, noon):
    pump = make_pump()
    record_observations([observe(pump, readings=charge(80.0))])

    missing = ReadingValue("battery_charge", None, Quality.OUT_OF_RANGE)
    record_observations([observe(pump, 10, activity=Evidence.IDLE, readings=(missing,))])

    row = ReadingNow.objects.get(name="battery_charge")
    assert (row.number, row.text, row.quality) == (None, None, "out_of_range")
    assert (row.at, row.good_at) == (noon + timedelta(seconds=10), noon)
    assert kept(pump, "battery_charge") == [80]
    assert AssetNow.objects.get(asset=pump).battery_percent is None


def test_a_poll_that_failed_is_not_being_heard(make_pump, observe, noon):
    pump = make_pump()
    record_observations([observe(pump, activity=Evidence.IDLE, readings=charge(80.0))])
    outcome = record_observations([observe(pump, 30, quality=Quality.NO_ANSWER)])

    assert (outcome.failures, outcome.recorded) == (1, 0)
    now = AssetNow.objects.get(asset=pump)
    assert (now.heard_at, now.stale_at) == (noon, noon + timedelta(seconds=120))
    row = ReadingNow.objects.get(name="battery_charge")
    assert (row.number, row.quality, row.good_at) == (None, "no_answer", noon)


def test_a_failure_of_one_source_leaves_the_readings_of_another(make_pump, observe):
    pump = make_pump()
    record_observations([observe(pump, readings=charge(80.0), source="endpoint:1")])

    record_observations([observe(pump, 30, quality=Quality.NO_ANSWER, source="endpoint:2")])

    assert ReadingNow.objects.get(name="battery_charge").number == 80


def test_readings_that_all_failed_are_no_sign_of_life(make_pump, observe, noon):
    pump = make_pump()
    record_observations([observe(pump, readings=charge(80.0))])

    failed = ReadingValue("battery_charge", None, Quality.MISSING)
    record_observations([observe(pump, 30, readings=(failed,))])

    assert AssetNow.objects.get(asset=pump).heard_at == noon


def test_words_and_flags_are_kept_as_words(make_pump, observe):
    pump = make_pump()
    record_observations([observe(pump, readings=(ReadingValue("door", "open"), ReadingValue("mains", True)))])

    assert dict(ReadingNow.objects.values_list("name", "text")) == {"door": "open", "mains": "true"}
    assert Reading.objects.count() == 0


def test_a_late_reading_does_not_replace_a_newer_one(make_pump, observe):
    pump = make_pump()
    record_observations([observe(pump, 20, readings=charge(70.0))])
    record_observations([observe(pump, 10, readings=charge(80.0))])

    assert ReadingNow.objects.get().number == 70
    assert kept(pump, "battery_charge") == [80, 70]


# --- Which readings go into the history ---------------------------------------------------------------------


def test_readings_are_kept_when_they_leave_the_deadband(make_pump, observe):
    pump = make_pump()
    for n, value in enumerate([80.0, 79.5, 79.0, 78.9, 78.5, 77.5]):
        record_observations([observe(pump, n * 10, readings=charge(value))])

    assert kept(pump, "battery_charge") == [80, 78.9, 77.5]


def test_readings_are_kept_at_their_heartbeat(make_pump, observe):
    pump = make_pump()
    for second in (0, 899, 900, 1000, 1800):
        record_observations([observe(pump, second, readings=charge(80.0))])

    assert Reading.objects.count() == 3


def test_after_a_silence_a_reading_is_kept_though_it_is_as_before(make_pump, observe):
    pump = make_pump()
    for second in (0, 60, 300, 360):  # a pump is not heard after two minutes
        record_observations([observe(pump, second, activity=Evidence.IDLE, readings=charge(80.0))])

    rows = Reading.objects.filter(asset=pump).order_by("at").values_list("at", flat=True)
    assert [(at - rows[0]).total_seconds() for at in rows] == [0, 300]


# --- What is refused, and counted ---------------------------------------------------------------------------


def test_what_belongs_to_nobody_is_counted_and_named(make_pump, observe):
    pump = make_pump()
    stranger = Subject(SubjectKind.SERIAL, "S-9")

    outcome = record_observations([observe(subject=stranger), observe(pump)])

    assert (outcome.nobodys, outcome.recorded, outcome.unknown) == (1, 1, {stranger})


def test_a_serial_number_that_two_assets_share_names_neither(make_pump, observe):
    make_pump("P-1", serial_number="S-1")
    make_pump("P-2", serial_number="S-1")

    outcome = record_observations([observe(subject=Subject(SubjectKind.SERIAL, "S-1"))])

    assert (outcome.nobodys, AssetNow.objects.count()) == (1, 0)


def test_retired_equipment_is_nobody(make_pump, observe, noon):
    pump = make_pump(retired_at=noon)

    assert record_observations([observe(pump)]).nobodys == 1


def test_an_unknown_floor_or_receiver_places_nothing_and_is_counted(make_pump, observe):
    pump = make_pump()
    outcome = record_observations(
        [
            observe(pump, 0, position=Position("nowhere", 1, 1, 1)),
            observe(pump, 1, sighting=Sighting("r-9", -60)),
        ]
    )

    assert (outcome.recorded, outcome.unplaced) == (2, 2)
    assert AssetNow.objects.get(asset=pump).position_at is None


def test_a_replay_is_a_duplicate(make_pump, observe):
    pump = make_pump()
    batch = [observe(pump, n, activity=Evidence.IDLE) for n in range(3)]
    record_observations(batch)

    outcome = record_observations([*batch, batch[0]])

    assert (outcome.duplicates, outcome.recorded) == (4, 0)
    assert EvidenceLog.objects.count() == 3


def test_what_has_not_happened_yet_is_refused(make_pump, observe):
    pump = make_pump()

    assert record_observations([observe(pump, 121, received=0)]).ahead == 1
    assert record_observations([observe(pump, 120, received=0)]).recorded == 1


def test_what_is_older_than_the_window_is_refused_and_counted(make_pump, observe, noon, settings):
    settings.EVIDENCE_WINDOW_S = 600
    pump = make_pump()
    for second in range(0, 1800, 30):
        record_observations([observe(pump, second, activity=Evidence.IDLE)])
    before = activities(pump)

    trim_evidence(now=noon + timedelta(seconds=1800))
    outcome = record_observations([observe(pump, 5, activity=Evidence.IN_USE, source="late")])

    assert (outcome.too_late, outcome.recorded) == (1, 0)
    assert activities(pump) == before


def test_what_is_within_the_window_still_finds_its_place_after_trimming(make_pump, observe, noon, settings):
    settings.EVIDENCE_WINDOW_S = 600
    pump = make_pump()
    for second in range(0, 1800, 30):
        record_observations([observe(pump, second, activity=Evidence.IDLE)])

    trim_evidence(now=noon + timedelta(seconds=1800))
    outcome = record_observations([observe(pump, 1205, activity=Evidence.IN_USE, source="late")])

    at = noon + timedelta(seconds=1205)
    assert outcome.recorded == 1
    assert activities(pump)[0] == ("available", "confirmed", noon, at)
    assert activities(pump)[1][:3] == ("in_use", "confirmed", at)


def test_trimming_lets_go_of_what_no_late_arrival_can_need(make_pump, observe, noon, settings):
    settings.EVIDENCE_WINDOW_S = 600
    pump = make_pump()
    for second in range(0, 1800, 30):
        record_observations([observe(pump, second)])

    assert trim_evidence(now=noon + timedelta(seconds=1800)) > 30
    oldest = EvidenceLog.objects.order_by("at_us").first()
    assert oldest is not None
    assert 900 <= oldest.at_us / 1e6 - noon.timestamp() <= 1200


def test_old_readings_are_let_go(make_pump, observe, noon, settings):
    pump = make_pump()
    record_observations([observe(pump, readings=charge(80.0))])

    assert trim_readings(now=noon + timedelta(days=400)) == 0
    assert trim_readings(now=noon + timedelta(days=401)) == 1


# --- All or nothing, and cheaply ----------------------------------------------------------------------------


def test_nothing_to_record_is_no_work(db, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert record_observations([]).total == 0


def test_a_batch_is_recorded_as_a_whole_or_not_at_all(make_pump, observe, monkeypatch):
    pump = make_pump()
    monkeypatch.setattr("assets.record.publish_changes", _fail)

    with pytest.raises(RuntimeError):
        record_observations([observe(pump, activity=Evidence.IDLE)])

    assert (AssetNow.objects.count(), ActivityInterval.objects.count(), EvidenceLog.objects.count()) == (
        0,
        0,
        0,
    )


def _fail(*_):
    raise RuntimeError("disk full")


@contextmanager
def watched():
    """Lists what the database is asked, past Django's cursor as well: verb and table, repetitions once."""
    asked: list[str] = []

    def note(sql):
        words = " ".join(str(sql).split()[:3])
        if "SAVEPOINT" not in words and asked[-1:] != [words]:
            asked.append(words)

    if connection.vendor == "sqlite":
        connection.ensure_connection()
        connection.connection.set_trace_callback(note)
        try:
            yield asked
        finally:
            connection.connection.set_trace_callback(None)
    else:
        with connection.execute_wrapper(lambda run, sql, *rest: (note(sql), run(sql, *rest))[1]):
            yield asked


@pytest.mark.parametrize("is_late", [False, True])
def test_the_database_is_asked_as_often_for_many_as_for_few(make_pump, make_zone, observe, is_late):
    make_zone("Bay 1", ZoneKind.PATIENT_ROOM)
    pumps = [make_pump(f"P-{n}") for n in range(12)]
    place = Position("main-1", 5, 5, 1)
    record_observations([observe(pump, 50, readings=charge(1.0), position=place) for pump in pumps])

    def asked_for(some, second):
        batch = [
            observe(pump, second, readings=charge(50.0), position=place, activity=Evidence.IN_USE)
            for pump in some
        ]
        with watched() as asked:
            record_observations(batch)
        return asked

    second = 40 if is_late else 60
    few, many = asked_for(pumps[:2], second), asked_for(pumps[2:], second)
    assert few == many
    assert len(few) < 30
