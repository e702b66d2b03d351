"""The websocket, from the handshake to the last frame, against the real hub and database."""

from __future__ import annotations

import json

import pytest
from asgiref.sync import sync_to_async
from channels.testing import WebsocketCommunicator
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore

from assets.observation import Evidence, Position
from assets.record import record_observations
from hospital.asgi import application
from hospital.models import User
from locations.zones import ZoneKind

pytestmark = pytest.mark.django_db(transaction=True)

OWN = b"http://localhost:8000"


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

    async def enter(person: User | None = None, *, origin: bytes | None = OWN, path="/ws/live/"):
        headers = [(b"host", b"localhost:8000")]
        if origin is not None:
            headers.append((b"origin", origin))
        session = None
        if person is not None:
            session = await sync_to_async(make_session)(person)
            headers.append((b"cookie", f"{settings.SESSION_COOKIE_NAME}={session.session_key}".encode()))
        socket = WebsocketCommunicator(application, path, headers=headers)
        socket.session = session
        accepted, code = await socket.connect()
        if accepted:
            opened.append(socket)
        else:
            socket.code = code
        return socket

    yield enter
    for socket in opened:
        await socket.disconnect()


async def hear(socket, *, timeout=2.0):
    return json.loads(await socket.receive_from(timeout))


async def close_code(socket) -> int:
    message = await socket.receive_output(2.0)
    assert message["type"] == "websocket.close"
    return message["code"]


record = sync_to_async(record_observations)


@pytest.fixture
def bay(make_zone):
    return make_zone("Bay 1", ZoneKind.PATIENT_ROOM)


async def test_a_stranger_is_turned_away_with_4401(knock):
    assert await close_code(await knock()) == 4401


async def test_a_page_of_another_site_does_not_get_past_the_handshake(knock, nurse):
    socket = await knock(nurse, origin=b"https://evil.example")

    assert socket.code == 1000 or socket.code == 403


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
            "rev": 1,
        }
    ]
    assert second["full"] is False
    assert second["frame"] > first["frame"]
    assert [(m["activity"], m["since"], m["rev"]) for m in second["markers"]] == [
        ("in_use", "2026-03-02T12:00:10Z", 2)
    ]
