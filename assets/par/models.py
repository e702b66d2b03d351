"""Par levels (definitions, 3), the episodes in which one was not kept, what is told of those, and rounds."""

from __future__ import annotations

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from assets.models import Asset, Category
from locations.models import Zone
from locations.queries import in_sites_of
from locations.zones import ZoneKind


class SiteQuerySet(models.QuerySet[Any]):
    """For rows that belong to a site."""

    def visible_to(self, user: Any) -> Self:
        return self.filter(in_sites_of(user, "site"))


class ParLevelQuerySet(SiteQuerySet):
    def with_unit(self) -> Self:
        """Everything that a row of the board names, in one query."""
        return self.select_related("category", "department", "zone__floor", "site").defer(
            "zone__polygon", "zone__floor__outline"
        )


class ParLevel(models.Model):
    """How many ready pieces of a category a unit should have: a department, a room, or all rooms of a kind."""

    site = models.ForeignKey("locations.Site", on_delete=models.CASCADE, related_name="+")
    category = models.ForeignKey(Category, on_delete=models.CASCADE, related_name="+")
    department = models.ForeignKey(
        "locations.Department", on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    zone = models.ForeignKey(Zone, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    zone_kind = models.CharField(max_length=16, choices=ZoneKind.choices, blank=True)
    target = models.PositiveSmallIntegerField(help_text=_("Restocked up to this many."))
    critical = models.PositiveSmallIntegerField(help_text=_("Fewer than this raise an alert."))
    maximum = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text=_("More than this are picked up; empty for no limit.")
    )

    objects = ParLevelQuerySet.as_manager()

    class Meta:
        ordering = ["department__name", "zone__name", "zone_kind", "category__name"]
        constraints = [
            models.CheckConstraint(
                condition=(
                    Q(department__isnull=False, zone__isnull=True, zone_kind="")
                    | Q(department__isnull=True, zone__isnull=False, zone_kind="")
                    | (Q(department__isnull=True, zone__isnull=True) & ~Q(zone_kind=""))
                ),
                name="par_one_unit",
                violation_error_message=_("Choose one unit: a department, a room or a kind of room."),
            ),
            models.CheckConstraint(
                condition=Q(critical__lte=F("target")),
                name="par_critical_up_to_target",
                violation_error_message=_("Critical is at most the target."),
            ),
            models.CheckConstraint(
                condition=Q(maximum__isnull=True) | Q(maximum__gte=F("target")),
                name="par_maximum_from_target",
                violation_error_message=_("The maximum is at least the target."),
            ),
            *[
                models.UniqueConstraint(
                    fields=["category", *unit],
                    condition=condition,
                    name=f"par_once_per_{unit[-1]}",
                    violation_error_message=_("This unit has a par level for that category already."),
                )
                for unit, condition in (
                    (["department"], Q(department__isnull=False)),
                    (["zone"], Q(zone__isnull=False)),
                    (["site", "zone_kind"], ~Q(zone_kind="")),
                )
            ],
        ]

    def __str__(self) -> str:
        return f"{self.category.plural}, {self.unit_name}"

    @property
    def unit_name(self) -> str:
        if self.department is not None:
            return self.department.name
        if self.zone is not None:
            return f"{self.zone.name}, {self.zone.floor.name}"
        return gettext("Every room: %(kind)s") % {"kind": ZoneKind(self.zone_kind).label}

    def covers(self, *, zone_id: int, department_id: int | None, kind: str, site_id: int) -> bool:
        """Whether a piece in that room counts."""
        if self.zone_id is not None:
            return self.zone_id == zone_id
        if self.department_id is not None:
            return self.department_id == department_id
        return self.zone_kind == kind and self.site_id == site_id

    def zones(self) -> models.QuerySet[Zone]:
        """The rooms of its unit, those of earlier plans too."""
        rooms: models.QuerySet[Zone] = Zone.objects.all()
        if self.zone_id is not None:
            return rooms.filter(pk=self.zone_id)
        if self.department_id is not None:
            return rooms.filter(department=self.department_id)
        return rooms.filter(kind=self.zone_kind, floor__building__site=self.site_id)


class Shortfall(models.Model):
    """An episode in which a level was not kept; the open one has no end. Kept for ever."""

    class Kind(models.TextChoices):
        CRITICAL = "critical", _("Below critical")
        TARGET = "target", _("Below target")
        MAXIMUM = "maximum", _("Above maximum")

    level = models.ForeignKey(ParLevel, on_delete=models.CASCADE, related_name="shortfalls")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    begin = models.DateTimeField()
    end = models.DateTimeField(null=True, blank=True)
    worst = models.PositiveIntegerField(help_text="How many there were at the worst of it.")

    class Meta:
        ordering = ["level", "-begin"]
        constraints = [
            models.UniqueConstraint(
                fields=["level", "kind"], condition=Q(end__isnull=True), name="shortfall_one_open_per_kind"
            ),
            models.CheckConstraint(
                condition=Q(end__isnull=True) | Q(end__gt=F("begin")), name="shortfall_has_length"
            ),
        ]
        indexes = [models.Index(fields=["begin"], name="shortfall_begin")]

    def __str__(self) -> str:
        return f"{self.level_id} {self.kind} {self.begin:%F %T}"


class ParTransition(models.Model):
    """An episode began or ended: written with it in one transaction, told to others once (see ``outbox``)."""

    shortfall = models.ForeignKey(Shortfall, on_delete=models.CASCADE, related_name="transitions")
    has_begun = models.BooleanField()
    at = models.DateTimeField()
    count = models.PositiveIntegerField(help_text="How many there were.")
    told_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["shortfall", "has_begun"], name="transition_once")]
        indexes = [models.Index(fields=["id"], condition=Q(told_at__isnull=True), name="transition_untold")]

    def __str__(self) -> str:
        return f"{self.shortfall_id} {'begun' if self.has_begun else 'ended'}"


