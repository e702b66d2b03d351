"""What the import page asks: which building a file draws, and what the file cannot tell of itself."""

from __future__ import annotations

import math
from typing import Any

from django import forms
from django.utils.text import slugify

from hospital.plan_uploads import MOST_BYTES
from locations.models import Building, Site
from locations.plan_formats import ENDINGS, PlanFormat
from locations.plan_formats.options import Calibration, PlanOptions

ONE_FLOOR = ("floor", "level")
POINTS = ("ax", "ay", "bx", "by", "metres")
PLACES = ("at_ax", "at_ay", "at_bx", "at_by")
RARE = frozenset({"layers", "latitude", "longitude", "rotation", "origin_x", "origin_y", *PLACES})
"""Shown when somebody asks for them, or has told them."""
OF_FORMAT: dict[str, tuple[str, ...]] = {
    "geojson": (),
    "imdf": ("of_building", "latitude", "longitude", "rotation"),
    "svg": (*ONE_FLOOR, *POINTS, "scale", "layers", *PLACES),
    "picture": (*ONE_FLOOR, *POINTS, "scale", *PLACES),
    "dxf": (*ONE_FLOOR, "scale", "layers", "origin_x", "origin_y"),
}


def _input(kind: type[forms.Widget] = forms.TextInput, **attributes: str) -> forms.Widget:
    return kind(attrs={"class": "input", **attributes})


def number(label: str, **extra: Any) -> forms.FloatField:
    widget = _input(forms.NumberInput, step="any", inputmode="decimal")
    return forms.FloatField(label=label, required=False, widget=widget, **extra)


class UploadForm(forms.Form):
    """A building that is there, or the name of a new one; and the file."""

    building = forms.ModelChoiceField(
        Building.objects.none(),
        label="Building",
        required=False,
        to_field_name="slug",
        empty_label="A new building",
        widget=forms.Select(attrs={"class": "select"}),
    )
    name = forms.CharField(label="Name of a new building", required=False, max_length=120, widget=_input())
    slug = forms.SlugField(
        label="Its short name in addresses",
        required=False,
        widget=_input(),
        help_text="Latin letters, digits and hyphens; made from the name where that allows it.",
    )
    site = forms.ModelChoiceField(
        Site.objects.none(), label="Site of a new building", required=False,
        widget=forms.Select(attrs={"class": "select"}),
    )  # fmt: skip
    file = forms.FileField(
        label="File with the plan",
        widget=forms.ClearableFileInput(attrs={"class": "input", "accept": ENDINGS}),
        help_text="GeoJSON, IMDF (zip), SVG, DXF, PNG or JPEG. Nothing is stored before you have seen it.",
    )

    def __init__(self, *args: Any, sites: Any, **extra: Any) -> None:
        super().__init__(*args, **extra)
        self._field("building").queryset = Building.objects.filter(site__in=sites).select_related("site")
        self._field("site").queryset = sites
        if len(sites) == 1:
            self.fields["site"].initial = sites[0]

    def _field(self, name: str) -> Any:
        return self.fields[name]

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise forms.ValidationError(f"The file has {file.size} bytes; at most {MOST_BYTES} are read.")
        return file

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        if told.get("building"):
            return told
        told["slug"] = told.get("slug") or slugify(told.get("name") or "")[:50]
        if not told.get("name"):
            self.add_error("name", "Choose a building, or name a new one.")
        elif not told["slug"]:
            self.add_error("slug", "The name has no Latin letters: give a short name.")
        elif Building.objects.filter(slug=told["slug"]).exists():
            self.add_error("slug", "There is a building with that short name already: choose it, or another.")
        if not told.get("site"):
            self.add_error("site", "Choose the site that the new building belongs to.")
        return told


class OptionsForm(forms.Form):
    """Only the fields that the format has a use for."""

    floor = forms.CharField(label="Name of the floor", max_length=60, widget=_input(list="floors"))
    level = forms.IntegerField(
        label="Level",
        min_value=-50,
        max_value=200,
        widget=_input(forms.NumberInput),
        help_text="0 is the ground floor; basements count down from -1.",
    )
    ax, ay = number("First point, across"), number("First point, down")
    bx, by = number("Second point, across"), number("Second point, down")
    metres = number("Metres between the two points", min_value=0.01)
    scale = number("Or metres for one unit of the drawing", min_value=0)
    layers = forms.CharField(
        label="Layers with rooms",
        required=False,
        max_length=1000,
        widget=_input(),
        help_text="Names, with commas between them; without any, those that are called rooms, zones or areas.",
    )
    at_ax, at_ay = number("First point in the building, metres east"), number("Metres north")
    at_bx, at_by = number("Second point in the building, metres east"), number("Metres north")
    of_building = forms.CharField(
        label="Which building of the archive", required=False, max_length=200, widget=_input()
    )
    latitude = number("Latitude of the point that becomes 0, 0", min_value=-89, max_value=89)
    longitude = number("Its longitude", min_value=-180, max_value=180)
    rotation = number("Turned counter-clockwise by, in degrees", min_value=-360, max_value=360)
    origin_x, origin_y = number("Point that becomes 0, 0: x"), number("y")

    def __init__(self, *args: Any, plan_format: PlanFormat, **extra: Any) -> None:
        super().__init__(*args, **extra)
        for name in list(self.fields):
            if name not in OF_FORMAT[plan_format.key]:
                del self.fields[name]

    @property
    def common(self) -> list[forms.BoundField]:
        return [field for field in self if field.name not in RARE]

    @property
    def rare(self) -> list[forms.BoundField]:
        return [field for field in self if field.name in RARE]

    @property
    def has_rare(self) -> bool:
        return any(field.errors or field.value() not in (None, "") for field in self.rare)

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        for name, value in told.items():
            if isinstance(value, float) and not math.isfinite(value):
                self.add_error(name, "Give a number.")
        spots = [told.get(name) for name in POINTS[:4]]
        if any(spot is not None for spot in spots) and None in spots:
            self.add_error("metres", "Two points have four numbers: set both on the drawing, or type them.")
        return told


def options_of(told: dict[str, Any]) -> PlanOptions:
    """The options that a form told, from the JSON that an upload keeps."""

    def pair(x: str, y: str) -> tuple[float, float] | None:
        return (told[x], told[y]) if told.get(x) is not None and told.get(y) is not None else None

    a, b = pair("ax", "ay"), pair("bx", "by")
    at_a, at_b = pair("at_ax", "at_ay"), pair("at_bx", "at_by")
    has_points = a and b and (told.get("metres") or (at_a and at_b))
    return PlanOptions(
        floor=told.get("floor") or "",
        level=told.get("level"),
        scale=told.get("scale") or None,
        points=Calibration(a, b, told.get("metres"), at_a, at_b) if a and b and has_points else None,
        layers=tuple(part.strip() for part in (told.get("layers") or "").split(",") if part.strip()),
        building=told.get("of_building") or "",
        origin=pair("latitude", "longitude") or pair("origin_x", "origin_y"),
        rotation=told.get("rotation") or 0.0,
    )
