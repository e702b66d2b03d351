"""One person looking, from one place, at one moment: what each piece of equipment is to them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import connection

from assets.claims import claims_by_asset
from assets.find.clauses import Clause, Row, fetched, moment
from assets.find.distances import Distances
from assets.find.hits import Hit, turn_of
from assets.find.readiness import ORDER, Readiness, readiness_in, readiness_of, why_soon
from assets.find.reserved import LOOKED_AHEAD, lent_now, reserved_ahead
from assets.loans.models import Loan
from assets.models import Asset, Claim, NotHere
from assets.not_here import LOOKED_AT_WITHIN, missed_by_asset
from assets.pool.models import Reservation
from locations.models import Zone
from locations.place_words import place_words
from locations.walking import walk_graph


class Looking:
    def __init__(self, near: Zone | None, user: Any, now: datetime) -> None:
        self._user, self.now = user, now
        graph = walk_graph(near.floor.building.site_id) if near else None
        self._site = near.floor.building.site_id if near else None
        self._graph = graph
        self.distances = Distances(near, graph)
        has_claims, has_missed, has_reserved, has_lent = _said_at(now)
        self.claims = claims_by_asset(user, now) if has_claims else {}
        self.missed = missed_by_asset(user, now) if has_missed else {}
        self.reserved = reserved_ahead(user, near, now) if has_reserved else {}
        if has_lent:
            self.reserved |= lent_now(near)

    @property
    def singled(self) -> set[int]:
        """Those that people said something of: they count wherever they are."""
        return {*self.claims, *self.missed}

    def readiness(self, row: Row) -> Readiness:
        pk, _, _, _, activity, basis, kind, is_fixed, is_heard = row
        found = readiness_in(activity, basis, kind, bool(is_fixed), bool(is_heard))
        kept = self.reserved.get(pk)
        return found if kept is None else kept.readiness(found, activity, self.now)

    def rank(self, row: Row) -> tuple[Any, ...]:
        """As :attr:`Hit.rank`, before anything more was read of it."""
        pk, tag, zone, home, *_ = row
        claim = self.claims.get(pk)
        is_mine = claim is not None and claim.by_id == self._user.pk
        turn = turn_of(is_mine=is_mine, is_claimed=claim is not None, is_missed=pk in self.missed)
        return (ORDER.index(self.readiness(row)), turn, self.distances.metres(zone or home), tag)

    def hits(self, assets: Iterable[Asset], exact: Iterable[int] = ()) -> list[Hit]:
        """In the order of ``assets``; those in ``exact`` were named by their number."""
        named = frozenset(exact)
        return [self._hit(asset, is_exact=asset.pk in named) for asset in assets]

    def _hit(self, asset: Asset, *, is_exact: bool) -> Hit:
        place = place_of(asset)
        now = getattr(asset, "now", None)
        walk = self.distances.walk(place.pk if place else None)
        kind = now.zone.kind if now is not None and now.zone is not None else None
        activity, basis = (now.activity, now.basis) if now is not None else (None, None)
        stale_at = now.stale_at if now is not None else None
        readiness = readiness_of(activity, basis, kind, stale_at, self.now, is_fixed=asset.is_fixed)
        why = why_soon(activity, basis, kind, is_fixed=asset.is_fixed)
        kept, claim = self.reserved.get(asset.pk), self.claims.get(asset.pk)
        if kept is not None:
            readiness = kept.readiness(readiness, activity, self.now)
        return Hit(
            asset=asset,
            readiness=readiness,
            distance_m=walk.metres if walk else None,
            is_approximate=walk.is_approximate if walk else False,
            floors=self.distances.storeys(place.pk if place else None),
            why=why if readiness is Readiness.SOON else None,
            claim=claim,
            is_mine=claim is not None and claim.by_id == self._user.pk,
            missed=self.missed.get(asset.pk),
            is_exact=is_exact,
            reserved=kept,
        )

    def with_words(self, hits: Iterable[Hit]) -> list[Hit]:
        """Each with where on its floor its room is."""
        zones: dict[int, set[int]] = {}
        hits = list(hits)
        for hit in hits:
            zones.setdefault(hit.asset.site_id, set()).update(_zone(hit.asset))
        words = {site: place_words(site, self._graph if site == self._site else None) for site in zones}
        for site, of_site in zones.items():
            words[site].know(sorted(of_site))
        return [
            replace(hit, beside=words[hit.asset.site_id].beside(next(iter(_zone(hit.asset)), None)))
            for hit in hits
        ]


def place_of(asset: Asset) -> Zone | None:
    """Where it is known to be: what is installed and was never heard of stands in its home."""
    now = getattr(asset, "now", None)
    zone: Zone | None = now.zone if now is not None else None
    return zone or (asset.home_zone if asset.is_fixed else None)


def _zone(asset: Asset) -> tuple[int, ...]:
    """None or one."""
    place = place_of(asset)
    return (place.pk,) if place else ()


def _said_at(now: datetime) -> tuple[bool, bool, bool, bool]:
    """Whether there is any claim, “not here”, reservation and loan: mostly not, and to ask that is cheap. One query."""
    claims, missed, kept, lent = (
        connection.ops.quote_name(m._meta.db_table) for m in (Claim, NotHere, Reservation, Loan)
    )
    sql = (
        f"SELECT EXISTS (SELECT 1 FROM {claims} WHERE ended_at IS NULL AND until > %s), "  # noqa: S608
        f"EXISTS (SELECT 1 FROM {missed} WHERE at > %s), "
        f"EXISTS (SELECT 1 FROM {kept} WHERE cancelled_at IS NULL AND asset_id IS NOT NULL "
        f'AND "end" > %s AND "begin" < %s), '
        f"EXISTS (SELECT 1 FROM {lent} WHERE ended_at IS NULL AND NOT is_inbound)"
    )
    moments = (now, now - LOOKED_AT_WITHIN, now, now + LOOKED_AHEAD)
    (found,) = fetched(Clause(sql, tuple(moment(each) for each in moments)))
    has_claims, has_missed, has_reserved, has_lent = (bool(each) for each in found)
    return has_claims, has_missed, has_reserved, has_lent
