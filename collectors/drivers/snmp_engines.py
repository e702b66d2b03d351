"""pysnmp's engine, kept alive and kept small: the only module that reaches into it.

Requests go straight to the message dispatcher, so that no target is ever registered: each registration would
make pysnmp rebuild all its tables. What remains per device is one copy of its user for its engine identifier,
which costs more the more there are; hence several engines, each for at most :data:`PEERS_PER_ENGINE` devices.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pysnmp.carrier.asyncio.dgram import udp, udp6
from pysnmp.entity import config
from pysnmp.entity.engine import SnmpEngine
from pysnmp.proto.error import StatusInformation
from pysnmp.proto.rfc1902 import OctetString

from collectors.drivers.snmp_socket import StrictSocket, StrictUdp, StrictUdp6, Tally
from collectors.requests import MAX_DATAGRAM, SnmpUser

PEERS_PER_ENGINE = 200

AUTH = {
    "": config.USM_AUTH_NONE,
    "md5": config.USM_AUTH_HMAC96_MD5,
    "sha1": config.USM_AUTH_HMAC96_SHA,
    "sha224": config.USM_AUTH_HMAC128_SHA224,
    "sha256": config.USM_AUTH_HMAC192_SHA256,
    "sha384": config.USM_AUTH_HMAC256_SHA384,
    "sha512": config.USM_AUTH_HMAC384_SHA512,
}
PRIV = {
    "": config.USM_PRIV_NONE,
    "des": config.USM_PRIV_CBC56_DES,
    "3des": config.USM_PRIV_CBC168_3DES,
    "aes128": config.USM_PRIV_CFB128_AES,
    "aes192": config.USM_PRIV_CFB192_AES,
    "aes256": config.USM_PRIV_CFB256_AES,
    "aes192-blumenthal": config.USM_PRIV_CFB192_AES_BLUMENTHAL,
    "aes256-blumenthal": config.USM_PRIV_CFB256_AES_BLUMENTHAL,
}
_EXPIRY_MARGIN_S = 1.0
_EXPECT_RESPONSE = True


@dataclass(frozen=True, slots=True)
class Peer:
    """A device as pysnmp wants it named, with the secret to use."""

    host: str
    port: int
    secret: SnmpUser | bytes
    protocol: str
    context: bytes = b""
    max_message_bytes: int = MAX_DATAGRAM

    @property
    def is_v3(self) -> bool:
        return self.protocol == "snmp_v3"

    @property
    def models(self) -> tuple[int, int, int]:
        """pysnmp's numbers for message processing, security model and security level."""
        if isinstance(self.secret, SnmpUser):
            return 3, 3, 1 + bool(self.secret.auth_protocol) + bool(self.secret.priv_protocol)
        return (0, 1, 1) if self.protocol == "snmp_v1" else (1, 2, 1)


class SnmpTroubleError(Exception):
    """No usable answer. ``report`` is pysnmp's name for what the device said of it; empty: nothing."""

    def __init__(self, report: str = "", *, garbled: bool = False, unsendable: OSError | None = None) -> None:
        super().__init__(report)
        self.report = report
        self.garbled = garbled
        self.unsendable = unsendable


