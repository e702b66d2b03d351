"""Changing floor plans: what the command, the page and the editor call. One transaction, one record in the trail."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from assets.homes import move_home_zones
from hospital.audit.context import recorded_as_one
from hospital.audit.models import Action
from hospital.audit.record import record_event
from hospital.models import User
from locations.models import Building, Floor, Site
from locations.plan_import import Imported, import_plan
from locations.plan_parts import Plan
from locations.walk_tables import renew_walks


@transaction.atomic
def import_building(*, plan: Plan, site: Site, building: str, name: str, now: datetime) -> Imported:
    """Make a building's floors look like the plan, and let everything that belongs to a redrawn room follow it.

    Raises :class:`~locations.plan_parts.PlanRefused` and changes nothing, or all. ``building`` is a slug, made with
    ``name`` when new.
    """
    with recorded_as_one():
        imported = import_plan(plan=plan, site=site, building=building, name=name, now=now)
    _finish(imported, f"Imported a plan: {summary(imported)}")
    return imported


def _finish(imported: Imported, detail: str, about: Floor | None = None) -> None:
    move_home_zones(successors=imported.successors)
    move_people(successors=imported.successors)
    if imported.changes:
        record_event(
            action=Action.CHANGE, obj=about or imported.building, changes=imported.changes, detail=detail
        )
    if imported.building is not None:
        renew_walks(imported.building.site_id)


def move_people(*, successors: Mapping[int, int]) -> int:
    """People whose unit was a retired zone have the one in its place; how many."""
    people = list(User.objects.filter(home_zone__in=successors))
    for person in people:
        if person.home_zone_id is not None:
            person.home_zone_id = successors[person.home_zone_id]
            person.save()
    return len(people)


def summary(imported: Imported) -> str:
    """What changed, in one line."""
    pictures = f"{imported.pictures} pictures; " if imported.pictures else ""
    return (
        f"{imported.floors_created} floors made; {pictures}zones: {imported.zones_created} new,"
        f" {imported.zones_changed} changed, {imported.zones_retired} retired,"
        f" {imported.zones_unchanged} as before;"
        f" passages: {imported.passages_told} told, {imported.passages_guessed} guessed"
    )


def building_of(site: Site, slug: str) -> Building | None:
    return Building.objects.filter(site=site, slug=slug).first()
