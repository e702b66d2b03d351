"""Asking for equipment to be brought, and bringing it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from assets.models import Asset, Category
from assets.placing import PlacingRefusedError
from assets.pool.handing import hand_over
from assets.pool.models import DeliveryEvent, DeliveryRequest
from assets.pool.transitions import TRANSITIONS, DeliveryTransition
from assets.pool.words import MOST_PIECES, NOTE_LENGTH, DeliveryState
from assets.transitions import TransitionRefusedError, declared
from locations.models import Zone


class DeliveryRefusedError(ValueError):
    """It cannot be asked for so; ``field`` names what is wrong, the text says it."""

    def __init__(self, words: str, *, field: str = "") -> None:
        super().__init__(words)
        self.field = field


def ask_delivery(
    *,
    category: Category,
    quantity: int,
    to: Zone,
    by: Any,
    now: datetime,
    needed_by: datetime | None = None,
    note: str = "",
) -> DeliveryRequest:
    """Puts a request on the board. Raises :class:`DeliveryRefusedError`. One transaction."""
    if not 1 <= quantity <= MOST_PIECES:
        raise DeliveryRefusedError(_("From 1 to %s pieces.") % MOST_PIECES, field="quantity")
    if to.retired_at is not None:
        raise DeliveryRefusedError(_("There is no such room any more."), field="to_zone")
    if needed_by is not None and needed_by < now:
        raise DeliveryRefusedError(_("That time is past."), field="needed_by")
    with transaction.atomic():
        request = DeliveryRequest.objects.create(
            category=category,
            quantity=quantity,
            to_zone=to,
            needed_by=needed_by,
            note=_plain(note),
            asked_by=by,
            asked_at=now,
        )
        DeliveryEvent.objects.create(request=request, at=now, by=by, target=DeliveryState.ASKED)
    return request


def move_delivery(
    *,
    request: DeliveryRequest,
    transition: str,
    by: Any,
    now: datetime,
    seen: str | None = None,
    assets: Sequence[Asset] = (),
    note: str = "",
) -> DeliveryRequest:
    """Makes one declared transition of :data:`TRANSITIONS`; what is delivered is handed over to the room.

    ``seen`` is the state that the person saw: where somebody was quicker, nothing happens, and
    :class:`~assets.transitions.TransitionRefusedError` says who. One transaction.
    """
    with transaction.atomic():
        current = DeliveryRequest.objects.select_for_update(of=("self",)).with_names().get(pk=request.pk)
        if seen is not None and seen != current.state:
            raise TransitionRefusedError(_moved_words(current))
        step = declared(TRANSITIONS, current, transition, by)
        _do(current, step, by, now, assets)
        current.save(update_fields=["state", "accepted_by", "closed_at"])
        DeliveryEvent.objects.create(request=current, at=now, by=by, target=step.target, note=_plain(note))
    found: DeliveryRequest = current
    return found


def _do(
    request: DeliveryRequest, step: DeliveryTransition, by: Any, now: datetime, assets: Sequence[Asset]
) -> None:
    request.state = step.target
    if step.target in (DeliveryState.ACCEPTED, DeliveryState.ON_THE_WAY):
        request.accepted_by = request.accepted_by or by
    elif step.target == DeliveryState.ASKED:
        request.accepted_by = None
    if step.names_assets:
        _check_assets(request, assets)
        request.assets.set(assets)
    if step.hands_over:
        for asset in request.assets.all():
            try:
                hand_over(asset=asset, to=request.to_zone, by=by, now=now, request=request)
            except PlacingRefusedError as refused:
                raise TransitionRefusedError(f"{asset.asset_tag}: {refused}") from None
    if step.closes:
        request.closed_at = now


def _check_assets(request: DeliveryRequest, assets: Sequence[Asset]) -> None:
    """Of the category asked for, of that site, still there, no more than asked for, and in nobody else's hands."""
    if not assets:
        raise TransitionRefusedError(_("Say which pieces are on the way."))
    if len(assets) > request.quantity:
        raise TransitionRefusedError(_("At most %s were asked for.") % request.quantity)
    site = request.to_zone.floor.building.site_id
    for asset in assets:
        if asset.model.category_id != request.category_id or asset.site_id != site or asset.retired_at:
            raise TransitionRefusedError(_("%s is not one of what was asked for.") % asset.asset_tag)
    others = DeliveryRequest.objects.filter(state=DeliveryState.ON_THE_WAY, assets__in=assets)
    if taken := others.exclude(pk=request.pk).values_list("assets__asset_tag", flat=True).first():
        raise TransitionRefusedError(_("%s is on the way to somebody else.") % taken)


def _moved_words(request: DeliveryRequest) -> str:
    last = request.events.select_related("by").last()
    who = last.by.get_full_name() or last.by.get_username() if last and last.by else _("Somebody else")
    return _("%(who)s was quicker: it is “%(state)s” now.") % {
        "who": who,
        "state": request.get_state_display(),
    }


def _plain(note: str) -> str:
    text = " ".join(note.replace("\0", "").split())
    if len(text) > NOTE_LENGTH:
        raise DeliveryRefusedError(_("At most %s characters.") % NOTE_LENGTH, field="note")
    return text
