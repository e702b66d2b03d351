"""Pages about device profiles: which there are, and what each one reads."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import permission_required
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from assets.find import clean_text
from assets.views.fragments import wants_fragment
from collectors.models import Endpoint
from collectors.profile_page import described_profile, described_profiles
from collectors.profiles.library import profile_names

may_see = permission_required("collectors.view_endpoint", raise_exception=True)


@require_safe
@may_see
@never_cache
@vary_on_headers("HX-Request")
def profiles(request: HttpRequest) -> HttpResponse:
    """``q``: words that describe a profile, its title, document or readings."""
    text = clean_text(request.GET.get("q", ""))
    found = described_profiles(text)
    used = _endpoints_by_profile(request.user)
    context = {
        "text": text,
        "rows": [(profile, used.get(profile.name, 0)) for profile in found],
        "total": len(profile_names()),
    }
    template = "collectors/_profiles.html" if wants_fragment(request) else "collectors/profiles.html"
    return render(request, template, context)


@require_safe
@may_see
@never_cache
def profile(request: HttpRequest, profile: str) -> HttpResponse:
    if profile not in profile_names():
        raise Http404("There is no device profile of that name.")
    used = _endpoints_by_profile(request.user).get(profile, 0)
    return render(
        request, "collectors/profile.html", {"profile": described_profile(profile), "endpoints": used}
    )


def _endpoints_by_profile(user: Any) -> dict[str, int]:
    """How many endpoints that this person may see use each profile."""
    counted = Endpoint.objects.visible_to(user).order_by().values("profile").annotate(count=Count("pk"))
    return {row["profile"]: row["count"] for row in counted}
