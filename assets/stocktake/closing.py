"""The end of a stocktake, and what people decide of what it left open: missing pieces and unknown tags."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assets.locating import Outcome, log_attempt
from assets.models import Asset, LocateAttempt
from assets.signatures import Signed
from assets.stocktake.models import NOTE_LENGTH, Decision, Line, Stocktake
from assets.stocktake.opening import StocktakeRefusedError
from assets.stocktake.words import State


@transaction.atomic
def close_stocktake(
    *, stocktake: Stocktake, by: Any, now: datetime, signature: Signed | None, note: str = ""
) -> Stocktake:
    """Signed, and never changed again. What was expected and not seen by then is missing.

    Raises :class:`StocktakeRefusedError` while a room is open, and without a signature. One transaction.
    """
    whole: Stocktake = Stocktake.objects.select_for_update(of=("self",)).get(pk=stocktake.pk)
    if not whole.is_open:
        raise StocktakeRefusedError(_("stocktake: it is closed and signed."), field="stocktake")
    if still := whole.rooms.filter(closed_at__isnull=True).count():
        words = ngettext(
            "rooms: %s is not closed yet. Count it, or close it as it is.",
            "rooms: %s are not closed yet. Count them, or close them as they are.",
            still,
        )
        raise StocktakeRefusedError(words % still, field="rooms")
    if signature is None:
        raise StocktakeRefusedError(_("signature: your name is missing."), field="signature")
    Line.objects.filter(stocktake=whole, state=State.OPEN).update(state=State.MISSING)
    whole.closed_at, whole.closed_by = now, by
    whole.signed_by, whole.drawing = signature.name, signature.drawing
    whole.note = _plain(note)
    whole.save()
    return whole


@transaction.atomic
def tell_unfound(*, stocktake: Stocktake, lines: Collection[int], by: Any) -> int:
    """``by`` says that these missing pieces were looked for in vain, in the rooms where they should be.

    That is one attempt to locate each (definitions, 4), at the moment of the stocktake's end; told twice, it is one.
    How many were new. Raises :class:`StocktakeRefusedError`. One transaction.
    """
    whole: Stocktake = Stocktake.objects.select_for_update(of=("self",)).get(pk=stocktake.pk)
    if whole.closed_at is None:
        raise StocktakeRefusedError(_("stocktake: close it first."), field="stocktake")
    missing = whole.lines.filter(pk__in=lines, state=State.MISSING).select_related("asset", "room__zone")
    told = set(
        LocateAttempt.objects.filter(
            at=whole.closed_at, asset__in=missing.order_by().values("asset")
        ).values_list("asset", flat=True)
    )
    new = [line for line in missing if line.asset_id not in told]
    for line in new:
        rooms = [line.room.zone] if line.room else []
        log_attempt(asset=line.asset, by=by, outcome=Outcome.NOT_FOUND, looked_in=rooms, at=whole.closed_at)
    return len(new)


@transaction.atomic
def decide_tag(*, line: Line, tag: str, note: str, by: Any, now: datetime) -> Decision:
    """An unknown tag was registered as the piece with this asset tag; without one, it is dismissed with a reason.

    Raises :class:`StocktakeRefusedError`. One transaction.
    """
    whole = Stocktake.objects.select_for_update(of=("self",)).get(pk=line.stocktake_id)
    if line.state != State.UNKNOWN:
        raise StocktakeRefusedError(_("tag: it is not unknown."), field="tag")
    asset = None
    if tag.strip():
        asset = Asset.objects.filter(asset_tag__iexact=tag.strip(), site=whole.site_id).first()
        if asset is None:
            raise StocktakeRefusedError(_("tag: no equipment of this site has it yet."), field="tag")
    text = _plain(note)
    if asset is None and not text:
        raise StocktakeRefusedError(_("note: say why it is dismissed."), field="note")
    decision, _is_new = Decision.objects.update_or_create(
        line=line, defaults={"asset": asset, "note": text, "at": now, "by": by}
    )
    return decision


def _plain(note: str) -> str:
    text = " ".join(note.replace("\0", "").split())
    if len(text) > NOTE_LENGTH:
        raise StocktakeRefusedError(_("note: at most %s characters.") % NOTE_LENGTH, field="note")
    return text
