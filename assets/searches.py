"""What people looked for with Find, kept without who it was: to see what is wanted, and what is not there.

A search is kept once the person has stopped typing for some seconds: while they type, each answer takes the place of
the one before. Until then it waits in the process, and is written with somebody's next search or when a report is
opened, so that an answer hardly ever waits for it. What a process that ends had not written yet is lost.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import Any

from django.conf import settings
from django.db import DatabaseError, transaction

from assets.find import Found
from assets.find.catalogue import catalogue_now
from assets.models import Search
from locations.models import Site, Zone

logger = logging.getLogger(__name__)

SETTLES = timedelta(seconds=6)
"""Who has not typed for so long has the answer that they wanted, or has given up."""
MOST_WAITING = 500
MOST_LETTERS = 60


@dataclass(frozen=True, slots=True)
class _Waiting:
    text: str
    search: Search


_waiting: dict[Any, _Waiting] = {}
_lock = Lock()


def note_search(*, text: str, near: Zone | None, user: Any, found: Found, now: datetime) -> None:
    """That ``user`` was answered so; nothing where searches are not kept, or where it is not known at which site."""
    if not settings.SEARCHES_KEPT_DAYS or (site := _site_of(near, user)) is None:
        return
    category = _category_of(text, found)
    search = Search(
        at=now,
        site_id=site,
        unit=near,
        category_id=category,
        words="" if found.total or category else words_kept(text),
        found=found.total,
        ready=found.ready,
    )
    with _lock:
        before = _waiting.get(user.pk)
        if before is not None and not _goes_on(before, text, now):
            _waiting[None, before.search.at, user.pk] = before
        _waiting[user.pk] = _Waiting(text, search)
        while len(_waiting) > MOST_WAITING:
            del _waiting[next(iter(_waiting))]
    write_searches(now=now)


def write_searches(*, now: datetime) -> int:
    """Write those that have settled; how many. If the database does not take them they wait on."""
    with _lock:
        settled = [key for key, each in _waiting.items() if now - each.search.at >= SETTLES]
        taken = {key: _waiting.pop(key) for key in settled}
    if not taken:
        return 0
    try:
        with transaction.atomic():
            Search.objects.bulk_create([each.search for each in taken.values()])
    except DatabaseError as failure:
        logger.warning("%d searches could not be kept: %s", len(taken), failure)
        return 0
    return len(taken)


def forget_waiting() -> None:
    with _lock:
        _waiting.clear()


def words_kept(text: str) -> str:
    """Without capitals and without whatever has a digit in it: that names one thing, or one person."""
    words = [word for word in text.casefold().split() if not any(letter.isdigit() for letter in word)]
    return " ".join(words)[:MOST_LETTERS].strip()


def _goes_on(before: _Waiting, text: str, now: datetime) -> bool:
    """Whether they are still typing the same: begun, gone on with, or taken back."""
    is_same = text.startswith(before.text) or before.text.startswith(text)
    return is_same and now - before.search.at < SETTLES


def _category_of(text: str, found: Found) -> int | None:
    """The one that all that was found is of; or, of what there is none, that the words name."""
    kinds = {hit.asset.model.category_id for hit in found.hits}
    if not kinds:
        catalogue = catalogue_now()
        named = catalogue.named_in(text)
        kinds = {catalogue.models[pk].category_id for each in named for pk in each.models}
    return kinds.pop() if len(kinds) == 1 else None


def _site_of(near: Zone | None, user: Any) -> int | None:
    if near is not None:
        return int(near.floor.building.site_id)
    sites = list(Site.objects.visible_to(user).values_list("pk", flat=True)[:2])
    return sites[0] if len(sites) == 1 else None
