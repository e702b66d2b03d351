"""The plans of floors as recording asks about them."""

from __future__ import annotations

from locations.estimation.radio_map import RadioMap
from locations.geometry import ZoneIndex, zone_index
from locations.models import Zone
from locations.radio_maps import drawn_map, is_surveyed, radio_map


class FloorPlans:
    """Plans for one batch: each floor is looked at once.

    ``may_draw``: whether a radio map that is not drawn yet is drawn here, or MapNotDrawnError raised.
    """

    def __init__(self, *, may_draw: bool = True) -> None:
        self._map_of = radio_map if may_draw else drawn_map
        self._are_surveyed: dict[int, bool] = {}
        self._indexes: dict[int, ZoneIndex] = {}
        self._kinds: dict[int, dict[int, str]] = {}
        self._radio_maps: dict[int, RadioMap | None] = {}

    def zones(self, floor_id: int) -> ZoneIndex:
        index = self._indexes.get(floor_id)
        if index is None:
            index = self._indexes[floor_id] = zone_index(floor_id)
        return index

    def kind(self, floor_id: int, zone_id: int) -> str:
        kinds = self._kinds.get(floor_id)
        if kinds is None:
            rows = Zone.objects.filter(floor_id=floor_id).order_by().values_list("pk", "kind")
            kinds = self._kinds[floor_id] = dict(rows)
        return kinds[zone_id]

    def radio_map(self, floor_id: int, *, is_ranged: bool) -> RadioMap | None:
        if not is_ranged and not self._is_surveyed(floor_id):
            return None
        if floor_id not in self._radio_maps:
            self._radio_maps[floor_id] = self._map_of(floor_id)
        return self._radio_maps[floor_id]

    def _is_surveyed(self, floor_id: int) -> bool:
        if floor_id not in self._are_surveyed:
            self._are_surveyed[floor_id] = is_surveyed(floor_id)
        return self._are_surveyed[floor_id]
