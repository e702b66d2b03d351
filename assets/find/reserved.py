"""What reservations mean for one who looks for equipment now: kept for others soon, or due back from them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext

from assets.find.readiness import Readiness
from assets.loans.queries import lent_out
from assets.pool.models import Reservation
from assets.units import unit_name
from assets.words import Activity
from locations.models import Zone

SHORTEST_USE = timedelta(hours=1)
"""For less than that, nobody fetches equipment: what is reserved before then is not offered as ready."""
DUE_WITHIN = timedelta(hours=2)
"""What comes back within that time is worth waiting for."""
LOOKED_AHEAD = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Reserved:
    """Kept for ``who`` (a unit, else a person) from ``begin`` to ``end``; ``is_own`` if that is who looks for it.

    ``is_away``: it is on loan, and theirs until it is back. ``free_at`` is when it is next free for as long as the
    shortest use. ``is_running`` and ``is_due_back`` (and soon) are as of when one looked.
    """

    begin: datetime
    end: datetime
    who: str
    is_own: bool = False
    free_at: datetime | None = None
    is_running: bool = False
    is_due_back: bool = False
    is_away: bool = False

    def readiness(self, otherwise: Readiness, activity: str | None, now: datetime) -> Readiness:
        """What it is to one who looks, given what it would be if nobody had reserved it."""
        if self.is_own:
            return otherwise
        if self.is_away:
            return Readiness.NOT
        if self.is_due_back:
            waits = otherwise is not Readiness.NOT or activity == Activity.IN_USE
            return Readiness.SOON if waits else Readiness.NOT
        if self.is_running or self.begin < now + SHORTEST_USE:
            return Readiness.NOT
        return otherwise


def reserved_ahead(user: Any, near: Zone | None, now: datetime) -> dict[int, Reserved]:
    """Asset → its reservation that runs or comes next, within :data:`LOOKED_AHEAD`. One query."""
    by_asset: dict[int, list[Reserved]] = {}
    rows = Reservation.objects.visible_to(user).current().overlapping(now, now + LOOKED_AHEAD)
    rows = rows.filter(asset__isnull=False).select_related("unit__department", "by").order_by("begin", "pk")
    for row in rows.defer("unit__polygon"):
        is_own = row.by_id == user.pk or _is_unit_of(near, row.unit)
        by_asset.setdefault(row.asset_id, []).append(Reserved(row.begin, row.end, _who(row), is_own))
    return {asset: first_of(each, now) for asset, each in by_asset.items()}


def lent_now(near: Zone | None) -> dict[int, Reserved]:
    """Asset → the loan that it is away for. One query."""
    return {
        asset: Reserved(
            loan.begin,
            loan.due_at,
            loan.whom,
            is_own=near is not None
            and loan.department_id is not None
            and near.department_id == loan.department_id,
            is_running=True,
            is_away=True,
        )
        for asset, loan in lent_out().items()
    }


def _who(reservation: Reservation) -> str:
    if reservation.unit is not None:
        return unit_name(reservation.unit)
    person = reservation.by
    return str(person.get_full_name() or person) if person else gettext("somebody")


def _is_unit_of(near: Zone | None, unit: Zone | None) -> bool:
    if near is None or unit is None:
        return False
    return near.pk == unit.pk or (near.department_id is not None and near.department_id == unit.department_id)


def first_of(reservations: Sequence[Reserved], now: datetime) -> Reserved:
    """The first of one asset's, by begin, and whether it is due back soon: not if the next one follows at once."""
    first = reservations[0]
    free_at = _end_of_chain(reservations)
    is_running = first.begin <= now
    return Reserved(
        first.begin, first.end, first.who, first.is_own, free_at, is_running,
        is_due_back=is_running and free_at <= now + DUE_WITHIN,
    )  # fmt: skip


def _end_of_chain(reservations: Iterable[Reserved]) -> datetime:
    end: datetime | None = None
    for each in reservations:
        if end is not None and each.begin >= end + SHORTEST_USE:
            break
        end = each.end if end is None else max(end, each.end)
    assert end is not None  # noqa: S101 there is one at least
    return end
