"""The rooms that people walk through: one table behind the rail, the bottom bar and the keyboard jumps."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Room:
    """One entry. ``key`` follows ``g`` on the keyboard; ``sections`` are the URL names that light it up."""

    title: str
    url_name: str
    icon: str
    key: str
    permission: str
    sections: frozenset[str]
    on_phone: bool = True


ROOMS: tuple[Room, ...] = (
    Room(
        "Map",
        "map-home",
        "map",
        "m",
        "assets.view_asset",
        frozenset(
            {
                "map-home",
                "map",
                "playback",
                "room-history",
                "plans",
                "plan-edit",
                "plan-import",
                "plan-preview",
            }
        ),
    ),
    Room("Find", "find", "find", "f", "assets.find_asset", frozenset({"find"})),
    Room("Equipment", "equipment", "equipment", "e", "assets.view_asset", frozenset({"equipment", "asset"})),
    Room(
        "Collectors",
        "endpoints",
        "collectors",
        "c",
        "collectors.view_endpoint",
        frozenset(
            {
                "endpoints",
                "endpoint",
                "manual-poll",
                "segment",
                "sources",
                "source",
                "pause-everything",
                "pause-endpoint",
                "pause-segment",
                "risks",
                "receivers",
                "receivers-import",
                "surveys",
                "survey",
                "survey-import",
            }
        ),
        on_phone=False,
    ),
)
