"""The websocket, from the handshake to the last frame, against the real hub and database."""

from __future__ import annotations

import json

import pytest
from asgiref.sync import sync_to_async
from channels.testing import WebsocketCommunicator
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db import OperationalError, transaction

from assets.live.hub import current_hub
from assets.models import Asset
from assets.observation import Evidence, Position
from assets.record import record_observations
from hospital.asgi import application
from hospital.models import User
from locations.models import Building, Floor
from locations.zones import ZoneKind

pytestmark = pytest.mark.django_db(transaction=True)

OWN = b"http://localhost:8000"
PATIENCE_S = 10.0


def make_session(person: User) -> SessionStore:
    session = SessionStore()
    session[SESSION_KEY] = str(person.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = person.get_session_auth_hash()
    session.save()
    return session


@pytest.fixture
async def knock():
    """Opens sockets, and closes those that are still open: ``await knock(nurse)``."""
    opened = []

    async def enter(person=None, *, origin: bytes | None = OWN, path="/ws/live/", cookie=None):
        headers = [(b"host", b"localhost:8000")]
        if origin is not None:
            headers.append((b"origin", origin))
        session = None
        if person is not None:
            session = await sync_to_async(make_session)(person)
            cookie = session.session_key
        if cookie is not None:
            headers.append((b"cookie", f"{settings.SESSION_COOKIE_NAME}={cookie}".encode()))
        socket = WebsocketCommunicator(application, path, headers=headers)
        socket.session = session
        socket.is_open, _ = await socket.connect()
        if socket.is_open:
            opened.append(socket)
        return socket

    yield enter
    for socket in opened:
        await socket.disconnect()


async def hear(socket):
    message = await socket.receive_output(PATIENCE_S)
    assert message["type"] == "websocket.send", message
    return json.loads(message["text"])


async def close_code(socket):
    message = await socket.receive_output(PATIENCE_S)
    assert message["type"] == "websocket.close"
    return message["code"]


record = sync_to_async(record_observations)


@pytest.fixture
def bay(make_zone):
    return make_zone("Bay 1", ZoneKind.PATIENT_ROOM)


# --- The door -----------------------------------------------------------------------------------------------


async def test_a_stranger_is_turned_away_with_4401(knock):
    assert await close_code(await knock()) == 4401


async def test_an_ended_session_is_turned_away_with_4401(knock, nurse):
    session = await sync_to_async(make_session)(nurse)
    await sync_to_async(session.flush)()
    socket = await knock(cookie=session.session_key or "x" * 32)

    assert await close_code(socket) == 4401


@pytest.mark.parametrize(
    "origin", [b"https://evil.example", b"http://localhost:8001", b"https://localhost:8000", b"null", None]
)
async def test_a_page_of_another_origin_does_not_get_past_the_handshake(knock, nurse, origin):
    socket = await knock(nurse, origin=origin)

    assert socket.is_open is False


async def test_an_address_that_does_not_exist_is_no_error(knock, nurse):
    assert (await knock(nurse, path="/ws/nothing/")).is_open is False


async def test_who_may_not_see_equipment_is_turned_away_with_4403(knock, nurse):
    await User.objects.filter(pk=nurse.pk).aupdate(role="")

    assert await close_code(await knock(nurse)) == 4403


# --- What is said to it -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        " ",
        "{",
        "[]",
        "7",
        '"watch"',
        '{"type":"dance"}',
        '{"type":"watch"}',
        '{"type":"watch","floor":7}',
        '{"type":"ack","frame":"1"}',
        '{"type":"watch","floor":"' + "x" * 1000 + '"}',
        "[" * 900,
        '{"type":"watch","floor":"main-1\\u0000"}',
        '{"type":"watch","floor":["main-1"]}',
        '{"type":"ack","frame":1e400}',
        '{"type":"ack","frame":99999999999999999999999}',
        '{"type":null}',
    ],
)
async def test_what_is_no_message_of_the_protocol_closes_with_4400(knock, nurse, text):
    socket = await knock(nurse)
    await socket.send_to(text_data=text)

    assert await close_code(socket) == 4400


