"""Writing down safety tests and calibrations: the result is computed from what was measured, and never told."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from assets.maintenance.events import WorkRefusedError, lock_order, note_event, plain_note
from assets.maintenance.models import WorkOrder
from assets.maintenance.words import UNDONE, Happening
from assets.models import Asset
from assets.procedures.findings import open_finding
from assets.procedures.limits import limits_for
from assets.procedures.models import Instrument, Measurement, Requirement, TestRecord
from assets.procedures.models.records import MOST_MONTHS
from assets.procedures.numbers import is_within, limit_words, number_words
from assets.procedures.words import AppliedPart, Cord, Method, ProtectionClass, RecordKind

DEFAULT_MONTHS = 12
MOST_POINTS = 60
MOST_INSTRUMENTS = 10


class TestRefusedError(ValueError):
    """It cannot be written down so; the text says why, with the name of the field."""

    __test__ = False


@dataclass(frozen=True, slots=True)
class Equipment:
    """What kind of equipment it is for the standard, and how it was measured."""

    protection: str
    applied_part: str
    method: str
    cord: str = Cord.WITH.value

    def check(self) -> None:
        """Raises :class:`TestRefusedError`."""
        for name, value, there in (
            ("protection", self.protection, ProtectionClass.values),
            ("applied_part", self.applied_part, AppliedPart.values),
            ("method", self.method, Method.values),
            ("cord", self.cord, Cord.values),
        ):
            if value not in there:
                raise TestRefusedError(_("%s: choose one.") % name)


@dataclass(frozen=True, slots=True)
class Point:
    """``measured`` is well within ``nominal`` ± ``tolerance``, both included; all in ``unit``.

    ``uncertainty`` is written down and does not change the result (simple acceptance).
    """

    words: str
    unit: str
    nominal: Decimal
    tolerance: Decimal
    measured: Decimal
    uncertainty: Decimal | None = None


def add_months(day: date, months: int) -> date:
    """The same day of a later month, or its last one."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def months_for(asset: Asset, kind: str) -> int | None:
    """How often it has to be: of its model, else of its category; nothing where nobody requires it."""
    required = Requirement.objects.filter(kind=kind)
    of_model = required.filter(model=asset.model_id).first()
    found = of_model or required.filter(category=asset.model.category_id).first()
    return found.every_months if found else None


@transaction.atomic
def record_safety_test(
    *,
    order: WorkOrder,
    by: Any,
    now: datetime,
    equipment: Equipment,
    values: Mapping[str, Decimal | None],
    inspection: bool,
    function: bool,
    instruments: Sequence[Asset],
    every_months: int = DEFAULT_MONTHS,
    note: str = "",
) -> TestRecord:
    """By :data:`assets.procedures.limits.LIMITS`. ``values``: key of a limit → what was measured, in its unit.

    ``inspection`` and ``function``: whether it looked well and worked well. What fails opens a repair that takes it out
    of service. Raises :class:`TestRefusedError` that names the field; then nothing is kept. One transaction.
    """
    equipment.check()
    limits = limits_for(equipment.protection, equipment.applied_part, equipment.method, equipment.cord)
    rows = [Measurement(key="inspection", words=_("Visual inspection"), has_passed=inspection)]
    for limit in limits:
        value = values.get(limit.key)
        if value is None:
            if limit.is_required:
                raise TestRefusedError(_("%(key)s: enter what was measured, in %(unit)s.") % _named(limit))
            continue
        if value < 0:
            raise TestRefusedError(_("%(key)s: it is not below nothing.") % _named(limit))
        rows.append(
            Measurement(
                key=limit.key, words=str(limit.words), unit=limit.unit, low=limit.low, high=limit.high,
                measured=value, has_passed=is_within(value, limit.low, limit.high),
            )
        )  # fmt: skip
    rows.append(Measurement(key="function", words=_("Functional test"), has_passed=function))
    record = TestRecord(
        kind=RecordKind.SAFETY, protection=equipment.protection, applied_part=equipment.applied_part,
        method=equipment.method, cord=equipment.cord, every_months=every_months, note=_note(note),
    )  # fmt: skip
    if not instruments:
        raise TestRefusedError(_("instruments: name what it was measured with."))
    return _keep(record, order, rows, instruments, by, now, None)


