"""The words of a stocktake: what became of a line, and what somebody says of it."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class State(models.TextChoices):
    OPEN = "open", _("Not counted yet")
    FOUND = "found", _("Found")
    MOVED = "moved", _("Moved")
    MISSING = "missing", pgettext_lazy("of equipment in a stocktake", "Missing")
    UNEXPECTED = "unexpected", _("Unexpected")
    UNKNOWN = "unknown", _("Unknown tag")
    WITHDRAWN = "withdrawn", _("Taken back")


EXPECTED = (State.OPEN, State.FOUND, State.MOVED, State.MISSING)
"""What was on the list when it was frozen."""
SHOWN = tuple(state for state in State if state is not State.WITHDRAWN)
COUNTED = (State.FOUND, State.MOVED)
"""What is there, wherever it stood."""


class Said(models.TextChoices):
    FOUND = "found", _("Found")
    MISSING = "missing", pgettext_lazy("of equipment in a stocktake", "Missing")


def label_of(state: str) -> str:
    """In words."""
    return str(State(state).label)
