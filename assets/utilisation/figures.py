"""A figure as it is shown: a value with what it rests on, or the reason why there is none. Never 0 for not known."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class UseBasis(models.TextChoices):
    """Which use counts."""

    CONFIRMED = "confirmed", _("confirmed use")
    PRESUMED = "presumed", _("confirmed or presumed use")


class Policy(models.TextChoices):
    """Whether time out of service counts among the time in which equipment could have been used."""

    INSTALLED = "installed", _("installed: out of service counts")
    SERVICEABLE = "serviceable", _("serviceable: out of service does not count")


class Clock(models.TextChoices):
    """Which hours count."""

    CALENDAR = "calendar", _("all hours")
    STAFFED = "staffed", _("staffed hours")


class Unit(StrEnum):
    SHARE = "share"
    PIECES = "pieces"
    SECONDS = "seconds"


@dataclass(frozen=True, slots=True)
class Figure:
    """``value`` in its ``unit``, or ``None`` and ``reason``. ``coverage`` is the share of the time that was heard."""

    value: float | None
    unit: Unit
    reason: str | Promise = ""
    basis: UseBasis | None = None
    policy: Policy | None = None
    coverage: float | None = None

    def __post_init__(self) -> None:
        if (self.value is None) != bool(self.reason):
            raise ValueError("A figure has a value, or a reason why not.")


NO_ASSETS = _("no equipment of this kind counts in this period")
NO_SUCH = _("nothing of this model and ownership counts in this period")
NOT_HEARD = _("nothing was heard of it in this period")
NO_USE_TOLD = _("nothing tells when it is used")
NO_STAFFED_HOURS = _("no staffed hours are set for this period")
TOO_LITTLE_HEARD = _("only %(heard)d %% of the time was heard, and a figure wants %(least)d %%")
ALL_DOWN = _("all the time that was heard was out of service")
NO_TIME = _("nothing is rolled up yet in this period")
NO_STAYS = _("no stay ended in this period")
