"""A floor's plan as GeoJSON, in metres of the building's frame (no geographic coordinates)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.urls import reverse

from locations.models import Floor, FloorPicture, Zone
from locations.zones import ZoneKind


def floor_plan(floor: Floor, at: datetime | None = None) -> dict[str, Any]:
    """A FeatureCollection of the floor's zones, now or at a moment, with its ``outline`` (rings) beside the features.

    Wide zones come first, so that drawing in order leaves the narrow ones on top.
    """
    plan = Zone.objects.current() if at is None else Zone.objects.as_of(at)
    zones = plan.filter(floor=floor).select_related("department").order_by("code")
    features = sorted((_feature(zone) for zone in zones), key=_extent, reverse=True)
    return {
        "type": "FeatureCollection",
        "floor": {"id": floor.pk, "slug": floor.slug, "name": floor.name, "level": floor.level},
        "outline": floor.outline,
        "picture": picture_of(floor),
        "features": features,
    }


def _feature(zone: Zone) -> dict[str, Any]:
    return {
        "type": "Feature",
        "id": zone.pk,
        "properties": {
            "id": zone.pk,
            "code": zone.code,
            "name": zone.name,
            "kind": zone.kind,
            "kind_name": str(ZoneKind(zone.kind).label),
            "department": zone.department.name if zone.department else None,
            "label": [zone.label_x, zone.label_y],
        },
        "geometry": {"type": "Polygon", "coordinates": zone.polygon},
    }


def _extent(feature: dict[str, Any]) -> float:
    outer = feature["geometry"]["coordinates"][0]
    xs, ys = [point[0] for point in outer], [point[1] for point in outer]
    return float((max(xs) - min(xs)) * (max(ys) - min(ys)))


def picture_of(floor: Floor) -> dict[str, Any] | None:
    """Where the picture under a floor is found, and the metres that it reaches over; none where there is none."""
    found = FloorPicture.objects.filter(floor=floor).values("digest", "bounds").first()
    if found is None:
        return None
    url = f"{reverse('floor-picture', args=[floor.slug])}?v={found['digest'][:12]}"
    return {"url": url, "bounds": found["bounds"]}
