"""The words of the house (definitions, 1) with what people see: word, shape and colour together."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import models


class Activity(models.TextChoices):
    """What an asset is doing: exactly one value at any instant. Higher rows win."""

    DOWN = "down", "Out of service"
    IN_USE = "in_use", "In use"
    DIRTY = "dirty", "Needs cleaning"
    AVAILABLE = "available", "Ready"
    IN_TRANSIT = "in_transit", "Moving"
    UNKNOWN = "unknown", "Not heard"


class Basis(models.TextChoices):
    """What an activity was decided by."""

    CONFIRMED = "confirmed", "reported by the device"
    PRESUMED = "presumed", "presumed from its place"
    ZONE = "zone", "from the room it is in"
    PERSON = "person", "stated by a person"
    MOVEMENT = "movement", "from its movement"
    SILENCE = "silence", "nothing heard"


class PlaceSource(models.TextChoices):
    """What says where it is."""

    INSTALLED = "installed", "installed there"
    LOCATION_SYSTEM = "location_system", "by location system"
    RECEIVER = "receiver", "by what hears it"
    RECEIVERS = "receivers", "by several receivers together"
    PERSON = "person", "by somebody who saw it there"


class Quality(models.TextChoices):
    """What became of an attempt to read. Everything but GOOD carries no value."""

    GOOD = "good", "Good"
    NO_ANSWER = "no_answer", "No answer"
    REFUSED = "refused", "Connection refused"
    AUTHENTICATION = "authentication", "Authentication failed"
    DEVICE_ERROR = "device_error", "The device reported an error"
    MISSING = "missing", "The device does not have this value"
    WRONG_TYPE = "wrong_type", "The device answered with the wrong type"
    MALFORMED = "malformed", "The answer could not be understood"
    OUT_OF_RANGE = "out_of_range", "The value is outside its possible range"
    NO_VALUE = "no_value", "The device says that it has no value"
    OTHER_DEVICE = "other_device", "Another device answers"


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

    word: str
    shape: str
    token: str
    meaning: str


LOOKS: dict[str, Look] = {
    Activity.AVAILABLE: Look("Ready", "disc-tick", "ready", "Clean and free to take"),
    Activity.IN_USE: Look("In use", "square", "in-use", "Working on a patient"),
    Activity.DIRTY: Look("Needs cleaning", "drop", "dirty", "Released and not yet cleaned"),
    Activity.DOWN: Look("Out of service", "triangle", "down", "Cannot be used"),
    Activity.IN_TRANSIT: Look("Moving", "arrow", "moving", "On its way between rooms"),
    Activity.UNKNOWN: Look("Not heard", "ring", "unheard", "Nothing heard for longer than expected"),
}
