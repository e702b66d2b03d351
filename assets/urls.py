"""Addresses of the pages about equipment."""

from __future__ import annotations

from django.urls import path

from assets.views import asset, equipment, fetching
from assets.views.find import find, find_way
from assets.views.labels import labels, labels_file, labels_preview
from assets.views.locating import locate
from assets.views.map import floor_map, map_card, map_home, wall
from assets.views.playback import asset_day_file, asset_playback, floor_playback, floor_playback_changes
from assets.views.rooms import room_history, room_history_chart, room_history_file
from assets.views.scan import asset_label, room_label, scan

map_pages = [
    path("map/", map_home, name="map-home"),
    path("map/<slug:floor>/", floor_map, name="map"),
    path("map/<slug:floor>/playback/", floor_playback, name="playback"),
    path("map/<slug:floor>/playback/changes.json", floor_playback_changes, name="playback-changes"),
    path("map/<slug:floor>/wall/", wall, name="wall"),
    path("map/card/<slug:asset_tag>/", map_card, name="map-card"),
]
equipment_pages = [
    path("find/", find, name="find"),
    path("find/way/<slug:asset_tag>/", find_way, name="find-way"),
    path("find/claim/<slug:asset_tag>/", fetching.claim, name="find-claim"),
    path("find/release/<slug:asset_tag>/", fetching.release, name="find-release"),
    path("find/fetched/<slug:asset_tag>/", fetching.fetched, name="find-fetched"),
    path("find/not-here/<slug:asset_tag>/", fetching.not_here, name="find-not-here"),
    path("find/seen-again/<slug:asset_tag>/", fetching.seen_again, name="find-seen-again"),
    path("assets/", equipment.equipment, name="equipment"),
    path("assets/equipment.csv", equipment.equipment_file, name="equipment-file"),
    path("assets/<slug:asset_tag>/", asset.asset, name="asset"),
    path("assets/<slug:asset_tag>/locate/", locate, name="locate"),
    path("assets/<slug:asset_tag>/charts/<slug:name>.json", asset.asset_chart, name="asset-chart"),
]
scan_pages = [
    path("scan/", scan, name="scan"),
    path("a/<slug:asset_tag>", asset_label, name="asset-label"),
    path("r/<slug:floor>/<str:code>", room_label, name="room-label"),
]
label_pages = [
    path("labels/", labels, name="labels"),
    path("labels/labels.pdf", labels_file, name="labels-file"),
    path("labels/preview.svg", labels_preview, name="labels-preview"),
]

past_pages = [
    path("assets/<slug:asset_tag>/playback/", asset_playback, name="asset-playback"),
    path("assets/<slug:asset_tag>/day.csv", asset_day_file, name="asset-day-file"),
    path("rooms/<int:zone>/history/", room_history, name="room-history"),
    path("rooms/<int:zone>/history.csv", room_history_file, name="room-history-file"),
    path("rooms/<int:zone>/history/chart.json", room_history_chart, name="room-history-chart"),
]

urlpatterns = [*map_pages, *equipment_pages, *scan_pages, *label_pages, *past_pages]
