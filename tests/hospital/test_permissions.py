"""Who may do what: nobody without a session, each role what its row says, on every address there is."""

from datetime import timedelta
from urllib.parse import urlsplit
from uuid import UUID

import pytest
from django.contrib.auth.models import Permission
from django.utils import timezone

from assets.alerts.models import Alert, Channel, Rule
from assets.contracts.models import Contract, ContractFile
from assets.loans.models import Loan, LoanPhoto, Programme
from assets.maintenance.models import WorkFile, WorkOrder, WorkPhoto, WorkSignature
from assets.models import EvidenceLog
from assets.par.models import ParLevel, Round
from assets.planning.models import Occurrence, Plan
from assets.pool.models import DeliveryRequest, Reservation
from assets.procedures.models import Procedure, ProcedureVersion, Run, Step, TestRecord
from assets.recalls.models import Campaign, Evidence, ImportRun, Item, ItemEvent, Match, Notice
from assets.replacement.models import Score
from assets.stock.models import Part, Stock
from assets.stocktake.models import Line, Room, Stocktake
from collectors.models import (
    Discovery,
    Endpoint,
    Find,
    ManualPoll,
    Pause,
    Segment,
    Source,
    SourceToken,
)
from hospital.displays import make_display
from hospital.models import PlanUpload
from hospital.roles import PERMISSIONS, Role
from locations.models import FloorPicture, Zone
from tests.hospital.addresses import Address, all_addresses
from tests.locations.plan_files import image

OPEN = {
    "sign-in", "health", "enter-display", "words", "choose-language", "manifest", "service-worker", "offline",
    "report-fault",
}  # fmt: skip
"""What the world may see, and the language to see it in; besides, the admin site's door, which only leads to ours."""
TAKES_POSTS = {"report-fault", "choose-language"}
"""What takes something from the world: it says what is missing in an empty form."""
HIDDEN = {"metrics"}
"""What is not even there without a token or a staff account."""
EVERYBODY = {Role.NURSE, Role.BIOMED, Role.FACILITIES, Role.ADMIN}
TECHNICAL = {Role.BIOMED, Role.ADMIN}
HANDS_ON = {Role.NURSE, Role.BIOMED, Role.ADMIN}
HISTORY = {Role.BIOMED, Role.FACILITIES, Role.ADMIN}

