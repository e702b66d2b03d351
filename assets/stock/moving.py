"""Parts come, go and are counted. There are never fewer than none: who knows better counts first."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from assets.maintenance.entries import add_part
from assets.maintenance.models import PartUsed, WorkOrder
from assets.maintenance.models.base import Entry
from assets.stock.models import MOST, NOTE_LENGTH, Movement, Part, Stock, Why
from locations.models import Zone


class StockRefusedError(ValueError):
    """It cannot be so; ``field`` names what is wrong, the text says why."""

    def __init__(self, words: str, *, field: str) -> None:
        super().__init__(words)
        self.field = field


@transaction.atomic
def receive_parts(
    *, part: Part, store: Zone, quantity: int, by: Any, now: datetime, note: str = ""
) -> Movement:
    """They came into the store. Raises :class:`StockRefusedError`. One transaction."""
    stock, _on_hand = _locked(part, store)
    return _move(stock, Why.RECEIVED, _checked(quantity), by, now, note)


@transaction.atomic
def use_part(*, order: WorkOrder, part: Part, store: Zone, quantity: int, by: Any, now: datetime) -> PartUsed:
    """They are built in by an order, at what one costs today, and gone from the store.

    Raises :class:`StockRefusedError` where there are not so many, with part and store, and
    :class:`~assets.maintenance.events.WorkRefusedError` where nothing is done for the order. One transaction.
    """
    _checked(quantity)
    stock, on_hand = _locked(part, store)
    if quantity > on_hand:
        words = _(
            "quantity: of “%(part)s” there are %(count)s in %(store)s. If there are more, count them first."
        )
        raise StockRefusedError(
            words % {"part": part, "count": on_hand, "store": store.name}, field="quantity"
        )
    entry = add_part(
        order=order, by=by, now=now, name=part.name, part_number=part.number, quantity=quantity,
        unit_cost=part.unit_cost,
    )  # fmt: skip
    _move(stock, Why.USED, -quantity, by, now, "", entry=entry)
    return entry


@transaction.atomic
def count_parts(*, part: Part, store: Zone, counted: int, by: Any, now: datetime, note: str = "") -> Movement:
    """So many are there, whatever was thought. Raises :class:`StockRefusedError`. One transaction."""
    if not 0 <= counted <= MOST:
        raise StockRefusedError(_("counted: from 0 to %s.") % f"{MOST:,}", field="counted")
    stock, on_hand = _locked(part, store)
    return _move(stock, Why.COUNTED, counted - on_hand, by, now, note, counted=counted)


def note_struck(entry: Entry, by: Any, now: datetime) -> None:
    """What was written to an order by mistake is in its store still. Part of the transaction that strikes it out."""
    if not isinstance(entry, PartUsed):
        return
    for used in entry.movements.filter(why=Why.USED).select_related("stock__part", "stock__store"):
        stock, _on_hand = _locked(used.stock.part, used.stock.store)
        note = _("Struck out in order %s") % entry.order_id
        _move(stock, Why.RETURNED, -used.change, by, now, note, entry=entry)


def _checked(quantity: int) -> int:
    if not 1 <= quantity <= 10_000:
        raise StockRefusedError(_("quantity: from 1 to 10,000."), field="quantity")
    return quantity


def _locked(part: Part, store: Zone) -> tuple[Stock, int]:
    """Kept from others until the transaction ends; and how many there are."""
    stock, _is_new = Stock.objects.get_or_create(part=part, store=store)
    stock = Stock.objects.select_for_update(of=("self",)).get(pk=stock.pk)
    return stock, Stock.objects.with_on_hand().get(pk=stock.pk).on_hand


def _move(stock: Stock, why: Why, change: int, by: Any, now: datetime, note: str, **extra: Any) -> Movement:
    text = " ".join(note.replace("\0", "").split())
    if len(text) > NOTE_LENGTH:
        raise StockRefusedError(_("note: at most %s characters.") % NOTE_LENGTH, field="note")
    return Movement.objects.create(stock=stock, why=why, change=change, by=by, at=now, note=text, **extra)
