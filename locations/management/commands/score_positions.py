"""How good positions are on a recording that says where the tag really was; docs/positioning.md tells of the method."""

from __future__ import annotations

import re
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from locations.estimation.grid import Box
from locations.estimation.radio_map import Area, RadioMap
from locations.scoring.files import (
    Receivers,
    Track,
    UnreadableError,
    read_limits,
    read_receivers,
    read_survey,
    read_tracks,
    read_zones,
)
from locations.scoring.scores import Follower, Judged, Score, score
from locations.scoring.zones import GridZones, PlanZones, Zoning

NO_SURVEY = "-"
HEADINGS = ("moments", "median m", "p90 m", "zone %", "sens. %", "prec. %", "hops", "covered %", "said m")


class Command(BaseCommand):
    help = (
        "Follows recorded tracks second by second, from what was heard until then, and says how far the positions "
        "were off, how often the zone was right, and whether the stated error holds the truth 68 times in a hundred."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "survey", help="CSV of mean and spread for each point and receiver, or - for none"
        )
        parser.add_argument("receivers", type=Path, help="where the receivers are (.dev)")
        parser.add_argument("tracks", type=Path, nargs="+", help="sightings with true positions (.mbd)")
        parser.add_argument(
            "--limits", type=Path, help="limits of the plan (.par); else the one beside RECEIVERS"
        )
        parser.add_argument("--grid", default="4x3", help="zones are so many columns x rows over the plan")
        parser.add_argument(
            "--zones", type=Path, help="zones are the polygons of this GeoJSON file, in metres"
        )
        parser.add_argument(
            "--alone", action="store_true", help="forget after each track what was learned of the receivers"
        )

    def handle(self, *, survey: str, receivers: Path, tracks: list[Path], **options: Any) -> None:
        try:
            known = read_receivers(receivers)
            radio_map, box = self._map(survey, known, _limits(receivers, options["limits"]))
            zoning = _zoning(options["zones"], options["grid"], box)
            recorded = [track for path in tracks for track in read_tracks(path, known)]
        except UnreadableError as error:
            raise CommandError(str(error)) from error
        recorded.sort(key=lambda track: track.rows[0].heard.at)
        self._report(self._followed(radio_map, recorded, alone=options["alone"]), zoning)

    def _map(self, survey: str, known: Receivers, limits: Box | None) -> tuple[RadioMap, Box]:
        points = [] if survey == NO_SURVEY else read_survey(Path(survey), known)
        radio_map = RadioMap(known.anchors, survey=points, area=Area(box=limits))
        xs, ys = [a.x for a in known.anchors], [a.y for a in known.anchors]
        box = limits or (min(xs), min(ys), max(xs), max(ys))
        if not (box[0] < box[2] and box[1] < box[3]):
            raise CommandError("The receivers stand on one line; give the plan's limits with --limits.")
        told = (
            f"{len(points)} surveyed points"
            if points
            else "no survey; levels of receivers learned on the way"
        )
        self.stderr.write(f"{len(known.anchors)} receivers, {told}")
        return radio_map, box

    def _followed(
        self, radio_map: RadioMap, tracks: list[Track], *, alone: bool
    ) -> list[tuple[str, list[Judged]]]:
        followed = []
        learns = not radio_map.is_surveyed
        follower = Follower(radio_map, learns=learns)
        for number, track in enumerate(tracks, 1):
            self.stderr.write(f"{number} of {len(tracks)}: {track.name}, {len(track.rows)} sightings")
            if track.strangers:
                self.stderr.write(f"  left out: {track.strangers} by receivers that are not in the list")
            if alone:
                follower = Follower(radio_map, learns=learns)
            judged = follower.follow(track)
            if judged:
                followed.append((track.name, judged))
            else:
                self.stderr.write("  left out: too short to be judged")
        if not followed:
            raise CommandError("No track is long enough to be judged.")
        return followed

    def _report(self, followed: list[tuple[str, list[Judged]]], zoning: Zoning) -> None:
        total = score([judged for _, judged in followed], zoning)
        rows = [(name, score([judged], zoning)) for name, judged in followed]
        rows.append(("all", total))
        wide = max(len(name) for name, _ in rows)
        self.stdout.write(" " * wide + "".join(f"{heading:>10}" for heading in HEADINGS))
        for name, each in rows:
            self.stdout.write(f"{name:{wide}}" + "".join(f"{cell:>10}" for cell in _cells(each)))
        self.stdout.write("")
        wide = max([4, *map(len, total.zones)])
        self.stdout.write(f"{'zone':{wide}}{'true':>8}{'stated':>8}{'sens. %':>9}{'prec. %':>9}")
        for name, zone in total.zones.items():
            shares = f"{_percent(zone.sensitivity):>9}{_percent(zone.precision):>9}"
            self.stdout.write(f"{name:{wide}}{zone.true:>8}{zone.stated:>8}{shares}")


def _cells(each: Score) -> tuple[str, ...]:
    return (
        str(each.moments),
        f"{each.median_m:.2f}",
        f"{each.p90_m:.2f}",
        _percent(each.zone),
        _percent(each.sensitivity),
        _percent(each.precision),
        str(each.hops),
        _percent(each.covered),
        f"{each.stated_error_m:.2f}",
    )


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.1f}"


def _limits(receivers: Path, told: Path | None) -> Box | None:
    if told is not None:
        return read_limits(told)
    beside = receivers.with_suffix(".par")
    return read_limits(beside) if beside.exists() else None


def _zoning(zones: Path | None, grid: str, box: Box) -> Zoning:
    if zones is not None:
        return PlanZones(read_zones(zones))
    sides = re.fullmatch(r"([1-9]\d?)x([1-9]\d?)", grid)
    if sides is None:
        raise CommandError(f"--grid {grid}: give columns x rows, as in 4x3.")
    return GridZones(box, int(sides[1]), int(sides[2]))
