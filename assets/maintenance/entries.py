"""Writing to an order what was done for it: work time, parts, vendors' visits; striking out what was wrong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import DecimalField, ExpressionWrapper, F, Sum
from django.utils.translation import gettext as _

from assets.maintenance.events import WorkRefusedError, lock_order, note_event, plain_note
from assets.maintenance.models import Labour, PartUsed, VendorVisit, WorkOrder
from assets.maintenance.models.base import Entry
from assets.maintenance.words import Happening, State

E = TypeVar("E", bound=Entry)
ENTRIES: dict[str, type[Entry]] = {"labour": Labour, "part": PartUsed, "visit": VendorVisit}


def add_labour(
    *,
    order: WorkOrder,
    by: Any,
    now: datetime,
    minutes: int,
    day: date | None = None,
    who: Any = None,
    note: str = "",
) -> Labour:
    """Minutes that ``who``, else the person, worked on ``day``, else today at the site. Raises as :func:`add_part`."""
    entry = Labour(
        order=order, at=now, by=by, who=who or by, day=day or today(order, now), minutes=minutes, note=plain_note(note)
    )  # fmt: skip
    return _add(entry, Happening.LABOUR, f"{minutes} min")


def add_part(
    *,
    order: WorkOrder,
    by: Any,
    now: datetime,
    name: str,
    quantity: int = 1,
    part_number: str = "",
    unit_cost: Decimal | None = None,
) -> PartUsed:
    """A part that was built in. Raises :class:`WorkRefusedError` that names the field. One transaction."""
    entry = PartUsed(
        order=order, at=now, by=by, name=plain_note(name), quantity=quantity, part_number=plain_note(part_number),
        unit_cost=unit_cost,
    )  # fmt: skip
    return _add(entry, Happening.PART, str(entry))


def add_visit(
    *,
    order: WorkOrder,
    by: Any,
    now: datetime,
    vendor: str,
    day: date | None = None,
    cost: Decimal | None = None,
    reference: str = "",
    note: str = "",
) -> VendorVisit:
    """Somebody from outside worked on it. Raises as :func:`add_part`."""
    entry = VendorVisit(
        order=order, at=now, by=by, vendor=plain_note(vendor), day=day or today(order, now), cost=cost,
        reference=plain_note(reference), note=plain_note(note),
    )  # fmt: skip
    return _add(entry, Happening.VISIT, str(entry))


def today(order: WorkOrder, now: datetime) -> date:
    """In the clock of the site."""
    return now.astimezone(ZoneInfo(order.asset.site.timezone)).date()


@transaction.atomic
def _add(entry: E, what: Happening, words: str) -> E:
    order = lock_order(entry.order_id)  # type: ignore[attr-defined]  # each kind of entry has an order
    if order.is_unverified or order.state in (State.WITHDRAWN, State.CANCELLED):
        raise WorkRefusedError(_("Nothing is done for an order that is “%s”.") % order.get_state_display())
    if getattr(entry, "day", None) is not None and entry.day > today(order, entry.at):  # type: ignore[attr-defined]
        raise WorkRefusedError(_("day: that day is still to come."))
    try:
        entry.full_clean(exclude=["order", "by", "who", "struck_by"], validate_constraints=True)
    except ValidationError as error:
        field, problems = next(iter(error.message_dict.items()))
        raise WorkRefusedError(f"{field}: {problems[0]}") from None
    entry.save()
    note_event(order, what, by=entry.by, now=entry.at, note=words)
    return entry


@transaction.atomic
def strike_out(*, order: WorkOrder, kind: str, pk: int, by: Any, now: datetime) -> None:
    """That entry was wrong: it stays readable, and counts in nothing. One transaction."""
    current = lock_order(order.number)
    kinds: Any = ENTRIES.get(kind)
    entry = kinds.objects.filter(order=current, pk=pk).first() if kinds else None
    if entry is None:
        raise WorkRefusedError(_("There is no such entry in this order."))
    if entry.struck_at is None:
        entry.struck_at, entry.struck_by = now, by
        entry.save(update_fields=["struck_at", "struck_by"])
        note_event(current, Happening.STRUCK, by=by, now=now, note=str(entry)[:200])
        for witness in WITNESSES:
            witness(entry, by, now)


@dataclass(frozen=True, slots=True)
class Sums:
    """``unpriced``: parts and visits of which nobody told a cost; ``cost`` is of the others."""

    minutes: int
    cost: Decimal
    unpriced: int


def sums_of(order: WorkOrder) -> Sums:
    """What an order took, without what was struck out."""
    whole = ExpressionWrapper(F("unit_cost") * F("quantity"), output_field=DecimalField())
    parts, visits = order.parts.filter(struck_at=None), order.visits.filter(struck_at=None)
    cost = parts.aggregate(sum=Sum(whole))["sum"] or Decimal(0)
    cost += visits.aggregate(sum=Sum("cost"))["sum"] or Decimal(0)
    return Sums(
        minutes=order.labour.filter(struck_at=None).aggregate(sum=Sum("minutes"))["sum"] or 0,
        cost=cost,
        unpriced=parts.filter(unit_cost=None).count() + visits.filter(cost=None).count(),
    )


WITNESSES: list[Callable[[Entry, Any, datetime], None]] = []
"""Who hears of an entry that was struck out, in the same transaction; each adds itself when the program starts."""
