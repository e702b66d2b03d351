"""Making and changing rules: each change is a version, and is looked at against everything at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from assets.alerts.models import Rule, RuleVersion
from assets.alerts.scope import RELATIONS
from assets.alerts.touch_rules import touch_rule
from assets.alerts.touching import forget_interest
from assets.alerts.words import Kind

_NEED_PLACES = frozenset({Kind.ENTERS, Kind.LEAVES, Kind.WASTE})


def save_rule(
    *, rule: Rule, scope: Mapping[str, Iterable[Any]], by: Any, now: datetime | None = None
) -> Rule:
    """Save a new or changed rule with its scope (by the names in :data:`RELATIONS`), and look at it at once.

    ValidationError names the field that is wrong. One transaction.
    """
    moment = now or timezone.now()
    members = {name: list(scope.get(name, ())) for name in RELATIONS}
    rule.full_clean()
    if rule.kind in _NEED_PLACES and not (members["zones"] or rule.zone_kinds):
        raise ValidationError({"zones": "Say which zones, or which kinds of zone."})
    with transaction.atomic():
        if rule.pk is not None:
            rule.version = Rule.objects.select_for_update().get(pk=rule.pk).version + 1
        rule.in_force_from = moment
        rule.save()
        for name, chosen in members.items():
            getattr(rule, name).set(chosen)
        RuleVersion.objects.create(
            rule=rule, version=rule.version, content=content_of(rule), at=moment, by=by
        )
        touch_rule(rule=rule, now=moment)
        transaction.on_commit(forget_interest)
    return rule


def content_of(rule: Rule) -> dict[str, Any]:
    """All that a rule says, as its versions keep it."""
    plain = {
        name: getattr(rule, name)
        for name in (
            "name", "kind", "parameters", "severity", "is_enabled", "advice", "zone_kinds", "ownerships",
            "reopen_within_s", "escalate_after_s", "escalate_to",
        )
    }  # fmt: skip
    named = {name: sorted(str(each) for each in getattr(rule, name).all()) for name in RELATIONS}
    return plain | named