PAGES = {
    "home": EVERYBODY,
    "api-docs": EVERYBODY,
    "map-home": EVERYBODY,
    "map": EVERYBODY,
    "map-card": EVERYBODY,
    "floor-picture": EVERYBODY,
    "plan-import": TECHNICAL,
    "plan-preview": TECHNICAL,
    "plan-preview-picture": TECHNICAL,
    "wall": EVERYBODY | {Role.DISPLAY},
    "floor-plan": EVERYBODY | {Role.DISPLAY},
    "find": EVERYBODY,
    "find-way": EVERYBODY,
    "find-claim": HANDS_ON,
    "find-release": HANDS_ON,
    "find-fetched": HANDS_ON,
    "find-not-here": HANDS_ON,
    "find-seen-again": HANDS_ON,
    "locate": HANDS_ON,
    "equipment": EVERYBODY,
    "equipment-file": EVERYBODY,
    "asset": EVERYBODY,
    "scan": EVERYBODY,
    "asset-label": EVERYBODY,
    "room-label": EVERYBODY,
    "session": EVERYBODY,
    "labels": EVERYBODY,
    "labels-file": EVERYBODY,
    "labels-preview": EVERYBODY,
    "asset-chart": HISTORY,
    "playback": HISTORY,
    "playback-changes": HISTORY,
    "asset-playback": HISTORY,
    "asset-day-file": HISTORY,
    "room-history": HISTORY,
    "room-history-file": HISTORY,
    "room-history-chart": HISTORY,
    "utilisation": HISTORY,
    "utilisation-reports": HISTORY,
    "utilisation-report": HISTORY,
    "utilisation-report-chart": HISTORY,
    "utilisation-report-file": HISTORY,
    "utilisation-report-print": HISTORY,
    "utilisation-parquet": HISTORY,
    "utilisation-chart": HISTORY,
    "utilisation-file": HISTORY,
    "utilisation-fleet": HISTORY,
    "utilisation-days": HISTORY,
    "utilisation-fleet-file": HISTORY,
    "utilisation-by-mail": HISTORY,
    "utilisation-mail-add": HISTORY,
    "utilisation-mail-remove": HISTORY,
    "utilisation-mail-send": HISTORY,
    "utilisation-asset": HISTORY,
    "utilisation-strip": HISTORY,
    "utilisation-asset-file": HISTORY,
    "utilisation-print": HISTORY,
    "utilisation-fleet-print": HISTORY,
    "utilisation-times": HISTORY,
    "utilisation-week": HISTORY,
    "utilisation-week-file": HISTORY,
    "utilisation-at-once": HISTORY,
    "utilisation-at-once-file": HISTORY,
    "utilisation-idle": HISTORY,
    "utilisation-idle-file": HISTORY,
    "fleet-size": HISTORY,
    "fleet-size-curve": HISTORY,
    "fleet-size-sensitive": HISTORY,
    "fleet-size-file": HISTORY,
    "fleet-size-print": HISTORY,
    "fleet-size-then": HISTORY,
    "fleet-forecast": HISTORY,
    "fleet-forecast-days": HISTORY,
    "fleet-forecast-file": HISTORY,
    "fleet-prices": {Role.FACILITIES, Role.ADMIN},
    "alerts": EVERYBODY,
    "alert": EVERYBODY,
    "alerts-act": EVERYBODY,
    "alerts-bell": EVERYBODY,
    "alerts-tags": EVERYBODY,
    "alert-rules": HISTORY,
    "alert-rule": HISTORY,
    "alert-rule-opens": HISTORY,
    "alert-rule-new": TECHNICAL,
    "alert-rule-try": TECHNICAL,
    "alert-subscriptions": EVERYBODY,
    "alert-push": EVERYBODY,
    "alert-channel-test": EVERYBODY,
    "alert-channel-remove": EVERYBODY,
    "alert-deliveries": {Role.ADMIN},
    "alert-fatigue": HISTORY,
    "alert-on-call": TECHNICAL,
    "alert-on-call-one": TECHNICAL,
    "alert-on-call-end": TECHNICAL,
    "alert-windows": TECHNICAL,
    "alert-window": TECHNICAL,
    "alert-window-end": TECHNICAL,
    "endpoints": TECHNICAL,
    "endpoint": TECHNICAL,
    "endpoints-of-asset": TECHNICAL,
    "manual-poll": TECHNICAL,
    "poll-now": TECHNICAL,
    "segment": TECHNICAL,
    "sources": TECHNICAL,
    "source": TECHNICAL,
    "revoke-token": {Role.ADMIN},
    "profiles": TECHNICAL,
    "profile": TECHNICAL,
    "pause-endpoint": TECHNICAL,
    "pause-segment": TECHNICAL,
    "pause-everything": {Role.ADMIN},
    "resume": TECHNICAL,
    "discovery": TECHNICAL,
    "stop-discovery": TECHNICAL,
    "find-device": TECHNICAL,
    "leave-find": TECHNICAL,
    "risks": TECHNICAL,
    "risks-file": TECHNICAL,
    "receivers": TECHNICAL,
    "receivers-file": TECHNICAL,
    "receivers-import": TECHNICAL,
    "surveys": TECHNICAL,
    "survey": TECHNICAL,
    "survey-tags": TECHNICAL,
    "survey-file": TECHNICAL,
    "survey-import": TECHNICAL,
    "plans": TECHNICAL,
    "plan-edit": TECHNICAL,
    "plan-state": TECHNICAL,
    "home-choice": {Role.NURSE, Role.BIOMED, Role.FACILITIES},
    "home-trends": HISTORY,
    "par-board": EVERYBODY,
    "par-file": EVERYBODY,
    "par-level": EVERYBODY,
    "par-new": HISTORY,
    "par-edit": HISTORY,
    "par-remove": HISTORY,
    "par-undo": HISTORY,
    "par-import": HISTORY,
    "par-rounds": EVERYBODY,
    "par-round": EVERYBODY,
    "par-tick": {Role.NURSE, Role.BIOMED, Role.ADMIN},
    "acts": HANDS_ON,
    "act": HANDS_ON,
    "act-undo": HANDS_ON,
    "act-photo": HANDS_ON,
    "work-orders": TECHNICAL,
    "work-order": TECHNICAL,
    "work-order-move": TECHNICAL,
    "work-order-comment": TECHNICAL,
    "work-order-priority": TECHNICAL,
    "work-order-add-photo": TECHNICAL,
    "work-order-add-file": TECHNICAL,
    "work-order-add": TECHNICAL,
    "work-order-assign": TECHNICAL,
    "work-bedside": TECHNICAL,
    "work-sheet": TECHNICAL,
    "work-board": TECHNICAL,
    "work-new": TECHNICAL,
    "work-bulk": TECHNICAL,
    "work-file": TECHNICAL,
    "work-signature": TECHNICAL,
    "work-photo": TECHNICAL,
    "procedures": TECHNICAL,
    "procedure": TECHNICAL,
    "procedure-new": TECHNICAL,
    "procedure-edit": TECHNICAL,
    "procedure-import": TECHNICAL,
    "procedure-draft": TECHNICAL,
    "procedure-retire": TECHNICAL,
    "procedure-version": TECHNICAL,
    "work-checks": TECHNICAL,
    "safety-test": TECHNICAL,
    "calibration": TECHNICAL,
    "procedure-run": TECHNICAL,
    "procedure-run-strike": TECHNICAL,
    "procedure-answer": TECHNICAL,
    "procedure-answers": TECHNICAL,
    "certificate": HISTORY,
    "certificate-file": HISTORY,
    "certificate-strike": TECHNICAL,
    "calibration-register": HISTORY,
    "calibration-register-file": HISTORY,
    "maintenance-plans": TECHNICAL,
    "maintenance-plan": TECHNICAL,
    "maintenance-plan-new": TECHNICAL,
    "maintenance-plan-end": TECHNICAL,
    "maintenance-plans-of-asset": TECHNICAL,
    "work-told": TECHNICAL,
    "parts": HISTORY,
    "parts-file": HISTORY,
    "parts-import": TECHNICAL,
    "part-new": TECHNICAL,
    "part": HISTORY,
    "part-move": TECHNICAL,
    "stocktakes": EVERYBODY,
    "stocktake": EVERYBODY,
    "stocktake-new": TECHNICAL,
    "stocktake-close": TECHNICAL,
    "stocktake-report": EVERYBODY,
    "stocktake-file": EVERYBODY,
    "stocktake-report-file": EVERYBODY,
    "stocktake-missing": TECHNICAL,
    "stocktake-tag": TECHNICAL,
    "stocktake-room": EVERYBODY,
    "stocktake-room-close": HANDS_ON,
    "part-stores": HISTORY,
    "part-store": TECHNICAL,
    "work-use": TECHNICAL,
    "work-told-of-asset": TECHNICAL,
    "contracts": HISTORY,
    "contract": HISTORY,
    "contract-new": HISTORY,
    "contract-edit": HISTORY,
    "contract-attach": HISTORY,
    "contract-file": HISTORY,
    "contracts-of-asset": HISTORY,
    "replacement": HISTORY,
    "replacement-of-asset": HISTORY,
    "replacement-plan": HISTORY,
    "replacement-chart": HISTORY,
    "replacement-file": HISTORY,
    "replacement-weights": {Role.FACILITIES, Role.ADMIN},
    "maintenance-calendar": TECHNICAL,
    "maintenance-walk": TECHNICAL,
    "maintenance-move": TECHNICAL,
    "maintenance-attempt": TECHNICAL,
    "measures": HISTORY,
    "measured-orders": HISTORY,
    "measured-occurrences": HISTORY,
    "recalls": HISTORY,
    "recall": HISTORY,
    "recall-report": HISTORY,
    "recall-report-file": HISTORY,
    "recall-photo": HISTORY,
    "recalls-of-asset": HISTORY,
    "recall-import": TECHNICAL,
    "recall-import-run": TECHNICAL,
    "recall-decide": TECHNICAL,
    "recall-undo": TECHNICAL,
    "recall-move": TECHNICAL,
    "recall-close": TECHNICAL,
    "loans": HISTORY,
    "loans-file": HISTORY,
    "loan-costs": HISTORY,
    "loan-new": TECHNICAL,
    "loan": HISTORY,
    "loan-move": TECHNICAL,
    "loan-photo": HISTORY,
    "loan-programmes": HISTORY,
    "loan-programme-new": TECHNICAL,
    "loan-programme": HISTORY,
    "loans-of-asset": HISTORY,
    "bookings": EVERYBODY,
    "booking": EVERYBODY,
    "asset-reservations": EVERYBODY,
    "reservations": EVERYBODY,
    "reservation-cancel": HANDS_ON,
    "reservation-restore": HANDS_ON,
    "requests": EVERYBODY,
    "request": EVERYBODY,
    "ask-delivery": HANDS_ON,
    "request-move": HANDS_ON,
    "hand-over": HANDS_ON,
}
"""Page → who may open it. A new page has to find its row here."""
POSTED = {
    "poll-now", "resume", "stop-discovery", "leave-find", "revoke-token", "par-remove", "par-undo", "par-tick",
    "find-claim", "find-release", "find-fetched", "find-not-here", "find-seen-again", "act", "act-undo", "act-photo",
    "work-order-move", "work-order-comment", "work-order-priority", "work-order-add-photo", "reservation-cancel",
    "reservation-restore", "request-move", "work-order-add-file", "work-order-add", "work-order-assign", "work-bulk",
    "recall-decide", "recall-undo", "recall-move", "recall-close",
    "procedure-draft", "procedure-retire", "procedure-run-strike", "procedure-answer", "certificate-strike",
    "maintenance-plan-end", "maintenance-move", "maintenance-attempt", "part-move", "contract-attach", "loan-move",
    "stocktake-close", "stocktake-missing", "stocktake-tag", "stocktake-room-close",
    "alerts-act", "alert-rule-try", "alert-push", "alert-channel-test", "alert-channel-remove",
    "alert-on-call-end", "alert-window-end", "utilisation-mail-add", "utilisation-mail-remove",
    "utilisation-mail-send",
}  # fmt: skip
ALSO_POSTED = {
    "plan-import",
    "plan-preview",
    "pause-endpoint",
    "pause-segment",
    "pause-everything",
    "receivers-import",
    "survey",
    "survey-import",
    "plan-edit",
    "discovery",
    "find-device",
    "par-new",
    "par-edit",
    "par-import",
    "par-rounds",
    "home-choice",
    "locate",
    "asset-reservations",
    "reservations",
    "ask-delivery",
    "hand-over",
    "alert-rule",
    "alert-rule-opens",
    "alert-rule-new",
    "alert-subscriptions",
    "alert-on-call",
    "alert-on-call-one",
    "alert-windows",
    "alert-window",
    "work-new",
    "work-bedside",
    "work-checks",
    "safety-test",
    "calibration",
    "procedure-new",
    "procedure-edit",
    "procedure-import",
    "recall-import",
    "recall-import-run",
    "maintenance-plan-new",
    "maintenance-plan",
    "parts-import",
    "part-new",
    "stocktake-new",
    "part",
    "part-store",
    "work-use",
    "fleet-prices",
    "contract-new",
    "contract-edit",
    "replacement-weights",
    "loan-new",
    "loan-programme-new",
    "loan-programme",
    "booking",
}
"""Shows a form, and takes it."""
UNTOLD = {
    "fleet-size-then",
    "measured-orders", "measured-occurrences", "part-move", "utilisation-mail-remove",
    "utilisation-mail-send", "utilisation-report-chart",
    "alerts-act", "alert-push", "alert-rule-new", "alert-rule-try", "alert-channel-test", "alert-channel-remove",
    "alert-on-call-one", "alert-on-call-end", "alert-window", "alert-window-end",
}  # fmt: skip
"""Understands nothing without being told more, is about a thing of one's own, or has nothing to draw."""
OF_ONE_THING = {
    "endpoint", "manual-poll", "poll-now", "pause-endpoint", "pause-segment", "resume", "segment", "source",
    "stop-discovery", "find-device", "leave-find", "plan-preview", "plan-preview-picture",
    "room-history", "room-history-file", "room-history-chart",
    "par-level", "par-edit", "par-remove", "par-round", "par-tick", "work-order", "work-order-move",
    "work-order-comment", "work-order-priority", "work-order-add-photo", "work-photo", "reservation-cancel",
    "reservation-restore", "request", "request-move",
    "alert", "alert-rule", "alert-rule-opens", "work-told", "work-use", "alert-channel-test", "alert-channel-remove",
    "alert-on-call-one", "alert-on-call-end", "alert-window", "alert-window-end",
    "work-order-add-file", "work-order-add", "recall-photo",
    "maintenance-plan", "maintenance-plan-end", "maintenance-move", "maintenance-attempt",
    "work-order-assign", "work-bedside", "work-sheet", "work-file", "work-signature",
    "work-checks", "safety-test", "calibration", "procedure-run", "procedure-run-strike", "procedure-answer",
    "procedure-answers", "certificate", "certificate-file", "certificate-strike",
    "utilisation-mail-remove", "utilisation-mail-send", "contract", "contract-edit", "contract-attach", "contract-file",
    "loan", "loan-move", "loan-photo", "booking",
    "stocktake", "stocktake-close", "stocktake-report", "stocktake-file", "stocktake-report-file",
    "stocktake-missing", "stocktake-tag", "stocktake-room", "stocktake-room-close",
}  # fmt: skip
API = {
    "api-schema": EVERYBODY,
    "site": EVERYBODY,
    "floor": EVERYBODY,
    "zone": EVERYBODY,
    "category": EVERYBODY,
    "asset": EVERYBODY,
    "tag": HISTORY,
    "reading": HISTORY,
    "activityinterval": HISTORY,
    "stay": HISTORY,
    "floor-history": HISTORY,
    "floor-as-of": HISTORY,
    "zone-history": HISTORY,
    "asset-trail": HISTORY,
    "alert": EVERYBODY,
    "endpoint": TECHNICAL,
    "disturbance": TECHNICAL,
    "source": TECHNICAL,
    "scan-code": EVERYBODY,
    "workorder": TECHNICAL,
    "procedure": TECHNICAL,
    "run": TECHNICAL,
    "testrecord": HISTORY,
    "notice": HISTORY,
    "plan": TECHNICAL,
    "part": HISTORY,
    "contract": HISTORY,
    "score": HISTORY,
    "planned-replacements": HISTORY,
    "stocktake": EVERYBODY,
    "stocktake-rooms": EVERYBODY,
    "stocktake-lines": EVERYBODY,
    "occurrence": TECHNICAL,
    "measured": HISTORY,
    "reservation": EVERYBODY,
    "booked": EVERYBODY,
    "lent": HISTORY,
    "lent-programme": HISTORY,
    "deliveryrequest": EVERYBODY,
    "utilisation-fleets": HISTORY,
    "utilisation-of-units": HISTORY,
    "utilisation-of-flow": HISTORY,
    "utilisation-of-searches": HISTORY,
    "utilisation-of-par": HISTORY,
    "utilisation-of-modalities": HISTORY,
    "utilisation-of-rentals": HISTORY,
    "utilisation-of-shrinkage": HISTORY,
    "utilisation-units": HISTORY,
    "utilisation-assets": HISTORY,
    "utilisation-by-hour": HISTORY,
    "utilisation-in-steps": HISTORY,
    "utilisation-idle-equipment": HISTORY,
    "utilisation-size": HISTORY,
    "utilisation-shortages": HISTORY,
    "utilisation-sizes": HISTORY,
    "utilisation-pools": HISTORY,
    "utilisation-moves": HISTORY,
    "utilisation-sensitivity": HISTORY,
    "utilisation-forecast": HISTORY,
}
"""What the API lists → who may read it. Nobody who is signed in writes there."""
ACTIONS = {
    "part-receive": TECHNICAL,
    "part-count": TECHNICAL,
    "part-use": TECHNICAL,
    "stocktake-count": HANDS_ON,
    "stocktake-take-back": HANDS_ON,
    "asset-place": HANDS_ON,
    "asset-claim": HANDS_ON,
    "scan-cleaned": HANDS_ON,
    "asset-act": HANDS_ON,
    "asset-hand-over": HANDS_ON,
    "workorder-move": TECHNICAL,
    "workorder-open": TECHNICAL,
    "workorder-record": TECHNICAL,
    "workorder-assign": TECHNICAL,
    "workorder-comment": TECHNICAL,
    "workorder-down": TECHNICAL,
    "workorder-up": TECHNICAL,
    "workorder-labour": TECHNICAL,
    "workorder-parts": TECHNICAL,
    "workorder-visits": TECHNICAL,
    "workorder-bulk": TECHNICAL,
    "notice-decide": TECHNICAL,
    "notice-move": TECHNICAL,
    "notice-close": TECHNICAL,
    "booked-book": HANDS_ON,
    "booked-cancel": HANDS_ON,
    "lent-check-out": TECHNICAL,
    "lent-move": TECHNICAL,
    "reservation-reserve": HANDS_ON,
    "reservation-change": HANDS_ON,
    "deliveryrequest-ask": HANDS_ON,
    "deliveryrequest-move": HANDS_ON,
    "alert-acknowledge": EVERYBODY,
    "alert-resolve": EVERYBODY,
}
"""What people do through the API → who may."""
FOR_PROGRAMS = {"observations"}
"""What takes observations from whoever shows the token of a source, and is nothing to any account."""