class Engine:
    """One pysnmp engine with its sockets, for up to :data:`PEERS_PER_ENGINE` devices."""

    def __init__(self, tally: Tally) -> None:
        self.peers: set[tuple[str, int]] = set()
        self._engine = SnmpEngine()
        self.tally = tally
        (self._largest,) = self._engine.get_mib_builder().import_symbols(
            "__SNMP-FRAMEWORK-MIB", "snmpEngineMaxMessageSize"
        )
        self._names: dict[bytes | str, str] = {}
        self._users: dict[str, SnmpUser] = {}
        self._sockets: dict[int, StrictSocket] = {}
        self._opening = asyncio.Lock()
        self._usm = self._engine.security_models[3]
        self._v3 = self._engine.message_processing_subsystems[3]
        _keep_what_is_known(self._usm, self._v3)
        for model in self._engine.message_processing_subsystems.values():
            _count_refused(model, tally)

    def has_room_for(self, peer: Peer) -> bool:
        """pysnmp knows users by name alone, so that an engine holds one secret for each name."""
        if (peer.host, peer.port) not in self.peers and len(self.peers) >= PEERS_PER_ENGINE:
            return False
        return (
            not isinstance(peer.secret, SnmpUser)
            or self._users.get(peer.secret.name, peer.secret) == peer.secret
        )

    async def send(
        self, peer: Peer, pdu: Any, timeout_s: float, note_refused: Callable[[Mapping[str, int]], None]
    ) -> Any:
        """Send once and wait for the response PDU; raises :class:`SnmpTroubleError`.

        ``note_refused`` is told by reason how many datagrams came meanwhile that were no answer, if any did.
        """
        socket, domain, address = await self._socket_for(peer)
        self.peers.add((peer.host, peer.port))
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        socket.answer = future
        self._dispatch(peer, domain, address, pdu, timeout_s, future)
        number = socket.sent_id
        try:
            if socket.send_error:
                raise SnmpTroubleError(unsendable=socket.send_error)
            async with asyncio.timeout(timeout_s):
                return await future
        except TimeoutError:
            raise SnmpTroubleError(garbled=socket.has_refused(number)) from None
        finally:
            if refused := socket.release(number):
                note_refused(refused)

    def knows(self, peer: Peer) -> bool:
        """Whether the device's engine identifier is known, so that no discovery is needed."""
        return self._cache_key(peer) in self._v3._SnmpV3MessageProcessingModel__engineIdCache  # noqa: SLF001

    def forget(self, peer: Peer) -> None:
        """Discover the device anew next time: it may have been replaced, or have lost its count of boots."""
        known = self._v3._SnmpV3MessageProcessingModel__engineIdCache.pop(self._cache_key(peer), None)  # noqa: SLF001
        if known:
            self._usm._SnmpUSMSecurityModel__timeline.pop(known["securityEngineId"], None)  # noqa: SLF001

    async def close(self) -> None:
        self._engine.close_dispatcher()
        await asyncio.sleep(0)  # the loop closes sockets on its next turn

    def _dispatch(
        self, peer: Peer, domain: Any, address: Any, pdu: Any, timeout_s: float, future: asyncio.Future[Any]
    ) -> None:
        messages, security, level = peer.models
        resolution = self._engine.transport_dispatcher.get_timer_resolution()
        usual = self._largest.syntax
        if peer.max_message_bytes < int(usual):
            self._largest.syntax = usual.clone(peer.max_message_bytes)
        try:
            self._engine.message_dispatcher.send_pdu(
                self._engine, domain, address,
                messages, security, OctetString(self._security_name(peer)), level,
                None, peer.context, 1 if messages else 0, pdu, _EXPECT_RESPONSE,
                (timeout_s + _EXPIRY_MARGIN_S) / resolution, _deliver, future,
            )  # fmt: skip
        except StatusInformation as status:
            raise SnmpTroubleError(_indication(status)) from None
        finally:
            self._largest.syntax = usual

    def _security_name(self, peer: Peer) -> str:
        if isinstance(peer.secret, SnmpUser):
            return self._user_name(peer.secret)
        name = self._names.get(peer.secret)
        if name is None:
            name = self._names[peer.secret] = f"c{len(self._names)}"
            config.add_v1_system(self._engine, name, peer.secret, securityName=name)
        return name

    def _user_name(self, user: SnmpUser) -> str:
        if user.name not in self._users:
            config.add_v3_user(
                self._engine,
                user.name,
                AUTH[user.auth_protocol],
                user.auth_key or None,
                PRIV[user.priv_protocol],
                user.priv_key or None,
            )
            self._users[user.name] = user
        return user.name

    async def _socket_for(self, peer: Peer) -> tuple[StrictSocket, Any, Any]:
        version = 6 if ":" in peer.host else 4
        async with self._opening:
            if version not in self._sockets:
                socket: Any = StrictUdp(self.tally) if version == 4 else StrictUdp6(self.tally)
                await socket.open()
                config.add_transport(self._engine, _domain(peer), socket)
                self._sockets[version] = socket
        return self._sockets[version], _domain(peer), _address(peer)

    def _cache_key(self, peer: Peer) -> tuple[Any, Any]:
        return _domain(peer), _address(peer)


def _domain(peer: Peer) -> Any:
    return udp6.DOMAIN_NAME if ":" in peer.host else udp.DOMAIN_NAME


def _address(peer: Peer) -> Any:
    if ":" in peer.host:  # the kernel names senders with flow and scope
        return udp6.Udp6TransportAddress((peer.host, peer.port, 0, 0))
    return udp.UdpTransportAddress((peer.host, peer.port))


def _deliver(*arguments: Any) -> None:
    """pysnmp's callback: the PDU, or what was said instead of it."""
    *_, pdu, status, _handle, future = arguments
    if future.done():
        return
    if status:
        future.set_exception(SnmpTroubleError(_indication(status)))
    else:
        future.set_result(pdu)


def _indication(status: Any) -> str:
    indication = status.get("errorIndication", "unspecified")
    name = type(indication).__name__
    return name[:1].lower() + name[1:]


def _keep_what_is_known(usm: Any, v3: Any) -> None:
    """Nothing expires here by the clock; :meth:`Engine.forget` does it when a device stops answering.

    pysnmp forgets each device 300 s after first hearing of it, however fresh its knowledge, needs two
    messages for every poll from then on, and its queue for that grows with every message.
    """
    times = usm._SnmpUSMSecurityModel__timelineExpQueue  # noqa: SLF001
    engines = v3._SnmpV3MessageProcessingModel__engineIdCacheExpQueue  # noqa: SLF001
    usm._SnmpUSMSecurityModel__expire_timeline_info = times.clear  # noqa: SLF001
    v3._SnmpV3MessageProcessingModel__expire_engines_info = engines.clear  # noqa: SLF001


_REASONS = {
    "authenticationFailure": "wrong digest",
    "notInTimeWindow": "outside the time window",
    "unknownEngineID": "another engine or user",
    "unknownSecurityName": "another engine or user",
    "engineIDMismatch": "another engine or user",
    "unsupportedSecurityLevel": "another security level",
    "unknownCommunityName": "another community or version",
    "dataMismatch": "another message",
}
"""What pysnmp calls it when it drops a message, and what our own codec does."""


def _count_refused(model: Any, tally: Tally) -> None:
    """pysnmp drops what it does not believe without a word."""
    believed = model.prepare_data_elements

    def prepare_data_elements(*arguments: Any) -> Any:
        try:
            return believed(*arguments)
        except StatusInformation as status:
            if "sendPduHandle" not in status:
                tally.note(_REASONS.get(_indication(status), "not understood"))
            raise

    model.prepare_data_elements = prepare_data_elements
