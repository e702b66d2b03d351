"""Through Redis: one publisher for whoever records, one subscriber per process that shows."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import orjson
import redis
import redis.asyncio
from django.conf import settings

from assets.live.events import Change, pack_changes, unpack_changes

if TYPE_CHECKING:
    from assets.live.hub import Hub

logger = logging.getLogger(__name__)

CHANGES = "whereabouts:changes"
RIGHTS = "whereabouts:rights"
PLANS = "whereabouts:plans"
ALERTS = "whereabouts:alerts"
RETRY_S = 1.0
QUIET_S = 5.0


def is_used() -> bool:
    return bool(settings.REDIS_URL)


class Publisher:
    """Sends to Redis. While Redis is away, browsers miss frames and nothing else happens: it is said once."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._client = redis.Redis.from_url(url, socket_timeout=2, socket_connect_timeout=2)
        self._is_failing = False

    def send_changes(self, changes: Sequence[Change]) -> None:
        self._send(CHANGES, pack_changes(changes))

    def send_question(self, user_ids: Iterable[int]) -> None:
        self._send(RIGHTS, orjson.dumps(list(user_ids)))

    def send_plan_change(self, floor_id: int) -> None:
        self._send(PLANS, orjson.dumps(floor_id))

    def send_alerts_change(self) -> None:
        self._send(ALERTS, b"")

    def _send(self, channel: str, message: bytes) -> None:
        try:
            self._client.publish(channel, message)
        except redis.RedisError as failure:
            if not self._is_failing:
                logger.warning("Live frames do not reach other processes: Redis says %s", failure)
            self._is_failing = True
        else:
            if self._is_failing:
                logger.warning("Live frames reach other processes again")
            self._is_failing = False


_publisher: Publisher | None = None
_publisher_lock = threading.Lock()


def publisher() -> Publisher:
    """The one of this process."""
    global _publisher
    with _publisher_lock:
        if _publisher is None or _publisher.url != settings.REDIS_URL:
            _publisher = Publisher(settings.REDIS_URL)
        return _publisher


async def listen(hub: Hub) -> None:
    """Feed a hub from Redis until cancelled. While that cannot be, and once after it, the floors are read anew."""
    while True:
        try:
            async with (
                redis.asyncio.Redis.from_url(settings.REDIS_URL) as client,
                client.pubsub() as channels,
            ):
                await channels.subscribe(CHANGES, RIGHTS, PLANS, ALERTS)
                if hub.is_deaf:
                    logger.warning("Live frames come in again from Redis")
                    hub.fall_behind()
                hub.is_deaf = False
                await _receive(hub, channels)
        except redis.RedisError as failure:
            if not hub.is_deaf:
                logger.warning("No live frames from other processes: Redis says %s", failure)
            hub.is_deaf = True
            hub.fall_behind()
            await asyncio.sleep(RETRY_S)


async def _receive(hub: Hub, channels: Any) -> None:
    """Deliver until the connection ends. One that is dead without a word is found by asking into the quiet."""
    is_asked = False
    while True:
        message = await channels.get_message(timeout=QUIET_S)
        if message is not None:
            is_asked = False
            _deliver(hub, message)
        elif is_asked:
            raise redis.ConnectionError("nothing for too long")
        else:
            is_asked = True
            await channels.ping()


def _deliver(hub: Hub, message: dict[str, object]) -> None:
    if message["type"] != "message":
        return
    data = message["data"]
    if not isinstance(data, bytes):
        return
    if message["channel"] == CHANGES.encode():
        hub.offer(unpack_changes(data))
    elif message["channel"] == PLANS.encode():
        hub.change_plan(orjson.loads(data))
    elif message["channel"] == ALERTS.encode():
        hub.change_alerts()
    else:
        hub.question(orjson.loads(data))
