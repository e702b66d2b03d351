"""Setting par levels: each write checks the level whole, and the evaluator looks at it at once."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from assets.models import Category
from assets.par.evaluation import evaluate_levels
from assets.par.models import ParLevel
from locations.models import Department, Site, Zone

Numbers = tuple[int, int, int | None]
"""Target, critical and maximum."""


@transaction.atomic
def set_par_level(
    *,
    category: Category,
    unit: Department | Zone | tuple[Site, str],
    target: int,
    critical: int,
    maximum: int | None,
    now: datetime | None = None,
) -> ParLevel:
    """The level of a category in a unit (a department, a room, or a site with a kind of room): made or changed.

    Raises ``ValidationError`` naming the field; then nothing is stored.
    """
    fields = _unit_fields(unit)
    same = {name: value for name, value in fields.items() if name != "site" or "zone_kind" in fields}
    level = ParLevel.objects.filter(category=category, **same).first()
    level = level or ParLevel(category=category, **fields)
    level.target, level.critical, level.maximum = target, critical, maximum
    _check(level)
    level.save()
    evaluate_levels(now=now or timezone.now(), levels=[level])
    return level


def _unit_fields(unit: Department | Zone | tuple[Site, str]) -> dict[str, Any]:
    if isinstance(unit, Department):
        return {"department": unit, "site": unit.site}
    if isinstance(unit, Zone):
        return {"zone": unit, "site": unit.floor.building.site}
    return {"site": unit[0], "zone_kind": unit[1]}


def _check(level: ParLevel) -> None:
    if level.zone is not None and level.zone.retired_at is not None:
        raise ValidationError({"unit": gettext("The plan has changed: there is no such room any more.")})
    if level.target < 1:
        raise ValidationError({"target": gettext("The target is at least 1.")})
    if level.critical > level.target:
        raise ValidationError({"critical": gettext("Critical is at most the target.")})
    if level.maximum is not None and level.maximum < level.target:
        raise ValidationError({"maximum": gettext("The maximum is at least the target.")})
    level.full_clean(validate_constraints=False)


@transaction.atomic
def change_par_level(*, level: ParLevel, numbers: Numbers, now: datetime | None = None) -> Numbers:
    """New numbers for a level; gives the earlier ones, to go back to. Raises ``ValidationError``."""
    stored = ParLevel.objects.select_for_update().get(pk=level.pk)
    earlier = (stored.target, stored.critical, stored.maximum)
    stored.target, stored.critical, stored.maximum = numbers
    _check(stored)
    stored.save()
    evaluate_levels(now=now or timezone.now(), levels=[stored])
    return earlier


@transaction.atomic
def remove_par_level(*, level: ParLevel) -> dict[str, Any]:
    """Takes a level away with its episodes; gives what it was, to make it anew."""
    was = {
        "category": level.category_id,
        "department": level.department_id,
        "zone": level.zone_id,
        "zone_kind": level.zone_kind,
        "site": level.site_id,
        "numbers": [level.target, level.critical, level.maximum],
    }
    level.delete()
    return was