def _named(limit: Any) -> dict[str, Any]:
    return {"key": limit.key, "unit": limit.unit}


@transaction.atomic
def record_calibration(
    *,
    order: WorkOrder,
    by: Any,
    now: datetime,
    points: Sequence[Point],
    instruments: Sequence[Asset] = (),
    laboratory: str = "",
    reference: str = "",
    done_on: date | None = None,
    every_months: int = DEFAULT_MONTHS,
    note: str = "",
) -> TestRecord:
    """With test equipment of the house, or, by ``laboratory``, as somebody outside did it on ``done_on``, under their
    ``reference``. What fails opens a repair. Raises as :func:`record_safety_test`. One transaction."""
    outside, its_number = _note(laboratory), _note(reference)
    if not points:
        raise TestRefusedError(_("points: one at the least."))
    if len(points) > MOST_POINTS:
        raise TestRefusedError(_("points: at most %s.") % MOST_POINTS)
    if not instruments and not outside:
        raise TestRefusedError(_("instruments: name what it was measured with, or the laboratory."))
    if outside and not its_number:
        raise TestRefusedError(_("reference: enter the number of the laboratory's certificate."))
    for number, point in enumerate(points, 1):
        if point.tolerance < 0 or (point.uncertainty is not None and point.uncertainty < 0):
            words = _("points: tolerance and uncertainty of point %s are not below nothing.")
            raise TestRefusedError(words % number)
    record = TestRecord(
        kind=RecordKind.CALIBRATION, laboratory=outside, reference=its_number, every_months=every_months,
        note=_note(note),
    )  # fmt: skip
    return _keep(record, order, [_of_point(point) for point in points], instruments, by, now, done_on)


def _of_point(point: Point) -> Measurement:
    low, high = point.nominal - point.tolerance, point.nominal + point.tolerance
    return Measurement(
        words=point.words, unit=point.unit, nominal=point.nominal, tolerance=point.tolerance, low=low, high=high,
        measured=point.measured, uncertainty=point.uncertainty, has_passed=is_within(point.measured, low, high),
    )  # fmt: skip


def _note(text: str) -> str:
    return plain_note(text)


def _keep(
    record: TestRecord,
    order: WorkOrder,
    rows: Sequence[Measurement],
    instruments: Sequence[Asset],
    by: Any,
    now: datetime,
    done_on: date | None,
) -> TestRecord:
    if not 1 <= record.every_months <= MOST_MONTHS:
        raise TestRefusedError(_("every_months: from 1 to %s.") % MOST_MONTHS)
    used = {asset.pk: asset for asset in instruments}
    if len(used) > MOST_INSTRUMENTS:
        raise TestRefusedError(_("instruments: at most %s.") % MOST_INSTRUMENTS)
    # In one order, so that two who measure with each other's equipment do not wait for one another for ever.
    list(Asset.objects.select_for_update(no_key=True).filter(pk__in={order.asset_id, *used}).order_by("pk"))
    current = lock_order(order.number)
    if current.state not in UNDONE or current.is_unverified:
        words = _("The order is “%s”: nothing is measured for it. Reopen it first.")
        raise WorkRefusedError(words % current.get_state_display())
    today = now.astimezone(ZoneInfo(current.asset.site.timezone)).date()
    record.done_on = done_on or today
    if record.done_on > today:
        raise TestRefusedError(_("done_on: that day is still to come."))
    record.order, record.asset, record.at, record.by = current, current.asset, now, by
    record.has_passed = all(row.has_passed for row in rows)
    record.due_on = add_months(record.done_on, record.every_months) if record.has_passed else None
    record.is_latest = False
    calibrations = [(asset, _in_date(asset, current.asset, today)) for asset in used.values()]
    record.save()
    for position, row in enumerate(rows, 1):
        row.record, row.position = record, position
    Measurement.objects.bulk_create(rows)
    Instrument.objects.bulk_create(
        Instrument(record=record, asset=asset, calibration=calibration) for asset, calibration in calibrations
    )
    settle_latest(record)
    result = _("passed") if record.has_passed else _("failed")
    said = f"{record.get_kind_display()} {record.number}: {result}"
    note_event(current, Happening.COMMENT, by=by, now=now, note=said)
    if not record.has_passed:
        open_finding(
            order=current, words=f"{said}. {_failed_words(rows)}", by=by, now=now,
            is_unsafe=record.kind == RecordKind.SAFETY, record=record,
        )  # fmt: skip
    return record


