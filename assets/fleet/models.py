"""What a site pays for a piece of a category, and forecasts of how many will be in use at once."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from assets.models import Category
from locations.queries import in_sites_of


class Prices(models.Model):
    """In the hospital's currency; what nobody told is empty, and what rests on it has no figure."""

    site = models.ForeignKey("locations.Site", on_delete=models.CASCADE, related_name="+")
    category = models.ForeignKey(Category, on_delete=models.CASCADE, related_name="+")
    purchase = models.DecimalField(
        _("Purchase price of one"),
        max_digits=12,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
    )
    life_years = models.DecimalField(
        _("Expected life in years"),
        max_digits=4,
        decimal_places=1,
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
    )
    service = models.DecimalField(
        _("Service of one, a year"),
        max_digits=12,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
    )
    rental = models.DecimalField(
        _("Rent of one, a day"),
        max_digits=10,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
    )
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering: ClassVar = ["site", "category"]
        verbose_name = "prices of a category"
        verbose_name_plural = "prices of categories"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["site", "category"],
                name="prices_once",
                violation_error_message=_("This category has prices at this site already."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.category} at {self.site}"


class Measure(models.TextChoices):
    """What of a day is forecast."""

    P95 = "p95", _("95th percentile")
    MEAN = "mean", _("average")


class Outcome(models.TextChoices):
    """Whether there is a forecast, or why not."""

    GIVEN = "given", _("better than the last value and than the same day of the week before")
    TOO_SHORT = "too_short", _("too few days in a row have a figure")
    NOT_BETTER = "not_better", _("it is no better than the last value or the same day of the week before")


class ForecastQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Self:
        return self.filter(in_sites_of(user, "site"))


class Forecast(models.Model):
    """Of one category, at a site or in a unit of it: the latest alone is kept. Errors are in pieces."""

    site = models.ForeignKey("locations.Site", on_delete=models.CASCADE, related_name="+")
    category = models.ForeignKey(Category, on_delete=models.CASCADE, related_name="+")
    department = models.ForeignKey(
        "locations.Department", on_delete=models.CASCADE, null=True, related_name="+"
    )
    measure = models.CharField(max_length=4, choices=Measure.choices)
    computed_at = models.DateTimeField()
    last_day = models.DateField(help_text="The last day that was known, by the calendar of the site.")
    days_count = models.PositiveIntegerField(help_text="Days in a row that it is made from.")
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    error = models.FloatField(null=True, help_text="Mean absolute error on held-back weeks.")
    error_last = models.FloatField(null=True, help_text="The same of the last value.")
    error_week = models.FloatField(null=True, help_text="The same of the same day of the week before.")
    inside = models.FloatField(null=True, help_text="Share of held-back days within the interval.")
    points = models.JSONField(default=list, help_text="Day, value, low and high of each day to come.")

    objects = ForecastQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["site", "category", "department", "measure"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["site", "category", "department", "measure"], name="forecast_once"
            ),
            models.UniqueConstraint(
                fields=["site", "category", "measure"],
                condition=Q(department__isnull=True),
                name="forecast_once_without",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.category_id} at {self.site_id}, {self.measure}"
