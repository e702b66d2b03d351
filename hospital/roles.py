"""Who may do what: one table, read by pages, API, websockets and admin alike.

Permissions are Django's own strings (``app.verb_model``), so that ``user.has_perm`` is the one question asked
everywhere; :class:`hospital.backends.RoleBackend` answers it from this table.
"""

from __future__ import annotations

from django.db import models


class Role(models.TextChoices):
    NURSE = "nurse", "Nurse"
    BIOMED = "biomed", "Biomedical engineer"
    FACILITIES = "facilities", "Facilities manager"
    ADMIN = "admin", "Administrator"
    DISPLAY = "display", "Wall display"


_PLACES = frozenset(
    {"locations.view_site", "locations.view_floor", "locations.view_zone", "locations.view_department"}
)
_EQUIPMENT = frozenset({"assets.view_asset", "assets.view_category", "assets.find_asset"})
_HISTORY = frozenset(
    {"assets.view_reading", "assets.view_activityinterval", "assets.view_stay", "locations.view_tag"}
)
_COLLECTING = frozenset(
    {
        "collectors.view_endpoint",
        "collectors.view_segment",
        "collectors.view_source",
        "collectors.view_disturbance",
    }
)
_RECEIVERS = frozenset({"locations.view_receiver", "locations.import_receivers", "locations.record_survey"})
_PLANS = frozenset({"locations.change_zone"})
_HANDS_ON = frozenset(
    {"collectors.poll_endpoint", "collectors.pause_polling", "collectors.view_find", "collectors.discover"}
)
_PLACING = frozenset({"assets.place_asset"})
_TOKENS = frozenset({"collectors.change_sourcetoken"})

PERMISSIONS: dict[str, frozenset[str]] = {
    Role.NURSE: _PLACES | _EQUIPMENT | _PLACING,
    Role.BIOMED: _PLACES | _EQUIPMENT | _HISTORY | _COLLECTING | _HANDS_ON | _RECEIVERS | _PLANS | _PLACING,
    Role.FACILITIES: _PLACES | _EQUIPMENT | _HISTORY,
    Role.ADMIN: _PLACES
    | _EQUIPMENT
    | _HISTORY
    | _COLLECTING
    | _HANDS_ON
    | _RECEIVERS
    | _TOKENS
    | _PLANS
    | _PLACING,
    Role.DISPLAY: frozenset({"locations.view_floor", "assets.watch_floor"}),
}
"""What each role may do. Administrators edit through the admin site besides (``is_staff`` and superuser)."""
