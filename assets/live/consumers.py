"""The websocket ``/ws/live/``: floors and assets that a signed-in person watches."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, ClassVar

import orjson
from channels.exceptions import StopConsumer
from channels.generic.websocket import AsyncWebsocketConsumer
from django.db import DatabaseError
from django.utils import timezone

from assets.live import rights
from assets.live.hub import Hub, current_hub
from assets.live.loading import in_thread
from assets.live.viewers import Viewer
from assets.live.wire import SCOPE_KEY

LONGEST_MESSAGE = 1000
MOST_WATCHED = 50


class MalformedError(ValueError):
    """Not a message of this protocol."""


class LiveConsumer(AsyncWebsocketConsumer):  # type: ignore[misc] # Channels has no types
    """Messages in: watch, unwatch, ack. Messages out: see :mod:`assets.live.events`.

    Close codes: 4400 malformed, 4401 not signed in, 4403 not allowed, 4404 no such floor or asset for this person,
    1013 come again (the database is away).
    """

    channel_layer_alias: ClassVar[str] = ""  # frames come from the hub, not through a channel layer
    _hub: Hub
    _viewer: Viewer | None = None
    _pump: asyncio.Task[None] | None = None

    async def __call__(
        self, scope: Any, receive: Callable[[], Awaitable[Any]], send: Callable[[Any], Awaitable[None]]
    ) -> None:
        """One message after the other. Channels' own dispatcher waits with tasks and looks after database connections
        for each, which costs more than an acknowledgement itself."""
        self.scope, self.base_send = scope, send
        with suppress(StopConsumer):
            while True:
                message = await receive()
                match message["type"]:
                    case "websocket.receive":
                        await self.receive(message.get("text"), message.get("bytes"))
                    case "websocket.connect":
                        await self.websocket_connect(message)
                    case "websocket.disconnect":
                        await self.websocket_disconnect(message)

    async def connect(self) -> None:
        await self.accept()
        try:
            await self._admit()
        except DatabaseError:
            await self.close(rights.TRY_AGAIN)

    async def _admit(self) -> None:
        session_key = getattr(self.scope.get("session"), "session_key", None)
        user = await in_thread(rights.signed_in_user, session_key)
        if user is None:
            await self.close(rights.NOT_SIGNED_IN)
        elif not await in_thread(rights.may_watch, user):
            await self.close(rights.NOT_ALLOWED)
        else:
            self._hub = current_hub()
            self._viewer = Viewer(session_key, user.pk, self._close, self.scope.get(SCOPE_KEY))
            self._hub.join(self._viewer)
            if self._viewer.wire is None:
                self._pump = asyncio.create_task(self._send_what_is_due(self._viewer))

    async def disconnect(self, code: int) -> None:  # noqa: ARG002 Channels names it
        if self._pump is not None:
            self._pump.cancel()
        if self._viewer is not None:
            self._hub.leave(self._viewer)
            self._viewer = None

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        viewer = self._viewer
        if viewer is None:
            return
        try:
            message = _parse(text_data if text_data is not None else bytes_data)
            await self._obey(viewer, message)
        except MalformedError:
            await self._close(rights.MALFORMED)
        except DatabaseError:
            await self._close(rights.TRY_AGAIN)

    async def _obey(self, viewer: Viewer, message: dict[str, Any]) -> None:
        match message:
            case {"type": "ack", "frame": int(number)}:
                viewer.acknowledge(number)
            case {"type": "watch", "floor": str(slug)}:
                if message.get("short") is True:
                    viewer.short.add(slug)
                await self._watch_floor(viewer, slug)
            case {"type": "watch", "asset": str(tag)}:
                await self._watch_asset(viewer, tag)
            case {"type": "watch" | "unwatch" as verb, "alerts": True}:
                viewer.hears_alerts = verb == "watch"
            case {"type": "unwatch", "floor": str(slug)}:
                viewer.unwatch_floor(slug)
            case {"type": "unwatch", "asset": str(tag)}:
                viewer.assets = {pk: watched for pk, watched in viewer.assets.items() if watched != tag}
            case _:
                raise MalformedError

    async def _watch_floor(self, viewer: Viewer, slug: str) -> None:
        floor_id = await in_thread(rights.find_floor, viewer.session_key, slug)
        if floor_id is None:
            await self._refuse(viewer)
        elif len(viewer.floors) >= MOST_WATCHED:
            raise MalformedError
        else:
            await self._hub.watch_floor(viewer, floor_id, slug)

    async def _watch_asset(self, viewer: Viewer, tag: str) -> None:
        asset_id = await in_thread(rights.find_asset, viewer.session_key, tag)
        if asset_id is None:
            await self._refuse(viewer)
        elif len(viewer.assets) >= MOST_WATCHED:
            raise MalformedError
        else:
            viewer.assets[asset_id] = tag

    async def _refuse(self, viewer: Viewer) -> None:
        """What was asked for is not there for this person: because it is not there, or the right is not."""
        claim = rights.Claim(viewer.session_key, viewer.user_id, frozenset(), frozenset())
        code = await in_thread(rights.refusal, claim)
        await self._close(code or rights.NOT_FOUND)

    async def _send_what_is_due(self, viewer: Viewer) -> None:
        while True:
            await viewer.wake.wait()
            viewer.wake.clear()
            while (message := viewer.next_message(timezone.now())) is not None:
                await self.send(text_data=message)

    async def _close(self, code: int) -> None:
        if self._pump is not None:
            self._pump.cancel()
        viewer, self._viewer = self._viewer, None
        await self.close(code)
        if viewer is not None:
            self._hub.leave(viewer)


def _parse(data: str | bytes | None) -> dict[str, Any]:
    if data is None or isinstance(data, bytes) or len(data) > LONGEST_MESSAGE or r"\u0000" in data:
        raise MalformedError  # no name has a NUL, and PostgreSQL compares none
    try:
        message = orjson.loads(data)
    except orjson.JSONDecodeError:
        raise MalformedError from None
    if not isinstance(message, dict):
        raise MalformedError
    return message
