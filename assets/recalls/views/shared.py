"""What the pages of recalls have in common."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _

from assets.maintenance.photos import MOST_BYTES, PhotoRefusedError
from assets.models import Asset
from assets.recalls.deciding import RecallRefusedError
from assets.recalls.models import Notice
from assets.statements import StatementRefusedError
from assets.transitions import TransitionRefusedError

may_see = permission_required("recalls.view_notice", raise_exception=True)
may_decide = permission_required(["recalls.view_notice", "recalls.decide_match"], raise_exception=True)
may_work = permission_required(["recalls.view_notice", "recalls.work_campaign"], raise_exception=True)
may_close = permission_required(["recalls.view_notice", "recalls.close_campaign"], raise_exception=True)
may_import = permission_required(["recalls.view_notice", "recalls.import_notice"], raise_exception=True)
REFUSALS = (RecallRefusedError, TransitionRefusedError, StatementRefusedError, PhotoRefusedError)


def one_notice(pk: int) -> Notice:
    found: Notice = get_object_or_404(Notice.objects.select_related("campaign__closed_by"), pk=pk)
    return found


def chosen_assets(request: HttpRequest) -> list[int]:
    """The pieces whose tags were posted as ``asset``, of those that the person sees."""
    tags = request.POST.getlist("asset")
    return list(
        Asset.objects.visible_to(request.user).filter(asset_tag__in=tags).values_list("pk", flat=True)
    )


def photo_of(request: HttpRequest) -> bytes | None:
    """The file ``photo``, if one was sent; nothing larger is read into memory than a photo may be."""
    file: Any = request.FILES.get("photo")
    if file is None:
        return None
    if (file.size or 0) > MOST_BYTES:
        raise PhotoRefusedError(_("photo: it is larger than %s MB.") % (MOST_BYTES // 1_000_000))
    content: bytes = file.read()
    return content


def answer(request: HttpRequest, notice: Notice, do: Callable[[], str]) -> HttpResponse:
    """Does it and leads back to the recall, which says what was done, or why it could not be."""
    try:
        said = do()
    except REFUSALS as refused:
        messages.error(request, str(refused))
    else:
        if said:
            messages.success(request, said)
    return redirect("recall", notice.pk)