def names_of(addresses) -> list[str]:
    return [address.name for address in addresses]


def pages() -> list[Address]:
    return [
        address
        for address in all_addresses()
        if not (address.is_admin or address.is_api or address.name in OPEN | HIDDEN | {"sign-out"})
    ]


@pytest.fixture
def hospital_in_use(floor, make_pump, make_zone, make_endpoint, biomed, noon):
    """One of each thing that an address names."""
    pump = make_pump("P-1")
    bay = make_zone("Bay", id=1)
    ParLevel.objects.create(
        id=1, site=pump.site, zone=bay, category=pump.model.category, target=1, critical=1
    )
    Round.objects.create(id=1, site=pump.site, start=bay, made_at=noon)
    endpoint = make_endpoint(id=1, asset=pump)
    Segment.objects.filter(pk=endpoint.segment_id).update(id=1)
    Endpoint.objects.update(segment_id=1)
    Pause.objects.create(
        id=1, endpoint=endpoint, reason="Firmware", begun_at=noon, begun_by=biomed, ended_at=noon
    )
    source = Source.objects.create(id=1, name="Infusa server", kind="http", site=pump.site)
    SourceToken.objects.create(id=1, source=source, name="Its vendor", digest="0" * 64, expires_at=noon)
    Discovery.objects.create(id=UUID(int=7), segment_id=1, network="10.0.0.0/24", requested_at=noon)
    Find.objects.create(
        id=1, kind="new", segment_id=1, host="10.0.0.9", port=502, protocol="modbus_tcp",
        first_seen_at=noon, seen_at=noon,
    )  # fmt: skip
    ManualPoll.objects.create(id=UUID(int=7), endpoint=endpoint, requested_by=biomed, requested_at=noon)
    PlanUpload.objects.create(
        id=UUID(int=7), uploaded_by=biomed, uploaded_at=timezone.now(), file_name="plan.png", content=image(4, 4),
        site=pump.site, building="main", building_name="Main",
    )  # fmt: skip
    order = WorkOrder.objects.create(number=1, asset=pump, kind="corrective", team="biomed", opened_at=noon)
    WorkPhoto.objects.create(
        id=UUID(int=7), order=order, at=noon, content=image(4, 4), width_px=4, height_px=4
    )
    WorkFile.objects.create(id=UUID(int=7), order=order, at=noon, name="report.pdf", content=b"%PDF-1.7")
    WorkSignature.objects.create(id=1, order=order, at=noon, name="Bruno", drawing=image(4, 4))
    bay = Zone.objects.get(pk=1)
    Reservation.objects.create(
        id=1, site=pump.site, asset=pump, category=pump.model.category, begin=noon, end=noon + timedelta(hours=1),
        made_at=noon,
    )  # fmt: skip
    DeliveryRequest.objects.create(id=1, category=pump.model.category, to_zone=bay, asked_at=noon)
    rule = Rule.objects.create(id=1, name="Not heard", kind="missing", parameters={"for_s": 60, "clear_s": 0})
    rule.sites.set([pump.site])
    Alert.objects.create(
        id=1, rule=rule, kind="missing", severity="warning", subject="zone:1", key="k", title="Bay", site=pump.site,
        began_at=noon, raised_at=noon,
    )  # fmt: skip
    Channel.objects.create(
        id=1, kind="email", name="Bruno", target="b@hospital.example", person=biomed, is_enabled=False
    )
    _recall_of(pump, noon)
    _checklist_of(order, noon)
    plan = Plan.objects.create(
        id=1, name="Check", asset=pump, unit="month", every=12, begins_on=noon.date(), made_at=noon
    )
    Occurrence.objects.create(id=1, plan=plan, asset=pump, made_at=noon)
    agreed = Contract.objects.create(
        id=1, site=pump.site, number="C-1", vendor="Halvard", begins_on=noon.date()
    )
    ContractFile.objects.create(
        id=UUID(int=7), contract=agreed, at=noon, name="contract.pdf", content=b"%PDF-1.7"
    )
    Score.objects.create(asset=pump, at=noon, known=0)
    programme = Programme.objects.create(id=1, name="At home", code="HM", default_days=30)
    loan = Loan.objects.create(
        id=1, asset=pump, site=pump.site, kind="home", is_inbound=False, programme=programme, reference="HM-00001",
        begin=noon, due_at=noon + timedelta(days=1),
    )  # fmt: skip
    LoanPhoto.objects.create(id=UUID(int=7), loan=loan, at=noon, content=image(4, 4), width_px=4, height_px=4)
    part = Part.objects.create(id=1, number="B-1", name="Battery")
    Stock.objects.create(id=1, part=part, store=bay)
    whole = Stocktake.objects.create(id=1, name="Spring", site=pump.site, scope="All", opened_at=noon)
    counted = Room.objects.create(id=1, stocktake=whole, zone=bay, name="Bay", floor="Ground", position=1)
    Line.objects.create(id=1, stocktake=whole, code="?", found_in=counted, is_expected=False, state="unknown")
    FloorPicture.objects.create(
        floor=floor, content=b"", media_type="image/png", width_px=1, height_px=1, bounds=[0, 0, 1, 1]
    )
    return pump


