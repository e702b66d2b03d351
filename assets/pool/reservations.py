"""Reserving equipment for a time: no two of one asset, and no more of a category than there are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from assets.models import Asset, Category
from assets.pool.absences import Absence, absences_of
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
    key: UUID | None = None,
) -> Reservation:
    """This very asset. ``key`` names the reservation: sent again, it is made once.

    Raises :class:`ReservationRefusedError`, with who has it when. One transaction."""
    if asset.retired_at is not None:
        raise ReservationRefusedError(_("It is no longer in service."), field="asset")
    return _reserve(
        Reservation(site=asset.site, asset=asset, category=asset.model.category, unit=unit, begin=begin, end=end,
                    by=by, note=note, made_at=now, key=key),
        now,
    )  # fmt: skip


def reserve_category(
    *,
    category: Category,
    unit: Zone,
    begin: datetime,
    end: datetime,
    by: Any,
    now: datetime,
    note: str = "",
    key: UUID | None = None,
) -> Reservation:
    """One of a category, whichever, for a unit; ``key`` as above. Raises :class:`ReservationRefusedError`. One
    transaction."""
    return _reserve(
        Reservation(site=unit.floor.building.site, category=category, unit=unit, begin=begin, end=end, by=by,
                    note=note, made_at=now, key=key),
        now,
    )  # fmt: skip


def _reserve(wanted: Reservation, now: datetime) -> Reservation:
    _check(wanted, now)
    try:
        with transaction.atomic():
            _lock(wanted)
            if wanted.key and (made := Reservation.objects.filter(key=wanted.key).first()):
                return _same(made, wanted)
            refuse_conflicts(wanted, now=now)
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
    wanted.note = _plain(wanted.note, "note")
    if wanted.unit is not None and wanted.unit.floor.building.site_id != wanted.site_id:
        raise ReservationRefusedError(_("The unit is at another site than the equipment."), field="unit")


def _plain(text: str, field: str) -> str:
    words = " ".join(text.replace("\0", "").split())
    if len(words) > NOTE_LENGTH:
        raise ReservationRefusedError(_("At most %s characters.") % NOTE_LENGTH, field=field)
    return words


def _lock(wanted: Reservation) -> None:
    """Whoever takes one of the category at the same time waits here."""
    Category.objects.select_for_update(no_key=True).get(pk=wanted.category_id)


def _same(made: Reservation, wanted: Reservation) -> Reservation:
    names = ("asset_id", "category_id", "unit_id", "begin", "end", "by_id")
    if any(getattr(made, name) != getattr(wanted, name) for name in names):
        raise ReservationRefusedError(_("It names another reservation."), field="key")
    return made


def refuse_conflicts(wanted: Reservation, *, now: datetime) -> None:
    """Raises :class:`ReservationRefusedError` if it cannot be had then: another has it, it is away, or no more of its
    kind are left. Looks under a lock of the category, so that of two people at once the second is told of the first.
    Within a transaction."""
    _lock(wanted)
    others = Reservation.objects.current().overlapping(wanted.begin, wanted.end).exclude(pk=wanted.pk)
    if wanted.asset_id and (same := list(others.filter(asset=wanted.asset_id).with_names())):
        raise ReservationRefusedError(_("It is reserved at that time."), field="begin", conflicts=same)
    away = absences_of(
        category=wanted.category_id, site=wanted.site_id, begin=wanted.begin, end=wanted.end, now=now
    )
    away = [each for each in away if each.reservation_id is None or each.reservation_id != wanted.pk]
    if own := [each for each in away if each.asset_id == wanted.asset_id]:
        until = own[0].due_at.astimezone(ZoneInfo(wanted.site.timezone))
        told = {"who": own[0].who, "until": f"{until:%F %H:%M}"}
        words = _("It is on loan to %(who)s until %(until)s.") % told
        raise ReservationRefusedError(words, field="begin")
    of_kind = list(others.filter(category=wanted.category_id, site=wanted.site_id).with_names())
    taken: list[Reservation | Absence] = [*of_kind]
    kept = {each.pk for each in of_kind}
    taken += [each for each in away if each.reservation_id not in kept]
    owned = Asset.objects.in_service().filter(model__category=wanted.category_id, site=wanted.site_id).count()
    if _most_at_once(taken, wanted) >= owned:
        words = _("All %s of that kind are reserved at that time.") % owned
        raise ReservationRefusedError(words, field="begin", conflicts=of_kind)


def _most_at_once(others: Iterable[Reservation | Absence], wanted: Reservation) -> int:
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
def cancel_reservation(*, reservation: Reservation, by: Any, now: datetime, reason: str = "") -> Reservation:
    """Its own person's, or the pool's, word; it stays in the history, with why. Nothing for one that is cancelled
    already."""
    words = _plain(reason, "reason")
    current: Reservation = Reservation.objects.select_for_update(of=("self",)).get(pk=reservation.pk)
    if current.by_id != by.pk and not by.has_perm("pool.serve_delivery"):
        raise ReservationRefusedError(
            _("Somebody else reserved it. Speak to them, or to the equipment pool.")
        )
    if current.end <= now:
        raise ReservationRefusedError(_("That time is past."))
    if current.cancelled_at is None:
        current.cancelled_at, current.cancelled_by, current.cancel_reason = now, by, words
        current.save(update_fields=["cancelled_at", "cancelled_by", "cancel_reason"])
    return current


@transaction.atomic
def restore_reservation(*, reservation: Reservation, by: Any, now: datetime) -> Reservation:
    """Takes a cancelling back at once, unless somebody has reserved the time since."""
    current: Reservation = Reservation.objects.select_for_update(of=("self",)).get(pk=reservation.pk)
    if current.cancelled_at is None:
        return current
    if current.cancelled_by_id != by.pk or now > current.cancelled_at + TAKEN_BACK_WITHIN:
        raise ReservationRefusedError(_("It is too late to take that back. Reserve it anew."))
    refuse_conflicts(current, now=now)
    current.cancelled_at = current.cancelled_by = None
    current.cancel_reason = ""
    current.save(update_fields=["cancelled_at", "cancelled_by", "cancel_reason"])
    return current
