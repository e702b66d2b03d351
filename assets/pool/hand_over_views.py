"""Handing one piece of equipment over to another unit."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from assets.models import Asset
from assets.placing import PlacingRefusedError
from assets.pool.forms import HandOverForm
from assets.pool.handing import hand_over
from assets.units import units_for

MOST_SHOWN = 10


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(["assets.view_asset", "pool.hand_over"], raise_exception=True)
@never_cache
def hand_over_page(request: HttpRequest, asset_tag: str) -> HttpResponse:
    """From where it is known to be, to the unit that is chosen; and who handed it over before."""
    assets = Asset.objects.visible_to(request.user).with_place().select_related("site")
    asset: Asset = get_object_or_404(assets, asset_tag=asset_tag)
    form = HandOverForm(request.POST if request.method == "POST" else None, user=request.user, asset=asset)
    if form.is_bound and form.is_valid():
        told = form.cleaned_data
        try:
            hand_over(asset=asset, to=told["to_zone"], by=request.user, now=timezone.now(), note=told["note"])
            messages.success(
                request,
                _("%(tag)s is in %(room)s now.") % {"tag": asset.asset_tag, "room": told["to_zone"].name},
            )
            return redirect("asset", asset.asset_tag)
        except PlacingRefusedError as refused:
            form.add_error("to_zone", str(refused))
    before = asset.hand_overs.select_related("from_zone__department", "to_zone__department", "by")
    context = {
        "asset": asset,
        "form": form,
        "units": units_for(request.user),
        "before": before[:MOST_SHOWN],
    }
    with timezone.override(asset.site.timezone):
        return render(request, "assets/pool/hand_over.html", context, status=400 if form.is_bound else 200)
