"""Random requests of every version, level and protocol to pysnmp's own agent, without a wire: it understands each,
and we understand each of its answers.
"""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pysnmp.carrier.asyncio.dgram import udp
from pysnmp.entity import config, engine
from pysnmp.entity.rfc3413 import cmdrsp, context
from pysnmp.proto.api import v2c

from collectors.drivers.snmp_engines import AUTH, PRIV
from collectors.drivers.snmp_values import dotted, snmp_value
from collectors.requests import SnmpUser, SnmpValue
from collectors.snmp.ber import encode_arcs, oid_arcs
from collectors.snmp.exchange import CommunityExchange, Exchange
from collectors.snmp.messages import prepare_bulk, prepare_get, prepare_next, read_bindings
from collectors.snmp.session import Session
from collectors.snmp.v3 import V3Exchange
from tests.collectors.agents import Objects

KEYS = "authentication-canary", "privacy-canary-1"
PAIRS = [pair for pair in itertools.product(AUTH, PRIV) if pair[0] or not pair[1]]
CONTEXTS = ["", "bridge-1", "Brücke"]
BASE = (1, 3, 6, 1, 4, 1, 32473)
VALUES = st.one_of(
    st.integers(-(2**31), 2**31 - 1).map(v2c.Integer32),
    st.integers(0, 2**32 - 1).map(v2c.Counter32),
    st.integers(0, 2**32 - 1).map(v2c.Gauge32),
    st.integers(0, 2**32 - 1).map(v2c.TimeTicks),
    st.integers(0, 2**64 - 1).map(v2c.Counter64),
    st.binary(max_size=300).map(v2c.OctetString),
    st.binary(max_size=40).map(v2c.Opaque),
    st.binary(min_size=4, max_size=4).map(lambda four: v2c.IpAddress(dotted(tuple(four)))),
    st.lists(st.integers(0, 2**32 - 1), min_size=1, max_size=20).map(
        lambda a: v2c.ObjectIdentifier((1, 3, *a))
    ),
)
OIDS = st.lists(st.integers(0, 2**32 - 1), min_size=1, max_size=6).map(lambda tail: (*BASE, *tail))
OBJECTS = st.dictionaries(OIDS, VALUES, min_size=1, max_size=12)


class Wire:
    """pysnmp's transport: keeps what it is to send."""

    def __init__(self) -> None:
        self.sent: list[bytes] = []

    def send_message(self, message, domain, address) -> None:
        self.sent.append(bytes(message))

    def get_timer_resolution(self) -> float:
        return 0.5

    def __getattr__(self, name):
        return lambda *_, **__: None


def user_of(auth: str, priv: str) -> SnmpUser:
    return SnmpUser(f"{auth}-{priv}", auth, KEYS[0] if auth else "", priv, KEYS[1] if priv else "")


class Agent:
    """pysnmp's agent with every kind of user; ``objects`` are what it has, in every context."""

    def __init__(self) -> None:
        self.objects: dict[tuple[int, ...], object] = {}
        self._engine, self._wire = engine.SnmpEngine(), Wire()
        self._engine.transport_dispatcher = self._wire
        config.add_v1_system(self._engine, "area", b"secret")
        for model in self._engine.access_control_model.values():
            model.is_access_allowed = lambda *_: None  # everybody may read everything
        for auth, priv in PAIRS:
            user = user_of(auth, priv)
            config.add_v3_user(
                self._engine, user.name, AUTH[auth], user.auth_key or None, PRIV[priv], user.priv_key or None
            )
        answers = context.SnmpContext(self._engine)
        answers.unregister_context_name(b"")
        for name in CONTEXTS:
            answers.register_context_name(name.encode(), self)
        for responder in (
            cmdrsp.GetCommandResponder,
            cmdrsp.NextCommandResponder,
            cmdrsp.BulkCommandResponder,
        ):
            responder(self._engine, answers)

    def read_variables(self, *bindings, **how):
        return Objects(self.objects).read_variables(*bindings, **how)

    def read_next_variables(self, *bindings, **how):
        return Objects(self.objects).read_next_variables(*bindings, **how)

    def answer(self, request: bytes) -> list[bytes]:
        self._wire.sent.clear()
        address = udp.UdpTransportAddress(("10.0.0.7", 161))
        self._engine.message_dispatcher.receive_message(self._engine, udp.DOMAIN_NAME, address, request)
        return list(self._wire.sent)