def _checklist_of(order, noon):
    """In use, with a run, a safety test that passed, and a draft of the next version."""
    procedure = Procedure.objects.create(id=1, name="Check", kind="corrective", made_at=noon)
    told = {"procedure": procedure, "made_at": noon, "changed_at": noon}
    version = ProcedureVersion.objects.create(number=1, state="current", published_at=noon, **told)
    step = Step.objects.create(id=1, version=version, position=1, kind="check", words="It is whole")
    Step.objects.create(
        version=ProcedureVersion.objects.create(number=2, **told),
        position=1,
        kind="check",
        words="It is whole",
    )
    Run.objects.create(id=1, order=order, version=step.version, begun_at=noon)
    TestRecord.objects.create(
        id=1, kind="safety", order=order, asset=order.asset, at=noon, done_on=noon.date(), has_passed=True,
        every_months=12, due_on=noon.date(),
    )  # fmt: skip


def _recall_of(asset, noon):
    notice = Notice.objects.create(
        id=1, authority="FDA", number="Z-1", description="Pumps", brought_at=noon, changed_at=noon
    )
    match = Match.objects.create(
        notice=notice,
        asset=asset,
        certainty=1,
        rung="device",
        found_at=noon,
        decision="confirmed",
        decided_at=noon,
    )
    campaign = Campaign.objects.create(notice=notice, opened_at=noon)
    item = Item.objects.create(match=match, campaign=campaign, asset=asset, since=noon)
    event = ItemEvent.objects.create(item=item, at=noon, note="Seen")
    Evidence.objects.create(id=UUID(int=7), event=event, content=image(4, 4), width_px=4, height_px=4)
    ImportRun.objects.create(id=UUID(int=7), file_name="recalls.json", at=noon, state="done")


