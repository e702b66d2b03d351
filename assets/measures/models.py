"""What a piece cost and how long it is meant to serve; and how long each was in use up to the begin of weeks."""

from __future__ import annotations

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Purchase(models.Model):
    """Of one piece; whatever nobody told stays empty, and figures that need it say so."""

    asset = models.OneToOneField(
        "assets.Asset", on_delete=models.CASCADE, primary_key=True, related_name="purchase"
    )
    cost = models.DecimalField(
        _("acquisition cost"), max_digits=12, decimal_places=2, null=True, blank=True,
        validators=[MinValueValidator(1)], help_text=_("In the hospital's currency."),
    )  # fmt: skip
    bought_on = models.DateField(_("bought on"), null=True, blank=True)
    life_years = models.PositiveSmallIntegerField(
        _("expected life, years"), null=True, blank=True, validators=[MinValueValidator(1)]
    )
    support_ends_on = models.DateField(_("the maker's support ends on"), null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(cost__isnull=True) | Q(cost__gt=0),
                name="purchase_costs_something",
                violation_error_message="The cost has to be more than nothing.",
            )
        ]
        permissions = [("view_measures", "Can see the measures of maintenance")]

    def __str__(self) -> str:
        return f"{self.asset_id}: {self.cost}"


class UseWeek(models.Model):
    """The begin of a week, Monday 00:00 UTC, up to which use is summed. There are no gaps between the first and the
    last."""

    at = models.DateTimeField(primary_key=True)

    class Meta:
        ordering = ["at"]

    def __str__(self) -> str:
        return f"{self.at:%F}"


class UseMark(models.Model):
    """How long one asset was in use altogether up to the begin of a week, as a meter would stand. Without a row:
    never."""

    at = models.DateTimeField()
    asset = models.ForeignKey("assets.Asset", on_delete=models.CASCADE, related_name="+", db_index=False)
    use_us = models.BigIntegerField(help_text="Microseconds.")
    running_since = models.DateTimeField(
        null=True, help_text="When the use began that goes on at that moment."
    )

    class Meta:
        ordering = ["at", "asset"]
        constraints = [models.UniqueConstraint(fields=["at", "asset"], name="use_mark_once")]

    def __str__(self) -> str:
        return f"{self.asset_id} up to {self.at:%F}"


class UseTouched(models.Model):
    """An asset whose history before this week changed: written with the change itself, and until it is summed anew its
    marks count for nothing."""

    asset_id = models.BigIntegerField()
    since_us = models.BigIntegerField(help_text="Microseconds since 1970.")

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.asset_id} since {self.since_us}"
