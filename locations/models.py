"""Places as data: site → building → floor → zone, what joins zones, and what hears tags.

Coordinates are metres in the building's own frame: x to the east, y to the north, the same origin on every
floor, so that a lift stands at the same x and y wherever it stops.
"""

from __future__ import annotations

import zoneinfo
from typing import ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q

from locations.polygons import validate_outline, validate_rings
from locations.queries import FloorQuerySet, PassageQuerySet, ReceiverQuerySet, SiteQuerySet, ZoneQuerySet
from locations.receiver_kinds import ReceiverKind, spoken_name
from locations.survey_models import Survey, SurveyPoint
from locations.zones import ZoneKind

__all__ = [
    "Building", "Department", "Floor", "Passage", "Receiver", "ReceiverHeard", "Site", "Survey", "SurveyPoint", "Tag",
    "Zone",
]  # fmt: skip

Ring = list[list[float]]
"""A closed line of ``[x, y]`` points in metres; the last point repeats the first."""


def validate_timezone(value: str) -> None:
    if value not in zoneinfo.available_timezones():
        raise ValidationError(f"“{value}” is not a time zone; use a name such as Europe/Berlin.")


class Site(models.Model):
    """One hospital campus. Times are shown in its zone; people are given access site by site."""

    name = models.CharField(max_length=120)
    slug = models.SlugField(unique=True)
    timezone = models.CharField(max_length=64, default="UTC", validators=[validate_timezone])

    objects = SiteQuerySet.as_manager()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Department(models.Model):
    """Who a room or a piece of equipment belongs to."""

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="departments")
    name = models.CharField(max_length=120)
    code = models.SlugField()

    class Meta:
        ordering = ["site", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["site", "code"],
                name="department_code_once_per_site",
                violation_error_message="This site has a department with that code already.",
            )
        ]

    def __str__(self) -> str:
        return self.name


class Building(models.Model):
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="buildings")
    name = models.CharField(max_length=120)
    slug = models.SlugField(unique=True)

    class Meta:
        ordering = ["site", "name"]

    def __str__(self) -> str:
        return self.name


class Floor(models.Model):
    """One storey. ``outline`` is a list of rings (the first the outer wall), in metres."""

    building = models.ForeignKey(Building, on_delete=models.PROTECT, related_name="floors")
    name = models.CharField(max_length=60)
    slug = models.SlugField(unique=True, help_text="Names the floor in addresses, as in /map/main-2/.")
    level = models.SmallIntegerField(help_text="0 is the ground floor; basements count down from -1.")
    outline = models.JSONField(default=list, blank=True, validators=[validate_outline])
    outline_is_told = models.BooleanField(
        default=False, help_text="Told by a plan: zones stay inside. Otherwise it is drawn around the zones."
    )

    objects = FloorQuerySet.as_manager()

    class Meta:
        ordering = ["building", "level"]
        constraints = [
            models.UniqueConstraint(
                fields=["building", "level"],
                name="floor_level_once_per_building",
                violation_error_message="This building has a floor at that level already.",
            )
        ]

    def __str__(self) -> str:
        return self.name


class FloorPicture(models.Model):
    """What is drawn under a floor's plan: PNG or JPEG as we wrote it, upright, reaching over ``bounds`` in metres.

    Kept in the database, so that every process has it. Written by :mod:`locations.plan_import` alone.
    """

    floor = models.OneToOneField(Floor, on_delete=models.CASCADE, primary_key=True, related_name="picture")
    content = models.BinaryField()
    media_type = models.CharField(max_length=20)
    width_px = models.PositiveIntegerField()
    height_px = models.PositiveIntegerField()
    bounds = models.JSONField(help_text="x and y of the lower left corner, then of the upper right one.")
    digest = models.CharField(max_length=64)

    class Meta:
        ordering: ClassVar = ["floor"]

    def __str__(self) -> str:
        return f"{self.floor}, {self.width_px} x {self.height_px}"


class FloorWalks(models.Model):
    """Walking distances of a floor, counted beforehand; see :mod:`locations.walk_tables`."""

    floor = models.OneToOneField(Floor, on_delete=models.CASCADE, primary_key=True, related_name="walks")
    stamp = models.CharField(max_length=200, help_text="Of the plan that was measured.")
    content = models.BinaryField()

    class Meta:
        ordering: ClassVar = ["floor"]

    def __str__(self) -> str:
        return f"{self.floor}, {self.stamp}"


