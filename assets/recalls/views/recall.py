"""One recall: what it says, which pieces it is about, and the campaign."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from assets.maintenance.photos import MEDIA_TYPE
from assets.models import Asset
from assets.recalls.campaigns import add_evidence, close_campaign, move_items
from assets.recalls.counts import tallies
from assets.recalls.deciding import RecallRefusedError, decide, decided_words
from assets.recalls.models import Campaign, Evidence, Item, Match, Notice
from assets.recalls.transitions import TRANSITIONS
from assets.recalls.undo import last_decision, remember_decision
from assets.recalls.views.shared import (
    answer,
    chosen_assets,
    may_close,
    may_decide,
    may_see,
    may_work,
    one_notice,
    photo_of,
)
from assets.recalls.walk import in_walking_order
from assets.recalls.words import Certainty, Decision
from assets.views.near import near_of
from locations.queries import in_sites_of

MOST_SHOWN = 200
"""Matches of one certainty; more are counted, and can be decided all at once."""


@require_safe
@may_see
@never_cache
def recall(request: HttpRequest, pk: int) -> HttpResponse:
    """``order=walk`` puts the campaign's pieces in the order of a walk from where the person is."""
    notice = one_notice(pk)
    matches = Match.objects.visible_to(request.user).filter(notice=notice).with_asset()
    context = {
        "notice": notice,
        "campaign": getattr(notice, "campaign", None),
        "tally": tallies([notice.pk], request.user)[notice.pk],
        "groups": _groups(matches),
        "decided": matches.exclude(decision=Decision.UNDECIDED).filter(item__isnull=True)[:MOST_SHOWN],
        "outdated": matches.filter(is_outdated=True)[:MOST_SHOWN],
        "items": _items(request, notice),
        "steps": _steps(request),
        "order": request.GET.get("order", ""),
        "versions": notice.versions.select_related("by"),
        "undo": last_decision(request.session, notice, timezone.now()),
    }
    return render(request, "recalls/recall.html", context)


def _groups(matches: Any) -> list[dict[str, Any]]:
    """What is to be decided, by certainty; what is not in the lists, last."""
    undecided = matches.filter(decision=Decision.UNDECIDED)
    groups = []
    for certainty in Certainty:
        of_it = undecided.filter(certainty=certainty)
        shown = list(of_it[: MOST_SHOWN + 1])
        if shown:
            count = len(shown) if len(shown) <= MOST_SHOWN else of_it.count()
            groups.append({"certainty": certainty, "matches": shown[:MOST_SHOWN], "count": count})
    return groups


def _items(request: HttpRequest, notice: Notice) -> list[Item]:
    items = Item.objects.visible_to(request.user).filter(campaign=notice.pk).select_related(
        "match", "asset__model__category", "asset__now__zone", "asset__now__floor__building", "asset__home_zone",
        "asset__site",
    ).prefetch_related("events__evidence", "events__by")  # fmt: skip
    if request.GET.get("order") == "walk":
        return in_walking_order(list(items), near_of(request))
    return list(items.order_by("-is_held", "asset__asset_tag"))


def _steps(request: HttpRequest) -> list[Any]:
    if not request.user.has_perm("recalls.work_campaign"):
        return []
    return list({step.key: step for step in reversed(TRANSITIONS)}.values())[::-1]


@require_POST
@may_decide
def recall_decide(request: HttpRequest, pk: int) -> HttpResponse:
    """``decision`` for each ``asset``, or for all undecided of the certainty ``all``; with a ``note``."""
    notice = one_notice(pk)

    def do() -> str:
        decision = _decision(request.POST.get("decision", ""))
        assets = _meant(request, notice)
        count = decide(
            notice=notice,
            assets=assets,
            decision=decision,
            by=request.user,
            now=timezone.now(),
            note=request.POST.get("note", ""),
        )
        words = decided_words(count, decision)
        if decision:
            remember_decision(request.session, notice, assets, words, timezone.now())
            return ""
        return words

    return answer(request, notice, do)


def _decision(text: str) -> Decision:
    if text not in Decision.values:
        raise RecallRefusedError(_("decision: there is no such decision."))
    return Decision(text)


