"""Of which equipment and of which days a figure is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from assets.models import Asset, Category, EquipmentModel
from assets.planning.calendar import DAY, day_at
from locations.models import Department, Site
from locations.queries import in_sites_of

DAYS = 365
BY: dict[str, Any] = {"category": _("Category"), "group": _("Department"), "model": _("Model")}
KEYS = {"category": "model__category", "group": "department", "model": "model"}
"""What figures are told by, as a path from the asset."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What ``user`` may see of it. Days are of the site's clock, both included; UTC where there are several sites."""

    user: Any
    begin: date
    end: date
    now: datetime
    zone: str = "UTC"
    site: Site | None = None
    category: Category | None = None
    group: Department | None = None
    model: EquipmentModel | None = None

    @property
    def begin_at(self) -> datetime:
        return datetime.combine(self.begin, time(), ZoneInfo(self.zone)).astimezone(UTC)

    @property
    def end_at(self) -> datetime:
        """The end of the last day; not later than now."""
        over = datetime.combine(self.end + DAY, time(), ZoneInfo(self.zone)).astimezone(UTC)
        return max(min(over, self.now), self.begin_at)

    @property
    def today(self) -> date:
        return day_at(self.now, self.zone)

    @property
    def length(self) -> timedelta:
        return self.end_at - self.begin_at

    def of_assets(self, path: str = "") -> Q:
        """A condition on what has its asset at ``path``, as in ``asset__``; nothing where all are meant."""
        told = {
            "site": self.site,
            "model__category": self.category,
            "department": self.group,
            "model": self.model,
        }
        return Q(**{f"{path}{name}": value for name, value in told.items() if value is not None})

    def there(self, path: str = "") -> Q:
        """A condition on what has its asset at ``path``: seen by the user, of the scope, and there in the period."""
        return in_sites_of(self.user, f"{path}site") & self.of_assets(path) & self.present(path)

    def present(self, path: str = "") -> Q:
        """A condition on what has its asset at ``path``: there in the period, whoever may see it."""
        gone_later = Q(**{f"{path}retired_at__isnull": True}) | Q(**{f"{path}retired_at__gt": self.begin_at})
        return gone_later & Q(**{f"{path}created_at__lt": self.end_at})

    def assets(self) -> Any:
        """Those that were there at some moment of the period."""
        return Asset.objects.filter(self.there())