@pytest.fixture
def people(nurse, biomed, facilities, administrator, floor, noon):
    display, _ = make_display(name="Ward 3 West", floors=[floor], now=noon)
    cast = (nurse, biomed, facilities, administrator, display.account)
    return {Role(person.role): person for person in cast}


@pytest.mark.parametrize("method", ["get", "post", "put", "patch", "delete", "head", "options"])
def test_without_a_session_nothing_but_the_door_is_there(client, hospital_in_use, method):
    for address in all_addresses():
        answer = getattr(client, method)(address.path)
        if address.name in OPEN:
            taken = {200, 405} | ({400} if address.name in TAKES_POSTS else set())
            assert answer.status_code in taken, address
        elif address.name in HIDDEN:
            assert answer.status_code in {404, 405}, address
        elif address.is_api:
            assert answer.status_code == (401 if address.name in FOR_PROGRAMS else 403), address
            assert method == "head" or b"Authentication credentials were not provided" in answer.content
        else:
            assert answer.status_code == 405 or leads_to_the_door(answer), address
        assert b"P-1" not in answer.content, address


def leads_to_the_door(answer) -> bool:
    target = urlsplit(answer["Location"]).path
    return answer.status_code == 302 and target in {"/sign-in/", "/admin/login/"} and not answer.content