async def test_bytes_close_with_4400(knock, nurse):
    socket = await knock(nurse)
    await socket.send_to(bytes_data=b"\x00\xff")

    assert await close_code(socket) == 4400


async def test_more_floors_than_a_person_can_look_at_close_with_4400(knock, nurse, floor, monkeypatch):
    monkeypatch.setattr("assets.live.consumers.MOST_WATCHED", 0)
    socket = await knock(nurse)
    await socket.send_json_to({"type": "watch", "floor": "main-1"})

    assert await close_code(socket) == 4400


@pytest.mark.parametrize(
    "what",
    [{"floor": "nowhere"}, {"asset": "P-9"}, {"floor": ""}, {"asset": "' OR 1=1 --"}, {"floor": "\u2028"}],
)
async def test_what_does_not_exist_closes_with_4404(knock, nurse, floor, what):
    socket = await knock(nurse)
    await socket.send_json_to({"type": "watch"} | what)

    assert await close_code(socket) == 4404


async def test_what_belongs_to_a_foreign_site_does_not_exist(knock, nurse, other_site, pump_model):
    await sync_to_async(_furnish)(other_site, pump_model)
    for what in ({"floor": "far-0"}, {"asset": "FAR-1"}):
        socket = await knock(nurse)
        await socket.send_json_to({"type": "watch"} | what)
        assert await close_code(socket) == 4404


def _furnish(site, model):
    building = Building.objects.create(site=site, name="Far", slug="far")
    Floor.objects.create(building=building, name="Ground", slug="far-0", level=0)
    Asset.objects.create(asset_tag="FAR-1", model=model, site=site)


async def test_while_the_database_is_away_a_socket_is_asked_to_come_again(knock, nurse, monkeypatch, caplog):
    socket = await knock(nurse)
    with monkeypatch.context() as away:
        away.setattr("assets.live.rights.find_floor", _database_away)
        await socket.send_json_to({"type": "watch", "floor": "main-1"})
        assert await close_code(socket) == 1013
        away.setattr("assets.live.rights.signed_in_user", _database_away)
        assert await close_code(await knock(nurse)) == 1013
    assert [record for record in caplog.records if record.exc_info] == []


def _database_away(*_):
    raise OperationalError("database away")


# --- Frames -------------------------------------------------------------------------------------------------


async def test_a_watcher_gets_the_whole_floor_and_then_what_changes(knock, nurse, make_pump, observe, bay):
    pump = await sync_to_async(make_pump)("P-1")
    await record([observe(pump, activity=Evidence.IDLE, position=Position("main-1", 5, 5, 1))])
    socket = await knock(nurse)

    await socket.send_json_to({"type": "watch", "floor": "main-1"})
    first = await hear(socket)
    await socket.send_json_to({"type": "ack", "frame": first["frame"]})
    await record([observe(pump, 10, activity=Evidence.IN_USE)])
    second = await hear(socket)

    assert (first["type"], first["floor"], first["full"], first["gone"]) == ("floor", "main-1", True, [])
    assert first["markers"] == [
        {
            "id": pump.pk,
            "tag": "P-1",
            "name": "Meridian Infusa 200",
            "category": "infusion-pump",
            "category_name": "Infusion pump",
            "shape": "pump",
            "department": "",
            "department_name": "",
            "fixed": False,
            "activity": "available",
            "basis": "confirmed",
            "since": "2026-03-02T12:00:00Z",
            "x": 5.0,
            "y": 5.0,
            "zone": "Bay 1",
            "zone_id": bay.pk,
            "position_at": "2026-03-02T12:00:00Z",
            "error_m": 1.0,
            "confidence": 1.0,
            "battery": None,
            "heard_at": "2026-03-02T12:00:00Z",
            "stale_at": "2026-03-02T12:02:00Z",
            "rev": 1,
        }
    ]
    assert second["full"] is False
    assert second["frame"] > first["frame"]
    assert [(m["activity"], m["since"], m["rev"]) for m in second["markers"]] == [
        ("in_use", "2026-03-02T12:00:10Z", 2)
    ]


