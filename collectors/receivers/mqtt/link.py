"""One connection to a broker, from its beginning to its end.

paho reads and writes on a thread of its own; what comes waits here, within bounds, for the loop. A message of QoS 1 is
acknowledged only when the loop says so: until then the broker has it, and sends it again to the next connection.
"""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.subscribeoptions import SubscribeOptions

from collectors.receivers.mqtt.broker import make_context
from collectors.receivers.settings import Broker
from collectors.requests import Login

CONNECT_S = 10.0
SESSION_S = 7 * 86_400
"""How long the broker is asked to keep what comes while we are away (MQTT 5; before, that is its own affair)."""
IN_FLIGHT = 200
"""Messages that the broker may send before the first of them is acknowledged (MQTT 5)."""
MOST_WAITING = 2_000
MOST_WAITING_BYTES = 32 * 1_048_576
OVERHEAD = 1_024
"""Octets of a packet beside its payload, as far as the broker is told to keep its packets small (MQTT 5)."""


class LinkError(Exception):
    """The broker cannot be used, or not any more; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """One message. ``payload`` is None if it is larger than allowed; ``topic`` empty if it is no text."""

    topic: str
    payload: bytes | None
    qos: int
    is_kept: bool
    number: int


class Link:
    """On the loop that :meth:`open` is called on. ``filters``: what to subscribe to, and with which QoS."""

    def __init__(
        self,
        broker: Broker,
        address: str,
        *,
        client_id: str,
        login: Login | None,
        filters: Mapping[str, int],
        max_message_bytes: int,
    ) -> None:
        self._broker, self._address, self._filters = broker, address, filters
        self._max_bytes = max_message_bytes
        self._is_5 = broker.version == "5"
        self._tls = make_context(broker) if broker.tls else None
        self._client = self._make_client(client_id, login)
        self._waiting: deque[Arrived] = deque()
        self._waiting_bytes = 0
        self._lock = threading.Lock()
        self._dropped = 0
        self._left_with_broker = False
        self._is_closed = False

    def _make_client(self, client_id: str, login: Login | None) -> Client:
        client = Client(
            CallbackAPIVersion.VERSION2,
            client_id=client_id,
            clean_session=None if self._is_5 else False,
            protocol=MQTTProtocolVersion.MQTTv5 if self._is_5 else MQTTProtocolVersion.MQTTv311,
            reconnect_on_failure=False,
            manual_ack=True,
        )
        client.connect_timeout = CONNECT_S
        if login is not None:
            client.username_pw_set(login.name, login.password)
        if self._tls is not None:
            client.tls_set_context(self._tls)
        client.on_connect, client.on_disconnect = self._on_connect, self._on_disconnect
        client.on_subscribe, client.on_message = self._on_subscribe, self._on_message
        return client

    async def open(self) -> None:
        """Connect and subscribe; raises OSError (among them that of TLS) or :class:`LinkError`."""
        self._loop = asyncio.get_running_loop()
        self._something = asyncio.Event()
        self._connected: asyncio.Future[str] = self._loop.create_future()
        self._subscribed: asyncio.Future[str] = self._loop.create_future()
        self._ended: asyncio.Future[str] = self._loop.create_future()
        await asyncio.to_thread(self._connect)
        self._client.loop_start()
        await self._within(self._connected, "The broker does not answer as one; is this its port?")
        self._client.subscribe(self._subscriptions())
        await self._within(self._subscribed, "The broker does not answer to the subscription.")

    def _connect(self) -> None:
        clean: dict[str, Any] = {}
        if self._is_5:
            properties: Any = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
            properties.SessionExpiryInterval = SESSION_S
            properties.ReceiveMaximum = IN_FLIGHT
            properties.MaximumPacketSize = self._max_bytes + OVERHEAD
            clean = {"clean_start": False, "properties": properties}
        try:
            self._client.connect(self._address, self._broker.port, self._broker.keepalive_s, **clean)
        except OSError:
            if self._tls is not None:
                self._tls.close_socket()
            raise
        if self._is_closed:  # somebody lost patience meanwhile, and found nothing to close yet
            self._hang_up()

    def _subscriptions(self) -> Any:
        if self._is_5:
            return [(topic, SubscribeOptions(qos=qos)) for topic, qos in self._filters.items()]
        return list(self._filters.items())

    async def _within(self, answer: asyncio.Future[str], words: str) -> None:
        try:
            async with asyncio.timeout(CONNECT_S):
                trouble = await answer
        except TimeoutError:
            raise LinkError(words) from None
        if trouble:
            raise LinkError(trouble)

    async def next(self, most: int) -> list[Arrived]:
        """What came, in order, at least one; :class:`LinkError` once all was taken and no more can come."""
        while True:
            found = self._take(most)
            if found:
                return found
            if self._left_with_broker:
                raise LinkError("More came than could be kept up with; the broker sends the rest again.")
            if self._ended.done():
                raise LinkError(self._ended.result())
            self._something.clear()
            await self._something.wait()

    def _take(self, most: int) -> list[Arrived]:
        with self._lock:
            found = [self._waiting.popleft() for _ in range(min(most, len(self._waiting)))]
            self._waiting_bytes -= sum(len(each.payload or b"") for each in found)
        return found

    def take_dropped(self) -> int:
        """How many messages of QoS 0 found no room since this was asked last."""
        with self._lock:
            dropped, self._dropped = self._dropped, 0
        return dropped

    def acknowledge(self, message: Arrived) -> None:
        """It is kept, or never will be: the broker can forget it. In the order in which they came."""
        if message.qos > 0:
            self._client.ack(message.number, message.qos)

    async def close(self) -> None:
        """End the connection; the session stays with the broker."""
        self._is_closed = True
        client = self._client
        client.disconnect()
        with suppress(
            AttributeError
        ):  # its thread was just ending: loop_stop() looked twice, and found it once
            await asyncio.to_thread(client.loop_stop)
        self._hang_up()
        # The client closes the pair of sockets that it wakes itself with when it is no longer referred to, and by
        # these it refers to itself: without them that is now, and not whenever garbage is collected.
        client.on_connect = client.on_disconnect = client.on_subscribe = client.on_message = None

    def _hang_up(self) -> None:
        connection = self._client.socket()
        if connection is not None:
            connection.close()

    # --- on the thread of the client

    def _tell(self, future: asyncio.Future[str], words: str) -> None:
        def tell() -> None:
            if not future.done():
                future.set_result(words)
            self._something.set()

        self._loop.call_soon_threadsafe(tell)

    def _on_connect(self, _client: Any, _data: Any, _flags: Any, reason: Any, _properties: Any) -> None:
        self._tell(self._connected, f"The broker refuses us: {reason}." if reason.is_failure else "")

    def _on_subscribe(self, _client: Any, _data: Any, _number: Any, reasons: Any, _properties: Any) -> None:
        refused = [topic for topic, reason in zip(self._filters, reasons, strict=False) if reason.is_failure]
        words = f"The broker does not let us hear {', '.join(refused)}; see its access list."
        self._tell(self._subscribed, words if refused else "")

    def _on_disconnect(self, _client: Any, _data: Any, _flags: Any, reason: Any, _properties: Any) -> None:
        words = f"The connection to the broker ended: {reason}."
        for future in (self._connected, self._subscribed, self._ended):
            self._tell(future, words)

    def _on_message(self, _client: Any, _data: Any, message: MQTTMessage) -> None:
        try:
            topic = message.topic
        except UnicodeDecodeError:
            topic = ""
        size = len(message.payload)
        payload = bytes(message.payload) if size <= self._max_bytes else None
        with self._lock:
            if len(self._waiting) >= MOST_WAITING or self._waiting_bytes + size > MOST_WAITING_BYTES:
                self._refuse(message.qos)
                return
            if message.qos and self._left_with_broker:
                return  # what came before it was left with the broker, and has to come first
            self._waiting.append(Arrived(topic, payload, message.qos, message.retain, message.mid))
            self._waiting_bytes += len(payload or b"")
        self._loop.call_soon_threadsafe(self._something.set)

    def _refuse(self, qos: int) -> None:
        if qos:
            self._left_with_broker = True
        else:
            self._dropped += 1
