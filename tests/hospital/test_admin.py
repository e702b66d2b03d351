"""The admin site: things are managed there, history is looked at, and nothing goes around the guard."""

import pytest
from django.apps import apps
from django.contrib import admin
from django.urls import reverse

from collectors.credentials import open_credential
from collectors.models import Credential, Endpoint
from collectors.requests import SnmpUser
from hospital.audit.models import Action, AuditRecord
from hospital.models import User
from tests.hospital.addresses import all_addresses
from tests.hospital.test_secrets_stay_inside import COMMUNITY, V2C, V3

INNER = {
    "locations.FloorPicture",
    "locations.FloorWalks",
    "hospital.PlanUpload",
    "assets.Identifier",
    "utilisation.ScheduledReport",  # each person's own page lists them
    "utilisation.SentReport",
    "assets.Placement",  # what a person said by a scan: the trail of changes shows it
    "locations.Survey",  # imported by a command
    "locations.SurveyPoint",
    "assets.Reading",  # too many to list; the asset's page draws them
    "assets.TimelineHead",
    "assets.Waypoint",  # playback draws them
    "assets.EvidenceLog",
    "assets.Checkpoint",
    "collectors.Chunk",
    "collectors.HandOut",
    "collectors.Notice",
    "collectors.Receipt",
    "collectors.SourceToken",  # made by a command, revoked on the page of its source
    "collectors.Procedure",  # the machine's page shows what comes of them
    "collectors.Discovery",  # begun, watched and ended on the pages of the segment
    "collectors.Find",  # decided on there, where each decision does what belongs to it
    "locations.ReceiverHeard",  # the page of receivers lists them as heard and not placed
    "collectors.Trap",  # the endpoint's page shows the last few
    "hospital.SignInAttempts",
    "maintenance.WorkOrder",  # the pages of maintenance move orders, and nothing else does
    "maintenance.WorkEvent",
    "maintenance.WorkPhoto",
    "maintenance.Act",
    "maintenance.Labour",
    "maintenance.PartUsed",
    "maintenance.VendorVisit",
    "maintenance.WorkFile",
    "maintenance.WorkSignature",
    "maintenance.Downtime",
    "maintenance.Mention",
    "maintenance.ReportToken",
    "procedures.Step",  # the editor changes drafts, the pages of an order answer and measure
    "procedures.Run",
    "procedures.Answer",
    "procedures.Finding",
    "procedures.Measurement",
    "procedures.Instrument",
    "recalls.ImportRun",  # the pages of recalls take files in, match, decide and work through, and nothing else does
    "recalls.ImportFile",
    "recalls.NoticeVersion",
    "recalls.Match",
    "recalls.Item",
    "recalls.ItemEvent",
    "recalls.Evidence",
    "recalls.Looked",
    "planning.Occurrence",  # made by the clock, moved and tried on the pages of planning
    "planning.Attempt",
    "planning.PlanningRun",
    "stock.Stock",  # moved on the pages of parts
    "stock.Movement",
    "stocktake.Room",  # counted, closed and decided on the pages of stocktakes
    "stocktake.Line",
    "stocktake.Scan",
    "stocktake.Decision",
    "device_orders.Step",  # worked off by the clock, shown on the order
    "device_orders.Told",
    "contracts.ContractFile",  # attached and handed out on the page of the contract
    "replacement.Score",  # worked out by the clock, shown on the pages of replacement
    "replacement.ScoringRun",
    "measures.UseWeek",  # sums that the clock keeps
    "measures.UseMark",
    "measures.UseTouched",
    "loans.Loan",  # moved on the pages of loans
    "loans.LoanEvent",
    "loans.LoanPhoto",
    "pool.Reservation",  # made and cancelled in calendars
    "pool.DeliveryRequest",  # moved on the board
    "pool.DeliveryEvent",
    "pool.HandOver",
    "assets.Claim",  # made, ended and shown in Find
    "assets.NotHere",
    "assets.Search",  # reports add them up
    "assets.LocateAttempt",
    "par.ParLevel",  # the pages of par levels change them, and rounds move things
    "par.Shortfall",
    "par.ParTransition",
    "par.Round",
    "par.Move",
    "utilisation.UnitDay",  # the pages of utilisation show what they add up to
    "utilisation.Belonging",
    "utilisation.Touched",
    "utilisation.StaleDay",
    "utilisation.RolledUntil",
    "hospital.HomeChoice",  # each person's own
    "hospital.SentOnce",
    "alerts.RuleState",
    "alerts.Touched",
    "alerts.Turn",
    "alerts.Cover",  # the page of the alert shows what is held back for its sake
}
"""Working state that nobody has a use for."""
LOOKED_AT = [
    "assets_assetnow",
    "assets_activityinterval",
    "assets_stay",
    "assets_readingnow",
    "assets_statement",
    "collectors_endpointhealth",
    "collectors_pause",
    "collectors_disturbance",
    "collectors_collectorstate",
    "collectors_manualpoll",
    "collectors_sourcehealth",
    "hospital_auditrecord",
    "stocktake_stocktake",
    "alerts_rule",  # changed on its own page, where each change is a version
    "alerts_ruleversion",
    "alerts_alert",
    "alerts_alerttransition",
    "alerts_channel",
    "alerts_subscription",
    "alerts_delivery",
    "procedures_procedure",
    "procedures_procedureversion",
    "procedures_testrecord",
    "planning_plan",  # made, changed and ended on pages of their own
    "recalls_notice",
    "recalls_campaign",
    "utilisation_fleetday",
    "fleet_forecast",
]


