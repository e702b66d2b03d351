"""Changes by people and commands, recorded by themselves.

Every model of the house is either watched or named here as one that only the system writes.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models.signals import m2m_changed, post_delete, post_save, pre_save

from hospital.audit.context import current_actor
from hospital.audit.diff import SECRETS, State, difference, state_of
from hospital.audit.gather import gather
from hospital.audit.models import Action
from hospital.audit.record import record_event

WATCHED = (
    "hospital.User",
    "hospital.Display",
    "hospital.HomeChoice",
    "locations.Site",
    "locations.Department",
    "locations.Building",
    "locations.Floor",
    "locations.Zone",
    "locations.Passage",
    "locations.Receiver",
    "locations.Tag",
    "locations.Survey",
    "locations.SurveyPoint",
    "assets.Category",
    "assets.EquipmentModel",
    "assets.Asset",
    "assets.Identifier",
    "assets.Statement",
    "assets.Placement",
    "par.ParLevel",
    "par.Round",
    "par.Move",
    "assets.Claim",
    "assets.NotHere",
    "assets.LocateAttempt",
    "maintenance.WorkOrder",
    "maintenance.WorkEvent",
    "maintenance.Act",
    "maintenance.Labour",
    "maintenance.PartUsed",
    "maintenance.VendorVisit",
    "maintenance.Downtime",
    "maintenance.RiskClass",
    "maintenance.ServiceLevel",
    "maintenance.OrderTemplate",
    "maintenance.ReportToken",
    "procedures.Procedure",
    "procedures.ProcedureVersion",
    "procedures.Step",
    "procedures.Run",
    "procedures.Answer",
    "procedures.Finding",
    "procedures.Requirement",
    "procedures.TestRecord",
    "recalls.ImportRun",
    "recalls.Match",
    "recalls.Campaign",
    "recalls.Item",
    "recalls.ItemEvent",
    "recalls.DeviceRecord",
    "recalls.Production",
    "planning.Plan",
    "device_orders.OrderRule",
    "stocktake.Stocktake",
    "stocktake.Room",
    "stocktake.Scan",
    "stocktake.Decision",
    "stock.Part",
    "stock.Stock",
    "stock.Movement",
    "planning.Occurrence",
    "planning.Attempt",
    "measures.Purchase",
    "replacement.Weights",
    "replacement.Budget",
    "contracts.Contract",
    "contracts.ContractFile",
    "pool.Reservation",
    "loans.Programme",
    "loans.Loan",
    "loans.LoanEvent",
    "pool.DeliveryRequest",
    "pool.DeliveryEvent",
    "pool.HandOver",
    "alerts.Rule",
    "alerts.Alert",
    "utilisation.StaffedHours",
    "utilisation.SiteClock",
    "utilisation.DayCost",
    "utilisation.ScheduledReport",
    "fleet.Prices",
    "alerts.OnCall",
    "alerts.QuietHours",
    "alerts.MaintenanceWindow",
    "alerts.Channel",
    "alerts.Subscription",
    "collectors.Segment",
    "collectors.Credential",
    "collectors.Endpoint",
    "collectors.ManualPoll",
    "collectors.Pause",
    "collectors.Discovery",
    "collectors.Find",
    "collectors.Source",
    "collectors.SourceToken",
)
SYSTEM_ONLY = (
    "hospital.SentOnce",
    "locations.ReceiverHeard",
    "locations.FloorWalks",
    "locations.FloorPicture",  # people bring it with a plan, which hospital.floor_plans records as one change
    "assets.AssetNow",
    "assets.ActivityInterval",
    "assets.Stay",
    "assets.Search",
    "assets.Waypoint",
    "assets.ReadingNow",
    "assets.Reading",
    "assets.TimelineHead",
    "assets.EvidenceLog",
    "assets.Checkpoint",
    "par.Shortfall",
    "par.ParTransition",
    "utilisation.FleetDay",  # computed from histories
    "utilisation.UnitDay",
    "utilisation.Belonging",
    "utilisation.Touched",
    "utilisation.StaleDay",
    "utilisation.RolledUntil",
    "utilisation.SentReport",
    "fleet.Forecast",
    "maintenance.WorkPhoto",  # what happened to its order names it, and is watched
    "loans.LoanPhoto",  # what happened to its loan names it, and is watched
    "maintenance.WorkFile",
    "maintenance.WorkSignature",
    "maintenance.Mention",
    "procedures.Measurement",  # never changed; its record is watched
    "procedures.Instrument",
    "recalls.Notice",  # what authorities say; the file that brings it is watched, and every version is kept
    "recalls.NoticeVersion",
    "recalls.ImportFile",  # gone when it is taken in; its run is watched
    "recalls.Looked",
    "replacement.Score",  # worked out by the clock
    "replacement.ScoringRun",
    "stocktake.Line",  # what follows from what was said of it, which is watched
    "measures.UseWeek",
    "measures.UseMark",
    "measures.UseTouched",
    "device_orders.Step",
    "device_orders.Told",  # its order and its alert say it, and are watched
    "planning.PlanningRun",  # what the clock did last
    "recalls.Evidence",  # what happened to its piece names it, and is watched
    "alerts.RuleVersion",
    "alerts.RuleState",
    "alerts.Touched",
    "alerts.Turn",
    "alerts.AlertTransition",
    "alerts.Cover",
    "alerts.Delivery",
    "collectors.EndpointHealth",
    "collectors.Chunk",
    "collectors.HandOut",
    "collectors.Notice",
    "collectors.CollectorState",
    "collectors.Disturbance",
    "collectors.SourceHealth",
    "collectors.Receipt",
    "collectors.Trap",
    "collectors.Procedure",
    "hospital.SignInAttempts",
    "hospital.PlanUpload",  # gone in hours; what is taken in of it is recorded then
    "hospital.AuditRecord",
)
RIGHTS = frozenset({"role", "is_staff", "is_superuser", "is_active", "all_sites", "sites"})
"""Fields of an account that say what it may do or see."""


def watch_models() -> None:
    """Connects the signals; called once, when all models are loaded."""
    for label in WATCHED:
        model = apps.get_model(label)
        pre_save.connect(_before_save, sender=model, dispatch_uid=f"audit-before-{label}")
        post_save.connect(_after_save, sender=model, dispatch_uid=f"audit-after-{label}")
        post_delete.connect(_after_delete, sender=model, dispatch_uid=f"audit-delete-{label}")
        for relation in model._meta.local_many_to_many:
            m2m_changed.connect(_after_relation, sender=relation.remote_field.through)


def _before_save(sender: type[models.Model], instance: Any, **_kwargs: Any) -> None:
    if current_actor() is None:
        return
    stored = None if instance._state.adding else sender._base_manager.filter(pk=instance.pk).first()
    instance.audit_before = state_of(stored) if stored else None


def _after_save(
    sender: type[models.Model],
    instance: Any,
    created: bool,  # noqa: FBT001  Django calls it so
    update_fields: Iterable[str] | None = None,
    **_kwargs: Any,
) -> None:
    before: State | None = instance.__dict__.pop("audit_before", None)
    if current_actor() is None:
        return
    only = None if update_fields is None else set(update_fields)
    changes = difference(before, state_of(instance), only=only)
    if created or changes:
        _note(_action(sender, changes, created=created), instance, changes)


def _note(action: Action, instance: models.Model, changes: State) -> None:
    """On the trail at once, or with what is gathered for one event."""
    if not gather(instance, action, changes):
        record_event(action=action, obj=instance, changes=changes)


def _action(sender: type[models.Model], changes: State, *, created: bool) -> Action:
    if sender._meta.label == "collectors.ManualPoll":
        return Action.POLL
    if created:
        return Action.CREATE
    if sender._meta.label == "hospital.User" and RIGHTS & changes.keys():
        return Action.RIGHTS
    return Action.SECRET if SECRETS & changes.keys() else Action.CHANGE


def _after_delete(instance: Any, **_kwargs: Any) -> None:
    if current_actor() is not None:
        _note(Action.DELETE, instance, difference(state_of(instance), None))


def _after_relation(
    sender: type[models.Model], instance: Any, action: str, pk_set: set[Any] | None, **_kwargs: Any
) -> None:
    """A relation's change as [taken away, added], by key."""
    keys = sorted(pk_set or ())
    if current_actor() is None or action not in {"post_add", "post_remove", "post_clear"}:
        return
    if action != "post_clear" and not keys:
        return
    taken, added = ([], keys) if action == "post_add" else (keys or ["all"], [])
    name = sender._meta.object_name.partition("_")[2] if sender._meta.object_name else ""
    rights = isinstance(instance, apps.get_model("hospital.User")) and name in RIGHTS
    record_event(
        action=Action.RIGHTS if rights else Action.CHANGE, obj=instance, changes={name: [taken, added]}
    )
