"""Addresses of the pages about equipment."""

from __future__ import annotations

from django.urls import path

from assets.views import asset, equipment
from assets.views.find import find
from assets.views.map import floor_map, map_card, map_home, wall

map_pages = [
    path("map/", map_home, name="map-home"),
    path("map/<slug:floor>/", floor_map, name="map"),
    path("map/<slug:floor>/wall/", wall, name="wall"),
    path("map/card/<slug:asset_tag>/", map_card, name="map-card"),
]
equipment_pages = [
    path("find/", find, name="find"),
    path("assets/", equipment.equipment, name="equipment"),
    path("assets/equipment.csv", equipment.equipment_file, name="equipment-file"),
    path("assets/<slug:asset_tag>/", asset.asset, name="asset"),
    path("assets/<slug:asset_tag>/charts/<slug:name>.json", asset.asset_chart, name="asset-chart"),
]

urlpatterns = [*map_pages, *equipment_pages]
