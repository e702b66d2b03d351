"""The words of recalls, with what people see."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _


class Class(models.IntegerChoices):
    """How dangerous, as the authority says: the lower, the worse."""

    ONE = 1, _("Class I")
    TWO = 2, _("Class II")
    THREE = 3, _("Class III")


class Status(models.TextChoices):
    OPEN = "open", _("Open")
    ENDED = "ended", _("Ended")


class Certainty(models.IntegerChoices):
    """How sure it is that a notice is about a piece: the lower, the surer."""

    CERTAIN = 1, _("Affected")
    LIKELY = 2, _("Probably affected")
    REVIEW = 3, _("Needs review")
    OUTSIDE = 4, _("Not in its lists")


class Rung(models.TextChoices):
    """By what a notice names a product: the ladder, from above."""

    DEVICE = "device", _("Device identifier")
    CODE = "code", _("Product code and firm")
    MODEL = "model", _("Model and firm")
    NAME = "name", _("Model alone")


class Decision(models.TextChoices):
    UNDECIDED = "", _("Not decided")
    CONFIRMED = "confirmed", _("Confirmed")
    REJECTED = "rejected", _("Not affected")


class State(models.TextChoices):
    """What has been done with a piece that a recall is about."""

    TODO = "todo", _("To do")
    LOCATED = "located", _("Located")
    QUARANTINED = "quarantined", _("In quarantine")
    CORRECTED = "corrected", _("Corrected")
    RETURNED = "returned", _("Returned")
    EXEMPT = "exempt", _("Exempt")


OPEN_STATES = (State.TODO, State.LOCATED, State.QUARANTINED)
"""What keeps a campaign from being closed."""


class Stage(models.TextChoices):
    """How far a notice has got here."""

    UNDECIDED = "undecided", _("To decide")
    RUNNING = "running", _("Campaign running")
    CLOSED = "closed", _("Campaign closed")
    NONE = "none", _("Nothing of ours")


class RunState(models.TextChoices):
    MAPPING = "mapping", _("Columns to be chosen")
    WAITING = "waiting", _("Waiting")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    FAILED = "failed", _("Not possible")


class Source(models.TextChoices):
    """Where a file comes from, by its form."""

    ENFORCEMENT = "enforcement", _("openFDA enforcement reports")
    RECALL = "recall", _("openFDA device recalls")
    TABLE = "table", _("Table (CSV)")


REASONS: dict[str, Any] = {
    "device": _("Its UDI-DI %(value)s stands in the notice: “%(piece)s”."),
    "product_code": _("Its product code is the notice's: “%(piece)s”."),
    "model": _("Its model stands in the notice as a word of its own: “%(piece)s”."),
    "firm": _("Its maker %(value)s is the recalling firm: “%(piece)s”."),
    "firm_alike": _("Its maker %(value)s is named like the recalling firm: “%(piece)s”."),
    "firm_in_text": _("Its maker %(value)s stands in the notice."),
    "firm_differs": _("The recalling firm is “%(piece)s”, its maker here %(value)s: look whether that is the same."),
    "other_device": _("The notice names other device identifiers (“%(piece)s”) than its own, %(value)s."),
    "all": _("All are meant: “%(piece)s”."),
    "serial_listed": _("Its serial number %(value)s is listed: “%(piece)s”."),
    "serial_in_range": _("Its serial number %(value)s lies in the range “%(piece)s”."),
    "serial_unclear": _("Whether its serial number %(value)s is meant by “%(piece)s” cannot be told."),
    "serial_not_known": _("Serial numbers are listed, and its own is not entered."),
    "serial_outside": _("Its serial number %(value)s is in none of the lists: “%(piece)s”."),
    "lot_listed": _("Its lot %(value)s is listed: “%(piece)s”."),
    "lot_in_range": _("Its lot %(value)s lies in the range “%(piece)s”."),
    "lot_unclear": _("Whether its lot %(value)s is meant by “%(piece)s” cannot be told."),
    "lot_not_known": _("Lots are listed, and its own is not entered."),
    "lot_outside": _("Its lot %(value)s is in none of the lists: “%(piece)s”."),
    "not_read": _("A part of the notice has to be read by a person: “%(piece)s”."),
    "kind_not_said": _("The notice does not say whether “%(piece)s” is a lot or a serial number."),
    "no_numbers": _("No lots or serial numbers could be read: “%(piece)s”."),
}  # fmt: skip
"""Why a piece matches, or may."""


def reason_words(row: dict[str, str]) -> str:
    """One reason, as it was kept, in the language of whoever looks."""
    words = REASONS.get(row["key"])
    return gettext("Kept by an older version: %s") % row["key"] if words is None else str(words) % row