def test_the_admin_site_s_door_leads_to_ours(client):
    answer = client.get("/admin/login/?next=/admin/hospital/user/")
    assert answer["Location"] == "/sign-in/?next=%2Fadmin%2Fhospital%2Fuser%2F"


def api() -> list[Address]:
    """What people read."""
    others = FOR_PROGRAMS | set(ACTIONS)
    return [address for address in all_addresses() if address.is_api and address.name not in others]


def row_of(address: Address) -> set[Role]:
    return API[address.name.removesuffix("-list").removesuffix("-detail")]


def test_every_part_of_the_api_has_a_row_in_the_matrix():
    assert set(API) == {a.name.removesuffix("-list").removesuffix("-detail") for a in api()}


@pytest.mark.parametrize("role", Role.values)
def test_a_role_reads_the_api_by_its_row(client, hospital_in_use, people, role):
    client.force_login(people[role])
    for address in api():
        expected = {200, 404} if role in row_of(address) else {403}
        assert client.get(address.path).status_code in expected, address


@pytest.mark.parametrize("role", Role.values)
@pytest.mark.parametrize("method", ["get", "post", "put", "patch", "delete", "head", "options"])
def test_what_is_for_programs_is_closed_to_every_account(client, hospital_in_use, people, role, method):
    client.force_login(people[role])
    row = '[{"subject": {"kind": "asset_tag", "key": "P-1"}, "at": "2026-03-02T12:00:00Z", "activity": "fault"}]'
    for address in all_addresses():
        if address.name in FOR_PROGRAMS:
            answer = client.generic(method.upper(), address.path, row, content_type="application/json")
            assert answer.status_code == 401, address
    assert not EvidenceLog.objects.exists()


