"""Plans of every format, written by the tests themselves."""

from __future__ import annotations

import io
import json
import zipfile

import ezdxf
from PIL import Image


def svg(*elements: str, box: str = "0 0 400 200", head: str = "") -> bytes:
    return (
        f'{head}<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
        f' xmlns:inkscape="http://www.inkscape.org/namespaces/inkscape" viewBox="{box}">{"".join(elements)}</svg>'
    ).encode()


def image(width=400, height=200, kind="PNG", **extra) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height), (250, 250, 250)).save(out, kind, **extra)
    return out.getvalue()


def dxf(draw, units=4) -> bytes:
    """A drawing in millimetres (4), metres (6) or no unit (0); ``draw`` adds to the model space."""
    drawing = ezdxf.new("R2010")
    drawing.units = units
    draw(drawing.modelspace())
    out = io.StringIO()
    drawing.write(out)
    return out.getvalue().encode()


ORIGIN = (52.5, 13.4)
_NORTH, _EAST = 111_267.0, 67_920.0
"""Metres in one degree there, near enough for rooms."""


def degrees(*corners):
    points = [[ORIGIN[1] + x / _EAST, ORIGIN[0] + y / _NORTH] for x, y in corners]
    return [*points, points[0]]


def box_degrees(x, y, width, height):
    return degrees((x, y), (x + width, y), (x + width, y + height), (x, y + height))


def feature(key, kind, shape=None, **told):
    names = {"Polygon": lambda s: [s], "LineString": lambda s: s}
    geometry = shape and {"type": shape[0], "coordinates": names[shape[0]](shape[1])}
    return {"id": key, "type": "Feature", "feature_type": kind, "geometry": geometry, "properties": told}


def unit(key, level, x, y, width=4, height=4, category="room", **told):
    return feature(
        key, "unit", ("Polygon", box_degrees(x, y, width, height)), level_id=level, category=category, **told
    )


def level(key, ordinal, width=40, height=20, **told):
    shape = ("Polygon", box_degrees(0, 0, width, height))
    return feature(key, "level", shape, ordinal=ordinal, building_ids=["b"], **told)


def imdf(*features, files=None) -> bytes:
    """An archive with one file for each type of feature, and the building “b” at the origin."""
    point = {"type": "Point", "coordinates": [ORIGIN[1], ORIGIN[0]]}
    everything = [feature("b", "building", name={"en": "Main"}, display_point=point), *features]
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("manifest.json", json.dumps({"version": "1.0.0", "language": "en"}))
        for kind in dict.fromkeys(found["feature_type"] for found in everything):
            found = [f for f in everything if f["feature_type"] == kind]
            archive.writestr(f"{kind}.geojson", json.dumps({"type": "FeatureCollection", "features": found}))
        for name, content in (files or {}).items():
            archive.writestr(name, content)
    return out.getvalue()
