"""Who may do what: one table, read by pages, API, websockets and admin alike.

Permissions are Django's own strings (``app.verb_model``), so that ``user.has_perm`` is the one question asked
everywhere; :class:`hospital.backends.RoleBackend` answers it from this table.
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    NURSE = "nurse", _("Nurse")
    BIOMED = "biomed", _("Biomedical engineer")
    FACILITIES = "facilities", _("Facilities manager")
    ADMIN = "admin", _("Administrator")
    DISPLAY = "display", _("Wall display")


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
_SAYING = frozenset({"assets.state_asset", "maintenance.report_fault"})
_FETCHING = frozenset({"assets.claim_asset", "assets.locate_asset"})
_ASKING = frozenset({"pool.reserve_equipment", "pool.ask_delivery", "pool.hand_over"})
_SEEING_REQUESTS = frozenset({"pool.view_reservation", "pool.view_deliveryrequest"})
_SERVING = frozenset({"pool.serve_delivery"})
_WORK = frozenset({"maintenance.view_workorder", "maintenance.move_workorder"})
_CHECKING = frozenset(
    {
        "procedures.view_procedure",
        "procedures.change_procedure",
        "procedures.view_run",
        "procedures.record_test",
    }
)
_TESTS = frozenset({"procedures.view_testrecord"})
_RECALLS = frozenset({"recalls.view_notice"})
_RECALLING = frozenset(
    {"recalls.import_notice", "recalls.decide_match", "recalls.work_campaign", "recalls.close_campaign"}
)
_PLANNING = frozenset(
    {"planning.view_plan", "planning.view_occurrence", "planning.make_plan", "planning.walk_plans"}
)
_MEASURES = frozenset({"measures.view_measures"})
_PARTS = frozenset({"stock.view_part"})
_CONTRACTS = frozenset({"contracts.view_contract", "contracts.change_contract"})
_REPLACEMENT = frozenset({"replacement.view_score"})
_BUDGETS = frozenset({"replacement.set_budget"})
_STOCK = frozenset({"stock.move_stock"})
_LOANS = frozenset({"loans.view_loan", "loans.view_programme"})
_LENDING = frozenset({"loans.lend_equipment", "loans.manage_loans"})
_STOCKTAKES = frozenset({"stocktake.view_stocktake"})
_COUNTING = frozenset({"stocktake.count_stocktake"})
_TAKING_STOCK = frozenset({"stocktake.open_stocktake"})
_PAR = frozenset({"par.view_parlevel", "par.view_round"})
_PAR_LEVELS = frozenset({"par.change_parlevel"})
_UTILISATION = frozenset({"utilisation.view_fleetday"})
_PRICES = frozenset({"fleet.change_prices"})
_ROUNDS = frozenset({"par.walk_round"})
_TOKENS = frozenset({"collectors.change_sourcetoken"})
_ALERTS = frozenset({"alerts.view_alert", "alerts.acknowledge_alert", "alerts.change_subscription"})
_ALL_ALERTS = frozenset({"alerts.view_every_unit", "alerts.view_rule", "alerts.view_fatigue"})
_RULES = frozenset(
    {"alerts.view_technical", "alerts.change_rule", "alerts.change_maintenancewindow", "alerts.change_oncall"}
)
_CHANNELS = frozenset({"alerts.view_delivery", "alerts.change_channel"})

_LOOKING = _PLACES | _EQUIPMENT | _PAR | _SEEING_REQUESTS | _ALERTS | _STOCKTAKES
_AT_THE_BEDSIDE = _LOOKING | _PLACING | _SAYING | _FETCHING | _ASKING | _ROUNDS | _COUNTING
_ENGINEERING = (
    _AT_THE_BEDSIDE
    | _HISTORY
    | _COLLECTING
    | _HANDS_ON
    | _RECEIVERS
    | _PLANS
    | _WORK
    | _CHECKING
    | _TESTS
    | _RECALLS
    | _RECALLING
    | _PLANNING
    | _MEASURES
    | _PARTS
    | _STOCK
    | _CONTRACTS
    | _REPLACEMENT
    | _LOANS
    | _LENDING
    | _TAKING_STOCK
    | _SERVING
    | _PAR_LEVELS
    | _UTILISATION
    | _ALL_ALERTS
    | _RULES
)

PERMISSIONS: dict[str, frozenset[str]] = {
    Role.NURSE: _AT_THE_BEDSIDE,
    Role.BIOMED: _ENGINEERING,
    Role.FACILITIES: (
        _LOOKING
        | _HISTORY
        | _TESTS
        | _RECALLS
        | _MEASURES
        | _PARTS
        | _CONTRACTS
        | _REPLACEMENT
        | _BUDGETS
        | _LOANS
        | _PAR_LEVELS
        | _UTILISATION
        | _PRICES
        | _ALL_ALERTS
    ),
    Role.ADMIN: _ENGINEERING | _PRICES | _BUDGETS | _TOKENS | _CHANNELS,
    Role.DISPLAY: frozenset({"locations.view_floor", "assets.watch_floor"}),
}
"""What each role may do. Administrators edit through the admin site besides (``is_staff`` and superuser)."""
