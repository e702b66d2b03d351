"""Looking again at everything that a rule is about, because the rule itself changed."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from assets.alerts.models import Alert, Rule, RuleState, Touched
from assets.alerts.words import TOLD
from assets.models import Asset

FRESH = timedelta(seconds=20)
"""So long after a change some process may still not know of it."""


def touch_rule(*, rule: Rule, now: datetime) -> int:
    """Have the rule looked at for all that it is about, and for what it has alerts or memories about."""
    return _touch(_concerned(rule), now)


def touch_fresh(*, now: datetime) -> int:
    """Rules that were changed just now are looked at once more, when every process knows of them."""
    fresh = Rule.objects.with_scope().filter(in_force_from__gt=now - FRESH, in_force_from__lte=now)
    return _touch(set().union(*(_concerned(rule) for rule in fresh)), now)


def _concerned(rule: Rule) -> set[int]:
    assets = Asset.objects.in_service().order_by()
    sites, departments, categories = (
        [each.pk for each in relation.all()] for relation in (rule.sites, rule.departments, rule.categories)
    )
    if sites:
        assets = assets.filter(site__in=sites)
    if departments:
        assets = assets.filter(department__in=departments)
    if categories:
        assets = assets.filter(model__category__in=categories)
    if rule.ownerships:
        assets = assets.filter(ownership__in=rule.ownerships)
    is_evaluated = rule.is_enabled and rule.kind not in TOLD
    found = set(assets.values_list("pk", flat=True)) if is_evaluated else set()
    found.update(RuleState.objects.filter(rule=rule).values_list("asset_id", flat=True))
    found.update(
        Alert.objects.open().filter(rule=rule, asset__isnull=False).values_list("asset_id", flat=True)
    )
    return found


def touch_retired(*, now: datetime) -> int:
    """Equipment that the hospital does not have any more keeps no open alert."""
    gone = Alert.objects.open().filter(asset__retired_at__isnull=False).values_list("asset_id", flat=True)
    return _touch(set(gone), now)


def _touch(asset_ids: Collection[int], now: datetime) -> int:
    rows = [Touched(asset_id=asset_id, since=now) for asset_id in sorted(asset_ids)]
    Touched.objects.bulk_create(rows, batch_size=1000)
    return len(rows)
