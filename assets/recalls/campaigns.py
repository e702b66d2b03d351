"""Working through a recall: each piece located, quarantined, corrected, returned or exempt; then closed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from assets.maintenance.photos import read_photo
from assets.models import Asset
from assets.recalls.deciding import RecallRefusedError, one_line
from assets.recalls.models import Campaign, Evidence, Item, ItemEvent, Match
from assets.recalls.quarantine import hold_asset, let_go
from assets.recalls.transitions import TRANSITIONS, ItemTransition
from assets.recalls.words import State
from assets.transitions import TransitionRefusedError, declared

MOST_AT_ONCE = 500
CLOSED = gettext_lazy("The campaign is closed.")


@transaction.atomic
def move_items(
    *,
    campaign: Campaign,
    assets: Iterable[int],
    transition: str,
    by: Any,
    now: datetime,
    note: str = "",
    photo: bytes | None = None,
) -> int:
    """One declared transition for each of these assets, with what it does to their activity; how many.

    ``photo`` is kept as evidence with each. All or nothing; raises :class:`RecallRefusedError`,
    :class:`~assets.transitions.TransitionRefusedError`, which names the piece,
    :class:`~assets.maintenance.photos.PhotoRefusedError` and :class:`~assets.statements.StatementRefusedError`. One
    transaction.
    """
    text, picture = one_line(note), read_photo(photo) if photo is not None else None
    for item in _locked(campaign, assets, by, transition):
        step = _step(item, transition, by, text)
        event = _move(item, step, by, now, text)
        if picture is not None:
            Evidence.objects.create(
                event=event, content=picture.content, width_px=picture.width, height_px=picture.height
            )
    return len(set(assets))


def _locked(campaign: Campaign, assets: Iterable[int], by: Any, transition: str) -> list[Item]:
    wanted = set(assets)
    if len(wanted) > MOST_AT_ONCE:
        raise RecallRefusedError(_("At most %s pieces at a time.") % MOST_AT_ONCE)
    current = Campaign.objects.select_for_update(no_key=True).get(pk=campaign.pk)
    # In one order, so that two people who choose the same do not wait for each other.
    list(Asset.objects.select_for_update(no_key=True).filter(pk__in=wanted).order_by("pk"))
    mine = Item.objects.visible_to(by).filter(campaign=campaign, asset__in=wanted)
    items = list(mine.select_for_update(of=("self",)).select_related("asset").order_by("pk"))
    if not items or len(items) < len(wanted):
        raise RecallRefusedError(_("Choose the equipment first."))
    is_coming_back = transition == "correct" and all(item.state == State.RETURNED for item in items)
    if not current.is_open and not is_coming_back:
        raise RecallRefusedError(CLOSED)
    return items


def _lock_open(campaign: Campaign) -> Campaign:
    current = Campaign.objects.select_for_update(no_key=True).get(pk=campaign.pk)
    if not current.is_open:
        raise RecallRefusedError(CLOSED)
    return current


def _step(item: Item, transition: str, by: Any, note: str) -> ItemTransition:
    try:
        step = declared(TRANSITIONS, item, transition, by)
    except TransitionRefusedError as refused:
        raise TransitionRefusedError(f"{item.asset.asset_tag}: {refused}") from None
    if step.needs_note and not note:
        raise TransitionRefusedError(_("Say why, in a few words, for “%s”.") % step.label)
    return step


def _move(item: Item, step: ItemTransition, by: Any, now: datetime, note: str) -> ItemEvent:
    source, was_held = item.state, item.is_held
    item.state, item.since, item.note = step.target, now, note
    item.is_held = step.holds or (was_held and not step.frees)
    item.save(update_fields=["state", "since", "note", "is_held"])
    event = ItemEvent.objects.create(item=item, at=now, by=by, source=source, target=step.target, note=note)
    if step.holds and not was_held:
        hold_asset(asset=item.asset, by=by, now=now)
    elif was_held and not item.is_held:
        let_go(asset=item.asset, by=by, now=now)
    return event


@transaction.atomic
def add_evidence(
    *, item: Item, by: Any, now: datetime, note: str = "", photo: bytes | None = None
) -> ItemEvent:
    """A note, a photo or both, of a piece of an open campaign. Raises as :func:`move_items` does."""
    text, picture = one_line(note), read_photo(photo) if photo is not None else None
    if not text and picture is None:
        raise RecallRefusedError(_("Write something, or choose a photo."))
    _lock_open(item.campaign)
    event = ItemEvent.objects.create(item=item, at=now, by=by, note=text)
    if picture is not None:
        Evidence.objects.create(
            event=event, content=picture.content, width_px=picture.width, height_px=picture.height
        )
    return event


@transaction.atomic
def close_campaign(*, campaign: Campaign, by: Any, now: datetime, note: str = "") -> Campaign:
    """Nothing is left to do: every piece, of every site, is corrected, returned or exempt, and all matches decided.

    Raises :class:`RecallRefusedError`, which says how much is open. One transaction.
    """
    text = one_line(note)
    current = _lock_open(campaign)
    if count := current.items.open().count():
        words = ngettext("%s piece is still open.", "%s pieces are still open.", count)
        raise RecallRefusedError(words % count)
    if count := Match.objects.filter(notice=current.notice_id).to_decide().count():
        words = ngettext("%s match is not decided.", "%s matches are not decided.", count)
        raise RecallRefusedError(words % count)
    current.closed_at, current.closed_by, current.note = now, by, text
    current.save(update_fields=["closed_at", "closed_by", "note"])
    return current
