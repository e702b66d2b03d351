"""Import a building's floor plan from a file of any format; docs/floor-plans.md has the formats and their options."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from hospital.floor_plans import import_building, summary
from locations.models import Building, Site
from locations.plan_formats import read_plan
from locations.plan_formats.options import Calibration, PlanOptions
from locations.plan_parts import Plan, PlanRefused

SHOWN = 10
"""Warnings printed, unless --verbosity 2 asks for all."""


def point(text: str) -> tuple[float, float]:
    try:
        x, y = (float(part) for part in text.split(","))
    except ValueError as error:
        raise ArgumentTypeError(f"“{text}” is not two numbers as in 12.5,40") from error
    return (x, y)


class Command(BaseCommand):
    help = "Imports floors, zones and passages of a building. Imports all of the file, or nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="GeoJSON, IMDF (zip), SVG, DXF, PNG or JPEG")
        parser.add_argument("--building", required=True, metavar="SLUG", help="made if it is not there")
        parser.add_argument("--name", help="name of a new building; made from its slug otherwise")
        parser.add_argument(
            "--site", metavar="SLUG", help="needed for a new building where there are several"
        )
        parser.add_argument("--strict", action="store_true", help="refuse a plan with zones that overlap")
        parser.add_argument(
            "--dry-run", action="store_true", help="say what would change, and change nothing"
        )
        drawing = parser.add_argument_group("files that draw one floor (SVG, DXF, images)")
        drawing.add_argument("--floor", default="", metavar="NAME", help="name of the floor")
        drawing.add_argument("--level", type=int, help="0 is the ground floor, basements count down from -1")
        drawing.add_argument("--scale", type=float, metavar="M", help="metres for one unit of the drawing")
        drawing.add_argument(
            "--points", nargs=2, type=point, metavar="X,Y", help="two points of an SVG or image, in its units"
        )
        drawing.add_argument("--metres", type=float, metavar="M", help="how far the two points are apart")
        drawing.add_argument(
            "--at", nargs=2, type=point, metavar="X,Y", help="or where they stand in the building, in metres"
        )
        drawing.add_argument(
            "--layers", nargs="+", default=[], metavar="NAME", help="layers of rooms (SVG, DXF)"
        )
        other = parser.add_argument_group("IMDF and DXF")
        other.add_argument("--origin", type=point, metavar="LAT,LON", help="what becomes 0, 0 (DXF: X,Y)")
        other.add_argument(
            "--rotation", type=float, default=0.0, metavar="DEG", help="turned counter-clockwise"
        )
        other.add_argument(
            "--of-building", default="", metavar="NAME", help="which one of several in an archive"
        )

    def handle(self, *, file: Path, building: str, **options: Any) -> None:
        try:
            site = _site(building, options["site"])
            plan = read_plan(_content(file), _plan_options(options))
            self._warn(plan, options)
            with transaction.atomic():
                imported = import_building(
                    plan=plan,
                    site=site,
                    building=building,
                    name=options["name"] or building.replace("-", " ").title(),
                    now=timezone.now(),
                )
                transaction.set_rollback(options["dry_run"])
        except PlanRefused as refused:
            problems = "\n  ".join(_with_spots(refused))
            raise CommandError(f"{file} was not imported; nothing was changed.\n  {problems}") from refused
        done = summary(imported)
        self.stdout.write(f"would be: {done}; nothing was changed" if options["dry_run"] else done)

    def _warn(self, plan: Plan, options: dict[str, Any]) -> None:
        for note in plan.notes:
            self.stderr.write(f"note: {note}")
        overlapping = [fault for floor in plan.floors for fault in floor.overlaps()]
        if overlapping and options["strict"]:
            raise PlanRefused(overlapping)
        shown = overlapping if options["verbosity"] > 1 else overlapping[:SHOWN]
        for fault in shown:
            self.stderr.write(f"warning: {fault.words}")
        if len(shown) < len(overlapping):
            rest = len(overlapping) - len(shown)
            self.stderr.write(f"warning: {rest} more pairs of zones overlap (--verbosity 2 lists them)")
        if overlapping:
            self.stderr.write("where zones overlap, a position belongs to the smaller one")


def _plan_options(options: dict[str, Any]) -> PlanOptions:
    points = None
    if options["points"]:
        (a, b), (at_a, at_b) = options["points"], options["at"] or (None, None)
        points = Calibration(a, b, options["metres"], at_a, at_b)
        if not options["metres"] and not options["at"]:
            raise CommandError("--points needs --metres (how far they are apart) or --at (where they stand)")
    return PlanOptions(
        floor=options["floor"],
        level=options["level"],
        scale=options["scale"],
        points=points,
        layers=tuple(options["layers"]),
        building=options["of_building"],
        origin=options["origin"],
        rotation=options["rotation"],
    )


def _with_spots(refused: PlanRefused) -> list[str]:
    """Each fault with its worst spot, where the words do not tell one."""
    return [
        f"{fault.words}; worst at ({fault.spots[0][0]:g}, {fault.spots[0][1]:g})"
        if fault.kind in ("overlap", "shape") and fault.spots
        else fault.words
        for fault in refused.faults
    ]


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
