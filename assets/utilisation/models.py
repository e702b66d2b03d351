"""Roll-ups of histories, what they rest on besides (clock, staffed hours, membership), and what is stale of them.

One row stands for all assets of a category in a unit on a day of the site's own calendar, not for an asset and hour:
100,000 assets have 876 million hours in a year, and a report asks for none of them by itself. What is asked for by
sum stands in columns; what is asked for whole (by asset, by hour, edges of use) is packed beside it: see
:mod:`assets.utilisation.packing`.
"""

from __future__ import annotations

from typing import Any, ClassVar, Self

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from assets.models import Asset, Category
from assets.utilisation.staffing import as_windows
from locations.models import validate_timezone
from locations.queries import in_sites_of

SECONDS = ("confirmed", "presumed", "down", "dirty", "available", "in_transit", "unknown")
"""What a second of an asset is counted as, in the order of every packed table; ``presumed`` is presumed alone."""
STAFFED = tuple(f"staffed_{name}" for name in SECONDS)


class RollUpQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Self:
        return self.filter(in_sites_of(user, "site"))

    def within(self, first: Any, last: Any) -> Self:
        """Days from ``first`` to ``last``, both included."""
        return self.filter(day__gte=first, day__lte=last)


class RollUp(models.Model):
    """Asset-seconds of a group on one day, calendar and staffed, and how long how many were in use at once."""

    site = models.ForeignKey("locations.Site", on_delete=models.CASCADE, related_name="+", db_index=False)
    category = models.ForeignKey(Category, on_delete=models.CASCADE, related_name="+", db_index=False)
    day = models.DateField(help_text="Of the site's own calendar.")
    begin_s = models.BigIntegerField(help_text="When the day begins, in seconds since 1970.")
    until_s = models.BigIntegerField(help_text="Up to when it is rolled up: its end, or the last full hour.")
    assets_count = models.PositiveIntegerField(help_text="Assets that count on that day.")
    confirmed = models.BigIntegerField()
    presumed = models.BigIntegerField(help_text="Presumed, not confirmed.")
    down = models.BigIntegerField()
    dirty = models.BigIntegerField()
    available = models.BigIntegerField()
    in_transit = models.BigIntegerField()
    unknown = models.BigIntegerField()
    staffed_confirmed = models.BigIntegerField()
    staffed_presumed = models.BigIntegerField()
    staffed_down = models.BigIntegerField()
    staffed_dirty = models.BigIntegerField()
    staffed_available = models.BigIntegerField()
    staffed_in_transit = models.BigIntegerField()
    staffed_unknown = models.BigIntegerField()
    levels_confirmed = models.BinaryField(help_text="How many at once, and for how many seconds.")
    levels_any = models.BinaryField(help_text="The same of confirmed and presumed use together.")
    hours = models.BinaryField(
        help_text="Asset-seconds of each hour since the day began, by what they count as."
    )

    objects = RollUpQuerySet.as_manager()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.category_id} at {self.site_id} on {self.day}"


class FleetDay(RollUp):
    """A whole site's assets of one category on one day, and where they were."""

    presence = models.BinaryField(help_text="Zone, asset-seconds in it, arrivals.")
    dwells = models.BinaryField(help_text="Zone and length of each stay that ended that day.")
    moves = models.BinaryField(
        default=b"", help_text="From zone, to zone, and how often that day something came so."
    )

    class Meta:
        ordering: ClassVar = ["site", "category", "day"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["site", "category", "day"], name="fleet_day_once")
        ]
        indexes: ClassVar = [models.Index(fields=["day"], name="fleet_day_day")]


class UnitDay(RollUp):
    """A unit's share of a fleet on one day; those assets that belong to no department have none."""

    department = models.ForeignKey(
        "locations.Department", on_delete=models.CASCADE, null=True, related_name="+", db_index=False
    )
    by_asset = models.BinaryField(help_text="Asset, and its seconds: calendar, then staffed.")
    edges_confirmed = models.BinaryField(help_text="When use begins and ends, in seconds into the day.")
    edges_any = models.BinaryField()

    class Meta:
        ordering: ClassVar = ["site", "category", "department", "day"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["site", "category", "department", "day"], name="unit_day_once"),
            models.UniqueConstraint(
                fields=["site", "category", "day"],
                condition=Q(department__isnull=True),
                name="unit_day_once_without",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["department", "day"], name="unit_day_department")]


class Belonging(models.Model):
    """Where an asset counts, from which day to before which. A move holds from its day on; a corrected category always.

    Kept here because the register only knows where it belongs now.
    """

    asset = models.ForeignKey(Asset, on_delete=models.CASCADE, related_name="+")
    site = models.ForeignKey("locations.Site", on_delete=models.CASCADE, related_name="+")
    category = models.ForeignKey(Category, on_delete=models.CASCADE, related_name="+")
    department = models.ForeignKey(
        "locations.Department", on_delete=models.SET_NULL, null=True, related_name="+"
    )
    from_day = models.DateField()
    to_day = models.DateField(null=True)
    retired_at = models.DateTimeField(null=True, help_text="As it was when that was last looked at.")

    class Meta:
        ordering: ClassVar = ["asset", "from_day"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["asset", "from_day"], name="belonging_once"),
            models.UniqueConstraint(
                fields=["asset"], condition=Q(to_day__isnull=True), name="belonging_one_open"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.asset_id} from {self.from_day}"


class Touched(models.Model):
    """An asset's history changed from ``since_us`` on: written with the change itself, forgotten once looked at."""

    asset_id = models.BigIntegerField()
    since_us = models.BigIntegerField(help_text="Microseconds since 1970.")

    class Meta:
        ordering: ClassVar = ["pk"]

    def __str__(self) -> str:
        return f"{self.asset_id} since {self.since_us}"


