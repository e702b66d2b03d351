"""Importing floor plans: what the command and the page call. One transaction, one record for each floor."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from django.db import transaction

from assets.homes import move_home_zones
from assets.live.feed import send_plan_change
from hospital.audit.context import recorded_as_one
from hospital.audit.models import Action
from hospital.audit.record import record_event
from hospital.people import move_people
from locations.models import Site
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
    _finish(imported, f"Plan imported: {summary(imported)}")
    return imported


def _finish(imported: Imported, detail: str) -> None:
    """What belongs to a redrawn zone follows it; one record for each floor; whoever looks at one is told."""
    move_home_zones(successors=imported.successors)
    move_people(successors=imported.successors)
    for floor, changes in imported.changes.items():
        record_event(action=Action.CHANGE, obj=floor, changes=changes, detail=detail)
        transaction.on_commit(partial(send_plan_change, floor.pk))
    if imported.building is not None:
        # After the commit: nobody who writes has to wait for it, and answers are right without it.
        transaction.on_commit(partial(renew_walks, imported.building.site_id), robust=True)


def summary(imported: Imported) -> str:
    """What changed, in one line."""
    pictures = f"{imported.pictures} pictures; " if imported.pictures else ""
    return (
        f"{imported.floors_created} floors made; {pictures}zones: {imported.zones_created} new,"
        f" {imported.zones_changed} changed, {imported.zones_retired} retired,"
        f" {imported.zones_unchanged} as before;"
        f" passages: {imported.passages_told} told, {imported.passages_guessed} guessed"
    )
