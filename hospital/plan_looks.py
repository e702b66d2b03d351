"""Looking a plan over before it is stored: what is wrong with it, what it would change, and how it looks."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from functools import cached_property

from django.urls import reverse

from hospital.models import PlanUpload
from hospital.plan_drawing import PlanDrawing, Shape, draw_faults, draw_floor
from hospital.plan_forms import options_of
from locations.faults import Fault
from locations.models import Building
from locations.plan_changes import Change, FloorChange, ZoneChange, building_changes
from locations.plan_formats import PlanFormat, format_of
from locations.plan_formats.options import NoScaleError
from locations.plan_formats.picture import opened, rewritten, smaller
from locations.plan_formats.svg_drawing import read_drawing
from locations.plan_parts import Plan, PlanRefused

MOST_LISTED = 300


@dataclass
class Look:
    """``plan`` is none while something is wrong or missing; ``waits_for``: what has to be told first."""

    upload: PlanUpload
    format: PlanFormat | None = None
    plan: Plan | None = None
    faults: list[Fault] = field(default_factory=list)
    waits_for: str = ""

    @cached_property
    def building(self) -> Building | None:
        return Building.objects.filter(slug=self.upload.building, site=self.upload.site).first()

    @cached_property
    def floors(self) -> list[FloorChange]:
        return list(building_changes(self.plan, self.upload.site, self.building)) if self.plan else []

    @cached_property
    def overlaps(self) -> list[Fault]:
        return [fault for floor in self.plan.floors for fault in floor.overlaps()] if self.plan else []

    @property
    def drawings(self) -> list[tuple[FloorChange, PlanDrawing]]:
        return [(floor, draw_floor(floor, _picture_url(floor))) for floor in self.floors]

    @property
    def drawn_faults(self) -> list[tuple[Fault, PlanDrawing | None]]:
        return draw_faults(self.faults or self.overlaps)

    @property
    def changed(self) -> list[tuple[FloorChange, ZoneChange]]:
        found = [
            (floor, zone) for floor in self.floors for zone in floor.zones if zone.change != Change.UNCHANGED
        ]
        return found[:MOST_LISTED]


def _picture_url(floor: FloorChange) -> str:
    """The picture inside the page: it is nowhere else yet."""
    picture = floor.told.picture
    if picture is None:
        return ""
    return f"data:{picture.media_type};base64,{base64.b64encode(picture.content).decode()}"


def look_over(upload: PlanUpload) -> Look:
    """Reads the file with the options that were told; nothing is stored."""
    look = Look(upload)
    content = bytes(upload.content)
    try:
        look.format = format_of(content)
        if look.format.draws_one_floor and not upload.options:
            look.waits_for = "Say which floor this is" + (
                ", and how large it is" if look.format.has_points else ""
            )
            raw_drawing(look)  # so that what is refused is refused at once
            return look
        look.plan = look.format.read(content, options_of(upload.options))
    except NoScaleError as missing:
        look.waits_for = "Say how large it is"
        look.faults = missing.faults
    except PlanRefused as refused:
        look.faults = refused.faults
    return look


def raw_drawing(look: Look) -> PlanDrawing | None:
    """The file's own drawing in its own units, to set two points on; nothing for formats that need none."""
    if look.format is None or not look.format.has_points:
        return None
    content = bytes(look.upload.content)
    if look.format.key == "picture":
        image = opened(content)
        drawing = PlanDrawing(
            look.upload.file_name, f"0 0 {image.width} {image.height}", float(max(image.size))
        )
        url = reverse("plan-preview-picture", args=[look.upload.pk])
        drawing.picture = {"url": url, "x": 0, "y": 0, "width": image.width, "height": image.height}
        return drawing
    drawn = read_drawing(content)
    box = drawn.box
    drawing = PlanDrawing(look.upload.file_name, " ".join(f"{value:g}" for value in box), max(box[2], box[3]))
    for shape in drawn.shapes:
        lines = ("M" + "L".join(f"{x:g} {y:g}" for x, y in line) + "Z" for line in shape.lines)
        drawing.shapes.append(Shape("".join(lines), "plan-zone"))
    return drawing


def picture_of_upload(upload: PlanUpload) -> tuple[bytes, str]:
    """The image as we write it, never as it came. Raises :class:`PlanRefused`."""
    return rewritten(smaller(opened(bytes(upload.content))))
