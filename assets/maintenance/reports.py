"""Faults that are reported without an account: by the token in a label's QR code, and by nothing else."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from assets.maintenance.attaching import MOST_PHOTOS
from assets.maintenance.events import note_event
from assets.maintenance.models import ReportToken, WorkPhoto
from assets.maintenance.orders import Opened, open_work_order
from assets.maintenance.photos import Picture
from assets.maintenance.words import Happening, Kind
from assets.models import Asset

WRONG = {
    "broken": _("It does not work"),
    "alarm": _("It gives an alarm or an error"),
    "damaged": _("It is damaged"),
    "part": _("A part is missing"),
    "other": _("Something else"),
}
TEXT_LENGTH = 300


def report_address(asset: Asset) -> str:
    """The whole address that a label's QR code holds. It says nothing of the asset, and stays the same."""
    token, _is_new = ReportToken.objects.get_or_create(asset=asset)
    return _address(token.token)


@transaction.atomic
def report_addresses(assets: Iterable[Asset]) -> dict[int, str]:
    """:func:`report_address` of many, by primary key: one query, and more only for those that had none."""
    wanted = {asset.pk: asset for asset in assets}
    tokens = dict(ReportToken.objects.filter(asset__in=wanted).values_list("asset", "token"))
    addresses = {pk: _address(token) for pk, token in tokens.items()}
    return addresses | {pk: report_address(asset) for pk, asset in wanted.items() if pk not in tokens}


def _address(token: str) -> str:
    return f"{settings.PUBLIC_URL}{reverse('report-fault', args=[token])}"


def reported_asset(token: str) -> Asset | None:
    """What the label is stuck to, while the hospital has it."""
    assets = Asset.objects.in_service().filter(report_token__token=token)
    found: Asset | None = assets.first()
    return found


def report_fault(
    *, token: str, wrong: str, text: str, picture: Picture | None, now: datetime
) -> Opened | None:
    """Opens an unverified repair, or adds to the open one; nothing for a token that no label has.

    The asset's activity stays as it is until staff has looked.
    """
    asset = reported_asset(token)
    if asset is None:
        return None
    note = f"{WRONG[wrong]}. {text}".strip() if text else str(WRONG[wrong])
    opened = open_work_order(asset=asset, kind=Kind.CORRECTIVE, by=None, now=now, note=note)
    if picture is not None and opened.order.photos.count() < MOST_PHOTOS:
        WorkPhoto.objects.create(
            order=opened.order,
            at=now,
            is_unverified=True,
            content=picture.content,
            width_px=picture.width,
            height_px=picture.height,
        )
        note_event(opened.order, Happening.PHOTO, by=None, now=now)
    return opened
