"""Tens of thousands of spoiled replies: no crash, no hang, no value made up, the session usable afterwards."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from pyasn1.codec.ber import decoder
from pyasn1.error import PyAsn1Error
from pysnmp.proto.api import v2c

from collectors.drivers.snmp_values import dotted, snmp_value
from collectors.requests import SnmpValue
from collectors.snmp.ber import encode_oid, tlv
from collectors.snmp.exchange import CommunityExchange, RefusedError
from collectors.snmp.messages import prepare_bulk, prepare_get, read_bindings
from collectors.snmp.session import Session
from collectors.snmp.usm import PRIV_KEY_OCTETS
from collectors.snmp.v3 import V3Exchange
from tests.collectors.v3_agent import USER, V3Agent

ROUNDS = 20_000
ELEMENTS = {
    "1.3.6.1.2.1.1.5.0": b"\x04\x09infusion1",
    "1.3.6.1.2.1.1.3.0": b"\x43\x04\x01\x02\x03\x04",
    "1.3.6.1.2.1.1.2.0": b"\x06\x07\x2b\x06\x01\x04\x01\x89\x30",
    "1.3.6.1.2.1.1.7.0": b"\x02\x01\xff",
    "1.3.6.1.2.1.31.1.1.1.6.1": b"\x46\x09\x00\xff\xff\xff\xff\xff\xff\xff\xff",
    "1.3.6.1.2.1.2.2.1.10.1": b"\x41\x05\x00\xff\xff\xff\xff",
    "1.3.6.1.2.1.4.20.1.1.1": b"\x40\x04\x0a\x01\x02\x03",
    "1.3.6.1.2.1.9.0": b"\x81\x00",
}
GET = prepare_get(tuple(ELEMENTS))
ANSWER = {
    "1.3.6.1.2.1.1.5.0": SnmpValue("octets", b"infusion1"),
    "1.3.6.1.2.1.1.3.0": SnmpValue("timeticks", 0x01020304),
    "1.3.6.1.2.1.1.2.0": SnmpValue("oid", "1.3.6.1.4.1.1200"),
    "1.3.6.1.2.1.1.7.0": SnmpValue("integer", -1),
    "1.3.6.1.2.1.31.1.1.1.6.1": SnmpValue("counter64", 2**64 - 1),
    "1.3.6.1.2.1.2.2.1.10.1": SnmpValue("counter32", 2**32 - 1),
    "1.3.6.1.2.1.4.20.1.1.1": SnmpValue("ipaddress", "10.1.2.3"),
    "1.3.6.1.2.1.9.0": SnmpValue("no_such_instance", None),
}


def spoiled(data: bytes, chance: random.Random) -> bytes:
    """One to four changes, of the kinds that find holes: bits, octets, lengths, cuts, repetitions."""
    octets = bytearray(data)
    for _ in range(chance.randrange(1, 5)):
        at = chance.randrange(len(octets)) if octets else 0
        match chance.randrange(7):
            case 0 if octets:
                octets[at] ^= 1 << chance.randrange(8)
            case 1 if octets:
                octets[at] = chance.choice((0, 1, 0x7F, 0x80, 0x81, 0x82, 0x84, 0xFF, 0x30, 0x04, 0x02))
            case 2:
                del octets[at : at + chance.randrange(1, 6)]
            case 3:
                octets[at:at] = chance.randbytes(chance.randrange(1, 6))
            case 4:
                del octets[chance.randrange(len(octets) + 1) :]
            case 5:
                octets += octets[at : at + chance.randrange(1, 40)]
            case 6 if octets:
                octets[at] = (octets[at] + chance.choice((1, -1))) & 0xFF
    return bytes(octets)


def v2c_reply(number: bytes) -> bytes:
    bindings = b"".join(tlv(0x30, tlv(6, encode_oid(oid)) + element) for oid, element in ELEMENTS.items())
    pdu = b"\x02\x04" + number + b"\x02\x01\x00\x02\x01\x00" + tlv(0x30, bindings)
    return tlv(0x30, b"\x02\x01\x01" + tlv(4, b"secret") + tlv(0xA2, pdu))


def rows(data: bytes, at: int, stop: int) -> list:
    return read_bindings(data, at, stop)


@pytest.mark.parametrize(
    ("prepared", "decode"),
    [(GET, GET.read_answer), (prepare_bulk(tuple(map(encode_oid, ELEMENTS)), 10), rows)],
    ids=["get", "bulk"],
)
def test_spoiled_v2c_replies_are_refused_or_say_what_another_decoder_reads_in_them(prepared, decode):
    chance = random.Random(20260302)
    taken = checked = 0
    for _ in range(ROUNDS // 2):
        exchange = CommunityExchange(1, b"secret", prepared, decode, 1.0)
        datagram = spoiled(v2c_reply(exchange._id), chance)
        try:
            assert exchange.receive(datagram) is None
        except RefusedError:
            assert not exchange.is_done
            exchange.receive(v2c_reply(exchange._id))
            assert exchange.is_done
            continue
        assert exchange.is_done
        taken += 1
        if decode is not rows and exchange.answer and checked < 400:
            checked += agrees(exchange.answer, datagram)
    assert taken > 300
    assert decode is rows or checked > 200


def agrees(answer: dict[str, SnmpValue], datagram: bytes) -> int:
    """Every value is one that pysnmp reads in the same octets; 0 if it is too strict to read them."""
    try:
        message, _ = decoder.decode(datagram, asn1Spec=v2c.Message())
        bindings = v2c.apiPDU.get_varbinds(v2c.apiMessage.get_pdu(message))
        theirs = {dotted(tuple(name)): snmp_value(value) for name, value in bindings}
    except PyAsn1Error:
        return 0
    for oid, value in answer.items():
        assert value == theirs[oid]
    return 1


@pytest.mark.parametrize("priv", ["aes128", "des", ""])
def test_spoiled_v3_replies_are_refused_or_the_answer_that_was_signed(priv):
    chance = random.Random(20260303)
    agent = V3Agent(ELEMENTS, replace(USER, priv_protocol=priv))
    session = Session(agent.user, lambda: 0.0)
    taken = 0
    for _ in range(ROUNDS // 3):
        exchange = V3Exchange(session, GET, GET.read_answer, 1.0)
        turn = exchange.begin()
        try:
            turn = exchange.receive(spoiled(agent.answer(turn.datagram), chance)) or turn
        except RefusedError:
            assert not exchange.is_done
        for _ in range(8):
            if exchange.is_done:
                break
            turn = exchange.receive(agent.answer(turn.datagram)) or turn
        assert exchange.answer == ANSWER, exchange.report
        taken += 1
    assert taken == ROUNDS // 3


def test_random_octets_are_refused_by_every_kind_of_session():
    chance = random.Random(20260304)
    agent = V3Agent(ELEMENTS)
    exchange = V3Exchange(Session(USER, lambda: 0.0), GET, GET.read_answer, 1.0)
    exchange.receive(agent.answer(exchange.begin().datagram))
    community = CommunityExchange(1, b"secret", GET, GET.read_answer, 1.0)
    for _ in range(3000):
        octets = chance.randbytes(chance.randrange(80))
        for listening in (exchange, community):
            for datagram in (octets, tlv(0x30, octets), tlv(0x30, b"\x02\x01\x03" + octets)):
                with pytest.raises(RefusedError):
                    listening.receive(datagram)


def test_a_deep_nest_and_a_long_number_cost_no_more_than_their_octets():
    exchange = CommunityExchange(1, b"secret", GET, GET.read_answer, 1.0)
    nest = b""
    for _ in range(15_000):
        nest = b"\x30\x84" + len(nest).to_bytes(4, "big") + nest
        if len(nest) > 60_000:
            break
    lead = b"\x02\x04" + exchange._id + b"\x02\x01\x00\x02\x01\x00"
    for bindings in (
        nest,
        tlv(0x30, tlv(6, b"\xff" * 60_000)),
        tlv(0x30, tlv(6, b"\x2b") + tlv(2, b"\x01" * 60_000)),
    ):
        message = tlv(0x30, b"\x02\x01\x01" + tlv(4, b"secret") + tlv(0xA2, lead + tlv(0x30, bindings)))
        with pytest.raises(RefusedError):
            exchange.receive(message)


@pytest.mark.parametrize("priv", PRIV_KEY_OCTETS)
def test_signed_nonsense_of_a_hostile_device_is_refused(priv):
    """A device whose key somebody holds may send anything: it is still nothing but refused."""
    chance = random.Random(20260305)
    user = replace(USER, auth_protocol="sha1", priv_protocol=priv)
    agent, session = V3Agent(ELEMENTS, user), Session(user, lambda: 0.0)
    exchange = V3Exchange(session, GET, GET.read_answer, 1.0)
    turn = exchange.receive(agent.answer(exchange.begin().datagram))
    honest = agent.reply(turn.datagram)
    for _ in range(300):
        reply = replace(honest, pdu=spoiled(honest.pdu, chance))
        if reply.pdu == honest.pdu:
            continue
        trial = V3Exchange(session, GET, GET.read_answer, 1.0)
        trial._id, trial._sent = exchange._id, {honest.number: session.peer}
        try:
            trial.receive(reply.encode())
        except RefusedError:
            assert not trial.is_done
