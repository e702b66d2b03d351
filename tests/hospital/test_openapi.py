"""Who may ask the API for what, and its description."""

import re
import warnings
from datetime import timedelta

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.urls import get_resolver
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.validation import validate_schema

from assets.alerts.models import Alert, Rule
from assets.contracts.models import Contract
from assets.loans.models import Loan, Programme
from assets.maintenance.models import WorkOrder
from assets.models import ActivityInterval, Reading, Stay
from assets.planning.models import Occurrence, Plan
from assets.pool.models import DeliveryRequest, Reservation
from assets.procedures.models import Procedure, ProcedureVersion, Run, TestRecord
from assets.recalls.models import Notice
from assets.replacement.models import Score
from assets.reports.catalogue import REPORTS
from assets.stock.models import Part
from assets.stocktake.models import Stocktake
from collectors.models import Disturbance, Endpoint, Segment, Source
from hospital.api_urls import router
from hospital.roles import PERMISSIONS, Role
from locations.models import Building, Floor, Tag

PREFIXES = sorted(prefix for prefix, _, _ in router.registry)
NURSES_MAY_NOT = {
    "tags", "readings", "intervals", "stays", "endpoints", "disturbances", "sources", "work-orders", "recalls",
    "procedures", "procedure-runs", "test-records", "plans", "occurrences", "parts", "contracts",
    "replacement-scores", "loans", "loan-programmes",
}  # fmt: skip
MANAGERS_MAY_NOT = {
    "endpoints", "disturbances", "sources", "work-orders", "procedures", "procedure-runs", "plans", "occurrences",
}  # fmt: skip
TAKES = "/api/v1/observations/"
"""The one address that takes something, from programs with a token; tests/collectors/receivers/test_http.py."""
SCANS = ["/api/v1/scan/", "/api/v1/scan/cleaned/"]
ACTS = ["asset-act", "asset-hand-over"]
"""What people do with equipment; tests/assets/maintenance/test_api.py and tests/assets/pool/test_api.py."""
UTILISATION = [
    "utilisation-fleets", "utilisation-units", "utilisation-assets", "utilisation-by-hour", "utilisation-in-steps",
    "utilisation-idle-equipment", *(f"utilisation-of-{report.slug}" for report in REPORTS),
    "utilisation-size", "utilisation-shortages", "utilisation-sizes", "utilisation-pools",
    "utilisation-moves", "utilisation-sensitivity", "utilisation-forecast",
]  # fmt: skip
DOES = {
    "/api/v1/assets/{asset_tag}/place/",
    "/api/v1/scan/cleaned/",
    "/api/v1/alerts/{id}/acknowledge/",
    "/api/v1/alerts/{id}/resolve/",
    "/api/v1/assets/{asset_tag}/act/",
    "/api/v1/assets/{asset_tag}/hand-over/",
    "/api/v1/work-orders/open/",
    "/api/v1/work-orders/bulk/",
    *(
        f"/api/v1/work-orders/{{number}}/{act}/"
        for act in (
            "move",
            "record",
            "assign",
            "comment",
            "down",
            "up",
            "labour",
            "parts",
            "visits",
        )
    ),
    *(f"/api/v1/recalls/{{id}}/{act}/" for act in ("decide", "move", "close")),
    *(f"/api/v1/stocktakes/{{id}}/{act}/" for act in ("count", "take-back")),
    *(f"/api/v1/parts/{{id}}/{act}/" for act in ("receive", "count", "use")),
    "/api/v1/bookings/book/",
    "/api/v1/bookings/{id}/cancel/",
    "/api/v1/loans/check-out/",
    "/api/v1/loans/{id}/move/",
    "/api/v1/reservations/reserve/",
    "/api/v1/reservations/{id}/change/",
    "/api/v1/delivery-requests/ask/",
    "/api/v1/delivery-requests/{id}/move/",
}
MEASURES = ["/api/v1/maintenance/measures/", "/api/v1/maintenance/replacement-plan/"]
"""Figures of the site, read by who may see them; tests/assets/measures, tests/assets/replacement."""
PAST = ["floor-history", "floor-as-of", "zone-history", "asset-trail"]
"""Past days, read by who may see stays; tests/assets/test_playback_api.py."""
EVERYWHERE = {"categories", "recalls", "procedures", "parts", "loan-programmes"}
"""Belong to every site, as what authorities say does; equipment that a recall names is shown by site."""
OWN = {"sites": 1, "floors": 1}
"""What the stage of the tests has at the cast's own site."""


