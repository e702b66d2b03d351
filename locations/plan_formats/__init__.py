"""Files that hold floor plans: one module for each format, and one table that tells the format from the content."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from locations.plan_formats.dxf import read_dxf
from locations.plan_formats.geojson import read_geojson
from locations.plan_formats.imdf import read_imdf
from locations.plan_formats.options import DEFAULT, PlanOptions
from locations.plan_formats.picture import read_picture
from locations.plan_formats.svg import read_svg
from locations.plan_parts import Plan, PlanRefused


@dataclass(frozen=True, slots=True)
class PlanFormat:
    """``draws_one_floor``: floor and level are told beside the file. ``has_points``: its scale may be measured."""

    key: str
    name: str
    looks_like: Callable[[bytes], bool]
    read: Callable[[bytes, PlanOptions], Plan]
    draws_one_floor: bool = True
    has_points: bool = False


def _begins_like_dxf(content: bytes) -> bool:
    """A DXF is pairs of lines, a number and a value: a comment (999) or the first section (0, SECTION)."""
    if content.startswith(b"AutoCAD Binary DXF"):
        return True
    lines = [line.strip() for line in content[:2_000].splitlines()[:2]]
    return len(lines) == 2 and (lines[0] == b"999" or lines == [b"0", b"SECTION"])


def _begins_like_xml(content: bytes) -> bool:
    start = content[:2_000].removeprefix(b"\xef\xbb\xbf").lstrip()
    return start.startswith(b"<") or content.startswith((b"\xff\xfe<", b"\xfe\xff\x00<"))


FORMATS = (
    PlanFormat("imdf", "IMDF archive", lambda c: c.startswith(b"PK"), read_imdf, draws_one_floor=False),
    PlanFormat(
        "picture",
        "image",
        lambda c: c.startswith((b"\x89PNG", b"\xff\xd8")),
        read_picture,
        has_points=True,
    ),
    PlanFormat("svg", "SVG drawing", _begins_like_xml, read_svg, has_points=True),
    PlanFormat("dxf", "DXF drawing", _begins_like_dxf, read_dxf),
    PlanFormat(
        "geojson",
        "GeoJSON",
        lambda c: c[:2_000].removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"{", b"["),
        read_geojson,
        draws_one_floor=False,
    ),
)
ENDINGS = ".geojson,.json,.zip,.imdf,.svg,.dxf,.png,.jpg,.jpeg"


def format_of(content: bytes) -> PlanFormat:
    """What the content is, whatever the file is called. Raises :class:`PlanRefused`."""
    for known in FORMATS:
        if known.looks_like(content):
            return known
    names = ", ".join(known.name for known in FORMATS)
    raise PlanRefused([f"the file is none of these: {names}"])


def read_plan(content: bytes, options: PlanOptions = DEFAULT) -> Plan:
    """The plan in a file of any format. Raises :class:`PlanRefused` with everything that is wrong."""
    return format_of(content).read(content, options)
