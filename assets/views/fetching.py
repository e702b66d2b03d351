"""What a person says on the way: I take this one, I have it, not here. From the list or from the way's page."""

from __future__ import annotations

from functools import wraps
from typing import Any, Protocol
from urllib.parse import urlencode

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from assets.claims import ClaimRefusedError, Ending, claim_asset, end_claim
from assets.find import clean_text
from assets.find.looking import place_of
from assets.models import Asset
from assets.not_here import say_not_here, withdraw_not_here
from assets.views.find import clock_of, next_free, one_asset, results
from assets.views.fragments import wants_fragment
from assets.views.near import near_of
from locations.models import Zone


class _Act(Protocol):
    def __call__(self, request: HttpRequest, asset: Asset, near: Zone | None) -> dict[str, Any]: ...


def _said(act: _Act) -> Any:
    """An act on one asset. It answers with the list where the list asked, else it leads to the next page.

    What the act returns is what the list tells of it; ``to`` is the asset whose way comes next, none for Find.
    """

    @require_POST
    @permission_required("assets.claim_asset", raise_exception=True)
    @wraps(act)
    def view(request: HttpRequest, asset_tag: str) -> HttpResponse:
        text, near = clean_text(request.POST.get("q", "")), near_of(request, request.POST)
        asset = one_asset(request, asset_tag)
        told = act(request, asset, near)
        to = told.pop("to", None)
        if wants_fragment(request):
            with clock_of(near, request.user):
                context = results(request, text, near) | {"told": told, "told_of": asset}
                return render(request, "assets/_find_results.html", context)
        query = {"q": text, "near": near.pk if near else "", **told.get("query", {})}
        kept = urlencode({name: value for name, value in query.items() if value})
        path = reverse("find-way", args=[to.asset_tag]) if to is not None else reverse("find")
        return redirect(f"{path}?{kept}")

    return view


@_said
def claim(request: HttpRequest, asset: Asset, near: Zone | None) -> dict[str, Any]:
    """The loser of two is offered the next one."""
    try:
        held = claim_asset(asset=asset, by=request.user, unit=near)
    except ClaimRefusedError as refused:
        following = next_free(request, clean_text(request.POST.get("q", "")), asset, near)
        to = following.asset if following else asset
        return {"lost": refused, "next": following, "to": to, "query": {"lost": asset.asset_tag}}
    return {"claimed": held, "to": asset}


@_said
def release(request: HttpRequest, asset: Asset, near: Zone | None) -> dict[str, Any]:  # noqa: ARG001
    end_claim(asset=asset, by=request.user, ending=Ending.RELEASED)
    return {"released": True, "to": asset}


@_said
def fetched(request: HttpRequest, asset: Asset, near: Zone | None) -> dict[str, Any]:  # noqa: ARG001
    end_claim(asset=asset, by=request.user, ending=Ending.FETCHED)
    return {"fetched": True}


@_said
def not_here(request: HttpRequest, asset: Asset, near: Zone | None) -> dict[str, Any]:
    """Noted of the room where it is shown; the next one is offered at once."""
    shown = Asset.objects.select_related("now__zone", "home_zone").get(pk=asset.pk)
    place = place_of(shown)
    if place is None:
        return {"to": asset}
    missed = say_not_here(asset=asset, zone=place, by=request.user, unit=near)
    following = next_free(request, clean_text(request.POST.get("q", "")), asset, near)
    return {
        "missed": missed,
        "next": following,
        "to": following.asset if following else asset,
        "query": {"missed": asset.asset_tag},
    }


@_said
def seen_again(request: HttpRequest, asset: Asset, near: Zone | None) -> dict[str, Any]:  # noqa: ARG001
    """Takes back a “not here” said by mistake."""
    withdraw_not_here(asset=asset, by=request.user)
    return {"withdrawn": True, "to": asset}
