"""Devices for the bench, as cheap as can be and in processes of their own: the client is what is measured.

The SNMP responder speaks just enough v2c: it copies a GET's identity into a reply prepared for its objects.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import select
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from multiprocessing.connection import Connection

_RECEIVE_BUFFER = 4 << 20


@contextmanager
def snmp_responders(count: int, values: Mapping[str, int]) -> Iterator[int]:
    """``count`` agents on 127.10.0.1 and upwards, all on the one port that this yields.

    They answer GETs of the objects in ``values`` (instance OID → Gauge32), whatever the community.
    """
    yield from in_a_process(_serve_snmp, agent_addresses(count), dict(values))


@contextmanager
def modbus_responder(addresses: list[str], registers: list[int]) -> Iterator[int]:
    """Servers on the one port that this yields; their input registers from 0 are ``registers``."""
    yield from in_a_process(_serve_modbus, addresses, registers)


def agent_addresses(count: int) -> list[str]:
    return [f"127.10.{number // 250}.{number % 250 + 1}" for number in range(count)]


def in_a_process(serve: Callable[..., None], *arguments: object) -> Iterator[int]:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=serve, args=(theirs, *arguments), daemon=True)
    process.start()
    try:
        yield ours.recv()
    finally:
        process.terminate()
        process.join()


def _serve_snmp(ready: Connection, addresses: list[str], values: dict[str, int]) -> None:
    poller = select.epoll()
    sockets = {}
    port = 0
    for address in addresses:
        agent = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        agent.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _RECEIVE_BUFFER)
        agent.bind((address, port))
        port = agent.getsockname()[1]
        sockets[agent.fileno()] = agent
        poller.register(agent, select.EPOLLIN)
    encoded = {_encode_oid(oid): _tlv(0x42, _unsigned(value)) for oid, value in values.items()}
    replies: dict[bytes, bytes] = {}
    ready.send(port)
    while True:
        for descriptor, _event in poller.poll():
            agent = sockets[descriptor]
            message, sender = agent.recvfrom(65535)
            agent.sendto(_reply(message, encoded, replies), sender)


def _reply(message: bytes, values: dict[bytes, bytes], replies: dict[bytes, bytes]) -> bytes:
    _, at, _ = _header(message, 0)
    _, version, end = _header(message, at)
    _, _, end_of_community = _header(message, end)
    _, at, _ = _header(message, end_of_community)
    _, _, end_of_id = _header(message, at)
    # error-status and error-index are the integer 0, three octets each
    bindings = message[end_of_id + 6 :]
    if bindings not in replies:
        replies[bindings] = _tlv(0x30, b"".join(_bindings(bindings, values)))
    pdu = _tlv(0xA2, message[at:end_of_id] + b"\x02\x01\x00\x02\x01\x00" + replies[bindings])
    return _tlv(0x30, message[version - 2 : end_of_community] + pdu)


def _bindings(encoded: bytes, values: dict[bytes, bytes]) -> Iterator[bytes]:
    _, at, end = _header(encoded, 0)
    while at < end:
        _, start, at = _header(encoded, at)
        _, _, end_of_oid = _header(encoded, start)
        oid = encoded[start:end_of_oid]
        yield _tlv(0x30, oid + values.get(oid, b"\x81\x00"))


def _header(data: bytes, at: int) -> tuple[int, int, int]:
    """Tag, start of the content and end of the element at ``at``."""
    length, start = data[at + 1], at + 2
    if length & 0x80:
        start += length & 0x7F
        length = int.from_bytes(data[at + 2 : start], "big")
    return data[at], start, start + length


def _tlv(tag: int, content: bytes) -> bytes:
    if len(content) < 0x80:
        return bytes((tag, len(content))) + content
    length = len(content).to_bytes((len(content).bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + content


def _unsigned(value: int) -> bytes:
    return value.to_bytes(value.bit_length() // 8 + 1, "big")


def _encode_oid(oid: str) -> bytes:
    first, second, *rest = (int(arc) for arc in oid.split("."))
    content = bytearray([first * 40 + second])
    for arc in rest:
        octets = [arc & 0x7F]
        while arc := arc >> 7:
            octets.append(0x80 | arc & 0x7F)
        content += bytes(reversed(octets))
    return _tlv(0x06, bytes(content))


class _Registers(asyncio.Protocol):
    """Answers each read with the registers asked for; requests of 12 octets, as reads are."""

    def __init__(self, registers: list[int]) -> None:
        self._octets = b"".join(value.to_bytes(2, "big") for value in registers)
        self._waiting = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._waiting += data
        while len(self._waiting) >= 12:
            request, self._waiting = self._waiting[:12], self._waiting[12:]
            first, count = int.from_bytes(request[8:10], "big"), int.from_bytes(request[10:12], "big")
            octets = self._octets[2 * first : 2 * (first + count)]
            head = request[:4] + (3 + len(octets)).to_bytes(2, "big") + request[6:8]
            self._transport.write(head + bytes([len(octets)]) + octets)  # type: ignore[attr-defined]


def _serve_modbus(ready: Connection, addresses: list[str], registers: list[int]) -> None:
    async def serve() -> None:
        loop = asyncio.get_running_loop()
        first = await loop.create_server(lambda: _Registers(registers), addresses[0], 0)
        port = first.sockets[0].getsockname()[1]
        await loop.create_server(lambda: _Registers(registers), addresses[1:], port)
        ready.send(port)
        await first.serve_forever()

    asyncio.run(serve())
