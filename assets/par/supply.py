"""What a round brings: from the nearest surplus to where it is short, and away from where it is too much."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from assets.models import AssetNow
from assets.par.models import Move, ParLevel
from assets.par.standing import ready_now, standings
from assets.par.touring import Metres
from locations.models import Zone
from locations.zones import ZoneKind

FAR = 1e9
"""Metres to a room that nothing is known to lead to."""
MOST_MOVES = 30


@dataclass(frozen=True, slots=True)
class Proposal:
    """One piece to carry."""

    asset_id: int
    level: ParLevel
    why: Move.Why
    origin: int
    target: int


@dataclass(slots=True)
class _Piece:
    """A ready piece that could be carried, with the room it is in."""

    asset_id: int
    zone_id: int
    department_id: int | None
    kind: str
    site_id: int

    def is_of(self, level: ParLevel) -> bool:
        return level.covers(
            zone_id=self.zone_id, department_id=self.department_id, kind=self.kind, site_id=self.site_id
        )


def proposals(*, user: Any, site_id: int, metres: Metres, now: datetime) -> list[Proposal]:
    """What would put the levels of a site right, the worst shortage first, at most :data:`MOST_MOVES`.

    A piece is taken where its own levels keep their target without it: from a unit above its target, or from a clean
    store that no level speaks of. Pieces that a round carries already are left alone.
    """
    lines = standings(user, now, site=site_id)
    rooms = _rooms(site_id)
    pieces = _pieces({line.level.category_id for line in lines}, site_id, now)
    spare = {line.level.pk: line.count - line.level.target for line in lines}
    levels = defaultdict(list)
    for line in lines:
        levels[line.level.category_id].append(line.level)
    found: list[Proposal] = []
    for line in sorted(lines, key=lambda line: (line.kind != "critical", -line.missing, line.level.pk)):
        target = landing(line.level, rooms)
        for _ in range(line.missing if target else 0):
            piece = _nearest(pieces[line.level.category_id], target, line.level, levels, spare, metres)
            if piece is None:
                break
            _take(piece, pieces[line.level.category_id], levels[line.level.category_id], spare)
            found.append(Proposal(piece.asset_id, line.level, Move.Why.RESTOCK, piece.zone_id, target or 0))
    for line in lines:
        over = line.level.target + spare[line.level.pk] - (line.level.maximum or line.count)
        found += _picked_up(line.level, max(0, over), pieces[line.level.category_id], rooms, metres)
    return found[:MOST_MOVES]


def _rooms(site_id: int) -> list[Zone]:
    rooms = Zone.objects.current().in_site(site_id).only("pk", "kind", "department_id", "name").order_by("pk")
    return list(rooms)


def _pieces(categories: set[int], site_id: int, now: datetime) -> dict[int, list[_Piece]]:
    carried = Move.objects.filter(round__closed_at=None, left_at=None, skipped_at=None).values("asset")
    rows = (
        AssetNow.objects.filter(ready_now(now), asset__site=site_id, asset__is_fixed=False)
        .filter(asset__model__category__in=categories, zone__retired_at__isnull=True)
        .exclude(asset__in=carried)
        .order_by("asset__asset_tag")
        .values_list("asset__model__category", "asset", "zone", "zone__department", "zone__kind")
    )
    found: dict[int, list[_Piece]] = defaultdict(list)
    for category, asset, zone, department, kind in rows:
        found[category].append(_Piece(asset, zone, department, kind, site_id))
    return found


def landing(level: ParLevel, rooms: list[Zone]) -> int | None:
    """Where pieces for the level are put down: its clean store, else its nurse station, else its first room."""
    if level.zone_id is not None:
        return level.zone_id
    order: list[str] = [ZoneKind.CLEAN_STORE, ZoneKind.NURSE_STATION]
    own = [
        room
        for room in rooms
        if level.covers(
            zone_id=room.pk, department_id=room.department_id, kind=room.kind, site_id=level.site_id
        )
    ]
    own.sort(key=lambda room: (order.index(room.kind) if room.kind in order else len(order), room.pk))
    return own[0].pk if own else None


def _nearest(
    pieces: list[_Piece],
    target: int | None,
    level: ParLevel,
    levels: dict[int, list[ParLevel]],
    spare: dict[int, int],
    metres: Metres,
) -> _Piece | None:
    if target is None:
        return None
    free = [piece for piece in pieces if _may_go(piece, level, levels[level.category_id], spare)]
    return min(free, key=lambda piece: (metres(target, piece.zone_id), piece.asset_id), default=None)


def _may_go(piece: _Piece, level: ParLevel, levels: list[ParLevel], spare: dict[int, int]) -> bool:
    own = [each for each in levels if piece.is_of(each)]
    if level in own:
        return False
    return all(spare[each.pk] > 0 for each in own) if own else piece.kind == ZoneKind.CLEAN_STORE


def _take(piece: _Piece, pieces: list[_Piece], levels: list[ParLevel], spare: dict[int, int]) -> None:
    pieces.remove(piece)
    for each in levels:
        if piece.is_of(each):
            spare[each.pk] -= 1


def _picked_up(
    level: ParLevel, count: int, pieces: list[_Piece], rooms: list[Zone], metres: Metres
) -> list[Proposal]:
    """What is above the maximum goes to the nearest clean store outside the unit."""
    own = [piece for piece in pieces if piece.is_of(level)][:count]
    found = []
    for piece in own:
        stores = [
            room.pk
            for room in rooms
            if room.kind == ZoneKind.CLEAN_STORE
            and not level.covers(
                zone_id=room.pk, department_id=room.department_id, kind=room.kind, site_id=level.site_id
            )
        ]
        store = min(stores, key=lambda room: (metres(piece.zone_id, room), room), default=None)
        if store is not None:
            pieces.remove(piece)
            found.append(Proposal(piece.asset_id, level, Move.Why.PICK_UP, piece.zone_id, store))
    return found
