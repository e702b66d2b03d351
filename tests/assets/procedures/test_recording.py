"""Safety tests and calibrations: limits, results that are computed, and test equipment that has to be in date."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assets.maintenance.models import Downtime, WorkOrder
from assets.maintenance.words import Kind
from assets.procedures.limits import LIMITS, limits_for
from assets.procedures.models import Finding, Requirement, TestRecord
from assets.procedures.recording import (
    Equipment,
    TestRefusedError,
    add_months,
    months_for,
    record_calibration,
    strike_record,
)
from tests.assets.procedures.conftest import point

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("of", "limits"),
    [
        (("I", "none", "alternative", "with"), {"earth": "0.3", "insulation": "2", "equipment": "1000"}),
        (("I", "B", "direct", "without"), {"earth": "0.2", "insulation": "2", "equipment": "500"}),
        (("II", "none", "alternative", "with"), {"insulation": "7", "equipment": "500"}),
        (
            ("II", "BF", "direct", "with"),
            {"insulation": "7", "insulation_part": "70", "equipment": "100", "applied": "5000"},
        ),
        (
            ("I", "CF", "alternative", "with"),
            {
                "earth": "0.3",
                "insulation": "2",
                "insulation_part": "70",
                "equipment": "1000",
                "applied": "100",
            },
        ),
        (
            ("I", "CF", "direct", "with"),
            {"earth": "0.3", "insulation": "2", "insulation_part": "70", "equipment": "500", "applied": "50"},
        ),
    ],
)
def test_the_limits_of_the_standard(of, limits):
    found = {limit.key: str(limit.low if limit.low is not None else limit.high) for limit in limits_for(*of)}
    assert found == limits


def test_no_value_has_two_limits():
    for protection in ("I", "II"):
        for part in ("none", "B", "BF", "CF"):
            for method in ("alternative", "direct"):
                for cord in ("with", "without"):
                    keys = [limit.key for limit in limits_for(protection, part, method, cord)]
                    assert len(keys) == len(set(keys))
    assert all((limit.low is None) != (limit.high is None) for limit in LIMITS)


def test_a_safety_test_passes_and_says_until_when(safety_test):
    record = safety_test()
    assert (record.has_passed, record.due_on, record.is_latest) == (True, date(2027, 3, 2), True)
    assert record.number == f"EST-2026-{record.pk:06d}"
    assert [(m.key, m.measured, m.has_passed) for m in record.measurements.all()] == [
        ("inspection", None, True), ("earth", Decimal("0.12"), True), ("equipment", Decimal(210), True),
        ("applied", Decimal(30), True), ("function", None, True),
    ]  # fmt: skip
    assert not Finding.objects.exists()


@pytest.mark.parametrize(
    ("values", "has_passed"),
    [
        ({"earth": "0.3"}, True), ({"earth": "0.300001"}, False), ({"equipment": "1000"}, True),
        ({"equipment": "1000.1"}, False), ({"applied": "100"}, True), ({"applied": "101"}, False),
        ({"insulation": "2"}, True), ({"insulation": "1.99"}, False), ({"insulation_part": "69"}, False),
        ({"inspection": False}, False), ({"function": False}, False),
    ],
)  # fmt: skip
def test_one_value_outside_its_limit_fails_the_test(safety_test, values, has_passed):
    assert safety_test(**values).has_passed is has_passed


def test_a_failed_safety_test_takes_it_out_of_service_by_a_repair(safety_test, order):
    record = safety_test(earth="0.31")
    repair = WorkOrder.objects.get(kind=Kind.CORRECTIVE)
    assert (record.due_on, record.finding.order, repair.cause, repair.down_percent) == (
        None,
        repair,
        order,
        100,
    )
    assert Downtime.objects.get().reason == "safety"
    assert repair.note == (
        f"Electrical safety test {record.number}: failed. Protective earth resistance: 0.31 Ω (at most 0.3 Ω)"
    )


@pytest.mark.parametrize(
    ("missing", "words"),
    [("earth", "earth: enter .* in Ω"), ("equipment", "equipment: .* µA"), ("applied", "applied: ")],
)
def test_without_a_required_value_there_is_no_result(safety_test, order, missing, words):
    with pytest.raises(TestRefusedError, match=f"^{words}"):
        safety_test(but=[missing])
    assert not TestRecord.objects.filter(asset=order.asset).exists()


def test_of_class_ii_no_earth_is_asked_and_none_is_kept(safety_test):
    record = safety_test(of=Equipment("II", "none", "alternative"))
    assert [row.key for row in record.measurements.all()] == ["inspection", "equipment", "function"]


@pytest.mark.parametrize("name", ["protection", "applied_part", "method", "cord"])
def test_equipment_of_no_kind_is_refused(safety_test, name):
    told = {"protection": "I", "applied_part": "CF", "method": "direct", "cord": "with"} | {name: "?"}
    with pytest.raises(TestRefusedError, match=f"^{name}: "):
        safety_test(of=Equipment(**told))


# --- Test equipment -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tester", "words"),
    [
        ({"day": None}, "T-1 was never calibrated"),
        ({"measured": "11"}, "T-1 failed its calibration CAL-2026-"),
        ({"day": date(2025, 3, 1)}, "The calibration of T-1 was good until 1 Mar 2026"),
    ],
)
def test_nothing_is_measured_with_what_is_not_in_date(safety_test, make_tester, order, tester, words):
    make_tester(**tester)
    with pytest.raises(TestRefusedError, match=f"^instruments: {words}"):
        safety_test()
    assert not TestRecord.objects.filter(asset=order.asset).exists()


def test_the_last_day_of_a_calibration_is_a_day_of_it(safety_test, make_tester):
    make_tester(day=date(2025, 3, 2))
    assert safety_test().has_passed


def test_nothing_measures_itself_and_nothing_is_measured_with_nothing(safety_test, order):
    with pytest.raises(TestRefusedError, match="not measured with itself"):
        safety_test(instruments=[order.asset])
    with pytest.raises(TestRefusedError, match=r"^instruments: name"):
        safety_test(instruments=[])


def test_a_record_keeps_which_calibration_its_equipment_had(safety_test, make_tester):
    tester = make_tester()
    record = safety_test()
    assert record.instruments.get().calibration == TestRecord.objects.get(asset=tester)


# --- Calibration ----------------------------------------------------------------------------------------------


@pytest.fixture
def calibrate(order, biomed, noon, make_tester):
    def do(*points, days=0, **told):
        if "laboratory" not in told and "instruments" not in told:
            told["instruments"] = [make_tester()]
        now = noon + timedelta(days=days)
        return record_calibration(order=order, by=biomed, now=now, points=points, **told)

    return do


tenths = st.integers(-200, 200)


@given(nominal=tenths, tolerance=st.integers(0, 50), measured=tenths)
def test_a_point_passes_exactly_where_the_deviation_is_within_tolerance(nominal, tolerance, measured):
    from assets.procedures.recording import _of_point

    row = _of_point(point(*(str(Decimal(each) / 10) for each in (measured, nominal, tolerance))))
    assert row.has_passed is (-tolerance <= measured - nominal <= tolerance)


def test_one_bad_point_fails_a_calibration_and_opens_a_repair_that_holds_nothing(calibrate):
    record = calibrate(point("10"), point("10.51"))
    assert (record.has_passed, record.due_on) == (False, None)
    repair = record.finding.order
    assert repair.down_percent == 0
    assert "Resistance: 10.51 Ω (9.5 to 10.5 Ω)" in repair.note


def test_uncertainty_is_kept_and_decides_nothing(calibrate):
    record = calibrate(point("10.5", uncertainty=Decimal("0.2")))
    assert (record.has_passed, record.measurements.get().uncertainty) == (True, Decimal("0.2"))


@pytest.mark.parametrize(
    ("points", "told", "words"),
    [
        ([], {"laboratory": "L", "reference": "1"}, "points: one"),
        ([point()], {"laboratory": "", "instruments": []}, "instruments: name what it was measured with, or"),
        ([point()], {"laboratory": "L"}, "reference: "),
        ([point(tolerance="-1")], {"laboratory": "L", "reference": "1"}, "points: tolerance"),
        ([point()], {"laboratory": "L", "reference": "1", "done_on": date(2026, 3, 3)}, "done_on: "),
        ([point()], {"laboratory": "L", "reference": "1", "every_months": 0}, "every_months: "),
    ],
)
def test_what_cannot_be_a_calibration_is_refused_by_its_field(calibrate, points, told, words):
    with pytest.raises(TestRefusedError, match=f"^{words}"):
        calibrate(*points, **told)
    assert not TestRecord.objects.exists()


def test_the_last_day_counts_whatever_was_written_last(calibrate):
    late = calibrate(point())
    early = calibrate(point("99"), laboratory="L", reference="1", done_on=date(2026, 1, 1))
    late.refresh_from_db()
    assert (late.is_latest, early.is_latest) == (True, False)


def test_what_is_struck_out_counts_no_more_and_the_one_before_it_does(calibrate, biomed, noon):
    first = calibrate(point(), laboratory="L", reference="1", done_on=date(2026, 1, 1))
    second = calibrate(point(), laboratory="L", reference="2")
    with pytest.raises(TestRefusedError, match=r"^why: "):
        strike_record(record=second, by=biomed, now=noon, why="")
    strike_record(record=second, by=biomed, now=noon, why="Of another pump")
    for record in (first, second):
        record.refresh_from_db()
    assert (first.is_latest, second.is_latest, second.struck_why) == (True, False, "Of another pump")


def test_nothing_is_measured_for_an_order_that_is_over(calibrate, order):
    WorkOrder.objects.filter(pk=order.pk).update(state="cancelled")
    with pytest.raises(ValueError, match="“Cancelled”: nothing is measured"):
        calibrate(point(), laboratory="L", reference="1")


def test_how_often_is_what_its_model_else_its_category_requires(order, pumps, pump_model):
    asset = order.asset
    assert months_for(asset, "calibration") is None
    Requirement.objects.create(kind="calibration", category=pumps, every_months=24)
    assert months_for(asset, "calibration") == 24
    Requirement.objects.create(kind="calibration", model=pump_model, every_months=6)
    assert months_for(asset, "calibration") == 6


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)), (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2026, 12, 1), 1, date(2027, 1, 1)), (date(2026, 3, 2), 120, date(2036, 3, 2)),
    ],
)  # fmt: skip
def test_months_are_those_of_the_calendar(day, months, then):
    assert add_months(day, months) == then


def test_an_order_may_have_several_tests_and_the_last_counts(safety_test):
    first, second = safety_test(), safety_test(earth="0.2")
    first.refresh_from_db()
    assert (first.is_latest, second.is_latest) == (False, True)
