"""The words of the house (definitions, 1) with what people see: word, shape and colour together."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Activity(models.TextChoices):
    """What an asset is doing: exactly one value at any instant. Higher rows win."""

    DOWN = "down", _("Out of service")
    IN_USE = "in_use", _("In use")
    DIRTY = "dirty", _("Needs cleaning")
    AVAILABLE = "available", _("Ready")
    IN_TRANSIT = "in_transit", _("Moving")
    UNKNOWN = "unknown", _("Not heard")


class Basis(models.TextChoices):
    """What an activity was decided by."""

    CONFIRMED = "confirmed", _("reported by the device")
    PRESUMED = "presumed", _("presumed from its place")
    ZONE = "zone", _("from the room it is in")
    PERSON = "person", _("stated by a person")
    MOVEMENT = "movement", _("from its movement")
    SILENCE = "silence", _("nothing heard")


class PlaceSource(models.TextChoices):
    """What says where it is."""

    INSTALLED = "installed", _("installed there")
    LOCATION_SYSTEM = "location_system", _("by location system")
    RECEIVER = "receiver", _("by what hears it")
    RECEIVERS = "receivers", _("by several receivers together")
    PERSON = "person", _("by somebody who saw it there")


class Quality(models.TextChoices):
    """What became of an attempt to read. Everything but GOOD carries no value."""

    GOOD = "good", _("Good")
    NO_ANSWER = "no_answer", _("No answer")
    REFUSED = "refused", _("Connection refused")
    AUTHENTICATION = "authentication", _("Authentication failed")
    DEVICE_ERROR = "device_error", _("The device reported an error")
    MISSING = "missing", _("The device does not have this value")
    WRONG_TYPE = "wrong_type", _("The device answered with the wrong type")
    MALFORMED = "malformed", _("The answer could not be understood")
    OUT_OF_RANGE = "out_of_range", _("The value is outside its possible range")
    NO_VALUE = "no_value", _("The device says that it has no value")
    OTHER_DEVICE = "other_device", _("Another device answers")


class Shape(models.TextChoices):
    """Marker outline of a category, so that colour is never the only sign."""

    PUMP = "pump", "Pump"
    BED = "bed", "Bed"
    MONITOR = "monitor", "Monitor"
    VENTILATOR = "ventilator", "Ventilator"
    IMAGING = "imaging", "Imaging"
    MOBILITY = "mobility", "Mobility"
    COLD = "cold", "Cold storage"
    POWER = "power", "Power"
    NETWORK = "network", "Computer and network"
    GENERAL = "general", "General"


@dataclass(frozen=True, slots=True)
class Look:
    """How an activity is drawn: see static/css/tokens.css for the colour behind ``token``."""

    activity: Activity
    shape: str
    token: str
    told: str | Promise

    @property
    def word(self) -> str:
        """In the language of whoever looks."""
        return str(self.activity.label)

    @property
    def meaning(self) -> str:
        return str(self.told)


LOOKS: dict[str, Look] = {
    look.activity: look
    for look in (
        Look(Activity.AVAILABLE, "disc-tick", "ready", _("Clean and free to take")),
        Look(Activity.IN_USE, "square", "in-use", _("Working on a patient")),
        Look(Activity.DIRTY, "drop", "dirty", _("Released and not yet cleaned")),
        Look(Activity.DOWN, "triangle", "down", _("Cannot be used")),
        Look(Activity.IN_TRANSIT, "arrow", "moving", _("On its way between rooms")),
        Look(Activity.UNKNOWN, "ring", "unheard", _("Nothing heard for longer than expected")),
    )
}
