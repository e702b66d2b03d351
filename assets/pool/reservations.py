"""Reserving equipment for a time: no two of one asset, and no more of a category than there are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from assets.models import Asset, Category
from assets.pool.models import Reservation
from assets.pool.words import NOTE_LENGTH
from locations.models import Zone

LONGEST = timedelta(days=31)
FARTHEST = timedelta(days=366)
TAKEN_BACK_WITHIN = timedelta(seconds=30)
"""Pages offer ten seconds; what travels slowly still counts."""


class ReservationRefusedError(ValueError):
    """It cannot be reserved, or changed; ``field`` names what is wrong, ``conflicts`` what stands against it."""

    def __init__(self, words: str, *, field: str = "", conflicts: Sequence[Reservation] = ()) -> None:
        super().__init__(words)
        self.field = field
        self.conflicts = list(conflicts)


def reserve_asset(
    *,
    asset: Asset,
    begin: datetime,
    end: datetime,
    by: Any,
    now: datetime,
    unit: Zone | None = None,
    note: str = "",
) -> Reservation:
    """This very asset. Raises :class:`ReservationRefusedError`, with who has it when. One transaction."""
    if asset.retired_at is not None:
        raise ReservationRefusedError(_("It is no longer in service."), field="asset")
    return _reserve(
        Reservation(site=asset.site, asset=asset, category=asset.model.category, unit=unit, begin=begin, end=end,
                    by=by, note=note, made_at=now),
        now,
    )  # fmt: skip


def reserve_category(
    *, category: Category, unit: Zone, begin: datetime, end: datetime, by: Any, now: datetime, note: str = ""
) -> Reservation:
    """One of a category, whichever, for a unit. Raises :class:`ReservationRefusedError`. One transaction."""
    return _reserve(
        Reservation(site=unit.floor.building.site, category=category, unit=unit, begin=begin, end=end, by=by,
                    note=note, made_at=now),
        now,
    )  # fmt: skip


def _reserve(wanted: Reservation, now: datetime) -> Reservation:
    _check(wanted, now)
    try:
        with transaction.atomic():
            _refuse_conflicts(wanted)
            wanted.save()
    except IntegrityError as error:  # PostgreSQL's own word against two of one asset
        if "reservation_no_overlap" not in str(error):
            raise
        raise ReservationRefusedError(_("It is reserved at that time."), field="begin") from None
    return wanted


def _check(wanted: Reservation, now: datetime) -> None:
    if wanted.end <= wanted.begin:
        raise ReservationRefusedError(_("The end has to be after the begin."), field="end")
    if wanted.end <= now:
        raise ReservationRefusedError(_("That time is past."), field="end")
    if wanted.end - wanted.begin > LONGEST:
        raise ReservationRefusedError(_("At most %s days at a time.") % LONGEST.days, field="end")
    if wanted.begin > now + FARTHEST:
        raise ReservationRefusedError(_("At most a year ahead."), field="begin")
    wanted.note = " ".join(wanted.note.replace("\0", "").split())
    if len(wanted.note) > NOTE_LENGTH:
        raise ReservationRefusedError(_("At most %s characters.") % NOTE_LENGTH, field="note")
    if wanted.unit is not None and wanted.unit.floor.building.site_id != wanted.site_id:
        raise ReservationRefusedError(_("The unit is at another site than the equipment."), field="unit")


def _refuse_conflicts(wanted: Reservation) -> None:
    """Looks under a lock of the category, so that of two people at once the second is told of the first."""
    Category.objects.select_for_update(no_key=True).get(pk=wanted.category_id)
    others = Reservation.objects.current().overlapping(wanted.begin, wanted.end).exclude(pk=wanted.pk)
    if wanted.asset_id and (same := list(others.filter(asset=wanted.asset_id).with_names())):
        raise ReservationRefusedError(_("It is reserved at that time."), field="begin", conflicts=same)
    of_kind = list(others.filter(category=wanted.category_id, site=wanted.site_id).with_names())
    owned = Asset.objects.in_service().filter(model__category=wanted.category_id, site=wanted.site_id).count()
    if _most_at_once(of_kind, wanted) >= owned:
        words = _("All %s of that kind are reserved at that time.") % owned
        raise ReservationRefusedError(words, field="begin", conflicts=of_kind)


def _most_at_once(others: Iterable[Reservation], wanted: Reservation) -> int:
    """How many of these are kept at the same moment, at most, while the wanted one lasts."""
    steps = sorted(
        step
        for other in others
        for step in ((max(other.begin, wanted.begin), 1), (min(other.end, wanted.end), -1))
    )
    most = count = 0
    for _moment, change in steps:
        count += change
        most = max(most, count)
    return most


@transaction.atomic
def cancel_reservation(*, reservation: Reservation, by: Any, now: datetime) -> Reservation:
    """Its own person's, or the pool's, word; it stays in the history. Nothing for one that is cancelled already."""
    current: Reservation = Reservation.objects.select_for_update(of=("self",)).get(pk=reservation.pk)
    if current.by_id != by.pk and not by.has_perm("pool.serve_delivery"):
        raise ReservationRefusedError(
            _("Somebody else reserved it. Speak to them, or to the equipment pool.")
        )
    if current.end <= now:
        raise ReservationRefusedError(_("That time is past."))
    if current.cancelled_at is None:
        current.cancelled_at, current.cancelled_by = now, by
        current.save(update_fields=["cancelled_at", "cancelled_by"])
    return current


@transaction.atomic
def restore_reservation(*, reservation: Reservation, by: Any, now: datetime) -> Reservation:
    """Takes a cancelling back at once, unless somebody has reserved the time since."""
    current: Reservation = Reservation.objects.select_for_update(of=("self",)).get(pk=reservation.pk)
    if current.cancelled_at is None:
        return current
    if current.cancelled_by_id != by.pk or now > current.cancelled_at + TAKEN_BACK_WITHIN:
        raise ReservationRefusedError(_("It is too late to take that back. Reserve it anew."))
    _refuse_conflicts(current)
    current.cancelled_at = current.cancelled_by = None
    current.save(update_fields=["cancelled_at", "cancelled_by"])
    return current