@pytest.fixture(scope="module")
def agent():
    return Agent()


def converse(under_way: Exchange, agent: Agent) -> Exchange:
    turn = under_way.begin()
    for _ in range(5):
        (reply,) = agent.answer(turn.datagram)
        turn = under_way.receive(reply)
        if under_way.is_done:
            return under_way
    raise AssertionError("no end")


def read_rows(data: bytes, at: int, stop: int):
    return [(oid_arcs(name), value) for name, value in read_bindings(data, at, stop)]


def check(agent: Agent, objects, asked, repetitions: int, make) -> None:
    """GET, GETNEXT and GETBULK of ``asked`` bring what the agent has."""
    agent.objects = objects
    ours = {oid: snmp_value(value) for oid, value in objects.items()}
    get = prepare_get(tuple(map(dotted, asked)))
    absent = SnmpValue("no_such_instance", None)
    assert converse(make(get, get.read_answer), agent).answer == {
        dotted(oid): ours.get(oid, absent) for oid in asked
    }
    contents = tuple(map(encode_arcs, asked))
    assert converse(make(prepare_next(contents), read_rows), agent).answer == following(ours, asked, 1)
    bulk = converse(make(prepare_bulk(contents, repetitions), read_rows), agent).answer
    assert bulk == following(ours, asked, repetitions)


def following(ours, names, rows: int):
    found = []
    for _ in range(rows):
        later = [min((oid for oid in ours if oid > name), default=None) for name in names]
        found += [
            (oid, ours[oid]) if oid else (name, SnmpValue("end_of_mib", None))
            for oid, name in zip(later, names, strict=True)
        ]
        names = [oid or name for oid, name in zip(later, names, strict=True)]
    return found


QUESTIONS = st.tuples(
    OBJECTS, st.lists(OIDS, min_size=1, max_size=4, unique=True), st.integers(1, 4), st.randoms()
)


def asked_of(objects, others, chance):
    """Some that the agent has, and some that it has not."""
    known = chance.sample(sorted(objects), min(len(objects), 4))
    return list(dict.fromkeys([*known, *others]))


@pytest.mark.parametrize(("auth", "priv"), PAIRS)
@settings(max_examples=3, deadline=None)
@given(question=QUESTIONS, name=st.sampled_from(CONTEXTS))
def test_version_3_is_understood_both_ways(agent, auth, priv, question, name):
    objects, others, repetitions, chance = question
    session = Session(user_of(auth, priv), lambda: 0.0, name.encode())
    check(
        agent, objects, asked_of(objects, others, chance), repetitions,
        lambda prepared, decode: V3Exchange(session, prepared, decode, 1.0),
    )  # fmt: skip


@settings(max_examples=30, deadline=None)
@given(question=QUESTIONS)
def test_version_2c_is_understood_both_ways(agent, question):
    objects, others, repetitions, chance = question
    check(
        agent, objects, asked_of(objects, others, chance), repetitions,
        lambda prepared, decode: CommunityExchange(1, b"secret", prepared, decode, 1.0),
    )  # fmt: skip


@settings(max_examples=20, deadline=None)
@given(question=QUESTIONS)
def test_version_1_is_understood_both_ways(agent, question):
    objects, _, _, chance = question
    objects = {oid: value for oid, value in objects.items() if not isinstance(value, v2c.Counter64)}
    if not objects:
        return
    agent.objects = objects
    names = asked_of(objects, [], chance)
    get = prepare_get(tuple(map(dotted, names)))
    answered = converse(CommunityExchange(0, b"secret", get, get.read_answer, 1.0), agent)
    assert answered.answer == {dotted(oid): snmp_value(objects[oid]) for oid in names}
    get = prepare_get((dotted(names[0]), "1.3.9.9"))
    refused = converse(CommunityExchange(0, b"secret", get, get.read_answer, 1.0), agent)
    assert (refused.status, refused.blamed) == (2, 2)
