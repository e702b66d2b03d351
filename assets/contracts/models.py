"""A service contract with what it covers and its documents."""

from __future__ import annotations

import uuid
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from assets.contracts.queries import ContractQuerySet
from assets.contracts.words import Cover, Standing
from assets.utilisation.staffing import as_windows

SOON = timedelta(days=90)
"""So long ahead a contract shows as one that is to be renewed."""


class Contract(models.Model):
    """Days are of the site's clock, both included. It is not deleted: what is over stays, as figures rest on it.

    ``week`` is as that of staffed hours: seven lists, Monday first; nothing means around the clock.
    """

    site = models.ForeignKey("locations.Site", on_delete=models.PROTECT, related_name="+")
    number = models.CharField(_("number"), max_length=60, help_text=_("As it stands on the contract."))
    vendor = models.CharField(_("vendor"), max_length=120)
    phone = models.CharField(
        _("whom to call"), max_length=120, blank=True, help_text=_("The vendor's service line.")
    )
    cover = models.CharField(_("cover"), max_length=8, choices=Cover.choices, default=Cover.FULL)
    week = models.JSONField(_("covered hours"), null=True, blank=True)
    response_h = models.DecimalField(
        _("response within, hours"), max_digits=5, decimal_places=1, null=True, blank=True,
        validators=[MinValueValidator(0)],
    )  # fmt: skip
    begins_on = models.DateField(_("first day"))
    ends_on = models.DateField(
        _("last day"), null=True, blank=True,
        help_text=_("By then it is to be renewed. Empty: until it is given notice."),
    )  # fmt: skip
    yearly_cost = models.DecimalField(
        _("cost a year"), max_digits=12, decimal_places=2, null=True, blank=True,
        validators=[MinValueValidator(0)], help_text=_("In the hospital's currency; empty if nobody knows."),
    )  # fmt: skip
    is_left_to_end = models.BooleanField(
        _("not to be renewed"), default=False, help_text=_("Nobody is reminded of its end.")
    )
    follows = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, editable=False, related_name="followed_by"
    )
    for_models = models.ManyToManyField("assets.EquipmentModel", blank=True, related_name="contracts")
    for_assets = models.ManyToManyField("assets.Asset", blank=True, related_name="contracts")
    note = models.CharField(_("note"), max_length=500, blank=True)

    objects = ContractQuerySet.as_manager()

    class Meta:
        ordering = [F("ends_on").asc(nulls_last=True), "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["site", "vendor", "number", "begins_on"], name="contract_once",
                violation_error_message=_("This vendor has a contract of that number from that day on already."),
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("begins_on")),
                name="contract_ends_after_it_begins",
                violation_error_message=_("The last day is on or after the first."),
            ),
            models.CheckConstraint(
                condition=(Q(yearly_cost__isnull=True) | Q(yearly_cost__gte=0))
                & (Q(response_h__isnull=True) | Q(response_h__gte=0)),
                name="contract_amounts_not_negative",
                violation_error_message=_("Cost and response are not negative."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.vendor} {self.number}"

    def get_absolute_url(self) -> str:
        return reverse("contract", args=[self.pk])

    def clean(self) -> None:
        super().clean()
        if self.week is not None:
            try:
                as_windows(self.week)
            except ValueError as error:
                raise ValidationError({"week": str(error)}) from None

    def runs_on(self, day: date) -> bool:
        return self.begins_on <= day and (self.ends_on is None or self.ends_on >= day)

    def is_to_be_renewed(self) -> bool:
        """That it ends at all, and that nobody saw to it yet."""
        return self.ends_on is not None and not self.is_left_to_end and not hasattr(self, "followed_by")

    def standing(self, today: date) -> Standing:
        if today < self.begins_on:
            return Standing.TO_COME
        if not self.runs_on(today):
            return Standing.OVER
        is_soon = self.ends_on is not None and self.ends_on <= today + SOON
        return Standing.ENDING if is_soon and self.is_to_be_renewed() else Standing.RUNNING


class ContractFile(models.Model):
    """A PDF to a contract. Handed out as a file to save, never shown."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="files")
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    name = models.CharField(max_length=120)
    content = models.BinaryField()

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def listed(cls, contract: Contract) -> Any:
        """Without what is in them."""
        return cls.objects.filter(contract=contract).defer("content").select_related("by")