async def test_a_marker_that_goes_upstairs_is_gone_here_and_appears_there(
    knock, nurse, make_pump, observe, bay, building
):
    upstairs = await Floor.objects.acreate(building=building, name="Level 2", slug="main-2", level=2)
    pump = await sync_to_async(make_pump)("P-1")
    await record([observe(pump, position=Position("main-1", 5, 5, 1))])
    here, there = await knock(nurse), await knock(nurse)
    await here.send_json_to({"type": "watch", "floor": "main-1"})
    await hear(here)  # first: of two that open the tests' database in memory at once, SQLite refuses one
    await there.send_json_to({"type": "watch", "floor": upstairs.slug})
    await hear(there)

    await record([observe(pump, s, position=Position("main-2", 5, 5, 1)) for s in (10, 20)])

    left, arrived = await hear(here), await hear(there)
    assert (left["gone"], left["markers"]) == ([pump.pk], [])
    assert [marker["tag"] for marker in arrived["markers"]] == ["P-1"]


async def test_who_does_not_acknowledge_gets_two_frames_and_then_nothing(
    knock, nurse, make_pump, observe, bay
):
    pump = await sync_to_async(make_pump)("P-1")
    await record([observe(pump, position=Position("main-1", 5, 5, 1))])
    socket = await knock(nurse)
    await socket.send_json_to({"type": "watch", "floor": "main-1"})
    frames = [await hear(socket)]
    for second in (10, 20, 30):
        await record([observe(pump, second)])
        await current_hub().tick()
    frames.append(await hear(socket))

    assert await socket.receive_nothing(0.1)
    await socket.send_json_to({"type": "ack", "frame": frames[-1]["frame"]})
    caught_up = await hear(socket)

    assert (caught_up["full"], caught_up["markers"][0]["rev"]) == (True, 4)


async def test_a_watched_asset_is_named_when_it_changes(knock, nurse, floor, make_pump, observe):
    pump, other = await sync_to_async(make_pump)("P-1"), await sync_to_async(make_pump)("P-2")
    socket = await knock(nurse)
    await socket.send_json_to({"type": "watch", "asset": "P-1"})
    await settled(socket)

    await record([observe(pump, activity=Evidence.IDLE), observe(other, activity=Evidence.IDLE)])

    notice = await hear(socket)
    assert (notice["type"], notice["tag"], notice["rev"]) == ("asset", "P-1", 1)
    assert await socket.receive_nothing(0.1)


async def test_what_is_rolled_back_is_never_shown(knock, nurse, floor, make_pump, observe):
    pump = await sync_to_async(make_pump)("P-1")
    socket = await knock(nurse)
    await socket.send_json_to({"type": "watch", "asset": "P-1"})
    await settled(socket)

    def record_in_vain():
        with transaction.atomic():
            record_observations([observe(pump)])
            transaction.set_rollback(True)

    await sync_to_async(record_in_vain)()
    await current_hub().tick()

    assert await socket.receive_nothing(0.1)


async def settled(socket):
    """Waits until the socket's last message was obeyed: messages are obeyed in their order."""
    await socket.send_json_to({"type": "watch", "floor": "main-1"})
    await hear(socket)
    await socket.send_json_to({"type": "unwatch", "floor": "main-1"})


# --- Rights that end ----------------------------------------------------------------------------------------


