"""Keeping notices: the same twice is kept once, what is new makes a version, and nothing that was said is lost."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from assets.recalls.contents import Content
from assets.recalls.models import Notice, NoticeVersion
from assets.recalls.words import Source, Status

ORDER = (Source.TABLE, Source.RECALL, Source.ENFORCEMENT)
"""Which kind of file counts where two say something of the same: the last. The class is in enforcement reports only."""
_DATES = ("initiated_on", "posted_on", "ended_on")


class Kept(enum.Enum):
    MADE = "made"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class Stored:
    notice: Notice
    how: Kept


@transaction.atomic
def store_notice(*, content: Content, source: Source, by: Any, now: datetime) -> Stored:
    """By authority and number: made, or changed with a new version, or left as it is. One transaction."""
    notice = (
        Notice.objects.select_for_update().filter(authority=content.authority, number=content.number).first()
    )
    told = content.as_told()
    if notice is None:
        notice = Notice(authority=content.authority, number=content.number, brought_at=now, changed_at=now)
        return _write(notice, {source.value: told}, by, now, Kept.MADE)
    if notice.told.get(source.value) == told:
        return Stored(notice, Kept.UNCHANGED)
    before = _merged(notice.told)
    everything = notice.told | {source.value: told}
    if _merged(everything) == before:
        notice.told = everything
        notice.save(update_fields=["told"])
        return Stored(notice, Kept.UNCHANGED)
    notice.version += 1
    notice.changed_at = now
    return _write(notice, everything, by, now, Kept.CHANGED)


def _write(notice: Notice, told: dict[str, Any], by: Any, now: datetime, how: Kept) -> Stored:
    notice.told = told
    merged = _merged(told)
    for name in ("description", "firm", "reason", "action", "codes", "event", "address"):
        setattr(notice, name, merged.get(name, ""))
    notice.product_codes = merged.get("product_codes", [])
    notice.classification = merged.get("classification")
    notice.status = merged.get("status", Status.OPEN)
    for name in _DATES:
        setattr(notice, name, date.fromisoformat(merged[name]) if name in merged else None)
    notice.save()
    NoticeVersion.objects.create(notice=notice, version=notice.version, at=now, by=by, content=merged)
    return Stored(notice, how)


def _merged(told: dict[str, Any]) -> dict[str, Any]:
    merged: dict[str, Any] = {}
    for source in ORDER:
        merged |= told.get(source.value, {})
    return merged
