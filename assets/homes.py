"""Where equipment belongs, when the plan that says so changes."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction

from assets.models import Asset


@transaction.atomic
def move_home_zones(*, successors: Mapping[int, int]) -> int:
    """Equipment that belongs to a retired zone belongs to the one in its place; how many moved.

    ``successors`` maps the id of a retired zone to that of the zone in its place.
    """
    assets = list(Asset.objects.filter(home_zone__in=successors).select_related("home_zone"))
    for asset in assets:
        asset.home_zone_id = successors[asset.home_zone.pk]
        asset.save()
    return len(assets)
