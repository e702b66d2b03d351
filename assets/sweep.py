"""Silence and the passing of time, made explicit: what the clock alone decides about equipment."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q

from assets.activity import SECOND
from assets.live.publish import publish_changes
from assets.models import Asset, AssetNow
from assets.queries import AssetQuerySet
from assets.recording import store
from assets.recording.facts import facts_of
from assets.recording.folding import Folding
from assets.recording.moments import to_us
from assets.sql import dialect

BATCH = 500


def sweep_silence(*, now: datetime) -> int:
    """Let the clock decide wherever it is due by ``now``; the number of assets that it decided about.

    Each change begins at its exact moment, however late the sweep comes. Several sweeps may run at once: what one has
    taken, the others leave alone.
    """
    count = 0
    while due := _due(now):
        done = _let_pass(due, now)
        count += done
        if done < len(due):
            break
    return count


def complete_current_rows(*, now: datetime) -> int:
    """Give equipment that was never heard of a current row, and installed equipment its place; how many changed."""
    incomplete = list(_incomplete().values_list("pk", flat=True))
    for start in range(0, len(incomplete), BATCH):
        _let_pass(incomplete[start : start + BATCH], now, is_known=False)
    return len(incomplete)


def _due(now: datetime) -> list[int]:
    due = AssetNow.objects.filter(decide_at__lte=now).order_by("decide_at")
    return list(due.values_list("pk", flat=True)[:BATCH])


def _incomplete() -> AssetQuerySet:
    is_installed = Q(is_fixed=True) | Q(model__category__is_mobile=False, rtls_tag__isnull=True)
    is_elsewhere = Q(now__zone__isnull=True) | ~Q(now__zone=F("home_zone"))
    return (
        Asset.objects.in_service()
        .filter(Q(now__isnull=True) | is_installed & Q(home_zone__isnull=False) & is_elsewhere)
        .order_by("pk")
    )


def _let_pass(asset_ids: list[int], now: datetime, *, is_known: bool = True) -> int:
    with transaction.atomic():
        sql = dialect()
        facts = facts_of(asset_ids)
        folding = Folding(sql, facts, to_us(now), settings.EVIDENCE_WINDOW_S * SECOND)
        heads = (
            store.read_heads(sql, sorted(facts), is_skipping=True)
            if is_known
            else store.lock_heads(sql, facts)
        )
        folding.touch(heads.values())
        folding.ledger.write(sql)
        publish_changes(folding.ledger.changes)
    return len(heads)