@pytest.fixture
async def watching(knock, nurse, make_pump, observe, bay):
    """A nurse who looks at a floor with one pump; returns the socket and the pump."""
    pump = await sync_to_async(make_pump)("P-1")
    await record([observe(pump, position=Position("main-1", 5, 5, 1))])
    socket = await knock(nurse)
    await socket.send_json_to({"type": "watch", "floor": "main-1"})
    frame = await hear(socket)
    await socket.send_json_to({"type": "ack", "frame": frame["frame"]})
    return socket, pump


async def test_signing_out_closes_the_socket(watching):
    socket, _ = watching
    await sync_to_async(socket.session.flush)()

    assert await close_code(socket) == 4401


async def test_a_disabled_account_is_closed_and_sees_nothing_more(watching, nurse, observe):
    socket, pump = watching
    nurse.is_active = False
    await nurse.asave()
    await record([observe(pump, 10, activity=Evidence.IN_USE)])

    assert await close_code(socket) == 4401


async def test_a_new_password_ends_the_sessions_of_the_old_one(watching, nurse):
    socket, _ = watching
    nurse.set_password("a quite different one")
    await nurse.asave()

    assert await close_code(socket) == 4401


async def test_a_right_that_is_taken_away_while_watching_ends_it_before_the_next_frame(
    watching, nurse, observe
):
    socket, pump = watching
    nurse.role = ""
    await nurse.asave()
    await record([observe(pump, 10, activity=Evidence.IN_USE)])

    assert await close_code(socket) == 4403


async def test_a_site_that_is_taken_away_while_watching_ends_it(watching, nurse, site):
    socket, _ = watching
    await nurse.sites.aremove(site)

    assert await close_code(socket) == 4404


async def test_who_watches_an_asset_loses_it_with_the_site(knock, nurse, site, make_pump, observe, floor):
    pump = await sync_to_async(make_pump)("P-1")
    socket = await knock(nurse)
    await socket.send_json_to({"type": "watch", "asset": "P-1"})
    await settled(socket)
    await nurse.sites.aremove(site)
    await record([observe(pump, 10, activity=Evidence.IN_USE)])

    assert await close_code(socket) == 4404


async def test_an_asset_that_is_moved_to_a_foreign_site_is_lost_by_the_recheck(
    knock, nurse, other_site, make_pump, floor
):
    pump = await sync_to_async(make_pump)("P-1")
    socket = await knock(nurse)
    await socket.send_json_to({"type": "watch", "asset": "P-1"})
    await settled(socket)
    await Asset.objects.filter(pk=pump.pk).aupdate(site=other_site)

    await current_hub().check_rights(list(current_hub()._viewers))

    assert await close_code(socket) == 4404


async def test_a_change_that_no_signal_tells_is_found_by_the_recheck(watching, nurse):
    socket, _ = watching
    await User.objects.filter(pk=nurse.pk).aupdate(is_active=False)
    assert await socket.receive_nothing(0.1)

    await current_hub().check_rights(list(current_hub()._viewers))

    assert await close_code(socket) == 4401


async def test_an_unrelated_change_of_the_account_interrupts_nothing(watching, nurse, observe):
    socket, pump = watching
    nurse.first_name = "Ada"
    await nurse.asave()
    await record([observe(pump, 10, activity=Evidence.IN_USE)])

    assert (await hear(socket))["markers"][0]["activity"] == "in_use"


async def test_when_the_last_viewer_leaves_nothing_is_kept(watching):
    socket, _ = watching
    await socket.disconnect()

    hub = current_hub()
    assert (hub._viewers, hub._floors, hub._tasks) == (set(), {}, [])


# --- Alerts --------------------------------------------------------------------------------------------------


async def test_a_page_hears_that_something_about_alerts_changed(knock, nurse, floor):
    socket = await knock(nurse)
    await socket.send_input({"type": "websocket.receive", "text": '{"type": "watch", "alerts": true}'})
    deaf = await knock(nurse)
    await settled(socket)
    await settled(deaf)
    current_hub().change_alerts()

    assert (await hear(socket))["type"] == "alerts"
    assert await deaf.receive_nothing(0.01)
