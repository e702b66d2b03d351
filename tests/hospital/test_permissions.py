"""Who may do what: nobody without a session, each role what its row says, on every address there is."""

from urllib.parse import urlsplit
from uuid import UUID

import pytest
from django.contrib.auth.models import Permission
from django.utils import timezone

from assets.models import EvidenceLog
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
from locations.models import FloorPicture
from tests.hospital.addresses import Address, all_addresses
from tests.locations.plan_files import image

OPEN = {"sign-in", "health", "enter-display"}
"""What the world may see; besides, the admin site's door, which only leads to ours."""
HIDDEN = {"metrics"}
"""What is not even there without a token or a staff account."""
EVERYBODY = {Role.NURSE, Role.BIOMED, Role.FACILITIES, Role.ADMIN}
TECHNICAL = {Role.BIOMED, Role.ADMIN}
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
    "equipment": EVERYBODY,
    "equipment-file": EVERYBODY,
    "asset": EVERYBODY,
    "asset-chart": HISTORY,
    "playback": HISTORY,
    "playback-changes": HISTORY,
    "asset-playback": HISTORY,
    "asset-day-file": HISTORY,
    "room-history": HISTORY,
    "room-history-file": HISTORY,
    "room-history-chart": HISTORY,
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
}
"""Page → who may open it. A new page has to find its row here."""
POSTED = {"poll-now", "resume", "stop-discovery", "leave-find", "revoke-token"}
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
}
"""Shows a form, and takes it."""
OF_ONE_THING = {
    "endpoint", "manual-poll", "poll-now", "pause-endpoint", "pause-segment", "resume", "segment", "source",
    "stop-discovery", "find-device", "leave-find", "plan-preview", "plan-preview-picture",
    "room-history", "room-history-file", "room-history-chart",
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
    "endpoint": TECHNICAL,
    "disturbance": TECHNICAL,
    "source": TECHNICAL,
}
"""What the API lists → who may read it. Nobody who is signed in writes there."""
ACTIONS = {"asset-place": {Role.NURSE, Role.BIOMED, Role.ADMIN}}
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
    make_zone("Bay", id=1)
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
    FloorPicture.objects.create(
        floor=floor, content=b"", media_type="image/png", width_px=1, height_px=1, bounds=[0, 0, 1, 1]
    )
    return pump


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
            assert answer.status_code in {200, 405}, address
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
        expected = (
            400 if role in ACTIONS[address.name] else 403
        )  # it says nothing, so it is understood by nobody
        assert client.post(address.path, "{}", content_type="application/json").status_code == expected, (
            address
        )


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
    shared = {"category"}  # the catalogue is the same for every site
    for address in api():
        row = address.name.removesuffix("-list").removesuffix("-detail")
        answer = client.get(address.path)
        if address.name.endswith("-detail"):
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
        assert answer.status_code in {200, 302}, answer.content
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
    elif PAGES[address.name] == {Role.ADMIN}:
        assert answer.status_code == 403
    else:
        assert answer.status_code in {200, 302, 404}
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
