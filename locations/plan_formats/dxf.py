"""Rooms out of a DXF drawing of one floor: closed polylines on layers of rooms, texts inside them as names."""

from __future__ import annotations

import io
import math
import re
from collections.abc import Iterable, Iterator
from typing import Any

import shapely
from ezdxf import recover, units
from ezdxf.document import Drawing
from ezdxf.enums import InsertUnits
from ezdxf.lldxf.const import DXFError
from shapely.geometry import Polygon

from locations.kinds_from_text import kind_from_text
from locations.plan_draft import PlanDraft, TooMuchError, code_of, plain
from locations.plan_formats.options import DEFAULT, NoScaleError, PlanOptions, check_level
from locations.plan_parts import Plan, PlanRefused
from locations.polygons import PlanError

MOST_BYTES = 30_000_000
MOST_ENTITIES = 200_000
ARC_STEP = math.pi / 18
ROOM_LAYER = re.compile(r"room|area|zone|space|raum|local|pi[eè]ce", re.IGNORECASE)
_CODE = re.compile(r"[A-Z]{0,4}[-._]?\d[\w.-]*", re.IGNORECASE)
_SIZE = re.compile(r"[\d.,]+\s*(?:m²|m2|sqm|qm|sf|sq\.?\s*ft\.?)", re.IGNORECASE)
_DOOR = re.compile(r"door|t[uü]r\b|porte", re.IGNORECASE)
NO_ROOM = "the DXF holds no room: no closed polyline lies on the chosen layers"

Spot = tuple[float, float]


def read_dxf(content: bytes, options: PlanOptions = DEFAULT) -> Plan:
    """The floor that a DXF file draws. Raises :class:`PlanRefused`; ``NoScaleError`` where its header tells no unit."""
    drawing = _opened(content)
    scale = options.scale or _metres(drawing)
    floor, level = check_level(options)
    entities = list(drawing.modelspace())
    if len(entities) > MOST_ENTITIES:
        raise PlanRefused([f"the DXF has {len(entities)} entities; at most {MOST_ENTITIES} are read"])
    lines = [(entity, line) for entity in entities if (line := _closed_line(entity))]
    layers = chosen_layers([entity.dxf.layer for entity, _ in lines], options.layers)
    origin = options.origin or (0.0, 0.0)
    rooms = [
        (entity, _ring(line, origin, scale)) for entity, line in lines if entity.dxf.layer.lower() in layers
    ]
    draft = PlanDraft(levels={floor: level})
    texts = [(_placed(spot, origin, scale), words) for spot, words in _texts(entities)]
    _read_rooms(draft, floor, rooms, texts)
    for entity in entities:
        if entity.dxftype() == "INSERT" and _DOOR.search(f"{entity.dxf.name} {entity.dxf.layer}"):
            draft.add_door_at(floor, *_placed((entity.dxf.insert.x, entity.dxf.insert.y), origin, scale))
    if len(rooms) < len(lines):
        draft.notes.append(f"{len(lines) - len(rooms)} closed lines on other layers are left out")
    return draft.finish(NO_ROOM)


def _opened(content: bytes) -> Drawing:
    if len(content) > MOST_BYTES:
        raise PlanRefused([f"the file has {len(content)} bytes; at most {MOST_BYTES} are read"])
    if content.startswith(b"AutoCAD Binary DXF"):
        raise PlanRefused(["the file is a binary DXF: save it as text (ASCII) DXF"])
    try:
        drawing, _ = recover.read(io.BytesIO(content))
    except (DXFError, ValueError, LookupError, TypeError, AttributeError, OSError, RecursionError) as error:
        raise PlanRefused([f"the file is no DXF that can be read: {plain(error)[:200]}"]) from error
    return drawing


def _metres(drawing: Drawing) -> float:
    """Metres for one unit of the drawing, as its header tells."""
    told = int(drawing.units)
    if told == 0:
        raise NoScaleError(
            ["the DXF tells no unit in its header ($INSUNITS): give its scale in metres for one unit"]
        )
    return float(units.conversion_factor(InsertUnits(told), InsertUnits.Meters))


def chosen_layers(there: Iterable[str], wanted: tuple[str, ...]) -> set[str]:
    """Those asked for, else those whose names speak of rooms, in small letters. Raises :class:`PlanRefused`."""
    names = {name.lower(): name for name in there}
    chosen = {name.lower() for name in wanted} or {name for name in names if ROOM_LAYER.search(name)}
    listed = ", ".join(sorted(names.values())) or "none"
    if missing := chosen - names.keys():
        raise PlanRefused(
            [f"the DXF has no closed line on a layer “{min(missing)}”; there are some on: {listed}"]
        )
    if not chosen:
        raise PlanRefused([f"no layer is named after rooms: choose layers; closed lines are on: {listed}"])
    return chosen