@pytest.fixture
def foreign(other_site, make_zone, make_pump, noon):
    """One of everything at a site that only the administrator may see: prefix → key in the address."""
    building = Building.objects.create(site=other_site, name="Far", slug="far")
    floor = Floor.objects.create(building=building, name="Ground", slug="far-0", level=0)
    zone = make_zone("Far room", floor=floor)
    tag = Tag.objects.create(identifier="far-tag")
    pump = make_pump("FAR-1", site=other_site, rtls_tag=tag)
    segment = Segment.objects.create(name="Far net", site=other_site)
    endpoint = Endpoint.objects.create(
        name="Far UPS", segment=segment, host="10.9.0.1", port=161, profile="ups"
    )
    reading = Reading.objects.create(asset=pump, name="temperature", at=noon, value=4)
    interval = ActivityInterval.objects.create(asset=pump, activity="available", basis="zone", begin=noon)
    stay = Stay.objects.create(asset=pump, zone=zone, begin=noon)
    disturbance = Disturbance.objects.create(
        kind="segment", subject="segment:1", title="Far net", words="Silent", segment=segment, begin=noon
    )
    source = Source.objects.create(name="Far pumps", kind="http", site=other_site)
    order = WorkOrder.objects.create(asset=pump, kind="corrective", team="biomed", opened_at=noon)
    kind = pump.model.category
    kept = Reservation.objects.create(
        site=other_site, asset=pump, category=kind, begin=noon, end=noon + timedelta(hours=1), made_at=noon
    )
    asked = DeliveryRequest.objects.create(category=kind, to_zone=zone, asked_at=noon)
    rule = Rule.objects.create(name="Far", kind="missing", parameters={"for_s": 60, "clear_s": 0})
    alert = Alert.objects.create(
        rule=rule, kind="missing", severity="warning", subject="asset:1", key="k", title="Far pump",
        site=other_site, began_at=noon, raised_at=noon,
    )  # fmt: skip
    notice = Notice.objects.create(authority="openfda", number="Z-1", brought_at=noon, changed_at=noon)
    procedure = Procedure.objects.create(name="Far check", kind="planned", made_at=noon)
    version = ProcedureVersion.objects.create(
        procedure=procedure, number=1, state="current", made_at=noon, changed_at=noon
    )
    run = Run.objects.create(order=order, version=version, begun_at=noon)
    record = TestRecord.objects.create(
        kind="safety",
        order=order,
        asset=pump,
        at=noon,
        done_on=noon.date(),
        has_passed=False,
        every_months=12,
    )
    agreed = Contract.objects.create(site=other_site, number="C-1", vendor="Halvard", begins_on=noon.date())
    score = Score.objects.create(asset=pump, at=noon, known=0)
    programme = Programme.objects.create(name="Far programme", code="FP", default_days=30)
    loan = Loan.objects.create(
        asset=pump, site=other_site, kind="home", is_inbound=False, programme=programme, reference="FP-00001",
        begin=noon, due_at=noon + timedelta(days=1),
    )  # fmt: skip
    part = Part.objects.create(number="B-1", name="Battery")
    whole = Stocktake.objects.create(name="Far count", site=other_site, scope="Far", opened_at=noon)
    plan = Plan.objects.create(
        name="Far check", asset=pump, unit="month", every=12, begins_on=noon.date(), made_at=noon
    )
    due = Occurrence.objects.create(plan=plan, asset=pump, made_at=noon)
    return {
        "plans": plan.pk,
        "occurrences": due.pk,
        "parts": part.pk,
        "replacement-scores": score.pk,
        "contracts": agreed.pk,
        "stocktakes": whole.pk,
        "recalls": notice.pk,
        "procedures": procedure.pk,
        "procedure-runs": run.pk,
        "test-records": record.pk,
        "alerts": alert.pk,
        "work-orders": order.pk,
        "reservations": kept.pk,
        "bookings": kept.pk,
        "loans": loan.pk,
        "loan-programmes": programme.pk,
        "delivery-requests": asked.pk,
        "disturbances": disturbance.pk,
        "sources": source.pk,
        "sites": "far-clinic",
        "floors": "far-0",
        "zones": zone.pk,
        "tags": "far-tag",
        "assets": "FAR-1",
        "endpoints": endpoint.pk,
        "readings": reading.pk,
        "intervals": interval.pk,
        "stays": stay.pk,
    }


