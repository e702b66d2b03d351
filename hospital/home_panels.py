"""What a home page is made of, and each person's own choice of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from assets.models import Category
from hospital.models import HomeChoice
from hospital.roles import Role
from locations.models import Zone

MOST_TILES = 8


@dataclass(frozen=True, slots=True)
class Panel:
    """One part of a home page; its template is ``hospital/panels/<name>.html``."""

    name: str
    title: str | Promise

    @property
    def template(self) -> str:
        return f"hospital/panels/{self.name}.html"


PANELS: dict[str, tuple[Panel, ...]] = {
    Role.NURSE: (
        Panel("tiles", _("What is asked for most")),
        Panel("claims", _("My claims")),
        Panel("par", _("Par levels of my unit")),
        Panel("messages", _("Messages from the pool")),
    ),
    Role.BIOMED: (
        Panel("alerts", _("Alerts")),
        Panel("down", _("Out of service")),
        Panel("failing", _("Endpoints that fail")),
        Panel("due", _("Open work")),
        Panel("unheard", _("Not heard")),
        Panel("battery", _("Battery low")),
        Panel("floors", _("The floors")),
    ),
    Role.FACILITIES: (
        Panel("counts", _("All equipment by activity")),
        Panel("fleet", _("Fleets")),
        Panel("par", _("Par levels that are not kept")),
    ),
}
"""Role → what its home begins with, in order."""


@dataclass(frozen=True, slots=True)
class Home:
    """What one person's home shows."""

    panels: tuple[Panel, ...]
    tiles: tuple[str, ...]
    is_own: bool

    def shows(self, name: str) -> bool:
        return any(panel.name == name for panel in self.panels)


def home_of(person: Any) -> Home:
    """The person's own, else that of the role. What a later version adds is shown at the end."""
    offered = PANELS.get(person.role, ())
    own = HomeChoice.objects.filter(user=person.pk).first()
    if own is None:
        return Home(offered, (), is_own=False)
    by_name = {panel.name: panel for panel in offered}
    chosen = [by_name[name] for name in own.panels if name in by_name]
    known = {name.removeprefix("-") for name in own.panels}
    return Home(
        (*chosen, *(panel for panel in offered if panel.name not in known)), tuple(own.tiles), is_own=True
    )


@transaction.atomic
def choose_home(*, person: Any, panels: Sequence[str], tiles: Sequence[str], zone: Zone | None) -> HomeChoice:
    """From now on the home of ``person`` shows ``panels``, in order, and ``tiles``; distances count from ``zone``.

    Raises ``ValidationError`` naming the field; then nothing is stored.
    """
    offered = [panel.name for panel in PANELS.get(person.role, ())]
    if not panels or not set(panels) <= set(offered):
        raise ValidationError({"panels": gettext("Choose at least one part of your home page.")})
    if len(tiles) > MOST_TILES:
        raise ValidationError({"tiles": gettext("At most %(count)s tiles.") % {"count": MOST_TILES}})
    if Category.objects.filter(slug__in=tiles).count() != len(set(tiles)):
        raise ValidationError({"tiles": gettext("There is no such category.")})
    hidden = [f"-{name}" for name in offered if name not in panels]
    own, _is_new = HomeChoice.objects.update_or_create(
        user=person, defaults={"panels": [*panels, *hidden], "tiles": list(tiles)}
    )
    if person.home_zone_id != (zone and zone.pk):
        person.home_zone = zone
        person.save(update_fields=["home_zone"])
    return own


def reset_home(*, person: Any) -> None:
    """Back to what the role begins with. The unit stays."""
    for own in HomeChoice.objects.filter(user=person):
        own.delete()
