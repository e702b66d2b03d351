"""The rooms that people walk through: one table behind the rail, the bottom bar and the keyboard jumps."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Room:
    """One entry. ``key`` follows ``g`` on the keyboard; ``sections`` are the URL names that light it up."""

    title: str | Promise
    url_name: str
    icon: str
    key: str
    permission: str
    sections: frozenset[str]
    on_phone: bool = True


ROOMS: tuple[Room, ...] = (
    Room(
        _("Map"),
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
    Room(_("Find"), "find", "find", "f", "assets.find_asset", frozenset({"find", "find-way", "locate"})),
    Room(_("Scan"), "scan", "scan", "s", "assets.view_asset", frozenset({"scan"})),
    Room(
        _("Equipment"),
        "equipment",
        "equipment",
        "e",
        "assets.view_asset",
        frozenset({"equipment", "asset", "labels"}),
    ),
    Room(
        _("Par levels"),
        "par-board",
        "levels",
        "p",
        "par.view_parlevel",
        frozenset({"par-board", "par-level", "par-edit", "par-new", "par-import", "par-rounds", "par-round"}),
        on_phone=False,
    ),
    Room(
        _("Utilisation"),
        "utilisation",
        "chart",
        "u",
        "utilisation.view_fleetday",
        frozenset(
            {
                "utilisation",
                "utilisation-fleet",
                "utilisation-reports",
                "utilisation-report",
                "fleet-size",
                "fleet-forecast",
                "fleet-prices",
            }
        ),
        on_phone=False,
    ),
    Room(
        _("Maintenance"),
        "work-orders",
        "work",
        "w",
        "maintenance.view_workorder",
        frozenset(
            {
                "work-orders",
                "work-order",
                "work-board",
                "work-new",
                "work-bedside",
                "work-sheet",
                "work-bulk",
                "work-checks",
                "safety-test",
                "calibration",
                "calibration-register",
                "certificate",
                "procedures",
                "procedure",
                "procedure-new",
                "procedure-edit",
                "procedure-import",
                "procedure-version",
                "procedure-run",
                "procedure-answers",
                "maintenance-plans",
                "maintenance-plan",
                "maintenance-plan-new",
                "maintenance-calendar",
                "maintenance-walk",
                "measures",
                "measured-orders",
                "measured-occurrences",
                "parts",
                "loans",
                "loan",
                "loan-new",
                "loan-costs",
                "loan-programmes",
                "loan-programme",
                "loan-programme-new",
                "bookings",
                "booking",
                "part",
                "part-new",
                "parts-import",
                "part-stores",
                "part-store",
                "contracts",
                "contract",
                "contract-new",
                "contract-edit",
                "replacement",
                "replacement-of-asset",
                "replacement-plan",
                "replacement-weights",
            }
        ),
        on_phone=False,
    ),
    Room(
        _("Stocktake"),
        "stocktakes",
        "list",
        "t",
        "stocktake.view_stocktake",
        frozenset({"stocktakes", "stocktake", "stocktake-new", "stocktake-room", "stocktake-report"}),
        on_phone=False,
    ),
    Room(
        _("Recalls"),
        "recalls",
        "warning",
        "l",
        "recalls.view_notice",
        frozenset({"recalls", "recall", "recall-report", "recall-import", "recall-import-run"}),
        on_phone=False,
    ),
    Room(
        _("Requests"),
        "requests",
        "deliver",
        "r",
        "pool.view_deliveryrequest",
        frozenset({"requests", "request", "ask-delivery", "reservations", "asset-reservations", "hand-over"}),
        on_phone=False,
    ),
    Room(
        _("Alerts"),
        "alerts",
        "bell",
        "a",
        "alerts.view_alert",
        frozenset(
            {
                "alerts",
                "alert",
                "alert-rules",
                "alert-rule",
                "alert-rule-new",
                "alert-subscriptions",
                "alert-deliveries",
                "alert-fatigue",
                "alert-on-call",
                "alert-on-call-one",
                "alert-windows",
                "alert-window",
            }
        ),
    ),
    Room(
        _("Collectors"),
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