@pytest.fixture
def person(request, nurse, biomed, facilities, administrator):
    return {"nurse": nurse, "biomed": biomed, "facilities": facilities, "admin": administrator}[request.param]


def may(role, prefix):
    model = next(viewset for name, viewset, _ in router.registry if name == prefix).queryset.model
    return f"{model._meta.app_label}.view_{model._meta.model_name}" in PERMISSIONS[role]


everybody = pytest.mark.parametrize("person", ["nurse", "biomed", "facilities", "admin"], indirect=True)
everything = pytest.mark.parametrize("prefix", PREFIXES)


def test_the_api_has_these_lists():
    assert PREFIXES == [
        "alerts", "assets", "bookings", "categories", "contracts", "delivery-requests", "disturbances", "endpoints",
        "floors", "intervals", "loan-programmes", "loans", "occurrences", "parts", "plans", "procedure-runs",
        "procedures", "readings", "recalls", "replacement-scores", "reservations", "sites", "sources", "stays",
        "stocktakes", "tags", "test-records", "work-orders", "zones",
    ]  # fmt: skip


@everything
@everybody
def test_a_role_reads_what_its_permissions_say(sign_in, person, prefix):
    status = sign_in(person).get(f"/api/v1/{prefix}/").status_code
    assert status == (200 if may(person.role, prefix) else 403)


def test_the_permissions_are_those_that_were_meant():
    refused = {role: {prefix for prefix in PREFIXES if not may(role, prefix)} for role in Role}
    assert refused == {
        Role.NURSE: NURSES_MAY_NOT,
        Role.BIOMED: set(),
        Role.FACILITIES: MANAGERS_MAY_NOT,
        Role.ADMIN: set(),
        Role.DISPLAY: set(PREFIXES) - {"floors"},
    }


@everything
def test_nobody_reads_anything_without_signing_in(client, site, foreign, prefix):
    for path in (f"/api/v1/{prefix}/", f"/api/v1/{prefix}/{foreign.get(prefix, 'infusion-pump')}/"):
        response = client.get(path)
        assert response.status_code == 403
        assert set(response.json()) == {"detail"}


@everything
@everybody
def test_what_belongs_to_a_foreign_site_is_not_there(sign_in, person, foreign, prefix):
    """For who may not see it: not found, not listed, not counted."""
    if prefix in EVERYWHERE:
        return
    browser = sign_in(person)
    one, listed = browser.get(f"/api/v1/{prefix}/{foreign[prefix]}/"), browser.get(f"/api/v1/{prefix}/")
    if not may(person.role, prefix):
        assert (one.status_code, listed.status_code) == (403, 403)
    elif person.sees_all_sites:
        assert one.status_code == 200
    else:
        assert one.status_code == 404
        rows = listed.json()["results"]
        assert str(foreign[prefix]) not in {str(value) for row in rows for value in row.values()}
        assert listed.json().get("count", len(rows)) == OWN.get(prefix, 0)


@everything
def test_a_person_whose_permission_is_taken_away_is_refused_at_once(sign_in, biomed, prefix, monkeypatch):
    browser = sign_in(biomed)
    assert browser.get(f"/api/v1/{prefix}/").status_code == 200
    monkeypatch.setitem(PERMISSIONS, Role.BIOMED, frozenset())
    assert browser.get(f"/api/v1/{prefix}/").status_code == 403


@everything
@everybody
def test_nothing_can_be_written(sign_in, person, foreign, prefix):
    browser = sign_in(person)
    for method in ("post", "put", "patch", "delete"):
        path = f"/api/v1/{prefix}/{foreign.get(prefix, 'infusion-pump')}/"
        assert getattr(browser, method)(path, {}, content_type="application/json").status_code in {403, 405}


@everything
@pytest.mark.parametrize("query", ["limit=x", "no_such=1", "limit=-1", "%00=1", "a[]=b"])
def test_nonsense_is_the_caller_s_error(sign_in, biomed, prefix, query):
    assert sign_in(biomed).get(f"/api/v1/{prefix}/?{query}").status_code == 400