@pytest.fixture
def browser(client, administrator):
    client.force_login(administrator)
    return client


def endpoint_form(segment, **changes):
    return {
        "name": "UPS 1",
        "segment": segment.pk,
        "protocol": "modbus_tcp",
        "host": "10.20.0.7",
        "port": 502,
        "unit_id": 1,
        "profile": "medical-fridge",
        "interval_s": 30,
        "timeout_s": 2,
        "pause_between_ms": 0,
        "is_enabled": "on",
        "exception_reason": "",
    } | changes


def save_endpoint(browser, segment, **changes):
    return browser.post(reverse("admin:collectors_endpoint_add"), endpoint_form(segment, **changes))


def test_every_model_is_managed_or_inner():
    ours = {
        model._meta.label
        for model in apps.get_models()
        if model.__module__.partition(".")[0] in {"hospital", "collectors", "assets", "locations"}
    }
    managed = {model._meta.label for model in admin.site._registry}
    assert ours - managed == INNER


def test_every_list_and_form_opens(browser, make_pump, make_endpoint):
    make_pump("P-1")
    make_endpoint(id=1)
    wrong = []
    for address in all_addresses():
        if address.name.endswith(("_changelist", "index", "app_list")):
            assert browser.get(address.path).status_code == 200, address
        elif address.name.endswith("_add"):
            expected = 403 if address.name.removeprefix("admin:").removesuffix("_add") in LOOKED_AT else 200
            if browser.get(address.path).status_code != expected:
                wrong.append(address.name)
    assert wrong == []


@pytest.mark.parametrize("model", LOOKED_AT)
def test_history_is_looked_at_and_not_changed(browser, model):
    for verb, arguments in (("add", []), ("delete", ["1"])):
        answer = browser.post(reverse(f"admin:{model}_{verb}", args=arguments), {"post": "yes"})
        assert answer.status_code in {302, 403}, verb
        assert answer.status_code == 403 or answer["Location"] == "/admin/"  # there is no number 1


def test_the_trail_is_searched_and_shown_and_nothing_else(browser, administrator):
    record = AuditRecord.objects.create(actor_name="anna", action=Action.EXPORT, detail="GET /assets.csv")
    assert (
        b"GET /assets.csv"
        in browser.get(reverse("admin:hospital_auditrecord_changelist") + "?q=anna").content
    )
    page = browser.get(reverse("admin:hospital_auditrecord_change", args=[record.pk])).content
    assert b'name="_save"' not in page
    answer = browser.post(
        reverse("admin:hospital_auditrecord_change", args=[record.pk]), {"detail": "nothing happened"}
    )
    assert answer.status_code == 403
    assert AuditRecord.objects.get(pk=record.pk).detail == "GET /assets.csv"


@pytest.mark.parametrize("thing", ["asset", "zone"])
def test_what_history_names_is_not_deleted(browser, make_pump, make_zone, thing):
    kept = make_pump("P-1") if thing == "asset" else make_zone("Bay 1")
    label = f"{kept._meta.app_label}_{kept._meta.model_name}"
    assert browser.post(reverse(f"admin:{label}_delete", args=[kept.pk]), {"post": "yes"}).status_code == 403
    kept.refresh_from_db()


def test_an_endpoint_inside_its_segment_is_saved_and_in_the_trail(browser, segment):
    assert save_endpoint(browser, segment).status_code == 302
    assert Endpoint.objects.get().host == "10.20.0.7"
    assert AuditRecord.objects.filter(action=Action.CREATE, object_type="collectors.endpoint").count() == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("host", "10.30.0.7"),
        ("host", "127.0.0.1"),
        ("host", "0x0a140007"),
        ("host", "::ffff:10.20.0.7"),
        ("host", "169.254.169.254"),
        ("port", 22),
        ("port", 5432),
        ("profile", "no-such-profile"),
        ("profile", "ups-rfc1628"),
    ],
)
def test_the_guard_is_asked_before_an_endpoint_is_saved(browser, segment, field, value):
    answer = save_endpoint(browser, segment, **{field: value})
    assert answer.status_code == 200
    assert answer.context["errors"]
    assert not Endpoint.objects.exists()


def test_a_new_endpoint_is_snmp_v3_unless_somebody_says_otherwise(browser):
    assert Endpoint().protocol == Endpoint.Protocol.SNMP_V3
    assert (
        b'<option value="snmp_v3" selected>' in browser.get(reverse("admin:collectors_endpoint_add")).content
    )


