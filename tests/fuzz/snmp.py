"""Spoiled replies to SNMP: v1 and v2c, v3 on every level, and tables."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, NoReturn

from collectors.drivers.snmp_values import Oid
from collectors.drivers.snmp_walk import Bindings, walk
from collectors.requests import Failure, SnmpTable, SnmpUser, SnmpValue
from collectors.snmp import driver
from collectors.snmp.ber import DecodeError, encode_arcs, encode_integer, encode_oid, tlv
from collectors.snmp.exchange import CommunityExchange, Exchange, RefusedError
from collectors.snmp.messages import Prepared, prepare_bulk, prepare_next, read_bindings
from collectors.snmp.session import Session
from collectors.snmp.v3 import V3Exchange
from tests.collectors.test_snmp_hostile import ANSWER, ELEMENTS, GET, spoiled
from tests.collectors.v3_agent import REPORTS, USER, V3Agent
from tests.fuzz import witness
from tests.fuzz.faults import MADE_UP, UNUSABLE, require
from tests.fuzz.witness import Message, UnreadableError

COMMUNITY = b"secret"
BINDINGS = [tlv(0x30, tlv(6, encode_oid(oid)) + element) for oid, element in ELEMENTS.items()]
CONTENTS = tuple(map(encode_oid, ELEMENTS))
_BULK, _NEXT = prepare_bulk(CONTENTS, 10), prepare_next(CONTENTS)


def rows(data: bytes, at: int, stop: int) -> list[Any]:
    return read_bindings(data, at, stop)


def v2c_reply(
    version: int, number: bytes, bindings: Sequence[bytes], status: int = 0, blamed: int = 0
) -> bytes:
    pdu = b"\x02\x04" + number + encode_integer(status) + encode_integer(blamed)
    pdu += tlv(0x30, b"".join(bindings))
    return tlv(0x30, encode_integer(version) + tlv(4, COMMUNITY) + tlv(0xA2, pdu))


def agree(exchange: Exchange, read: Callable[[], Message]) -> None:
    """What the exchange took is what the witness reads."""
    try:
        said = read()
    except UnreadableError:
        require(False, MADE_UP, "an answer was taken from octets that hold none")
        return
    require(said.tag == 0xA2, MADE_UP, f"a PDU {said.tag:#x} was taken for a response")
    require(said.number == int.from_bytes(exchange._id, "big"), MADE_UP, "the answer to another request")
    require((said.status, said.blamed) == (exchange.status, exchange.blamed) or not exchange.status, MADE_UP,
            f"status {exchange.status} where {said.status} stands")  # fmt: skip
    require(bool(said.status) == bool(exchange.status), MADE_UP, f"status {said.status} was overlooked")
    if exchange.status:
        return
    if isinstance(exchange.answer, Mapping):
        for name, value in exchange.answer.items():
            require((name, value) in said.bindings, MADE_UP, f"{name} = {value}")
    else:
        found = [(witness.oid(name), value) for name, value in exchange.answer]
        require(found == said.bindings, MADE_UP, f"{found} where {said.bindings} stands")


class Community:
    """v1 and v2c: GET, GETNEXT and GETBULK; values, errors, and objects in another order."""

    def __init__(self) -> None:
        self.sent, self.taken = b"", 0
        self._kinds: list[tuple[int, Prepared, Callable[..., Any]]] = [
            (version, prepared, decode)
            for version in (0, 1)
            for prepared, decode in ((GET, GET.read_answer), (_BULK, rows), (_NEXT, rows))
        ]

    def try_one(self, chance: random.Random) -> None:
        version, prepared, decode = chance.choice(self._kinds)
        exchange = CommunityExchange(version, COMMUNITY, prepared, decode, 1.0)
        honest = v2c_reply(version, exchange._id, BINDINGS)
        self.sent = spoiled(self._reply(version, exchange._id, chance) or honest, chance)
        try:
            exchange.receive(self.sent)
        except RefusedError:
            require(not exchange.is_done, UNUSABLE, "refused, and yet over")
        else:
            self.taken += 1
            require(exchange.is_done, UNUSABLE, "neither refused nor taken")
            agree(exchange, lambda: self._said(version))
            exchange = CommunityExchange(version, COMMUNITY, prepared, decode, 1.0)
            honest = v2c_reply(version, exchange._id, BINDINGS)
        self._is_usable(exchange, honest)

    @staticmethod
    def _reply(version: int, number: bytes, chance: random.Random) -> bytes | None:
        match chance.randrange(6):
            case 0:
                return v2c_reply(version, number, BINDINGS, chance.randrange(1, 19), chance.randrange(9))
            case 1:
                return v2c_reply(
                    version, number, chance.sample(BINDINGS, chance.randrange(len(BINDINGS) + 1))
                )
        return None

    def _said(self, version: int) -> Message:
        said_version, community, message = witness.read_community(self.sent)
        require((said_version, community) == (version, COMMUNITY), MADE_UP, "of another version or community")
        return message

    @staticmethod
    def _is_usable(exchange: Exchange, honest: bytes) -> None:
        exchange.receive(honest)
        answer = exchange.answer
        if not isinstance(answer, Mapping):
            answer = {witness.oid(name): value for name, value in answer}
        require(answer == ANSWER, UNUSABLE, f"an honest reply gave {answer}")


class V3:
    """Every level, way of signing and cipher, in contexts too: anybody's octets, and what a device that holds the key
    signs and encrypts.
    """

    PROTOCOLS = (
        ("sha256", "aes128"), ("sha1", "des"), ("sha256", ""), ("md5", "aes192"), ("md5", ""), ("sha224", "3des"),
        ("sha384", "aes256"), ("sha512", "aes256-blumenthal"), ("sha1", "aes192-blumenthal"), ("sha512", ""),
    )  # fmt: skip
    MANNERS = ((b"", 65_507), (b"bridge-1", 65_507), (b"", 484))

    def __init__(self) -> None:
        self.sent, self.taken = b"", 0
        users = [replace(USER, auth_protocol=auth, priv_protocol=priv) for auth, priv in self.PROTOCOLS]
        users += [SnmpUser("poller", "", "", "", "")] * 2
        self._pairs = [
            (V3Agent(ELEMENTS, user, context=name), Session(user, lambda: 0.0, name, size))
            for user, (name, size) in zip(users, itertools.cycle(self.MANNERS), strict=False)
        ]

    def try_one(self, chance: random.Random) -> None:
        agent, session = chance.choice(self._pairs)
        exchange = V3Exchange(session, GET, GET.read_answer, 1.0)
        datagram = exchange.begin().datagram
        honest = agent.reply(datagram)
        if chance.randrange(6) == 0:
            level = 1 if agent.level and chance.randrange(2) else 0
            honest = agent.report(datagram, chance.choice(list(REPORTS)), level=level)
        pdu = b""
        if agent.level and honest.level and chance.randrange(3) == 0:
            pdu = spoiled(honest.pdu, chance)
            self.sent = replace(honest, pdu=pdu).encode()
        else:
            whole = honest.encode()
            self.sent = spoiled(whole, chance)
            if self.sent == whole:  # the changes undid each other
                pdu = honest.pdu
        try:
            turn = exchange.receive(self.sent)
            datagram = turn.datagram if turn and turn.datagram else datagram
        except RefusedError:
            require(not exchange.is_done, UNUSABLE, "refused, and yet over")
        if exchange.is_done:
            self._check(exchange, agent, pdu)
            exchange = V3Exchange(session, GET, GET.read_answer, 1.0)
            datagram = exchange.begin().datagram
        self._is_usable(exchange, agent, datagram)

    def _check(self, exchange: V3Exchange, agent: V3Agent, pdu: bytes) -> None:
        self.taken += 1
        if not agent.level:
            if not exchange.report:
                agree(exchange, lambda: witness.read_plain_v3(self.sent))
        elif not pdu:
            require(exchange.answer == ANSWER, MADE_UP, f"{exchange.answer}, which nobody signed")
        elif not exchange.report:
            agree(exchange, lambda: _only(pdu))

    @staticmethod
    def _is_usable(exchange: V3Exchange, agent: V3Agent, datagram: bytes) -> None:
        for _ in range(8):
            if exchange.is_done:
                break
            turn = exchange.receive(agent.answer(datagram))
            datagram = turn.datagram if turn and turn.datagram else datagram
        require(
            exchange.answer == ANSWER, UNUSABLE, f"honest replies gave {exchange.answer} {exchange.report}"
        )


def _only(pdu: bytes) -> Message:
    found = witness.elements(pdu)
    if len(found) != 1:
        raise UnreadableError
    return witness.read_pdu(found[0])


class Table:
    """A walk of two columns, one of whose replies is spoiled."""

    COLUMNS = ("1.3.6.1.2.1.2.2.1.2", "1.3.6.1.2.1.2.2.1.10")
    CELLS = {
        f"{column}.{row}": SnmpValue("counter32", row) for column in COLUMNS for row in (1, 2, 5, 130, 70_000)
    }
    REQUEST = SnmpTable(COLUMNS, max_rows=20, max_repetitions=3)

    def __init__(self) -> None:
        self.sent, self.taken = b"", 0
        self._sorted = sorted((tuple(map(int, oid.split("."))), cell) for oid, cell in self.CELLS.items())

    def try_one(self, chance: random.Random) -> None:
        at = chance.randrange(3)
        believed: list[tuple[Oid, SnmpValue]] = []
        asked = 0

        async def get_bulk(cursors: Sequence[Oid], repetitions: int) -> Bindings:
            nonlocal asked
            asked += 1
            require(asked <= self.REQUEST.max_rows + 1, UNUSABLE, "the walk goes on for ever")
            octets = self._reply(cursors, repetitions)
            if asked == at + 1:
                octets = self.sent = spoiled(octets, chance)
            found = driver._read_rows(octets, 0, len(octets))
            believed.extend(found)
            return found

        try:
            answer = self._finish(walk(self.REQUEST, get_bulk))
        except DecodeError:
            pass
        else:
            self._check(answer, believed)
        at = -1
        believed, asked = [], 0
        honest = self._finish(walk(self.REQUEST, get_bulk))
        require(honest == self.CELLS, UNUSABLE, f"an honest table gave {honest}")

    def _check(self, answer: Any, believed: list[tuple[Oid, SnmpValue]]) -> None:
        if isinstance(answer, Failure):
            return
        self.taken += 1
        told = {(".".join(map(str, oid)), value) for oid, value in believed}
        for oid, value in answer.items():
            require((oid, value) in told, MADE_UP, f"{oid} = {value}")
            require(oid.startswith(tuple(f"{column}." for column in self.COLUMNS)), MADE_UP, f"{oid} unasked")

    def _reply(self, cursors: Sequence[Oid], repetitions: int) -> bytes:
        octets = b""
        cursors = list(cursors)
        for _ in range(repetitions):
            for place, cursor in enumerate(cursors):
                oid, cell = next(((o, c) for o, c in self._sorted if o > cursor), (cursor, None))
                element = b"\x82\x00" if cell is None else tlv(0x41, encode_integer(int(cell.value or 0))[2:])
                octets += tlv(0x30, tlv(6, encode_arcs(oid)) + element)
                cursors[place] = oid
        return octets

    @staticmethod
    def _finish(walking: Any) -> Any:
        """The coroutine's result; it waits for nothing."""
        try:
            walking.send(None)
        except StopIteration as stop:
            return stop.value
        return _waits()


def _waits() -> NoReturn:
    raise AssertionError("the walk waits for something that never comes")