class StaleDay(models.Model):
    """A day of a fleet that is to be rolled up anew; marked again meanwhile, it has another ``stamp``."""

    site = models.ForeignKey("locations.Site", on_delete=models.CASCADE, related_name="+")
    category = models.ForeignKey(Category, on_delete=models.CASCADE, related_name="+")
    day = models.DateField()
    stamp = models.BigIntegerField()

    class Meta:
        ordering: ClassVar = ["-day", "site", "category"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["site", "category", "day"], name="stale_day_once")
        ]
        indexes: ClassVar = [models.Index(fields=["day"], name="stale_day_day")]

    def __str__(self) -> str:
        return f"{self.category_id} at {self.site_id} on {self.day}"


class RolledUntil(models.Model):
    """Up to when a site's histories are rolled up, but for what is stale."""

    site = models.OneToOneField(
        "locations.Site", on_delete=models.CASCADE, primary_key=True, related_name="+"
    )
    until_s = models.BigIntegerField(help_text="Seconds since 1970: a full hour.")

    class Meta:
        ordering: ClassVar = ["site"]

    def __str__(self) -> str:
        return f"{self.site_id} until {self.until_s}"


class SiteClock(models.Model):
    """The time zone in which a site's days are counted, from a day on. What was counted before keeps its own."""

    site = models.ForeignKey("locations.Site", on_delete=models.CASCADE, related_name="+")
    valid_from = models.DateField()
    timezone = models.CharField(max_length=64, validators=[validate_timezone])

    class Meta:
        ordering: ClassVar = ["site", "valid_from"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["site", "valid_from"],
                name="site_clock_once",
                violation_error_message=_("This site has a time zone from that day on already."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.timezone} from {self.valid_from}"


class StaffedHours(models.Model):
    """The hours in which a site, or one of its departments, is staffed, from a day on."""

    site = models.ForeignKey("locations.Site", on_delete=models.CASCADE, related_name="+")
    department = models.ForeignKey(
        "locations.Department",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("Empty: every department of the site that has no hours of its own."),
    )
    valid_from = models.DateField()
    week = models.JSONField(
        help_text=_("Seven lists, Monday first, of times such as 07:30-16:00; 24:00 ends a day.")
    )

    class Meta:
        ordering: ClassVar = ["site", "department", "valid_from"]
        verbose_name_plural = "staffed hours"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["department", "valid_from"],
                condition=Q(department__isnull=False),
                name="staffed_hours_once",
                violation_error_message=_("This department has hours from that day on already."),
            ),
            models.UniqueConstraint(
                fields=["site", "valid_from"],
                condition=Q(department__isnull=True),
                name="staffed_hours_once_per_site",
                violation_error_message=_("This site has hours from that day on already."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.department or self.site} from {self.valid_from}"

    def clean(self) -> None:
        super().clean()
        if self.department is not None and self.department.site_id != self.site_id:
            raise ValidationError({"department": _("This department is at another site.")})
        try:
            as_windows(self.week)
        except ValueError as error:
            raise ValidationError({"week": str(error)}) from None


class DayCost(models.Model):
    """What one piece of a category costs a site a day, used or not: what idle equipment is priced with."""

    site = models.ForeignKey("locations.Site", on_delete=models.CASCADE, related_name="+")
    category = models.ForeignKey(Category, on_delete=models.CASCADE, related_name="+")
    cost = models.DecimalField(
        max_digits=10,
        decimal_places=2,
        validators=[MinValueValidator(0)],
        help_text=_("Of one piece and day, in the hospital's currency: depreciation, maintenance, rent."),
    )

    class Meta:
        ordering: ClassVar = ["site", "category"]
        verbose_name = "cost of a day"
        verbose_name_plural = "costs of a day"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["site", "category"],
                name="day_cost_once",
                violation_error_message=_("This category has a cost at this site already."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.category} at {self.site}: {self.cost}"


class ScheduledReport(models.Model):
    """A report that a person is sent by e-mail, each week or month, of the week or month before."""

    class Every(models.TextChoices):
        WEEK = "week", _("every Monday, of the week before")
        MONTH = "month", _("on the first, of the month before")

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    site = models.ForeignKey("locations.Site", on_delete=models.CASCADE, related_name="+")
    category = models.ForeignKey(
        Category, on_delete=models.CASCADE, null=True, related_name="+", help_text="None: the overview."
    )
    asked = models.JSONField(default=dict, help_text="The filters, as the address of the report has them.")
    every = models.CharField(max_length=5, choices=Every.choices)
    next_on = models.DateField(help_text="By the calendar of the site.")
    created_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["pk"]

    def __str__(self) -> str:
        return f"{self.category or 'overview'} of {self.site} to {self.person}, each {self.every}"


class SentReport(models.Model):
    """One sending of a scheduled report: ``first`` to ``last`` are its days. Not sent until ``sent_at``."""

    report = models.ForeignKey(ScheduledReport, on_delete=models.CASCADE, related_name="sent")
    first = models.DateField()
    last = models.DateField()
    tries = models.PositiveIntegerField(default=0)
    try_at = models.DateTimeField(help_text="Not before.")
    sent_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering: ClassVar = ["report", "first"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["report", "first", "last"], name="report_sent_once")
        ]
        indexes: ClassVar = [
            models.Index(fields=["try_at"], condition=Q(sent_at__isnull=True), name="report_to_send")
        ]

    def __str__(self) -> str:
        return f"{self.report}: {self.first} to {self.last}"
