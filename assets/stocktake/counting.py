"""Counting: what people scan and say in the rooms of a stocktake, several at once, and taking it back.

All of it holds the row of the stocktake while it works, so that two who scan the same piece make one line of it, and
so that nothing comes in while it is being closed.
"""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from assets.models import Asset
from assets.observation import AHEAD
from assets.placing import PlacingRefusedError, place_asset
from assets.scanning import resolve_code
from assets.stocktake.models import CODE_LENGTH, NOTE_LENGTH, Line, Room, Scan, Stocktake
from assets.stocktake.opening import StocktakeRefusedError, line_of
from assets.stocktake.words import Said, State


@transaction.atomic
def count_code(
    *,
    room: Room,
    code: str,
    by: Any,
    now: datetime,
    said: Said = Said.FOUND,
    key: uuid.UUID | None = None,
    at: datetime | None = None,
) -> Scan:
    """Somebody scanned, typed or tapped ``code`` in this room, ``at`` that moment. Sent twice, it is counted once.

    What was found there is placed there, as by a scan; where its place cannot be corrected, the line remarks why. What
    no piece of this site has is kept as an unknown tag. Raises :class:`StocktakeRefusedError`. One transaction.
    """  # fmt: skip
    whole = _locked(room.stocktake_id)
    name, moment = key or uuid.uuid4(), at or now
    if known := Scan.objects.filter(stocktake=whole, key=name).select_related("line", "room").first():
        return known
    here = Room.objects.select_related("zone__floor__building").get(pk=room.pk)
    _ensure_in_time(whole, here, moment, now)
    line = _line(whole, here, code, said, by)
    scan = Scan.objects.create(stocktake=whole, line=line, room=here, said=said, key=name, at=moment, by=by)
    # Whoever has written it down on the way, says it late: the latest counts, not what came last.
    if said is Said.FOUND and line.asset is not None and _last(line) == scan:
        line.remark = _placed(line.asset, here, by, moment)
    settle(line)
    return scan


@transaction.atomic
def take_back(
    *, stocktake: Stocktake, by: Any, now: datetime, key: uuid.UUID | None = None, room: Room | None = None
) -> Scan | None:
    """Undoes what ``by`` said under ``key``, or last in this room; nothing where there is nothing of theirs.

    Where it was said to stand, stands: the next place that is told replaces that. Raises
    :class:`StocktakeRefusedError`. One transaction.
    """
    whole = _locked(stocktake.pk)
    mine = Scan.objects.filter(stocktake=whole, by=by, undone_at__isnull=True)
    if key is not None:
        mine = mine.filter(key=key)
    if room is not None:
        mine = mine.filter(room=room)
    scan = mine.select_related("line", "room").order_by("-at", "-pk").first()
    if scan is None:
        return None
    if scan.room.closed_at is not None:
        raise StocktakeRefusedError(_("room: it is closed. Open it again first."), field="room")
    scan.undone_at, scan.undone_by = now, by
    scan.save(update_fields=["undone_at", "undone_by"])
    scan.line.remark = ""
    settle(scan.line)
    return scan


@transaction.atomic
def close_room(*, room: Room, by: Any, now: datetime) -> Room:
    """All of it was looked at: what was expected there and not seen anywhere is missing. Twice is once."""
    return _set_closed(room, by, now)


@transaction.atomic
def reopen_room(*, room: Room, by: Any) -> Room:
    """It is counted on: what was missing only because the room was closed is open again."""
    return _set_closed(room, by, None)


def settle(line: Line) -> None:
    """Writes to a line what follows from all that was said of it and not taken back."""
    last = _last(line)
    if line.asset_id is not None:  # an unknown tag is one of its room
        line.found_in = last.room if last and last.said == Said.FOUND else None
    line.said_at, line.said_by = (last.at, last.by) if last else (None, None)
    line.state = _state(line, last)
    line.save()


