"""Addresses of the pages about equipment."""

from __future__ import annotations

from django.urls import path

from assets.views import asset, equipment
from assets.views.find import find
from assets.views.map import floor_map, map_card, map_home
from assets.views.playback import asset_day_file, asset_playback, floor_playback, floor_playback_changes
from assets.views.rooms import room_history, room_history_chart, room_history_file

map_pages = [
    path("map/", map_home, name="map-home"),
    path("map/<slug:floor>/", floor_map, name="map"),
    path("map/<slug:floor>/playback/", floor_playback, name="playback"),
    path("map/<slug:floor>/playback/changes.json", floor_playback_changes, name="playback-changes"),
    path("map/card/<slug:asset_tag>/", map_card, name="map-card"),
]
equipment_pages = [
    path("find/", find, name="find"),
    path("assets/", equipment.equipment, name="equipment"),
    path("assets/equipment.csv", equipment.equipment_file, name="equipment-file"),
    path("assets/<slug:asset_tag>/", asset.asset, name="asset"),
    path("assets/<slug:asset_tag>/charts/<slug:name>.json", asset.asset_chart, name="asset-chart"),
]

past_pages = [
    path("assets/<slug:asset_tag>/playback/", asset_playback, name="asset-playback"),
    path("assets/<slug:asset_tag>/day.csv", asset_day_file, name="asset-day-file"),
    path("rooms/<int:zone>/history/", room_history, name="room-history"),
    path("rooms/<int:zone>/history.csv", room_history_file, name="room-history-file"),
    path("rooms/<int:zone>/history/chart.json", room_history_chart, name="room-history-chart"),
]

urlpatterns = [*map_pages, *equipment_pages, *past_pages]
