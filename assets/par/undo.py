"""Going back from the last change of a level: what it was is kept in the session of whoever changed it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from assets.models import Category
from assets.par.levels import change_par_level, remove_par_level, set_par_level
from assets.par.models import ParLevel
from locations.models import Department, Site, Zone

OFFERED_FOR = timedelta(minutes=10)


class TooLateError(ValueError):
    """It cannot be undone any more."""


@transaction.atomic
def undo_change(*, what: Mapping[str, Any], by: Any, now: datetime) -> None:
    """``what`` has ``at`` and one of ``made`` (a level to remove), ``level`` with ``numbers``, or ``removed``.

    Only on sites that ``by`` may see. Raises :class:`TooLateError`.
    """
    if now - datetime.fromisoformat(what["at"]) > OFFERED_FOR:
        raise TooLateError
    if "removed" in what:
        _make_anew(what["removed"], by)
        return
    mine = ParLevel.objects.visible_to(by).with_unit()
    level = mine.filter(pk=what.get("made") or what["level"]).first()
    if level is None:
        raise TooLateError
    if "made" in what:
        remove_par_level(level=level)
    else:
        change_par_level(level=level, numbers=tuple(what["numbers"]))


def _make_anew(was: dict[str, Any], by: Any) -> None:
    site = Site.objects.visible_to(by).filter(pk=was["site"]).first()
    if site is None:
        raise TooLateError
    unit: Any = (site, was["zone_kind"])
    if was["department"]:
        unit = Department.objects.select_related("site").get(pk=was["department"])
    elif was["zone"]:
        unit = Zone.objects.select_related("floor__building__site").get(pk=was["zone"])
    target, critical, maximum = was["numbers"]
    category = Category.objects.get(pk=was["category"])
    set_par_level(category=category, unit=unit, target=target, critical=critical, maximum=maximum)
