"""Who is on duty, who sleeps, and when equipment is being worked on."""

from __future__ import annotations

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import gettext_lazy as _

from assets.alerts.weekly import validate_weekdays

ROLES = [
    ("biomed", _("Biomedical engineer")),
    ("facilities", _("Facilities manager")),
    ("nurse", _("Nurse")),
    ("admin", _("Administrator")),
]
"""Who may be called, by the names of roles."""


class OnCall(models.Model):
    """When a person answers for a role: between two moments, or weekly (site time) on some days.

    ``weekdays`` are 0 for Monday to 6; a night that ends before it begins reaches into the next day.
    """

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    role = models.CharField(max_length=12, choices=ROLES)
    site = models.ForeignKey("locations.Site", on_delete=models.CASCADE, related_name="+")
    begin = models.DateTimeField(null=True, blank=True)
    end = models.DateTimeField(null=True, blank=True)
    weekdays = models.JSONField(default=list, blank=True, validators=[validate_weekdays])
    time_from = models.TimeField(null=True, blank=True)
    time_to = models.TimeField(null=True, blank=True)

    class Meta:
        ordering = ["role", "begin"]
        verbose_name = "on-call duty"
        verbose_name_plural = "on-call duties"

    def __str__(self) -> str:
        return f"{self.person} for {self.role}"

    def clean(self) -> None:
        super().clean()
        check_when(self)

    @property
    def days(self) -> list[str]:
        return names_of_days(self.weekdays)


class QuietHours(models.Model):
    """When a person is not to be disturbed: what is told then waits, unless it is critical and they allow that."""

    person = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    weekdays = models.JSONField(default=list, blank=True, validators=[validate_weekdays])
    time_from = models.TimeField()
    time_to = models.TimeField()
    critical_passes = models.BooleanField(default=True)

    class Meta:
        verbose_name_plural = "quiet hours"

    def __str__(self) -> str:
        return f"{self.person} {self.time_from:%H:%M}-{self.time_to:%H:%M}"


class MaintenanceWindow(models.Model):
    """When alerts of some scope are expected, and nobody is to be told: once, or weekly in the site's time."""

    name = models.CharField(max_length=80)
    site = models.ForeignKey("locations.Site", on_delete=models.CASCADE, related_name="+")
    begin = models.DateTimeField(null=True, blank=True)
    end = models.DateTimeField(null=True, blank=True)
    weekdays = models.JSONField(default=list, blank=True, validators=[validate_weekdays])
    time_from = models.TimeField(null=True, blank=True)
    time_to = models.TimeField(null=True, blank=True)
    rule = models.ForeignKey("alerts.Rule", on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    category = models.ForeignKey(
        "assets.Category", on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    department = models.ForeignKey(
        "locations.Department", on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    zone = models.ForeignKey(
        "locations.Zone", on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    asset = models.ForeignKey(
        "assets.Asset", on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(begin__isnull=True) | Q(end__isnull=True) | Q(end__gt=F("begin")),
                name="maintenance_window_has_length",
                violation_error_message="It ends before it begins.",
            )
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        super().clean()
        check_when(self)

    @property
    def days(self) -> list[str]:
        return names_of_days(self.weekdays)


def names_of_days(weekdays: list[int]) -> list[str]:
    """Short, in the order of the week."""
    return [str(WEEKDAYS_ABBR[day]) for day in sorted(weekdays)]


def check_when(duty: OnCall | MaintenanceWindow) -> None:
    """Raises ValidationError, naming the field, unless it says either two moments, or days of the week with times."""
    is_once = duty.begin is not None or duty.end is not None
    is_weekly = bool(duty.weekdays) or duty.time_from is not None or duty.time_to is not None
    if is_once and is_weekly:
        raise ValidationError({"weekdays": _("Say either from when to when, or days of the week; not both.")})
    if is_weekly:
        told = {"weekdays": bool(duty.weekdays), "time_from": duty.time_from is not None}
        told["time_to"] = duty.time_to is not None
    else:
        told = {"begin": duty.begin is not None, "end": duty.end is not None}
    missing = {name: _MISSING[name] for name, is_told in told.items() if not is_told}
    if missing:
        raise ValidationError(missing)
    if duty.begin is not None and duty.end is not None and duty.end <= duty.begin:
        raise ValidationError({"end": _("It ends before it begins.")})


_MISSING = {
    "begin": _("Say from when, or choose days of the week."),
    "end": _("Say until when."),
    "weekdays": _("Choose on which days."),
    "time_from": _("Say from what time."),
    "time_to": _("Say until what time."),
}