def test_what_is_for_programs_is_there():
    assert set(names_of(all_addresses())) >= FOR_PROGRAMS


@pytest.mark.parametrize("role", Role.values)
def test_a_role_does_through_the_api_what_its_row_says(client, hospital_in_use, people, role):
    client.force_login(people[role])
    actions = [address for address in all_addresses() if address.name in ACTIONS]
    assert set(names_of(actions)) == set(ACTIONS)
    for address in actions:
        # It says something that nobody understands; but an alert needs no words.
        understood = 200 if address.name.startswith("alert-") else 400
        expected = understood if role in ACTIONS[address.name] else 403
        answer = client.post(address.path, '{"unit": "?"}', content_type="application/json")
        assert answer.status_code == expected, address


@pytest.mark.parametrize("role", Role.values)
@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_nobody_writes_through_the_api(client, hospital_in_use, people, role, method):
    client.force_login(people[role])
    for address in api():
        answer = getattr(client, method)(address.path, "{}", content_type="application/json")
        assert answer.status_code in {403, 405}, address
    hospital_in_use.refresh_from_db()
    assert hospital_in_use.retired_at is None


def test_the_api_does_not_count_what_another_site_has(client, hospital_in_use, people, other_site):
    person = people[Role.BIOMED]
    person.sites.set([other_site])
    client.force_login(person)
    shared = {
        "category",
        "notice",
        "procedure",
        "part",
        "lent-programme",
    }  # the catalogue, and what authorities say, are the same for every site
    for address in api():
        row = address.name.removesuffix("-list").removesuffix("-detail")
        answer = client.get(address.path)
        if address.name == "notice-detail":
            assert answer.json()["matches"] == []
        elif address.name in {"procedure-detail", "part-detail", "lent-programme-detail"}:
            assert answer.status_code == 200
        elif address.name.endswith("-detail"):
            assert answer.status_code == 404, address
        elif address.name.endswith("-list") and row not in shared:
            body = answer.json()
            seen = {entry.get("slug") for entry in body["results"]}
            assert seen == ({"far-clinic"} if row == "site" else set()), address
            assert body.get("count", 0) == len(seen), address