def test_an_address_that_there_is_not_says_so_in_json(sign_in, nurse):
    response = sign_in(nurse).get("/api/v1/spaceships/")
    assert response.status_code == 404
    assert "detail" in response.json()


# --- Description --------------------------------------------------------------------------------------


@pytest.fixture
def schema(db):
    GENERATOR_STATS.reset()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return SchemaGenerator().get_schema(request=None, public=True)


def test_the_description_is_made_without_warnings_and_is_valid(schema, capsys):
    assert not GENERATOR_STATS, capsys.readouterr().err
    validate_schema(schema)


def test_every_list_is_described_with_its_filters_and_pages(schema):
    paths = {path for path in schema["paths"] if path.startswith("/api/v1/") and "{" not in path}
    actions = {path for path in DOES if "{" not in path}
    reports = {f"/api/v1/utilisation/{report.slug}/" for report in REPORTS}
    beside = {TAKES, *MEASURES, "/api/v1/utilisation/fleets/", *reports, *SCANS}
    assert paths == {f"/api/v1/{prefix}/" for prefix in PREFIXES} | beside | actions
    told = {parameter["name"] for parameter in schema["paths"]["/api/v1/readings/"]["get"]["parameters"]}
    assert told == {"asset", "name", "from", "to", "limit", "cursor"}


def test_only_reading_is_described_beside_what_takes_observations_and_what_people_do(schema):
    ways = {path: set(ways) for path, ways in schema["paths"].items() if "/v1/" in path}
    assert {path: ways.pop(path) for path in {TAKES, *DOES}} == {path: {"post"} for path in {TAKES, *DOES}}
    assert ways.pop("/api/v1/assets/{asset_tag}/claim/") == {"post", "delete"}
    assert set().union(*ways.values()) == {"get"}


def test_what_takes_observations_is_described_with_its_token_and_its_answers(schema):
    way = schema["paths"][TAKES]["post"]
    assert way["security"] == [{"sourceToken": []}]
    assert schema["components"]["securitySchemes"]["sourceToken"]["scheme"] == "bearer"
    assert set(way["responses"]) == {"200", "207"}
    assert [each["name"] for each in way["parameters"]] == ["Idempotency-Key"]
    body = way["requestBody"]["content"]["application/json"]["schema"]
    assert body == {"type": "array", "items": {"$ref": "#/components/schemas/Row"}}
    assert set(schema["components"]["schemas"]["Row"]["properties"]) == {
        "subject", "at", "readings", "activity", "position", "sighting", "placed",
    }  # fmt: skip


def test_no_credential_is_described(schema):
    assert not re.search(r"sealed|passphrase|credential|community", str(schema["components"]), re.IGNORECASE)


def test_the_description_is_for_people_who_signed_in(client, sign_in, nurse):
    assert client.get("/api/schema/").status_code == 403
    assert client.get("/api/docs/").status_code == 302
    response = sign_in(nurse).get("/api/schema/")
    assert response.status_code == 200
    assert b"/api/v1/assets/{asset_tag}/" in response.content


def test_the_page_of_the_description_needs_no_other_host_and_nothing_inline(sign_in, nurse):
    response = sign_in(nurse).get("/api/docs/")
    page = response.content.decode()
    assert response.status_code == 200
    assert "unsafe" not in response.headers["Content-Security-Policy"]
    assert not re.search(r"<style|style=|<script>|\son\w+=|https?://", page)
    addresses = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert len(addresses) == 4
    for address in addresses:
        assert finders.find(address.removeprefix(settings.STATIC_URL)), address
    assert 'data-schema="/api/schema/"' in page


_MEASURED = ["measured", "planned-replacements"]


def test_every_address_of_the_api_is_one_of_these():
    """A view that somebody adds beside the router is looked at by nobody's permission tests."""
    resolver = next(entry for entry in get_resolver().url_patterns if str(entry.pattern) == "api/")
    assert [str(entry.pattern) for entry in resolver.url_patterns] == ["v1/", "schema/", "docs/"]
    version = resolver.url_patterns[0].url_patterns
    beside = [entry.name for entry in version if entry.name not in {each.name for each in router.urls}]
    assert beside == ["observations", *PAST, "scan-code", "scan-cleaned", *ACTS, *_MEASURED, *UTILISATION]