def _closed_line(entity: Any) -> list[tuple[float, float, float]]:
    """Corners with their bulges, of a polyline that is closed; else nothing."""
    kind = entity.dxftype()
    if kind == "LWPOLYLINE":
        points = [(float(x), float(y), float(bulge)) for x, y, bulge in entity.get_points("xyb")]
    elif kind == "POLYLINE" and (entity.is_2d_polyline or entity.is_3d_polyline):
        points = [
            (float(v.dxf.location.x), float(v.dxf.location.y), float(v.dxf.get("bulge", 0.0)))
            for v in entity.vertices
        ]
    else:
        return []
    closes = len(points) > 3 and points[0][:2] == points[-1][:2]
    if len(points) < 3 or not (entity.is_closed or closes):
        return []
    mirrored = entity.dxf.get("extrusion") is not None and entity.dxf.extrusion.z < 0
    points = points[:-1] if closes else points
    return [(-x, y, -bulge) for x, y, bulge in points] if mirrored else points


def _ring(line: list[tuple[float, float, float]], origin: Spot, scale: float) -> list[list[float]]:
    """A closed ring in metres; an arc (its bulge the tangent of a quarter of its angle) in short pieces."""
    points: list[Spot] = []
    for (x, y, bulge), (to_x, to_y, _) in zip(line, [*line[1:], line[0]], strict=True):
        points.append((x, y))
        points += _arc((x, y), (to_x, to_y), bulge)
    ring = [list(_placed(point, origin, scale)) for point in points]
    kept = [point for place, point in enumerate(ring) if place == 0 or point != ring[place - 1]]
    return kept if len(kept) > 1 and kept[0] == kept[-1] else [*kept, kept[0]]


def _arc(begin: Spot, end: Spot, bulge: float) -> list[Spot]:
    swept = 4 * math.atan(bulge)
    steps = math.ceil(abs(swept) / ARC_STEP)
    if steps < 2 or begin == end:
        return []
    half = (1 / bulge - bulge) / 4  # of the chord, from its middle to the centre
    cx = (begin[0] + end[0]) / 2 - (end[1] - begin[1]) * half
    cy = (begin[1] + end[1]) / 2 + (end[0] - begin[0]) * half
    radius, first = math.dist(begin, (cx, cy)), math.atan2(begin[1] - cy, begin[0] - cx)
    angles = [first + swept * step / steps for step in range(1, steps)]
    return [(cx + radius * math.cos(angle), cy + radius * math.sin(angle)) for angle in angles]


def _placed(spot: Spot, origin: Spot, scale: float) -> Spot:
    return (round((spot[0] - origin[0]) * scale, 3), round((spot[1] - origin[1]) * scale, 3))


def _texts(entities: Iterable[Any]) -> Iterator[tuple[Spot, str]]:
    """Texts with where they stand; attributes of blocks (the tags of rooms) too."""
    for entity in entities:
        kind = entity.dxftype()
        if kind in ("TEXT", "MTEXT"):
            words = plain(entity.plain_text())
            if words:
                yield (float(entity.dxf.insert.x), float(entity.dxf.insert.y)), words
        elif kind == "INSERT":
            for attribute in entity.attribs:
                words = plain(attribute.dxf.text)
                if words and not attribute.is_invisible:
                    yield (float(entity.dxf.insert.x), float(entity.dxf.insert.y)), words


def _read_rooms(
    draft: PlanDraft, floor: str, rooms: list[tuple[Any, list[list[float]]]], texts: list[tuple[Spot, str]]
) -> None:
    said = _texts_of([ring for _, ring in rooms], texts)
    try:
        for (entity, ring), words in zip(rooms, said, strict=True):
            code = next((text for text in words if _CODE.fullmatch(text)), "")
            name = " ".join(text for text in words if text != code and not _SIZE.fullmatch(text))
            space = code or code_of(name) or f"zone-{entity.dxf.handle}"
            where = (
                f"the DXF's line {entity.dxf.handle} ({' '.join(filter(None, (code, name))) or 'unnamed'})"
            )
            try:
                kind = kind_from_text(entity.dxf.layer, name)
                draft.add_zone(floor, space, [ring], name=name or space, kind=kind, where=where)
            except PlanError as error:
                draft.refuse(error)
    except TooMuchError:
        pass


def _texts_of(rings: list[list[list[float]]], texts: list[tuple[Spot, str]]) -> list[list[str]]:
    """For each ring the texts inside, from top to bottom; a text counts for the smallest ring around it."""
    shapes = [Polygon(ring).buffer(0) if len(ring) > 3 else Polygon() for ring in rings]
    tree = shapely.STRtree(shapes)
    found: list[list[str]] = [[] for _ in rings]
    for spot, words in sorted(texts, key=lambda text: (-text[0][1], text[0][0])):
        around = [int(place) for place in tree.query(shapely.points(spot), predicate="intersects")]
        if around:
            found[min(around, key=lambda place: (shapes[place].area, place))].append(words)
    return found
