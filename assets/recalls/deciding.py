"""A person says whether a notice is about a piece; what is confirmed becomes work of a campaign."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assets.recalls.models import Campaign, Item, Match, Notice
from assets.recalls.models.notices import NOTE_LENGTH
from assets.recalls.words import Decision, State


class RecallRefusedError(ValueError):
    """It cannot be done with this recall; the text says why, for whoever tried."""


def one_line(text: str) -> str:
    """A note as it is kept. Refused, not cut, where it is longer."""
    plain = " ".join(text.replace("\0", "").split())
    if len(plain) > NOTE_LENGTH:
        raise RecallRefusedError(_("note: at most %s characters.") % NOTE_LENGTH)
    return plain


@transaction.atomic
def decide(
    *, notice: Notice, assets: Iterable[int], decision: Decision, by: Any, now: datetime, note: str = ""
) -> int:
    """Confirms or rejects the matches of these assets, or takes a decision back; how many it changed.

    To reject needs a reason. What has been worked on in a campaign is not taken back: it is exempted there. All or
    nothing; raises :class:`RecallRefusedError`. One transaction.
    """
    text = one_line(note)
    if decision == Decision.REJECTED and not text:
        raise RecallRefusedError(_("note: say why it is not affected."))
    Notice.objects.select_for_update(no_key=True).get(pk=notice.pk)
    wanted = set(assets)
    matches = list(
        Match.objects.visible_to(by).filter(notice=notice, asset__in=wanted).select_related("asset")
    )
    if not matches or len(matches) < len(wanted):
        raise RecallRefusedError(_("Choose the equipment first."))
    changed = [match for match in matches if match.decision != decision or match.is_outdated]
    for match in changed:
        _decide(match, decision, by, now, text)
    return len(changed)


def _decide(match: Match, decision: Decision, by: Any, now: datetime, note: str) -> None:
    is_other = match.decision != decision
    if is_other and match.decision == Decision.CONFIRMED:
        _leave_campaign(match)
    match.decision, match.is_outdated = decision, False
    match.decided_by, match.decided_at = (by, now) if decision else (None, None)
    match.note = note
    match.save(update_fields=["decision", "is_outdated", "decided_by", "decided_at", "note"])
    if is_other and decision == Decision.CONFIRMED:
        _join_campaign(match, by, now)


def _join_campaign(match: Match, by: Any, now: datetime) -> None:
    campaign, is_new = Campaign.objects.get_or_create(
        notice_id=match.notice_id, defaults={"opened_at": now, "opened_by": by}
    )
    if not is_new and campaign.closed_at is not None:
        campaign.closed_at = campaign.closed_by = None
        campaign.save(update_fields=["closed_at", "closed_by"])
    Item.objects.create(match=match, campaign=campaign, asset_id=match.asset_id, since=now)


def _leave_campaign(match: Match) -> None:
    """Only what nobody has worked on; the last one takes its campaign along."""
    item = Item.objects.select_for_update().get(match=match)
    if item.state != State.TODO or item.events.exists():
        words = _("%s has been worked on already: exempt it in the campaign, and say why.")
        raise RecallRefusedError(words % match.asset.asset_tag)
    campaign = item.campaign
    item.delete()
    if not campaign.items.exists():
        campaign.delete()


def decided_words(count: int, decision: Decision) -> str:
    """What was done, for whoever did it."""
    if decision == Decision.CONFIRMED:
        return ngettext("%s piece confirmed.", "%s pieces confirmed.", count) % count
    if decision == Decision.REJECTED:
        return ngettext("%s piece is not affected.", "%s pieces are not affected.", count) % count
    return ngettext("%s decision taken back.", "%s decisions taken back.", count) % count