def calibration_words(asset: Asset, today: date) -> str:
    """Why nothing is measured with it today; empty if its own calibration is in date."""
    last = latest_calibration(asset)
    if last is None:
        return _("%s was never calibrated: nothing is measured with it.") % asset.asset_tag
    if last.due_on is None:
        told = {"tag": asset.asset_tag, "number": last.number}
        return _("%(tag)s failed its calibration %(number)s: nothing is measured with it.") % told
    if last.due_on < today:
        told = {"tag": asset.asset_tag, "day": date_format(last.due_on)}
        return (
            _(
                "The calibration of %(tag)s was good until %(day)s: nothing is measured with it until it is done anew."
            )
            % told
        )
    return ""


def latest_calibration(asset: Asset) -> TestRecord | None:
    found: TestRecord | None = TestRecord.objects.filter(
        asset=asset, kind=RecordKind.CALIBRATION, is_latest=True
    ).first()
    return found


def _in_date(asset: Asset, tested: Asset, today: date) -> TestRecord:
    if asset.pk == tested.pk:
        raise TestRefusedError(_("instruments: it is not measured with itself."))
    if asset.retired_at is not None:
        raise TestRefusedError(_("instruments: %s is no longer in service.") % asset.asset_tag)
    last = latest_calibration(asset)
    if (words := calibration_words(asset, today)) or last is None:
        raise TestRefusedError(_("instruments: %s") % words)
    return last


def _failed_words(rows: Sequence[Measurement]) -> str:
    failed = [row for row in rows if not row.has_passed]
    return "; ".join(
        row.words
        if row.measured is None
        else f"{row.words}: {number_words(row.measured)} {row.unit} ({limit_words(row.low, row.high, row.unit)})"
        for row in failed
    )


def settle_latest(record: TestRecord) -> None:
    """Which of its kind counts for the asset: the last day, and of one day the last written. For the caller who holds
    the asset."""
    of_asset = TestRecord.objects.filter(asset=record.asset_id, kind=record.kind)
    top = of_asset.standing().order_by("done_on", "pk").last()
    of_asset.filter(is_latest=True).exclude(pk=top.pk if top else None).update(is_latest=False)
    if top is not None and not top.is_latest:
        of_asset.filter(pk=top.pk).update(is_latest=True)
    record.is_latest = top is not None and top.pk == record.pk


@transaction.atomic
def strike_record(*, record: TestRecord, by: Any, now: datetime, why: str) -> None:
    """It was wrong: its certificate says so from now on, and the one before it counts. What it opened stays."""
    reason = plain_note(why)
    if not reason:
        raise TestRefusedError(_("why: say why, in a few words."))
    Asset.objects.select_for_update(no_key=True).get(pk=record.asset_id)
    current = TestRecord.objects.select_for_update(of=("self",)).select_related("order").get(pk=record.pk)
    if current.struck_at is not None:
        return
    current.struck_at, current.struck_by, current.struck_why, current.is_latest = now, by, reason, False
    current.save(update_fields=["struck_at", "struck_by", "struck_why", "is_latest"])
    settle_latest(current)
    words = f"{current.number}: {reason}"
    note_event(current.order, Happening.STRUCK, by=by, now=now, note=words[:500])
