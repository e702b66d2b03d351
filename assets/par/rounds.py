"""Making a round and ticking it off. What is left somewhere is placed there, as a person says it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext

from assets.par.models import Move, Round
from assets.par.supply import FAR, Proposal, proposals
from assets.par.touring import Metres, tour
from assets.placing import PlacingRefusedError, place_asset
from locations.models import Zone
from locations.walking import WalkGraph, walk_graph


class RoundRefusedError(ValueError):
    """It cannot be done to this round; the text says why, for whoever tried."""


def metres_in(graph: WalkGraph) -> Metres:
    def metres(here: int, there: int) -> float:
        walk = graph.walk(here, there)
        return walk.metres if walk else FAR

    return metres


@transaction.atomic
def make_round(*, start: Zone, by: Any, now: datetime) -> Round:
    """A walk from ``start`` that puts the par levels of its site right. Raises :class:`RoundRefusedError`."""
    site_id = start.floor.building.site_id
    metres = metres_in(walk_graph(site_id))
    found = proposals(user=by, site_id=site_id, metres=metres, now=now)
    if not found:
        raise RoundRefusedError(
            gettext("Nothing to carry: every level is kept, or nothing ready is left over elsewhere.")
        )
    made = Round.objects.create(site_id=site_id, start=start, made_at=now, made_by=by)
    Move.objects.bulk_create(_moves(made, found, metres))
    return made


def _moves(made: Round, found: list[Proposal], metres: Metres) -> list[Move]:
    walk = tour(made.start_id, [(each.origin, each.target) for each in found], metres)
    number = {(visit.thing, visit.is_leaving): at for at, visit in enumerate(walk, start=1)}
    return [
        Move(
            round=made,
            asset_id=each.asset_id,
            level=each.level,
            why=each.why,
            origin_id=each.origin,
            target_id=each.target,
            take_number=number[thing, False],
            leave_number=number[thing, True],
        )
        for thing, each in enumerate(found)
    ]


@transaction.atomic
def _changed(move: Move, change: Callable[[Move], None], now: datetime) -> Move:
    """The move, changed while nobody else does, and the round closed with its last."""
    whole = Round.objects.select_for_update().get(pk=move.round_id)
    row = Move.objects.select_related("asset", "target__floor__building").get(pk=move.pk)
    change(row)
    row.save()
    is_over = not whole.moves.filter(left_at__isnull=True, skipped_at__isnull=True).exists()
    if is_over != (whole.closed_at is not None):
        whole.closed_at = now if is_over else None
        whole.save(update_fields=["closed_at"])
    return row


def take(*, move: Move, by: Any, now: datetime) -> Move:
    """Somebody has it on the cart. Taking it again changes nothing. Raises :class:`RoundRefusedError`."""

    def change(row: Move) -> None:
        if row.is_done:
            raise RoundRefusedError(gettext("%(tag)s is done already.") % {"tag": row.asset.asset_tag})
        row.taken_at, row.by = row.taken_at or now, by

    return _changed(move, change, now)


def leave(*, move: Move, by: Any, now: datetime) -> Move:
    """It stands where it was to go, and is placed there. Raises :class:`RoundRefusedError`."""

    def change(row: Move) -> None:
        if row.is_done:
            raise RoundRefusedError(gettext("%(tag)s is done already.") % {"tag": row.asset.asset_tag})
        try:
            place_asset(asset=row.asset, zone=row.target, by=by, at=now)
        except PlacingRefusedError as refused:
            raise RoundRefusedError(f"{row.asset.asset_tag}: {refused}") from refused
        row.taken_at, row.left_at, row.by = row.taken_at or now, now, by

    return _changed(move, change, now)


def skip(*, move: Move, by: Any, now: datetime) -> Move:
    """It is not there, or is needed where it is: the round goes on without it."""

    def change(row: Move) -> None:
        if row.left_at is None:
            row.skipped_at, row.by = row.skipped_at or now, by

    return _changed(move, change, now)


def take_back(*, move: Move, by: Any, now: datetime) -> Move:
    """Undoes the last tick of a move. Where it was said to stand, stands: the next place told replaces that."""

    def change(row: Move) -> None:
        row.by = by
        if row.skipped_at is not None:
            row.skipped_at = None
        elif row.left_at is not None:
            row.left_at = None
        else:
            row.taken_at = None

    return _changed(move, change, now)


def tick(*, whole: Round, tag: str, by: Any, now: datetime) -> Move:
    """What was scanned or typed: taken the first time, left the second. Raises :class:`RoundRefusedError`."""
    move = whole.moves.select_related("asset").filter(asset__asset_tag__iexact=tag.strip()).first()
    if move is None:
        raise RoundRefusedError(gettext("“%(tag)s” is not on this round.") % {"tag": tag.strip()[:40]})
    if move.taken_at is None and not move.is_done:
        return take(move=move, by=by, now=now)
    return leave(move=move, by=by, now=now)
