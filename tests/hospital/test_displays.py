"""Wall displays: made by an administrator, signed in on the screen by a code, looking at their floors alone."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from assets.live import rights
from hospital.audit.models import Action, AuditRecord
from hospital.displays import claim_display, give_code, make_display, revoke_display
from hospital.models import Display
from locations.models import Floor

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock(monkeypatch, noon):
    monkeypatch.setattr("django.utils.timezone.now", lambda: noon)


@pytest.fixture
def made(floor, noon):
    return make_display(name="Ward 3 West", floors=[floor], now=noon)


@pytest.fixture
def screen(client, made):
    """The screen, signed in by its code as somebody would type it."""
    answer = client.post("/display/", {"code": made[1].lower().replace("-", " ")})
    assert answer.headers["Location"] == "/map/main-1/wall/"
    return client


def test_a_code_signs_the_screen_in_for_good_and_counts_once(screen, made, noon):
    assert screen.session.get_expiry_age() > timedelta(days=365).total_seconds()
    assert screen.get("/map/main-1/wall/").status_code == 200
    assert claim_display(made[1], now=noon) is None


def test_a_code_that_is_wrong_old_or_replaced_opens_nothing(client, made, noon):
    display, code = made
    assert claim_display(code, now=noon + timedelta(hours=24)) is None
    newer = give_code(display, now=noon)
    assert [claim_display(each, now=noon) for each in (code, "", newer)] == [None, None, display]
    page = client.post("/display/", {"code": "ABCD-EFGH-JKMN-PQRS"})
    assert "This code is not known" in page.content.decode()
    assert "_auth_user_id" not in client.session


def test_guessing_is_slowed_down(client, made):
    answers = [client.post("/display/", {"code": "AAAA"}).status_code for _ in range(8)]
    assert answers[0] == 200
    assert answers[-1] == 429


def test_it_sees_its_floors_and_nothing_of_the_rest(screen, made, building, make_pump):
    Floor.objects.create(building=building, name="Level 2", slug="main-2", level=2)
    make_pump("P-1")
    assert screen.get("/map/main-2/wall/").status_code == 404
    assert screen.get("/floors/main-2/plan.geojson").status_code == 404
    assert screen.get("/floors/main-1/plan.geojson").status_code == 200
    for path in (
        "/",
        "/map/main-1/",
        "/map/card/P-1/",
        "/find/?q=pump",
        "/assets/P-1/",
        "/api/v1/floors/",
        "/api/docs/",
    ):
        assert screen.get(path).status_code == 403, path


def test_its_socket_may_watch_its_floor_and_no_asset(screen, made, floor, building, make_pump):
    make_pump("P-1")
    other = Floor.objects.create(building=building, name="Level 2", slug="main-2", level=2)
    key, account = screen.session.session_key, made[0].account
    assert rights.find_floor(key, "main-1") == floor.pk
    assert rights.find_floor(key, "main-2") is None
    assert rights.find_asset(key, "P-1") is None
    claim = rights.Claim(key, account.pk, frozenset({floor.pk}), frozenset())
    wider = rights.Claim(key, account.pk, frozenset({floor.pk, other.pk}), frozenset())
    assert rights.refusals([claim, wider]) == [None, rights.NOT_FOUND]


def test_revoked_it_is_nobody(screen, made, floor, noon):
    display, _ = made
    claim = rights.Claim(screen.session.session_key, display.account.pk, frozenset({floor.pk}), frozenset())
    revoke_display(display)
    assert screen.get("/map/main-1/wall/").status_code == 302
    assert rights.refusals([claim]) == [rights.NOT_SIGNED_IN]


def test_an_administrator_makes_and_revokes_it_and_the_trail_says_so(sign_in, administrator, floor):
    browser = sign_in(administrator)
    page = browser.post(
        reverse("admin:hospital_display_add"), {"name": "Lobby", "floors": [floor.pk]}, follow=True
    )
    (said,) = [str(message) for message in page.context["messages"] if "type" in str(message)]
    display = Display.objects.get()
    assert "http://testserver/display/" in said
    assert display.account.role == "display"
    assert list(display.floors.all()) == [floor]
    browser.post(
        reverse("admin:hospital_display_changelist"), {"action": "revoke", "_selected_action": [display.pk]}
    )
    display.account.refresh_from_db()
    assert not display.account.is_active
    trail = AuditRecord.objects.filter(
        object_type__in=["hospital.display", "hospital.user"], actor_name="admin"
    )
    assert {Action.CREATE, Action.RIGHTS} <= set(trail.values_list("action", flat=True))
    assert display.digest not in {None, said}


def test_the_wall_names_nobody(screen, nurse):
    page = screen.get("/map/main-1/wall/").content.decode()
    assert nurse.username not in page
    assert "display-" not in page


def test_the_wall_is_open_to_people_who_see_the_map(sign_in, nurse, floor):
    assert sign_in(nurse).get("/map/main-1/wall/").status_code == 200
