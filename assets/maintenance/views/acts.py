"""One tap on a piece of equipment: broken, needs cleaning, cleaned; its undo, and a photo after it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from assets.maintenance.acts import act_on, take_back
from assets.maintenance.attaching import add_photo
from assets.maintenance.events import WorkRefusedError
from assets.maintenance.models import Act, WorkOrder
from assets.maintenance.photos import MOST_BYTES, PhotoRefusedError
from assets.maintenance.shown import CLOSED, Acts, acts_of
from assets.maintenance.words import ActKind
from assets.models import Asset
from assets.statements import StatementRefusedError
from assets.views.fragments import wants_fragment
from locations.queries import in_sites_of

REFUSALS = (WorkRefusedError, StatementRefusedError, PhotoRefusedError)
may_state = permission_required(["assets.view_asset", "assets.state_asset"], raise_exception=True)


@require_safe
@may_state
@never_cache
def acts(request: HttpRequest, asset_tag: str) -> HttpResponse:
    """The buttons as they are to be now, as a part of a page. ``closed`` names the act whose undo was put away: what
    refreshes itself does not bring it back."""
    if closed := _uuid(request.GET.get("closed", "")):
        request.session[CLOSED] = str(closed)
    return _fragment(request, _asset(request, asset_tag), is_settled=True)


@require_POST
@may_state
@never_cache
def act(request: HttpRequest, asset_tag: str, kind: str) -> HttpResponse:
    """Says it; ``key`` names the tap, so that a repeated one counts once."""
    if kind not in ActKind.values:
        raise Http404("No such act.")
    asset = _asset(request, asset_tag)
    do = partial(
        act_on,
        asset=asset,
        kind=ActKind(kind),
        by=request.user,
        now=timezone.now(),
        key=_uuid(request.POST.get("key", "")),
    )
    return _answer(request, asset, do)


@require_POST
@may_state
@never_cache
def act_undo(request: HttpRequest, asset_tag: str) -> HttpResponse:
    """Takes back what ``act`` names by its key."""
    asset = _asset(request, asset_tag)
    key = _uuid(request.POST.get("act", ""))
    done = Act.objects.filter(asset=asset, key=key).first() if key else None

    def undo() -> None:
        if done is None:
            raise WorkRefusedError(_("There is nothing to take back."))
        take_back(act=done, by=request.user, now=timezone.now())

    return _answer(request, asset, undo)


@require_POST
@permission_required(["assets.view_asset", "maintenance.report_fault"], raise_exception=True)
@never_cache
def act_photo(request: HttpRequest, asset_tag: str) -> HttpResponse:
    """Adds ``photo`` to the open order that ``order`` names."""
    asset = _asset(request, asset_tag)
    number = request.POST.get("order", "")
    orders = WorkOrder.objects.open().filter(in_sites_of(request.user, "asset__site"), asset=asset)
    order = orders.filter(number=int(number)).first() if number.isdecimal() and len(number) < 18 else None

    def keep() -> None:
        if order is None:
            raise WorkRefusedError(_("The order is closed."))
        add_photo(order=order, content=uploaded(request), by=request.user, now=timezone.now())

    return _answer(request, asset, keep, said=_("The photo is with the order."))


def uploaded(request: HttpRequest) -> bytes:
    """The file ``photo``; nothing larger is read into memory than a photo may be."""
    file = request.FILES.get("photo")
    if file is None:
        raise PhotoRefusedError(_("photo: choose a picture first."))
    if (file.size or 0) > MOST_BYTES:
        raise PhotoRefusedError(_("photo: it is larger than %s MB.") % (MOST_BYTES // 1_000_000))
    content: bytes = file.read()
    return content


def _answer(request: HttpRequest, asset: Asset, do: Callable[[], Any], said: str = "") -> HttpResponse:
    """Does it, and shows what came of it, or why not, where the buttons were."""
    error = ""
    try:
        do()
    except REFUSALS as refused:
        error, said = str(refused), ""
    if wants_fragment(request):
        return _fragment(request, _asset(request, asset.asset_tag), error=error, said=said)
    if error or said:
        messages.add_message(request, messages.ERROR if error else messages.INFO, error or said)
    return redirect("asset", asset.asset_tag)


def _fragment(request: HttpRequest, asset: Asset, *, is_settled: bool = False, **told: str) -> HttpResponse:
    found: Acts = acts_of(asset, request.user, is_settled=is_settled, **told)
    with timezone.override(asset.site.timezone):
        return render(request, "assets/_acts.html", {"asset": asset, "acts": found})


def _asset(request: HttpRequest, asset_tag: str) -> Asset:
    assets = Asset.objects.visible_to(request.user).with_place().select_related("site")
    asset: Asset = get_object_or_404(assets, asset_tag=asset_tag)
    return asset


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
