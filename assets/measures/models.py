"""What a piece cost and how long it is meant to serve: what its yearly cost and its age are compared with."""

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