def _meant(request: HttpRequest, notice: Notice) -> list[int]:
    certainty = request.POST.get("all", "")
    if not certainty:
        return chosen_assets(request)
    if certainty not in map(str, Certainty.values):
        raise BadRequest("all: no such certainty.")
    undecided = Match.objects.visible_to(request.user).filter(
        notice=notice, decision=Decision.UNDECIDED, certainty=int(certainty)
    )
    return list(undecided.values_list("asset", flat=True))


@require_POST
@may_decide
def recall_undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Takes back what this person decided last of this recall, for ten minutes."""
    notice = one_notice(pk)
    last = last_decision(request.session, notice, timezone.now())

    def do() -> str:
        if last is None:
            raise RecallRefusedError(_("It is too late to undo that; nothing was changed."))
        count = decide(
            notice=notice,
            assets=last["assets"],
            decision=Decision.UNDECIDED,
            by=request.user,
            now=timezone.now(),
        )
        request.session.pop("recall_undo", None)
        return decided_words(count, Decision.UNDECIDED)

    return answer(request, notice, do)


@require_POST
@may_work
def recall_move(request: HttpRequest, pk: int) -> HttpResponse:
    """``transition`` for each ``asset``, with a ``note`` and a ``photo``; without one, they are kept as evidence."""
    notice = one_notice(pk)

    def do() -> str:
        campaign, assets, note = _campaign(notice), chosen_assets(request), request.POST.get("note", "")
        transition, now = request.POST.get("transition", ""), timezone.now()
        if transition == "evidence":
            items = Item.objects.visible_to(request.user).filter(campaign=campaign, asset__in=assets)
            if len(assets) != 1 or not (item := items.first()):
                raise RecallRefusedError(_("Choose one piece for the note."))
            add_evidence(item=item, by=request.user, now=now, note=note, photo=photo_of(request))
            return _("Kept.")
        count = move_items(
            campaign=campaign, assets=assets, transition=transition, by=request.user, now=now, note=note,
            photo=photo_of(request),
        )  # fmt: skip
        return ngettext("Noted for %s piece.", "Noted for %s pieces.", count) % count

    return answer(request, notice, do)


def _campaign(notice: Notice) -> Campaign:
    campaign: Campaign | None = getattr(notice, "campaign", None)
    if campaign is None:
        raise RecallRefusedError(_("No piece is confirmed yet."))
    return campaign


@require_POST
@may_close
def recall_close(request: HttpRequest, pk: int) -> HttpResponse:
    notice = one_notice(pk)

    def do() -> str:
        note = request.POST.get("note", "")
        close_campaign(campaign=_campaign(notice), by=request.user, now=timezone.now(), note=note)
        return _("The campaign is closed.")

    return answer(request, notice, do)


@require_safe
@may_see
def recall_photo(request: HttpRequest, uuid: Any) -> HttpResponse:
    """A photo of evidence, for those who may see its equipment, and to be looked at as nothing else."""
    photos = Evidence.objects.filter(in_sites_of(request.user, "event__item__asset__site"))
    photo: Evidence = get_object_or_404(photos, pk=uuid)
    return HttpResponse(
        bytes(photo.content),
        content_type=MEDIA_TYPE,
        headers={
            "Cache-Control": "private, max-age=3600",
            "Content-Disposition": f'inline; filename="recall-{photo.pk.hex[:8]}.jpg"',
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "X-Content-Type-Options": "nosniff",
        },
    )


@require_safe
@may_see
@never_cache
def recalls_of_asset(request: HttpRequest, asset_tag: str) -> HttpResponse:
    """A part of the page of a piece: the recalls that it may be, or was, part of."""
    asset = get_object_or_404(Asset.objects.visible_to(request.user), asset_tag=asset_tag)
    matches = Match.objects.filter(asset=asset).select_related("notice", "item", "decided_by")
    shown = matches.exclude(decision=Decision.UNDECIDED, certainty=Certainty.OUTSIDE)
    return render(request, "recalls/_of_asset.html", {"asset": asset, "matches": shown.order_by("-found_at")})