class Round(models.Model):
    """A walk that brings equipment where it is short and takes away what is too much; shared by whoever walks."""

    site = models.ForeignKey("locations.Site", on_delete=models.CASCADE, related_name="+")
    start = models.ForeignKey(Zone, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    closed_at = models.DateTimeField(null=True, blank=True)

    objects = SiteQuerySet.as_manager()

    class Meta:
        ordering = ["-made_at"]
        permissions = [("walk_round", "Can make rounds and tick them off")]

    def __str__(self) -> str:
        return f"{self.made_at:%F %T}"


class Move(models.Model):
    """One piece of a round: taken here, left there. The numbers say when on the walk."""

    class Why(models.TextChoices):
        RESTOCK = "restock", _("Restock")
        PICK_UP = "pick_up", _("Pick-up")

    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="moves")
    asset = models.ForeignKey(Asset, on_delete=models.CASCADE, related_name="+")
    level = models.ForeignKey(ParLevel, on_delete=models.SET_NULL, null=True, related_name="+")
    why = models.CharField(max_length=8, choices=Why.choices)
    origin = models.ForeignKey(Zone, on_delete=models.PROTECT, related_name="+")
    target = models.ForeignKey(Zone, on_delete=models.PROTECT, related_name="+")
    take_number = models.PositiveSmallIntegerField()
    leave_number = models.PositiveSmallIntegerField()
    taken_at = models.DateTimeField(null=True, blank=True)
    left_at = models.DateTimeField(null=True, blank=True)
    skipped_at = models.DateTimeField(null=True, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ["round", "take_number"]
        constraints = [
            models.UniqueConstraint(fields=["round", "asset"], name="move_once_per_round"),
            models.CheckConstraint(
                condition=Q(left_at__isnull=True) | Q(taken_at__isnull=False), name="move_taken_before_left"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.asset_id}: {self.origin_id} to {self.target_id}"

    @property
    def is_done(self) -> bool:
        return self.left_at is not None or self.skipped_at is not None
