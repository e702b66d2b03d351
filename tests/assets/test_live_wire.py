"""Messages written to the connection itself: the same as by Channels, in order, and never more than it takes."""

import asyncio
import json
import os
import subprocess
import sys
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import pytest
from websockets.asyncio.client import connect

from assets.live.hub import current_hub
from assets.live.message import Message
from assets.live.viewers import Viewer
from assets.live.wire import Wire, wire_of
from tests.assets.test_live_floors import change, make_view
from tests.assets.wire_server import FLOOD, MOST
from tests.conftest import NOON

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def address():
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.assets.wire_server"],
        cwd=ROOT,
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "hospital.settings"},
        stdout=subprocess.PIPE,
        text=True,
    )
    yield f"ws://127.0.0.1:{process.stdout.readline().strip()}"
    process.terminate()
    process.wait()
    process.stdout.close()


@pytest.mark.parametrize("size", [0, 1, 125, 126, 65_535, 65_536, 300_000])
async def test_an_independent_client_reads_the_same_from_both_ways_and_in_order(address, size):
    texts = [f"{n}ä心" + size * "x" for n in range(5)]

    async with (
        asyncio.timeout(20),
        connect(f"{address}/both/", max_size=None, compression="deflate") as socket,
    ):
        for text in texts:
            await socket.send(text)
        told = [await socket.recv() for _ in range(10)]

    assert told == [text for text in texts for _ in range(2)]


async def test_a_client_that_does_not_read_is_owed_no_more_than_a_message_and_goes_on_when_it_reads(address):
    async with asyncio.timeout(60), connect(f"{address}/flood/", max_size=None, max_queue=1) as socket:
        await asyncio.sleep(0)
        read = [await socket.recv()]
        while read[-1] == FLOOD:
            read.append(await socket.recv())

    sent, waiting = map(int, read.pop().split())
    assert len(read) == sent < MOST
    assert 0 < waiting <= len(FLOOD.frame)


@pytest.mark.parametrize(
    "send",
    [print, partial(print), partial(print, SimpleNamespace(transport=None))],
    ids=["plain", "empty", "other"],
)
def test_what_is_not_daphnes_has_no_wire(send):
    assert wire_of(send) is None


class Transport:
    """Takes ``room`` octets, as a kernel does."""

    TLS = False
    connected, disconnecting = True, False

    def __init__(self, room):
        self.room, self.taken, self.dataBuffer, self._tempDataBuffer = room, b"", b"", []
        self.written = asyncio.Event()

    def writeSomeData(self, data):  # noqa: N802  twisted's name
        size = min(self.room, len(data))
        self.taken += data[:size]
        self.room -= size
        self.written.set()
        return size

    def write(self, data):
        self._tempDataBuffer.append(data)

    def drain(self):
        self.taken += b"".join(self._tempDataBuffer)
        self._tempDataBuffer = []
        self.room = 1_000_000


def wire_on(room=1_000_000, state=3):
    transport = Transport(room)
    return Wire(SimpleNamespace(transport=transport, state=state, STATE_OPEN=3)), transport


def texts(octets):
    """The texts of frames, by RFC 6455, 5.2."""
    while octets:
        size, start = octets[1], 2
        if size > 125:
            start = 4 if size == 126 else 10
            size = int.from_bytes(octets[2:start], "big")
        yield octets[start : start + size].decode()
        octets = octets[start + size :]


async def never(_code): ...


def viewer_of(view, wire):
    viewer = Viewer("session", 1, never, wire)
    viewer.watch_floor(view)
    return viewer


def test_what_is_due_is_sent_at_once():
    wire, transport = wire_on()
    viewer_of(make_view(change(1)), wire)

    assert [json.loads(text)["type"] for text in texts(transport.taken)] == ["floor"]


def test_a_closing_socket_gets_nothing():
    wire, transport = wire_on(state=2)
    wire.send("late")

    assert (transport.taken, transport._tempDataBuffer) == (b"", [])


def test_what_the_kernel_leaves_waits_in_order():
    wire, transport = wire_on(room=3)
    wire.send("first")
    wire.send("second")
    transport.drain()

    assert list(texts(transport.taken)) == ["first", "second"]


async def test_a_thousand_ticks_and_notices_add_nothing_to_a_full_connection():
    wire, transport = wire_on(room=10)
    view = make_view(change(1))
    viewer = viewer_of(view, wire)
    waiting = [*transport._tempDataBuffer]
    for rev in range(2, 1002):
        view.take(change(1, rev))
        view.make_frame(rev + 1, NOON, is_watched=True)
        viewer.notices[1], viewer.beat = f"notice {rev}", "beat"
        viewer.rouse()

    assert transport._tempDataBuffer == waiting
    assert (len(viewer.notices), len(viewer.underway), viewer.rest) == (1, 1, [])


async def test_once_it_is_free_the_floor_comes_as_a_whole():
    wire, transport = wire_on(room=10)
    view = make_view(change(1), change(2))
    viewer_of(view, wire)
    for rev in range(2, 5):
        view.take(change(1, rev))
        view.make_frame(rev + 1, NOON, is_watched=True)
    transport.drain()

    transport.written.clear()
    async with asyncio.timeout(5):
        await transport.written.wait()

    first, second = (json.loads(text) for text in texts(transport.taken))
    assert (first["full"], second["full"], second["frame"]) == (True, True, 5)
    assert [marker["rev"] for marker in second["markers"]] == [4, 1]


async def test_a_full_connection_that_closes_is_forgotten():
    wire, transport = wire_on(room=0)
    wire.send("lost")
    called = []
    wire.call_when_free(lambda: called.append(1), 0.0)
    wire._protocol.state = 2
    transport.drain()
    await asyncio.sleep(0.01)

    assert (called, wire._look) == ([], None)


def test_octets_are_made_once():
    message = Message("once")
    assert message.frame is message.frame


async def test_news_of_alerts_goes_by_the_connection_at_once():
    wire, transport = wire_on()
    viewer = Viewer("session", 1, never, wire, hears_alerts=True)
    hub = current_hub()
    hub.join(viewer)
    hub.change_alerts()
    async with asyncio.timeout(20):
        await transport.written.wait()
    hub.leave(viewer)

    assert [json.loads(text)["type"] for text in texts(transport.taken)] == ["alerts"]
