"""What was attached to an order, for those who may see it, and to be looked at as nothing else."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from assets.maintenance.models import WorkFile, WorkPhoto, WorkSignature
from assets.maintenance.photos import MEDIA_TYPE
from assets.maintenance.views.common import may_see
from locations.queries import in_sites_of


@require_safe
@may_see
def work_photo(request: HttpRequest, uuid: Any) -> HttpResponse:
    photos = WorkPhoto.objects.filter(in_sites_of(request.user, "order__asset__site"))
    photo: WorkPhoto = get_object_or_404(photos, pk=uuid)
    name = f'inline; filename="order-{photo.order_id}-{photo.pk.hex[:8]}.jpg"'
    return _sent(photo.content, MEDIA_TYPE, name)


@require_safe
@may_see
def work_file(request: HttpRequest, uuid: Any) -> HttpResponse:
    """A file to save: a browser that showed it would run what is in it."""
    files = WorkFile.objects.filter(in_sites_of(request.user, "order__asset__site"))
    file: WorkFile = get_object_or_404(files, pk=uuid)
    name = f'attachment; filename="order-{file.order_id}-{file.pk.hex[:8]}.pdf"'
    return _sent(file.content, "application/pdf", name)


@require_safe
@may_see
def work_signature(request: HttpRequest, pk: int) -> HttpResponse:
    signed = WorkSignature.objects.filter(
        in_sites_of(request.user, "order__asset__site"), drawing__isnull=False
    )
    signature: WorkSignature = get_object_or_404(signed, pk=pk)
    name = f'inline; filename="order-{signature.order_id}-signature.png"'
    return _sent(signature.drawing or b"", "image/png", name)


def _sent(content: bytes | memoryview, media_type: str, disposition: str) -> HttpResponse:
    return HttpResponse(
        bytes(content),
        content_type=media_type,
        headers={
            "Cache-Control": "private, max-age=3600",
            "Content-Disposition": disposition,
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "X-Content-Type-Options": "nosniff",
        },
    )
