"""A room as a place: what being told the room alone says in metres."""

from __future__ import annotations

import math

from locations.models import Zone
from locations.polygons import polygon_of
from locations.positioning import Fix


def fix_in(zone: Zone) -> Fix:
    """In this room, and nobody says where in it: its label, give or take the radius of a circle of its size."""
    radius = math.sqrt(polygon_of(zone.polygon).area / math.pi)
    return Fix(zone.floor_id, zone.label_x, zone.label_y, radius, zone.pk, is_anchored=True, is_told=True)