def _state(line: Line, last: Scan | None) -> State:
    if last is None:
        if not line.is_expected:
            return State.WITHDRAWN
        return State.MISSING if line.room and line.room.closed_at else State.OPEN
    if line.asset_id is None:
        return State.UNKNOWN
    if last.said == Said.MISSING:
        return State.MISSING
    if not line.is_expected:
        return State.UNEXPECTED
    return State.FOUND if line.room_id == last.room_id else State.MOVED


def _last(line: Line) -> Scan | None:
    said = line.scans.filter(undone_at__isnull=True).select_related("room", "by")
    return said.order_by("-at", "-pk").first()


def _locked(pk: int) -> Stocktake:
    whole: Stocktake = Stocktake.objects.select_for_update(of=("self",)).get(pk=pk)
    if not whole.is_open:
        raise StocktakeRefusedError(_("stocktake: it is closed and signed."), field="stocktake")
    return whole


def _ensure_in_time(whole: Stocktake, room: Room, at: datetime, now: datetime) -> None:
    if at > now + AHEAD:
        raise StocktakeRefusedError(_("at: that moment is still to come."), field="at")
    if at < whole.opened_at - AHEAD:  # clocks of phones differ
        raise StocktakeRefusedError(_("at: that was before the stocktake was opened."), field="at")
    # What was said before the room was closed, and only sent later, counts.
    if room.closed_at is not None and at > room.closed_at:
        raise StocktakeRefusedError(_("room: it is closed. Open it again first."), field="room")


def _line(whole: Stocktake, room: Room, text: str, said: Said, by: Any) -> Line:
    scanned = resolve_code(text, by)
    code = scanned.text[:CODE_LENGTH]
    if not code or "\0" in code:
        raise StocktakeRefusedError(_("code: there is nothing in it."), field="code")
    if scanned.rooms and not scanned.assets:
        raise StocktakeRefusedError(_("code: it is the label of a room."), field="code")
    # What is of another site is told to nobody here: it is a code that this site does not know.
    here = [asset for asset in scanned.assets if asset.site_id == whole.site_id]
    if len(here) > 1:
        words = _("code: it stands for several things. Scan the label, or type the asset tag.")
        raise StocktakeRefusedError(words, field="code")
    if here:
        return _line_of_asset(whole, here[0], said)
    if said is Said.MISSING:
        raise StocktakeRefusedError(_("code: no equipment of this site has it."), field="code")
    line, _is_new = Line.objects.get_or_create(
        stocktake=whole, asset=None, code=code, found_in=room, defaults={"is_expected": False}
    )
    return line


def _line_of_asset(whole: Stocktake, asset: Asset, said: Said) -> Line:
    known: Line | None = (
        Line.objects.filter(stocktake=whole, asset=asset).select_related("room", "found_in", "asset").first()
    )
    if known is not None:
        return known
    if said is Said.MISSING:
        raise StocktakeRefusedError(_("code: it is not expected in this stocktake."), field="code")
    line = line_of(whole, Asset.objects.with_place().select_related("purchase").get(pk=asset.pk), None)
    line.save()
    return line


def _placed(asset: Asset, room: Room, by: Any, at: datetime) -> str:
    """Why it could not be placed; nothing where it was, or where it stands installed in that room."""
    try:
        place_asset(asset=asset, zone=room.zone, by=by, at=at)
    except PlacingRefusedError as refused:
        is_home = asset.is_fixed and asset.home_zone_id == room.zone_id
        return "" if is_home else str(refused)[:NOTE_LENGTH]
    return ""


def _set_closed(room: Room, by: Any, at: datetime | None) -> Room:
    whole = _locked(room.stocktake_id)
    row: Room = Room.objects.get(pk=room.pk, stocktake=whole)
    if (row.closed_at is None) == (at is None):
        return row
    row.closed_at, row.closed_by = at, by if at else None
    row.save(update_fields=["closed_at", "closed_by"])
    unsaid = Line.objects.filter(stocktake=whole, room=row, said_at__isnull=True)
    unsaid.filter(state__in=[State.OPEN, State.MISSING]).update(state=State.MISSING if at else State.OPEN)
    return row
