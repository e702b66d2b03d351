"""Loans as data: who has which piece from when to when, what happened to it, and programmes of care at home."""

from __future__ import annotations

import uuid
from datetime import datetime
from decimal import Decimal
from typing import Any, NoReturn

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from assets.loans.queries import EventQuerySet, HistoryError, LoanQuerySet
from assets.loans.references import CODE
from assets.loans.words import NOTE_LENGTH, Condition, LoanKind, LoanState

MOST_DAYS = 3650


def _person() -> Any:
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )


class Programme(models.Model):
    """Devices lent to patients at home, for one purpose. It is not deleted: one that has ended is not current."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    code = models.CharField(
        _("code"), max_length=4, unique=True,
        help_text=_("Two to four capital letters. References of its loans begin with it, as in HM-00421."),
    )  # fmt: skip
    default_days = models.PositiveSmallIntegerField(
        _("usual length in days"), validators=[MinValueValidator(1), MaxValueValidator(MOST_DAYS)]
    )
    is_current = models.BooleanField(_("in use"), default=True)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(default_days__gte=1, default_days__lte=MOST_DAYS), name="programme_has_length"
            )
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("loan-programme", args=[self.pk])

    def clean(self) -> None:
        super().clean()
        self.code = self.code.strip().upper()
        if not CODE.fullmatch(self.code):
            raise ValidationError({"code": _("Two to four letters from A to Z are needed.")})


class Loan(models.Model):
    """One piece of equipment, with somebody else (or, if ``is_inbound``, somebody else's with us) from ``begin`` until
    it is back at ``ended_at``. It moves by :mod:`assets.loans.lending` alone.

    No two of one asset overlap: looked at under a lock, with a constraint for what is open, and on PostgreSQL another
    for all of them. Loans to patients carry a reference of the hospital's own and nothing else.
    """

    key = models.UUIDField(
        unique=True, default=uuid.uuid4, editable=False, help_text="Names the check-out: sent again, once."
    )
    asset = models.ForeignKey("assets.Asset", on_delete=models.PROTECT, related_name="loans")
    site = models.ForeignKey("locations.Site", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12, choices=LoanKind.choices)
    is_inbound = models.BooleanField()
    department = models.ForeignKey(
        "locations.Department", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    to_site = models.ForeignKey(
        "locations.Site", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    partner = models.CharField(max_length=80, blank=True, help_text="The vendor or lender.")
    programme = models.ForeignKey(
        Programme, on_delete=models.PROTECT, null=True, blank=True, related_name="loans"
    )
    reference = models.CharField(max_length=10, blank=True)
    reservation = models.ForeignKey(
        "pool.Reservation", on_delete=models.PROTECT, null=True, blank=True, related_name="loans"
    )
    state = models.CharField(max_length=8, choices=LoanState.choices, default=LoanState.OUT)
    begin = models.DateTimeField()
    due_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    daily_rate = models.DecimalField(
        max_digits=10, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(Decimal(0))]
    )
    note = models.CharField(max_length=NOTE_LENGTH, blank=True, help_text="No patient names.")
    condition = models.CharField(max_length=8, choices=Condition.choices, blank=True)
    order = models.ForeignKey(
        "maintenance.WorkOrder", on_delete=models.PROTECT, null=True, blank=True, related_name="loans",
        help_text="What its return asked for.",
    )  # fmt: skip
    by = _person()
    version = models.PositiveIntegerField(default=1)

    objects = LoanQuerySet.as_manager()

    class Meta:
        ordering = ["-begin", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(due_at__gt=F("begin")), name="loan_is_due_after_begin"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("begin")), name="loan_ends_after_begin"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["out", "lost"], ended_at__isnull=True)
                | Q(state__in=["returned", "struck"], ended_at__isnull=False),
                name="loan_open_until_back",
            ),
            models.CheckConstraint(
                condition=Q(kind="department", department__isnull=False)
                | Q(kind="site", to_site__isnull=False)
                | Q(kind="home", programme__isnull=False, note="") & ~Q(reference="")
                | Q(kind__in=["loaner", "rental"], is_inbound=True) & ~Q(partner=""),
                name="loan_is_somebodys",
            ),
            models.UniqueConstraint(
                fields=["asset", "is_inbound"], condition=Q(ended_at__isnull=True), name="loan_open_once"
            ),
        ]
        indexes = [
            models.Index(fields=["asset", "begin"], name="loan_asset"),
            models.Index(fields=["due_at"], condition=Q(ended_at__isnull=True), name="loan_due"),
            models.Index(fields=["programme", "begin"], name="loan_programme"),
            models.Index(fields=["ended_at"], name="loan_ended"),
        ]
        permissions = [
            ("lend_equipment", "Can lend equipment out, prolong loans and take equipment back"),
            ("manage_loans", "Can write off or strike out loans, and change programmes"),
        ]

    def __str__(self) -> str:
        return f"{self.asset_id}: {self.whom}, from {self.begin:%F %H:%M}"

    def get_absolute_url(self) -> str:
        return reverse("loan", args=[self.pk])

    @property
    def is_open(self) -> bool:
        return self.ended_at is None

    @property
    def is_home(self) -> bool:
        return self.kind == LoanKind.HOME

    @property
    def whom(self) -> str:
        """Who has it, or whose it is; of a patient, the programme and nothing else."""
        if self.kind == LoanKind.DEPARTMENT:
            return str(self.department.name) if self.department else ""
        if self.kind == LoanKind.SITE:
            return str(self.to_site.name) if self.to_site else ""
        if self.kind == LoanKind.HOME:
            return self.programme.name if self.programme else ""
        return self.partner

    def is_overdue(self, now: datetime) -> bool:
        return self.state == LoanState.OUT and self.due_at < now


class LoanEvent(models.Model):
    """One step of a loan, once and for all. ``due_at``: when it was due back from then on."""

    loan = models.ForeignKey(Loan, on_delete=models.PROTECT, related_name="events")
    at = models.DateTimeField()
    by = _person()
    transition = models.CharField(max_length=12)
    target = models.CharField(max_length=8, choices=LoanState.choices)
    due_at = models.DateTimeField()
    note = models.CharField(max_length=NOTE_LENGTH, blank=True)

    objects = EventQuerySet.as_manager()

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.transition}, loan {self.loan_id}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise HistoryError("what happened to a loan is never changed")
        super().save(*args, **kwargs)

    def delete(self, *_args: Any, **_kwargs: Any) -> NoReturn:
        raise HistoryError("what happened to a loan is never deleted")


class LoanPhoto(models.Model):
    """How a piece looked when it came back, written anew by :mod:`assets.maintenance.photos`."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    loan = models.ForeignKey(Loan, on_delete=models.PROTECT, related_name="photos")
    at = models.DateTimeField()
    by = _person()
    content = models.BinaryField()
    width_px = models.PositiveIntegerField()
    height_px = models.PositiveIntegerField()

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"Photo of loan {self.loan_id}"
