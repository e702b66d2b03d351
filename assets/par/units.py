"""The units that a level can be set for, as one choice: a word and a name, as in ``department:12``."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext

from assets.par.models import ParLevel
from locations.models import Department, Site, Zone
from locations.queries import in_sites_of
from locations.zones import ZoneKind

Unit = Department | Zone | tuple[Site, str]


def unit_choices(user: Any) -> list[tuple[str, list[tuple[str, str]]]]:
    """Departments, kinds of rooms and rooms of the sites that ``user`` may see, in groups."""
    departments = Department.objects.filter(in_sites_of(user, "site"))
    rooms = (
        Zone.objects.visible_to(user)
        .current()
        .select_related("floor")
        .only("name", "floor__name", "floor__level")
        .order_by("floor__level", "name")
    )
    sites = list(Site.objects.visible_to(user))
    kinds = [
        (
            f"kind:{site.slug}:{kind.value}",
            f"{kind.label}, {site.name}" if len(sites) > 1 else str(kind.label),
        )
        for site in sites
        for kind in ZoneKind
    ]
    return [
        (gettext("Departments"), [(f"department:{each.pk}", each.name) for each in departments]),
        (gettext("Every room of a kind"), kinds),
        (gettext("Rooms"), [(f"zone:{each.pk}", f"{each.name}, {each.floor.name}") for each in rooms]),
    ]


def unit_named(name: str, user: Any) -> Unit | None:
    """The unit that a choice names, if ``user`` may see its site."""
    word, _, rest = name.partition(":")
    if word == "kind":
        slug, _, kind = rest.partition(":")
        site = Site.objects.visible_to(user).filter(slug=slug).first()
        return (site, kind) if site is not None and kind in ZoneKind.values else None
    if not (rest.isascii() and rest.isdecimal()) or len(rest) > 18:
        return None
    found: Unit | None = None
    if word == "department":
        mine = Department.objects.filter(in_sites_of(user, "site")).select_related("site")
        found = mine.filter(pk=int(rest)).first()
    elif word == "zone":
        rooms = Zone.objects.visible_to(user).current().select_related("floor__building__site")
        found = rooms.filter(pk=int(rest)).first()
    return found


def name_of(level: ParLevel) -> str:
    """The choice that a level was set for."""
    if level.department_id is not None:
        return f"department:{level.department_id}"
    if level.zone_id is not None:
        return f"zone:{level.zone_id}"
    return f"kind:{level.site.slug}:{level.zone_kind}"
