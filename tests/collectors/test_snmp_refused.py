"""What comes in a device's name and is not its answer: refused by both drivers, counted, and told of the endpoint."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from assets.words import Quality
from collectors.drivers.registry import make_drivers, refused_by
from collectors.drivers.snmp_pysnmp import PysnmpDriver
from collectors.engine.health import Health, Verdict
from collectors.engine.health_store import load_health, save_health
from collectors.models import Credential, Endpoint, Segment
from collectors.requests import Failure, RawPoll, SnmpGet, SnmpValue, Target
from collectors.snmp.ber import encode_oid, tlv
from collectors.snmp.driver import FastSnmpDriver
from collectors.snmp.messages import read_community_message
from tests.collectors.agents import raw_udp
from tests.collectors.test_snmp_session import _LIES, ELEMENTS, lies
from tests.collectors.v3_agent import USER, V3Agent

ANSWER = {"1.3.6.1.2.1.1.5.0": SnmpValue("octets", b"hi"), "1.3.6.1.2.1.1.3.0": SnmpValue("timeticks", 7)}
GET = SnmpGet(tuple(ANSWER))
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture(params=[PysnmpDriver, FastSnmpDriver], ids=lambda kind: kind.name)
async def driver(request):
    driver = request.param()
    await driver.open()
    yield driver
    await driver.close()


def v3_target(port: int, timeout_s: float = 5.0) -> Target:
    return Target(1, "snmp_v3", "127.0.0.1", port, timeout_s, user=USER)


def is_discovery(agent: V3Agent, request: bytes) -> bool:
    return agent.reply(request).pdu[:1] == b"\xa8"


# --- SNMP v3


def lying(agent: V3Agent, lie: str, told: list[str]):
    """Sends a lie before each honest answer once ``told`` holds anything."""

    def answer(request):
        reply = agent.reply(request)
        if not told or is_discovery(agent, request):
            return [reply.encode()]
        reason, datagram = lies(agent, reply)[lie]
        told.append(reason)
        return [datagram, reply.encode()]

    return answer


LIES = [lie for lie in _LIES if lie != "nothing"]  # asyncio sends no empty datagram


@pytest.mark.parametrize("driver", [FastSnmpDriver], indirect=True)
@pytest.mark.parametrize("lie", LIES)
async def test_a_lie_is_counted_and_the_honest_answer_after_it_is_taken(driver, lie):
    told: list[str] = []
    async with raw_udp(lying(V3Agent(ELEMENTS), lie, told)) as (port, _):
        assert (await driver.poll(v3_target(port), [GET])).refused is None
        told.append("from now on")
        raw = await driver.poll(v3_target(port), [GET])
    assert raw.answers[GET] == ANSWER
    assert raw.refused == driver.refused == {told[1]: 1}


@pytest.mark.parametrize("driver", [PysnmpDriver], indirect=True)
@pytest.mark.parametrize(
    "lie", [lie for lie in LIES if lie not in ("long ago", "an earlier life of the engine")]
)
async def test_a_lie_is_counted_by_the_library_too_though_it_may_cost_the_answer(driver, lie):
    told: list[str] = []
    async with raw_udp(lying(V3Agent(ELEMENTS), lie, told)) as (port, _):
        await driver.poll(v3_target(port), [GET])
        told.append("from now on")
        raw = await driver.poll(v3_target(port, timeout_s=0.1), [GET])
    assert raw.answers[GET] == ANSWER or isinstance(raw.answers[GET], Failure)
    assert raw.refused
    assert driver.refused.total() >= sum(raw.refused.values())


@pytest.mark.parametrize("lie", ["no code", "a changed ciphertext", "plaintext", "authenticated only"])
async def test_nothing_but_a_lie_is_no_answer(driver, lie):
    agent = V3Agent(ELEMENTS)

    def answer(request):
        reply = agent.reply(request)
        return [reply.encode() if is_discovery(agent, request) else lies(agent, reply)[lie][1]]

    async with raw_udp(answer) as (port, _):
        raw = await driver.poll(v3_target(port, timeout_s=0.2), [GET])
    assert raw.answers[GET].quality in (Quality.MALFORMED, Quality.AUTHENTICATION)
    assert sum(raw.refused.values()) >= 2


async def test_an_earlier_reply_is_never_an_answer_again(driver):
    agent = V3Agent(ELEMENTS)
    recorded: list[bytes] = []

    def answer(request):
        honest = agent.answer(request)
        if is_discovery(agent, request):
            return [honest]
        recorded.append(honest)
        return [*recorded[:-1], honest]

    async with raw_udp(answer) as (port, _):
        for _ in range(3):
            raw = await driver.poll(v3_target(port), [GET])
            assert raw.answers[GET] == ANSWER
    assert sum(raw.refused.values()) == 2
    assert driver.refused == {"another message": 3}


async def test_a_reply_from_another_port_is_counted_as_unasked(driver):
    agent, loop = V3Agent(ELEMENTS), asyncio.get_running_loop()
    elsewhere, _ = await loop.create_datagram_endpoint(asyncio.DatagramProtocol, local_addr=("127.0.0.1", 0))
    asked = []

    class Liar(asyncio.DatagramProtocol):
        def connection_made(self, transport):
            self.transport = transport

        def datagram_received(self, data, address):
            if is_discovery(agent, data):
                self.transport.sendto(agent.answer(data), address)
            else:
                asked.append(data)
                elsewhere.sendto(agent.answer(data), address)

    liar, _ = await loop.create_datagram_endpoint(Liar, local_addr=("127.0.0.1", 0))
    try:
        raw = await driver.poll(v3_target(liar.get_extra_info("sockname")[1], timeout_s=0.2), [GET])
    finally:
        elsewhere.close()
        liar.close()
        await asyncio.sleep(0)
    assert raw.answers[GET].quality is Quality.NO_ANSWER
    assert raw.refused is None  # nothing says that it is this device's
    assert driver.refused == {"unasked": len(asked)}


# --- SNMP v1 and v2c


@pytest.mark.parametrize("protocol", ["snmp_v1", "snmp_v2c"])
async def test_replies_of_another_request_community_or_version_are_refused_and_counted(driver, protocol):
    def reply(request, *, number=None, community=b"secret", version=None):
        asked_version, _, at = read_community_message(request)
        number = request[at + 4 : at + 8] if number is None else number
        size = request[at + 3]
        number = number[-size:]
        bindings = b"".join(tlv(0x30, tlv(6, encode_oid(oid)) + value) for oid, value in ELEMENTS.items())
        pdu = tlv(2, number) + b"\x02\x01\x00\x02\x01\x00" + tlv(0x30, bindings)
        version = asked_version if version is None else version
        return tlv(0x30, tlv(2, bytes((version,))) + tlv(4, community) + tlv(0xA2, pdu))

    def answer(request):
        return [
            reply(request, number=b"\x41\x41\x41\x41"),
            reply(request, community=b"secreT"),
            reply(request, version=1 if protocol == "snmp_v1" else 0),
            b"nonsense",
            reply(request),
        ]

    target = Target(1, protocol, "127.0.0.1", 0, 0.2, community=b"secret")
    async with raw_udp(answer) as (port, _):
        raw = await driver.poll(replace(target, port=port), [GET])
    if isinstance(driver, PysnmpDriver):  # its own bookkeeping may lose the answer; it never takes another
        assert raw.answers[GET] == ANSWER or isinstance(raw.answers[GET], Failure)
        assert sum(raw.refused.values()) >= 4
    else:
        assert raw.answers[GET] == ANSWER
        assert (
            raw.refused
            == driver.refused
            == {"another request": 1, "another community or version": 2, "not understood": 1}
        )


# --- where it is told


async def test_what_all_drivers_refused_is_one_count():
    drivers = make_drivers()
    async with raw_udp(lambda _: [b"nonsense"]) as (port, _):
        for name in ("whereabouts", "pysnmp"):
            target = Target(1, "snmp_v2c", "127.0.0.1", port, 0.1, community=b"secret", driver=name)
            await drivers["snmp_v2c"].poll(target, [GET])
    assert refused_by(drivers.values()) == {"not understood": 4}
    await drivers["snmp_v2c"].close()


def test_the_health_of_an_endpoint_counts_what_was_refused_in_its_name():
    health = Health()
    raw = RawPoll(NOON, 1.0, {}, {"wrong digest": 2})
    health.note(Verdict(Quality.GOOD), raw)
    written = health.copy()
    health.note(Verdict(Quality.GOOD), replace(raw, refused={"wrong digest": 1, "not understood": 3}))
    health.note(Verdict(Quality.GOOD), replace(raw, refused=None))
    assert health.refused == {"wrong digest": 3, "not understood": 3}
    assert written.refused == {"wrong digest": 2}


@pytest.mark.django_db
@pytest.mark.databases
def test_it_is_stored_and_taken_up_again(site):
    segment = Segment.objects.create(name="Ward", site=site, networks=["10.1.0.0/16"])
    credential = Credential.objects.create(name="c", sealed=b"x")
    one, other = (
        Endpoint.objects.create(
            name=f"e{number}", segment=segment, host=f"10.1.0.{number}", port=161, profile="ups-rfc1628",
            credential=credential,
        )
        for number in (1, 2)
    )  # fmt: skip
    save_health({one.pk: Health(polls=3, refused={"wrong digest": 2}), other.pk: Health(polls=4)})
    save_health({one.pk: Health(polls=5, refused={"wrong digest": 3}), other.pk: Health(polls=6)})
    stored = load_health([one.pk, other.pk])
    assert {pk: (health.polls, health.refused) for pk, health in stored.items()} == {
        one.pk: (5, {"wrong digest": 3}),
        other.pk: (6, {}),
    }
