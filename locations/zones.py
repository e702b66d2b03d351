"""What kinds of zone there are, and what being in one says about a piece of equipment."""

from __future__ import annotations

from django.db import models


class ZoneKind(models.TextChoices):
    """Use of a zone. Activity (definitions, 1) is decided by these where no telemetry speaks."""

    PATIENT_ROOM = "patient_room", "Patient room"
    THEATRE = "theatre", "Operating theatre"
    IMAGING = "imaging", "Imaging room"
    CLEAN_STORE = "clean_store", "Clean store"
    SOILED = "soiled", "Soiled utility"
    CLEANING = "cleaning", "Decontamination"
    WORKSHOP = "workshop", "Biomedical workshop"
    NURSE_STATION = "nurse_station", "Nurse station"
    TECHNICAL = "technical", "Technical room"
    LABORATORY = "laboratory", "Laboratory or pharmacy"
    OFFICE = "office", "Office"
    CORRIDOR = "corridor", "Corridor"
    LIFT = "lift", "Lift"
    STAIRS = "stairs", "Stairs"
    EXIT = "exit", "Entrance, exit or loading dock"
    OTHER = "other", "Other"

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
