"""What people attach to an order: photos and files, by the rules for uploads."""

from __future__ import annotations

from datetime import datetime
from pathlib import PurePath
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from assets.maintenance.events import WorkRefusedError, lock_order, note_event
from assets.maintenance.models import WorkFile, WorkOrder, WorkPhoto
from assets.maintenance.photos import MOST_BYTES, read_photo
from assets.maintenance.words import Happening

MOST_PHOTOS = 12
MOST_FILES = 12
_PDF = b"%PDF-"


def add_photo(*, order: WorkOrder, content: bytes, by: Any, now: datetime) -> WorkPhoto:
    """Keeps a photo with an open order. Raises :class:`~assets.maintenance.photos.PhotoRefusedError` for what is
    none, and :class:`WorkRefusedError`. One transaction."""
    picture = read_photo(content)
    with transaction.atomic():
        current = _open(order)
        if current.photos.count() >= MOST_PHOTOS:
            raise WorkRefusedError(_("There are %s photos of it already.") % MOST_PHOTOS)
        photo = WorkPhoto.objects.create(
            order=current,
            at=now,
            by=by,
            is_unverified=by is None,
            content=picture.content,
            width_px=picture.width,
            height_px=picture.height,
        )
        note_event(current, Happening.PHOTO, by=by, now=now)
    return photo


def add_file(*, order: WorkOrder, name: str, content: bytes, by: Any, now: datetime) -> WorkFile:
    """Keeps a PDF of at most 15 MB with an open order. Raises :class:`WorkRefusedError`. One transaction."""
    plain = plain_file(name, content)
    with transaction.atomic():
        current = _open(order)
        if current.files.count() >= MOST_FILES:
            raise WorkRefusedError(_("There are %s files of it already.") % MOST_FILES)
        file = WorkFile.objects.create(order=current, at=now, by=by, name=plain, content=content)
        note_event(current, Happening.FILE, by=by, now=now, note=file.name)
    return file


def plain_file(name: str, content: bytes) -> str:
    """The name to keep a PDF under. Raises :class:`WorkRefusedError` for what is none, or larger than 15 MB."""
    if len(content) > MOST_BYTES:
        raise WorkRefusedError(_("file: it is larger than %s MB.") % (MOST_BYTES // 1_000_000))
    if not content.startswith(_PDF):
        raise WorkRefusedError(_("file: send a PDF. Photos have a place of their own."))
    plain = "".join(letter for letter in PurePath(name).name if letter.isprintable()) or "file.pdf"
    return plain[-120:]


def _open(order: WorkOrder) -> WorkOrder:
    current = lock_order(order.number)
    if not current.is_open:
        raise WorkRefusedError(_("The order is closed."))
    return current