def test_a_weak_protocol_needs_a_reason_and_is_on_the_list_of_risks(browser, segment):
    browser.post(reverse("admin:collectors_credential_add"), V2C)
    weak = {"protocol": "snmp_v2c", "port": 161, "profile": "ups-rfc1628"}
    weak["credential"] = Credential.objects.get().pk
    assert b"Say why a protocol weaker" in save_endpoint(browser, segment, **weak).content
    answer = save_endpoint(browser, segment, **weak, exception_reason="card of 2009 knows no v3")
    assert answer.status_code == 302, answer.context["errors"]
    answer = save_endpoint(browser, segment, name="Fridge 1", host="10.20.0.8")
    assert answer.status_code == 302, answer.context["errors"]
    assert listed(browser, "weak") == {"UPS 1": "card of 2009 knows no v3"}
    assert listed(browser, "unprotected") == {"Fridge 1": ""}


def listed(browser, protection) -> dict[str, str]:
    answer = browser.get(reverse("admin:collectors_endpoint_changelist"), {"protection": protection})
    return {endpoint.name: endpoint.exception_reason for endpoint in answer.context["cl"].result_list}


def test_md5_and_des_are_weak_and_3des_is_another_thing(browser, make_endpoint):
    for n, protocols in enumerate(["md5/aes128", "sha256/des", "sha256/3des", "sha256/aes128"]):
        credential = Credential.objects.create(name=protocols, protocols=protocols, sealed=b"x")
        make_endpoint(protocols, host=f"10.20.0.{n + 1}", credential=credential, exception_reason="old")
    assert set(listed(browser, "weak")) == {"md5/aes128", "sha256/des"}


def test_a_secret_that_was_entered_opens_for_polling(browser):
    browser.post(reverse("admin:collectors_credential_add"), V2C)
    assert open_credential(Credential.objects.get()) == COMMUNITY.encode()


def test_a_credential_renamed_keeps_its_secret(browser):
    browser.post(reverse("admin:collectors_credential_add"), V2C)
    path = reverse("admin:collectors_credential_change", args=[Credential.objects.get().pk])
    answer = browser.post(path, {"name": "Very old switches", "kind": "snmp_community", "community": ""})
    assert answer.status_code == 302, answer.context["errors"]
    assert open_credential(Credential.objects.get(name="Very old switches")) == COMMUNITY.encode()


def test_a_secret_can_be_replaced(browser):
    browser.post(reverse("admin:collectors_credential_add"), V3)
    path = reverse("admin:collectors_credential_change", args=[Credential.objects.get().pk])
    browser.post(path, V3 | {"auth_key": "another-long-one"})
    opened = open_credential(Credential.objects.get())
    assert isinstance(opened, SnmpUser)
    assert opened.auth_key == "another-long-one"
    assert AuditRecord.objects.filter(action=Action.SECRET).count() == 1


@pytest.mark.parametrize(
    ("form", "words"),
    [
        (V2C | {"community": ""}, b"Enter the secret"),
        (V3 | {"auth_key": "", "priv_key": "", "user_name": ""}, b"Enter the secret"),
        (V3 | {"auth_key": "short"}, b"at least 8 characters"),
        (V3 | {"user_name": ""}, b"1 to 32 characters"),
    ],
)
def test_an_incomplete_secret_is_refused_in_words(browser, form, words):
    answer = browser.post(reverse("admin:collectors_credential_add"), form)
    assert words in answer.content
    assert not Credential.objects.exists()


def test_a_credential_of_another_kind_needs_a_new_secret(browser):
    browser.post(reverse("admin:collectors_credential_add"), V2C)
    path = reverse("admin:collectors_credential_change", args=[Credential.objects.get().pk])
    answer = browser.post(path, {"name": "Old switches", "kind": "snmp_usm"})
    assert b"Enter the secret" in answer.content
    assert Credential.objects.get().kind == "snmp_community"


def test_an_account_is_made_with_role_and_sites(browser, site):
    long_password = "correct horse battery staple"
    answer = browser.post(
        reverse("admin:hospital_user_add"),
        {
            "username": "anna",
            "usable_password": "true",
            "password1": long_password,
            "password2": long_password,
            "role": "biomed",
            "sites": [site.pk],
        },
    )
    assert answer.status_code == 302, answer.context["errors"]
    anna = User.objects.get(username="anna")
    assert (anna.role, list(anna.sites.all()), anna.is_staff) == ("biomed", [site], False)
    record = AuditRecord.objects.get(object_type="hospital.user", action=Action.CREATE)
    assert record.changes["password"] == [None, "secret set"]


def test_a_weak_password_is_refused(browser):
    form = {"username": "anna", "usable_password": "true", "role": "nurse", "password1": "short"}
    browser.post(reverse("admin:hospital_user_add"), form | {"password2": "short"})
    assert not User.objects.filter(username="anna").exists()
