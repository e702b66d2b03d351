"""Our own SNMP driver beside pysnmp: the same devices, the same answers, the same qualities of failure."""

from __future__ import annotations

import asyncio
import random
from dataclasses import replace

import pytest
from pysnmp.proto.api import v2c

from collectors.drivers.snmp_pysnmp import PysnmpDriver
from collectors.requests import Failure, SnmpGet, SnmpTable, SnmpUser, Target
from collectors.snmp.driver import FastSnmpDriver
from tests.collectors.agents import COMMUNITY, PLAIN, SIGNED, USER, asked_in, raw_udp, reply_to, snmp_agent

BASE = (1, 3, 6, 1, 4, 1, 32473, 7)
MAKERS = [
    lambda chance: v2c.Integer32(chance.randrange(-(2**31), 2**31)),
    lambda chance: v2c.Counter32(chance.randrange(2**32)),
    lambda chance: v2c.Gauge32(chance.randrange(2**32)),
    lambda chance: v2c.TimeTicks(chance.randrange(2**32)),
    lambda chance: v2c.Counter64(chance.randrange(2**64)),
    lambda chance: v2c.OctetString(chance.randbytes(chance.randrange(200))),
    lambda chance: v2c.Opaque(chance.randbytes(8)),
    lambda chance: v2c.IpAddress(".".join(str(octet) for octet in chance.randbytes(4))),
    lambda chance: v2c.ObjectIdentifier(
        (1, 3, *(chance.randrange(2**32) for _ in range(chance.randrange(1, 20))))
    ),
]


@pytest.fixture
async def drivers():
    pair = PysnmpDriver(), FastSnmpDriver()
    yield pair
    for driver in pair:
        await driver.close()


def v2c_target(port: int, *, timeout_s: float = 5.0) -> Target:
    return Target(1, "snmp_v2c", "127.0.0.1", port, timeout_s, community=COMMUNITY)


def v3_target(
    port: int, *, name=USER[0], auth=USER[1], priv=USER[2], protocol="sha256", timeout_s: float = 5.0
) -> Target:
    user = SnmpUser(name, protocol, auth, "aes128", priv)
    return Target(1, "snmp_v3", "127.0.0.1", port, timeout_s, user=user)


async def answers(drivers, target: Target, requests):
    return [(await driver.poll(target, requests)).answers for driver in drivers]


TARGETS = {
    "v1": lambda port: replace(v2c_target(port), protocol="snmp_v1"),
    "v2c": v2c_target,
    "v3 without authentication": lambda port: replace(v3_target(port), user=SnmpUser(PLAIN, "", "", "", "")),
    "v3 without privacy": lambda port: replace(
        v3_target(port), user=SnmpUser(SIGNED, "sha256", USER[1], "", "")
    ),
    "v3": lambda port: v3_target(port),
    "v3 in a context": lambda port: replace(v3_target(port), context="bridge-1"),
    "v3 in small messages": lambda port: replace(v3_target(port), max_message_bytes=1000),
}


@pytest.mark.parametrize("make_target", TARGETS.values(), ids=TARGETS)
async def test_random_objects_of_a_real_agent_are_the_same_to_both(drivers, make_target):
    chance = random.Random(20260302)
    wide = make_target(1).protocol != "snmp_v1"  # version 1 has no Counter64
    makers = [maker for maker in MAKERS if wide or maker is not MAKERS[4]]
    objects = {
        (*BASE, column, row): maker(chance) for column, maker in enumerate(makers) for row in range(1, 15)
    }
    known = [".".join(map(str, oid)) for oid in objects] + [
        ".".join(map(str, (*BASE, 99, n))) for n in range(9)
    ]
    columns = [".".join(map(str, (*BASE, column))) for column in range(len(MAKERS) + 1)]
    requests = [
        *(SnmpGet(tuple(chance.sample(known, chance.randrange(1, 20)))) for _ in range(12)),
        *(
            SnmpTable(tuple(chance.sample(columns, n)), max_rows=chance.randrange(1, 30), max_repetitions=7)
            for n in (1, 2, 3)
        ),
    ]
    contexts = {b"bridge-1": objects}
    elsewhere = {(1, 3, 9): ONE}
    is_context = bool(make_target(1).context)
    async with snmp_agent(elsewhere if is_context else objects, contexts=contexts) as port:
        reference, ours = await answers(drivers, make_target(port), requests)
    assert not any(isinstance(answer, Failure) for answer in reference.values())
    assert ours == reference


