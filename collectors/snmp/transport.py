"""One large socket for each IP version, shared by all devices: sends, waits, hears only whom it asked."""

from __future__ import annotations

import asyncio
import socket
from collections import Counter
from functools import lru_cache
from typing import Any

from collectors.snmp.exchange import Exchange, RefusedError, Turn

BUFFER_BYTES = 4 * 1024 * 1024
"""The usual 208 KiB lose most of a burst of a thousand replies."""
_MOST_AT_ONCE = 64
_LONGEST = 65_535

Address = tuple[Any, ...]


class Transport:
    """``refused`` counts the datagrams that were no answer to anything, by reason."""

    def __init__(self) -> None:
        self.refused: Counter[str] = Counter()
        self._sockets: dict[int, _Socket] = {}

    async def converse(self, host: str, port: int, exchange: Exchange) -> None:
        """Carry an exchange to its end. OSError if nothing can be sent to this numeric address."""
        family, address = socket_address(host, port)
        opened = self._sockets.get(family)
        if opened is None:
            opened = self._sockets[family] = _Socket(family, self.refused)
        await opened.converse(address, exchange)

    def close(self) -> None:
        sockets, self._sockets = self._sockets, {}
        for opened in sockets.values():
            opened.close()


class _Conversation:
    __slots__ = ("exchange", "over", "timer")

    def __init__(self, exchange: Exchange, over: asyncio.Future[None]) -> None:
        self.exchange, self.over = exchange, over
        self.timer: asyncio.TimerHandle | None = None


class _Socket:
    def __init__(self, family: int, refused: Counter[str]) -> None:
        self._loop = asyncio.get_running_loop()
        self._refused = refused
        self._talks: dict[Address, list[_Conversation]] = {}
        self._socket = socket.socket(family, socket.SOCK_DGRAM)
        self._socket.settimeout(0)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER_BYTES)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, BUFFER_BYTES)
        if family == socket.AF_INET6:
            self._socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        self._socket.bind(("", 0))
        self._loop.add_reader(self._socket, self._read)

    def close(self) -> None:
        self._loop.remove_reader(self._socket)
        self._socket.close()
        for talks in self._talks.values():
            for talk in talks:
                if not talk.over.done():
                    talk.over.set_result(None)  # told as silence

    async def converse(self, address: Address, exchange: Exchange) -> None:
        talk = _Conversation(exchange, self._loop.create_future())
        self._talks.setdefault(address, []).append(talk)
        try:
            self._take(address, talk, exchange.begin())
            await talk.over
        finally:
            self._forget(address, talk)

    def _forget(self, address: Address, talk: _Conversation) -> None:
        if talk.timer:
            talk.timer.cancel()
        talks = self._talks[address]
        talks.remove(talk)
        if not talks:
            del self._talks[address]

    def _take(self, address: Address, talk: _Conversation, turn: Turn | None) -> None:
        """Begin the turn, or end the conversation if its exchange is done."""
        if talk.exchange.is_done:
            if not talk.over.done():
                talk.over.set_result(None)
            return
        if turn is None:
            return
        if talk.timer:
            talk.timer.cancel()
        talk.timer = self._loop.call_later(turn.wait_s, self._expire, address, talk)
        if turn.datagram:
            self._send(turn.datagram, address, talk)

    def _send(self, datagram: bytes, address: Address, talk: _Conversation) -> None:
        try:
            self._socket.sendto(datagram, address)
        except BlockingIOError:
            self._refused["no room to send"] += 1  # as good as lost on the way: there is a second try
        except OSError as error:
            if not talk.over.done():
                talk.over.set_exception(error)

    def _expire(self, address: Address, talk: _Conversation) -> None:
        self._take(address, talk, talk.exchange.expire())

    def _read(self) -> None:
        receive = self._socket.recvfrom
        for _ in range(_MOST_AT_ONCE):
            try:
                datagram, address = receive(_LONGEST)
            except BlockingIOError:
                return
            except OSError:
                continue  # an ICMP error of an earlier datagram: its exchange will time out
            talks = self._talks.get(address)
            if talks is None:
                self._refused["unasked"] += 1
            else:
                self._hand_over(datagram, address, talks)

    def _hand_over(self, datagram: bytes, address: Address, talks: list[_Conversation]) -> None:
        reason = "unasked"
        for talk in talks:
            if talk.exchange.is_done:
                continue
            try:
                turn = talk.exchange.receive(datagram)
            except RefusedError as refusal:
                reason = refusal.reason
                continue
            self._take(address, talk, turn)
            return
        self._refused[reason] += 1
        for talk in talks:
            talk.exchange.note_refused(reason)


def socket_address(host: str, port: int) -> tuple[int, Address]:
    """Family and address as the kernel names the sender of a reply.

    ValueError unless ``host`` is numeric: a name would be looked up while everything waits.
    """
    if ":" in host:
        return socket.AF_INET6, _ipv6_address(host, port)
    try:
        socket.inet_pton(socket.AF_INET, host)  # takes the one spelling that the kernel uses, and no other
    except OSError:
        raise ValueError(f"{host!r} is not a numeric address") from None
    return socket.AF_INET, (host, port)


@lru_cache(maxsize=10_000)
def _ipv6_address(host: str, port: int) -> Address:
    found = socket.getaddrinfo(host, port, socket.AF_INET6, socket.SOCK_DGRAM, 0, socket.AI_NUMERICHOST)
    return tuple(found[0][4])
