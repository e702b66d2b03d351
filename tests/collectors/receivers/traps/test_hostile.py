"""Anything at all may come to the socket: it is told, refused, or answered by a report, and nothing else happens."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from collectors.snmp.exchange import RefusedError
from collectors.snmp.hearing import Hearing, Told
from collectors.snmp.own_engine import OwnEngine
from tests.collectors.receivers.traps.senders import COMMUNITY, notification_pdu, v2c, v3_message
from tests.collectors.v3_agent import USER, V3Agent

HEARING = Hearing(OwnEngine(b"\x80\0\0\0\x05own", 1, lambda: 0.0), [COMMUNITY, USER], lambda: 0.0)
HONEST = [
    v2c(notification_pdu()),
    v2c(notification_pdu(tag=0xA6)),
    v3_message(V3Agent({}), notification_pdu()),
]


def hear(octets: bytes) -> Told | bytes | None:
    try:
        return HEARING.hear(octets)
    except RefusedError:
        return None


@given(st.binary(max_size=300))
def test_octets_of_nobody_are_never_a_trap(octets):
    assert not isinstance(hear(octets), Told)


@settings(max_examples=500)
@given(st.sampled_from(HONEST), st.integers(0, 400), st.binary(max_size=12), st.integers(0, 12))
def test_a_part_replaced_makes_no_authenticated_trap(honest, at, octets, gone):
    spoiled = honest[:at] + octets + honest[at + gone :]
    told = hear(spoiled)
    assert not isinstance(told, Told) or not told.is_authenticated or spoiled == honest
