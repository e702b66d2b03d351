"""What kinds of zone there are, and what being in one says about a piece of equipment."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class ZoneKind(models.TextChoices):
    """Use of a zone. Activity (definitions, 1) is decided by these where no telemetry speaks."""

    PATIENT_ROOM = "patient_room", _("Patient room")
    THEATRE = "theatre", _("Operating theatre")
    IMAGING = "imaging", _("Imaging room")
    CLEAN_STORE = "clean_store", _("Clean store")
    SOILED = "soiled", _("Soiled utility")
    CLEANING = "cleaning", _("Decontamination")
    WORKSHOP = "workshop", _("Biomedical workshop")
    NURSE_STATION = "nurse_station", _("Nurse station")
    TECHNICAL = "technical", _("Technical room")
    LABORATORY = "laboratory", _("Laboratory or pharmacy")
    OFFICE = "office", _("Office")
    CORRIDOR = "corridor", _("Corridor")
    LIFT = "lift", _("Lift")
    STAIRS = "stairs", _("Stairs")
    EXIT = "exit", _("Entrance, exit or loading dock")
    OTHER = "other", _("Other")

    @property
    def is_patient_care(self) -> bool:
        """Equipment that dwells here is presumed to be in use."""
        return self in _PATIENT_CARE

    @property
    def is_soiled(self) -> bool:
        """Equipment that comes here needs cleaning."""
        return self in _SOILED

    @property
    def is_clean(self) -> bool:
        """Equipment that comes here is clean and ready."""
        return self is ZoneKind.CLEAN_STORE

    @property
    def is_transit(self) -> bool:
        """Equipment here is on its way."""
        return self in _TRANSIT


_PATIENT_CARE = frozenset({ZoneKind.PATIENT_ROOM, ZoneKind.THEATRE, ZoneKind.IMAGING})
_SOILED = frozenset({ZoneKind.SOILED, ZoneKind.CLEANING})
_TRANSIT = frozenset({ZoneKind.CORRIDOR, ZoneKind.LIFT, ZoneKind.STAIRS})