def test_every_page_has_a_row_in_the_matrix():
    assert set(names_of(pages())) == set(PAGES)


@pytest.mark.parametrize("role", Role.values)
@pytest.mark.parametrize("address", pages(), ids=names_of(pages()))
def test_a_role_opens_the_pages_of_its_row_and_no_other(client, hospital_in_use, people, role, address):
    client.force_login(people[role])
    answer = client.post(address.path) if address.name in POSTED else client.get(address.path)
    if role in PAGES[address.name]:
        assert answer.status_code in ({400, 404} if address.name in UNTOLD else {200, 302}), answer.content
    else:
        assert answer.status_code == 403


@pytest.mark.parametrize("role", Role.values)
@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_pages_that_show_refuse_to_write(client, hospital_in_use, people, role, method):
    client.force_login(people[role])
    for address in pages():
        if address.name not in POSTED | ALSO_POSTED and role in PAGES[address.name]:
            assert getattr(client, method)(address.path).status_code == 405, address


@pytest.mark.parametrize("role", [Role.NURSE, Role.BIOMED, Role.FACILITIES])
def test_the_admin_site_is_for_staff(client, people, role):
    client.force_login(people[role])
    for address in all_addresses():
        if address.is_admin and address.name not in {"admin:login", "admin:logout"}:
            assert client.get(address.path, follow=True).status_code in {403, 404}, address


@pytest.mark.parametrize("address", pages(), ids=names_of(pages()))
def test_another_site_s_things_are_not_there(client, hospital_in_use, people, other_site, address):
    """Whoever may see only the other site sees neither the pump nor that there is one."""
    person = people[Role.BIOMED]
    person.sites.set([other_site])
    client.force_login(person)
    answer = client.post(address.path) if address.name in POSTED else client.get(address.path, {"q": "pump"})
    if "P-1" in address.path or "main-1" in address.path or address.name in OF_ONE_THING:
        assert answer.status_code == 404
    elif Role.BIOMED not in PAGES[address.name]:
        assert answer.status_code == 403
    else:
        assert answer.status_code in {200, 302, 404} | ({400} if address.name in UNTOLD else set())
    assert b"Infusa" not in b"".join(answer.streaming_content if answer.streaming else [answer.content])


@pytest.mark.django_db
def test_every_permission_names_a_model_and_a_verb():
    known = {
        f"{label}.{codename}"
        for label, codename in Permission.objects.values_list("content_type__app_label", "codename")
    }
    assert frozenset().union(*PERMISSIONS.values()) <= known


def test_a_disabled_account_may_nothing(nurse):
    nurse.is_active = False
    assert nurse.get_all_permissions() == set()
    assert not nurse.has_perm("assets.view_asset")


def test_only_administrators_read_the_trail(people):
    may = {role for role, person in people.items() if person.has_perm("hospital.view_auditrecord")}
    assert may == {Role.ADMIN}
