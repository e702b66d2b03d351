"""Import a building's floor plan from a GeoJSON file; docs/floor-plans.md has its form."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from assets.homes import move_home_zones
from hospital.models import User
from locations.models import Building, Site
from locations.plan_formats.geojson import read_geojson as read_plan
from locations.plan_import import Imported, import_plan
from locations.plan_parts import Plan, PlanRefused

SHOWN = 10
"""Warnings printed, unless --verbosity 2 asks for all."""


class Command(BaseCommand):
    help = "Imports floors, zones and passages of a building. Imports all of the file, or nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="GeoJSON FeatureCollection in metres")
        parser.add_argument("--building", required=True, metavar="SLUG", help="made if it is not there")
        parser.add_argument("--name", help="name of a new building; made from its slug otherwise")
        parser.add_argument(
            "--site", metavar="SLUG", help="needed for a new building where there are several"
        )
        parser.add_argument("--strict", action="store_true", help="refuse a plan with zones that overlap")
        parser.add_argument(
            "--dry-run", action="store_true", help="say what would change, and change nothing"
        )

    def handle(self, *, file: Path, building: str, **options: Any) -> None:
        try:
            site = _site(building, options["site"])
            plan = read_plan(_content(file))
            self._warn(plan, options)
            with transaction.atomic():
                imported = import_plan(
                    plan=plan,
                    site=site,
                    building=building,
                    name=options["name"] or building.replace("-", " ").title(),
                    now=timezone.now(),
                )
                move_home_zones(successors=imported.successors)
                _move_people(imported.successors)
                transaction.set_rollback(options["dry_run"])
        except PlanRefused as refused:
            problems = "\n  ".join(refused.problems)
            raise CommandError(f"{file} was not imported; nothing was changed.\n  {problems}") from refused
        self.stdout.write(_summary(imported, is_rehearsal=options["dry_run"]))

    def _warn(self, plan: Plan, options: dict[str, Any]) -> None:
        overlapping = [words for floor in plan.floors for words in floor.overlapping()]
        if overlapping and options["strict"]:
            raise PlanRefused(overlapping)
        shown = overlapping if options["verbosity"] > 1 else overlapping[:SHOWN]
        for words in shown:
            self.stderr.write(f"warning: {words}")
        if len(shown) < len(overlapping):
            rest = len(overlapping) - len(shown)
            self.stderr.write(f"warning: {rest} more pairs of zones overlap (--verbosity 2 lists them)")
        if overlapping:
            self.stderr.write("where zones overlap, a position belongs to the smaller one")


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise CommandError(f"{file} cannot be read: {error.strerror}") from error


def _site(building: str, slug: str | None) -> Site:
    """The site named, else the building's own, else the only one there is."""
    if slug:
        chosen = Site.objects.filter(slug=slug)
    else:
        chosen = Site.objects.filter(buildings__slug=building) or Site.objects.all()
    found: list[Site] = list(chosen[:2])
    if len(found) == 1:
        return found[0]
    if slug:
        raise CommandError(f"there is no site “{slug}”")
    if not Building.objects.exists() and not found:
        raise CommandError("there is no site yet: make one in the administration, then import again")
    raise CommandError("there are several sites: name one with --site")


def _move_people(successors: dict[int, int]) -> None:
    for person in User.objects.filter(home_zone__in=successors).select_related("home_zone"):
        if person.home_zone is not None:
            person.home_zone_id = successors[person.home_zone.pk]
            person.save()


def _summary(imported: Imported, *, is_rehearsal: bool) -> str:
    done = (
        f"{imported.floors_created} floors made; zones: {imported.zones_created} new,"
        f" {imported.zones_changed} changed, {imported.zones_retired} retired,"
        f" {imported.zones_unchanged} as before;"
        f" passages: {imported.passages_told} told, {imported.passages_guessed} guessed"
    )
    return f"would be: {done}; nothing was changed" if is_rehearsal else done