GET = SnmpGet(("1.3.6.1.2.1.1.5.0", "1.3.6.1.2.1.1.3.0"))
TABLE = SnmpTable(("1.3.6.1.2.1.9",), max_rows=40)
NAME, UPTIME = (1, 3, 6, 1, 2, 1, 1, 5, 0), (1, 3, 6, 1, 2, 1, 1, 3, 0)
ROWS, ROW_1, ROW_2 = (1, 3, 6, 1, 2, 1, 9), (1, 3, 6, 1, 2, 1, 9, 1), (1, 3, 6, 1, 2, 1, 9, 2)
ONE = v2c.Integer32(1)


def too_big_unless(most: int):
    def answer(request):
        _, names, repetitions = asked_in(request)
        if len(names) * max(repetitions, 1) > most:
            return [reply_to(request, status=1)]
        return [reply_to(request, [(name, v2c.EndOfMibView("") if repetitions else ONE) for name in names])]

    return answer


def endless(request):
    _, (name, *_), _ = asked_in(request)
    return [reply_to(request, [((*name, 1) if name == ROWS else (*name[:-1], name[-1] + 1), ONE)])]


UNUSABLE = {
    "silent": lambda _: [],
    "nonsense": lambda _: [b"nonsense"],
    "an echo": lambda request: [request],
    "cut short": lambda request: [reply_to(request)[:-3]],
    "another number": lambda request: [reply_to(request, shift_id=1)],
    "another community": lambda request: [reply_to(request).replace(COMMUNITY, b"canary-communitx")],
}
DEVICES = {
    "no objects": lambda request: [reply_to(request, [])],
    "other objects": lambda request: [reply_to(request, [((1, 3, 6, 9, 0), ONE)])],
    "one object of two": lambda request: [reply_to(request, [(UPTIME, ONE)])],
    "another order": lambda request: [reply_to(request, [(UPTIME, ONE), (NAME, ONE)])],
    "nulls": lambda request: [reply_to(request)],
    "too big always": lambda request: [reply_to(request, status=1)],
    "too big for two": too_big_unless(1),
    "too big for many rows": too_big_unless(10),
    "backwards": lambda request: [reply_to(request, [(ROW_2, ONE), (ROW_1, ONE)])],
    "endless": endless,
    **{
        f"error {status} about {index}": lambda request, status=status, index=index: [
            reply_to(request, status=status, index=index)
        ]
        for status in (2, 3, 5, 6, 13, 16, 18)
        for index in (0, 1)
    },
}  # fmt: skip


async def polled_in_turn(drivers, device, *, timeout_s: float):
    """What each driver makes of the device, and how many datagrams it sent."""
    found = []
    async with raw_udp(device) as (port, heard):
        for driver in drivers:
            before = len(heard)
            raw = await driver.poll(v2c_target(port, timeout_s=timeout_s), [GET, TABLE])
            found.append((raw.answers, len(heard) - before))
    return found


@pytest.mark.parametrize("device", UNUSABLE)
async def test_devices_that_cannot_be_understood_are_told_alike(drivers, device):
    reference, ours = await polled_in_turn(drivers, UNUSABLE[device], timeout_s=0.1)
    assert all(isinstance(answer, Failure) for answer in reference[0].values())
    assert ours == reference


@pytest.mark.parametrize("device", DEVICES)
async def test_devices_that_answer_oddly_are_told_alike_to_the_very_word(drivers, device):
    reference, ours = await polled_in_turn(drivers, DEVICES[device], timeout_s=5.0)
    assert ours == reference


async def test_an_error_about_an_object_that_was_not_asked_for_blames_none(drivers):
    def answer(request):
        return [reply_to(request, status=5, index=9)]

    reference, ours = await polled_in_turn(drivers, answer, timeout_s=5.0)
    assert ours == reference
    assert "about" not in ours[0][GET].detail


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": "nobody"},
        {"auth": "wrong-wrong"},
        {"priv": "wrong-wrong"},
        {"protocol": "sha512"},
        {"protocol": "md5"},
    ],
)
async def test_a_wrong_credential_is_told_alike(drivers, wrong):
    async with snmp_agent({NAME: ONE}) as port:
        reference, ours = await answers(drivers, v3_target(port, **wrong, timeout_s=0.3), [GET])
    assert isinstance(reference[GET], Failure)
    assert ours[GET].quality is reference[GET].quality
    assert ours[GET].detail == reference[GET].detail


async def test_an_address_that_cannot_be_reached_is_told_alike(drivers):
    target = Target(1, "snmp_v2c", "255.255.255.255", 161, 5.0, community=COMMUNITY)
    reference, ours = await answers(drivers, target, [GET])
    assert ours == reference


async def test_the_two_do_not_disturb_each_other(drivers):
    async with snmp_agent({NAME: ONE, UPTIME: ONE}) as port:
        polls = [driver.poll(v3_target(port), [GET]) for driver in drivers * 10]
        raws = await asyncio.gather(*polls)
    assert {value.value for raw in raws for value in raw.answers[GET].values()} == {1}