class Zone(models.Model):
    """A room or part of a floor. ``polygon`` is a list of rings in metres: outer first, then holes.

    A zone is never deleted while history names it: a changed plan retires it.
    """

    Kind = ZoneKind

    floor = models.ForeignKey(Floor, on_delete=models.PROTECT, related_name="zones")
    name = models.CharField(max_length=120)
    code = models.SlugField(help_text="Short name, unique on its floor.", allow_unicode=True)
    kind = models.CharField(max_length=20, choices=ZoneKind.choices, default=ZoneKind.OTHER)
    department = models.ForeignKey(
        Department, on_delete=models.SET_NULL, null=True, blank=True, related_name="zones"
    )
    polygon = models.JSONField(validators=[validate_rings])
    label_x = models.FloatField(help_text="A point inside the zone, metres east.")
    label_y = models.FloatField(help_text="A point inside the zone, metres north.")
    drawn_at = models.DateTimeField(
        null=True,
        blank=True,
        help_text="When a changed plan brought it; empty for one of a floor's first plan.",
    )
    retired_at = models.DateTimeField(null=True, blank=True)
    updated_at = models.DateTimeField(
        auto_now=True, help_text="What is derived from the plan is renewed after it."
    )

    objects = ZoneQuerySet.as_manager()

    class Meta:
        ordering = ["floor", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["floor", "code"],
                condition=Q(retired_at__isnull=True),
                name="zone_code_once_per_floor",
                violation_error_message="This floor has a zone with that code already.",
            )
        ]
        indexes = [models.Index(fields=["updated_at"], name="zone_updated")]

    def __str__(self) -> str:
        return self.name


class Passage(models.Model):
    """Where one can walk from one zone to another: a door, a lift or stairs; both ways.

    ``x`` and ``y`` are where it stands in the first zone. ``x_b`` and ``y_b`` are where it comes out in the
    second one, told only where that differs: in a building with another origin, or at the far end of stairs.
    """

    class Kind(models.TextChoices):
        DOOR = "door", "Door"
        LIFT = "lift", "Lift"
        STAIRS = "stairs", "Stairs"

    zone_a = models.ForeignKey(Zone, on_delete=models.CASCADE, related_name="passages_out")
    zone_b = models.ForeignKey(Zone, on_delete=models.CASCADE, related_name="passages_in")
    kind = models.CharField(max_length=8, choices=Kind.choices, default=Kind.DOOR)
    x = models.FloatField()
    y = models.FloatField()
    x_b = models.FloatField(null=True, blank=True)
    y_b = models.FloatField(null=True, blank=True)
    length_m = models.FloatField(default=0.0, help_text="Walking metres that the passage itself costs.")
    is_guess = models.BooleanField(
        default=False, help_text="Guessed from the drawing: distances over it are approximate."
    )
    updated_at = models.DateTimeField(
        auto_now=True, help_text="What is derived from the plan is renewed after it."
    )

    objects = PassageQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(zone_a=F("zone_b")),
                name="passage_joins_two_zones",
                violation_error_message="A passage joins two different zones.",
            ),
            models.CheckConstraint(
                condition=Q(length_m__gte=0),
                name="passage_length_not_negative",
                violation_error_message="A length cannot be negative.",
            ),
        ]
        indexes = [models.Index(fields=["updated_at"], name="passage_updated")]

    def __str__(self) -> str:
        return f"{self.zone_a} to {self.zone_b}"


class Receiver(models.Model):
    """What reports that it hears equipment, and where it is: a receiver of tags, an access point or a switch port.

    ``identifier`` is its name in reports: that of the location system, ``ap:3-West-12`` or ``port:SW-3/Gi1/0/17``.
    """

    Kind = ReceiverKind

    identifier = models.CharField(max_length=64, unique=True)
    kind = models.CharField(max_length=12, choices=ReceiverKind.choices, default=ReceiverKind.RADIO)
    label = models.CharField(
        max_length=120,
        blank=True,
        help_text="What people call it, as in “Switch 4, port 17, outlet 3.117-B”.",
    )
    floor = models.ForeignKey(Floor, on_delete=models.PROTECT, related_name="receivers")
    zone = models.ForeignKey(Zone, on_delete=models.SET_NULL, null=True, blank=True, related_name="receivers")
    x = models.FloatField()
    y = models.FloatField()
    reach_m = models.FloatField(
        default=6.0, help_text="Typical distance at which equipment is heard best here: how sure a place is."
    )

    objects = ReceiverQuerySet.as_manager()

    class Meta:
        ordering = ["identifier"]
        permissions = [("import_receivers", "Can say where receivers are, by a file")]

    def __str__(self) -> str:
        return self.label or spoken_name(self.identifier)


class ReceiverHeard(models.Model):
    """When a receiver was last named in a report, whether or not anybody has said where it is.

    Written by what records reports, at most once a minute for each; see :mod:`locations.receivers`.
    """

    identifier = models.CharField(max_length=64, primary_key=True)
    heard_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["identifier"]
        indexes = [models.Index(fields=["heard_at"], name="receiver_heard_at")]

    def __str__(self) -> str:
        return self.identifier


class Tag(models.Model):
    """A location tag, fixed to a piece of equipment. What it is fixed to, the floor above knows."""

    identifier = models.CharField(max_length=64, unique=True, help_text="As the location system reports it.")
    technology = models.CharField(max_length=20, default="ble")

    class Meta:
        ordering: ClassVar = ["identifier"]

    def __str__(self) -> str:
        return self.identifier
