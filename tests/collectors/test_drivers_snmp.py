"""The SNMP driver against real agents on real sockets, and against agents that misbehave."""

from __future__ import annotations

import asyncio
import contextlib

import pytest
from pyasn1.codec.ber import decoder, encoder
from pysnmp.proto.api import v2c
from pysnmp.proto.mpmod.rfc3412 import SNMPv3Message

from assets.words import Quality
from collectors.drivers import snmp_engines
from collectors.drivers.snmp_pysnmp import PysnmpDriver
from collectors.drivers.snmp_socket import message_id
from collectors.requests import Failure, ModbusRead, SnmpGet, SnmpTable, SnmpUser, SnmpValue, Target
from collectors.snmp.driver import FastSnmpDriver
from tests.collectors.agents import COMMUNITY, USER, asked_in, raw_udp, relay, reply_to, snmp_agent

NAME, UPTIME, COLUMN = (
    (1, 3, 6, 1, 2, 1, 1, 5, 0),
    (1, 3, 6, 1, 2, 1, 1, 3, 0),
    (1, 3, 6, 1, 4, 1, 32473, 1, 1),
)
OBJECTS = {
    NAME: v2c.OctetString(b"pump-gw\xff"),
    UPTIME: v2c.TimeTicks(4_294_967_295),
    (1, 3, 6, 1, 2, 1, 1, 2, 0): v2c.ObjectIdentifier((1, 3, 6, 1, 4, 1, 32473)),
    (1, 3, 6, 1, 2, 1, 1, 7, 0): v2c.Integer32(-1),
    (1, 3, 6, 1, 2, 1, 2, 1, 0): v2c.Counter32(4_294_967_295),
    (1, 3, 6, 1, 2, 1, 2, 2, 0): v2c.Gauge32(7),
    (1, 3, 6, 1, 2, 1, 2, 3, 0): v2c.Counter64(18_446_744_073_709_551_615),
    (1, 3, 6, 1, 2, 1, 2, 4, 0): v2c.IpAddress("10.1.2.3"),
    (1, 3, 6, 1, 2, 1, 2, 5, 0): v2c.Opaque(b"\x9f\x78\x04\x42\x28\x00\x00"),
    **{
        (*COLUMN, column, row): v2c.Integer32(100 * column + row) for column in (1, 2) for row in range(1, 46)
    },
    (*COLUMN, 3, 1): v2c.Integer32(301),
    (1, 3, 6, 1, 4, 1, 32473, 9, 0): v2c.Integer32(9),
}
GET = SnmpGet(("1.3.6.1.2.1.1.5.0", "1.3.6.1.2.1.1.3.0"))
TABLE = SnmpTable(("1.3.6.1.4.1.32473.1.1.1", "1.3.6.1.4.1.32473.1.1.2"))


def v2c_target(port: int, *, host: str = "127.0.0.1", timeout_s: float = 5.0) -> Target:
    return Target(1, "snmp_v2c", host, port, timeout_s, community=COMMUNITY)


def impatient(port: int) -> Target:
    """For devices that will not answer."""
    return v2c_target(port, timeout_s=0.2)


def v3_target(
    port: int, *, name=USER[0], auth=USER[1], priv=USER[2], timeout_s: float = 2.0, **how
) -> Target:
    user = SnmpUser(name, "sha256", auth, "aes128", priv)
    return Target(1, "snmp_v3", "127.0.0.1", port, timeout_s, user=user, **how)


@pytest.fixture(params=[PysnmpDriver, FastSnmpDriver], ids=lambda kind: kind.name)
async def driver(request):
    driver = request.param()
    await driver.open()
    yield driver
    await driver.close()


async def ask(driver: PysnmpDriver, target: Target, request):
    return (await driver.poll(target, [request])).answers[request]


# --- what a healthy agent gives


@pytest.mark.parametrize("make_target", [v2c_target, v3_target])
async def test_every_type_comes_as_it_is(driver, make_target):
    expected = {
        "1.3.6.1.2.1.1.5.0": SnmpValue("octets", b"pump-gw\xff"),
        "1.3.6.1.2.1.1.3.0": SnmpValue("timeticks", 4_294_967_295),
        "1.3.6.1.2.1.1.2.0": SnmpValue("oid", "1.3.6.1.4.1.32473"),
        "1.3.6.1.2.1.1.7.0": SnmpValue("integer", -1),
        "1.3.6.1.2.1.2.1.0": SnmpValue("counter32", 4_294_967_295),
        "1.3.6.1.2.1.2.2.0": SnmpValue("gauge32", 7),
        "1.3.6.1.2.1.2.3.0": SnmpValue("counter64", 18_446_744_073_709_551_615),
        "1.3.6.1.2.1.2.4.0": SnmpValue("ipaddress", "10.1.2.3"),
        "1.3.6.1.2.1.2.5.0": SnmpValue("opaque", b"\x9f\x78\x04\x42\x28\x00\x00"),
        "1.3.6.1.2.1.77.0": SnmpValue("no_such_instance", None),
    }
    async with snmp_agent(OBJECTS) as port:
        assert await ask(driver, make_target(port), SnmpGet(tuple(expected))) == expected


@pytest.mark.parametrize("make_target", [v2c_target, v3_target])
async def test_a_table_comes_whole_and_only_its_columns(driver, make_target):
    async with snmp_agent(OBJECTS) as port:
        answer = await ask(driver, make_target(port), TABLE)
    assert answer == {
        f"1.3.6.1.4.1.32473.1.1.{column}.{row}": SnmpValue("integer", 100 * column + row)
        for column in (1, 2)
        for row in range(1, 46)
    }


async def test_columns_of_different_length_each_end_where_they_end(driver):
    async with snmp_agent(OBJECTS) as port:
        answer = await ask(driver, v2c_target(port), SnmpTable((f"{TABLE.columns[0][:-1]}3", *TABLE.columns)))
    assert len(answer) == 1 + 45 + 45


async def test_a_table_that_the_device_does_not_have_is_empty(driver):
    async with snmp_agent(OBJECTS) as port:
        assert await ask(driver, v2c_target(port), SnmpTable(("1.3.6.1.4.1.32473.5",))) == {}
        assert await ask(driver, v2c_target(port), SnmpTable(("1.3.7",))) == {}


async def test_a_table_stops_at_its_number_of_rows(driver):
    async with snmp_agent(OBJECTS) as port:
        answer = await ask(
            driver, v2c_target(port), SnmpTable(TABLE.columns[:1], max_rows=7, max_repetitions=5)
        )
    assert list(answer) == [f"1.3.6.1.4.1.32473.1.1.1.{row}" for row in range(1, 8)]


async def test_the_poll_says_when_and_how_long(driver):
    async with snmp_agent(OBJECTS) as port:
        raw = await driver.poll(v2c_target(port), [GET, TABLE])
    assert raw.at.tzinfo is not None
    assert 0 < raw.latency_ms < 2000
    assert list(raw.answers) == [GET, TABLE]


async def test_ipv6(driver):
    async with raw_udp(lambda request: [reply_to(request, [(NAME, v2c.Integer32(6))])], host="::1") as (
        port,
        _,
    ):
        answer = await ask(driver, v2c_target(port, host="::1"), GET)
    assert answer == {"1.3.6.1.2.1.1.5.0": SnmpValue("integer", 6)}


async def test_two_devices_may_use_the_same_user_name_with_other_keys(driver):
    async with snmp_agent(OBJECTS) as port:
        wrong = await ask(driver, v3_target(port, auth="another-secret", timeout_s=0.3), GET)
        right = await ask(driver, v3_target(port), GET)
    assert wrong.quality is Quality.AUTHENTICATION
    assert right["1.3.6.1.2.1.1.5.0"].value == b"pump-gw\xff"


async def test_a_burst_of_devices_all_answer(driver):
    def answer(request):
        return [reply_to(request, [(NAME, v2c.Integer32(1)), (UPTIME, v2c.Integer32(2))])]

    async with contextlib.AsyncExitStack() as stack:
        servers = [await stack.enter_async_context(raw_udp(answer)) for _ in range(60)]
        answers = await asyncio.gather(*(ask(driver, v2c_target(port), GET) for port, _ in servers))
    assert all(len(answer) == 2 for answer in answers)


def test_a_request_that_snmp_does_not_know_is_a_mistake_of_ours(driver):
    async def misuse():
        await driver.poll(v2c_target(161), [ModbusRead(3, 0, 1)])

    with pytest.raises(TypeError):
        asyncio.run(misuse())


# --- what goes wrong


async def test_silence_is_asked_twice_and_then_told(driver):
    async with raw_udp(lambda _: []) as (port, heard):
        answer = await ask(driver, impatient(port), GET)
    assert answer.quality is Quality.NO_ANSWER
    assert "2 tries" in answer.detail
    assert "check that the device is on" in answer.detail
    assert len(heard) == 2


async def test_a_device_that_is_not_there_is_not_asked_for_the_rest(driver):
    async with raw_udp(lambda _: []) as (port, heard):
        raw = await driver.poll(impatient(port), [GET, TABLE, SnmpGet(("1.3.6.1.9.0",))])
    assert {answer.quality for answer in raw.answers.values()} == {Quality.NO_ANSWER}
    assert len(raw.answers) == 3
    assert len(heard) == 2


async def test_one_lost_datagram_costs_nothing_but_time(driver):
    async with (
        snmp_agent(OBJECTS) as port,
        relay(port, lambda n, _request: [] if n == 1 else None) as (front, heard),
    ):
        answer = await ask(driver, v2c_target(front, timeout_s=0.5), GET)
    assert len(answer) == 2
    assert len(heard) == 2


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"name": "nobody"}, "does not know this user"),
        ({"auth": "wrong-wrong"}, "rejects the authentication key"),
        ({"priv": "wrong-wrong"}, "privacy key"),
    ],
)
async def test_a_wrong_v3_credential_says_which_part_is_wrong(driver, wrong, words):
    async with snmp_agent(OBJECTS) as port:
        answer = await ask(driver, v3_target(port, **wrong, timeout_s=0.3), GET)
    assert answer.quality is Quality.AUTHENTICATION
    assert words in answer.detail


async def test_a_wrong_community_is_silence_and_the_words_say_so(driver):
    async with snmp_agent(OBJECTS) as port:
        answer = await ask(driver, Target(1, "snmp_v2c", "127.0.0.1", port, 0.2, community=b"other"), GET)
    assert answer.quality is Quality.NO_ANSWER
    assert "the community" in answer.detail


@pytest.mark.parametrize(
    ("status", "quality", "words"),
    [
        (5, Quality.DEVICE_ERROR, "genErr about 1.3.6.1.2.1.1.3.0"),
        (16, Quality.AUTHENTICATION, "authorizationError"),
        (13, Quality.DEVICE_ERROR, "resourceUnavailable"),
        (99, Quality.DEVICE_ERROR, "error 99"),
    ],
)
async def test_an_error_status_is_a_failure_however_the_bindings_look(driver, status, quality, words):
    def answer(request):
        return [
            reply_to(request, [(NAME, v2c.Integer32(0)), (UPTIME, v2c.Integer32(0))], status=status, index=2)
        ]

    async with raw_udp(answer) as (port, heard):
        answer = await ask(driver, v2c_target(port), GET)
    assert answer.quality is quality
    assert words in answer.detail
    assert len(heard) == 1


async def test_an_answer_too_big_is_asked_for_in_two_halves(driver):
    def answer(request):
        _, names, _ = asked_in(request)
        if len(names) > 2:
            return [reply_to(request, status=1)]
        return [reply_to(request, [(name, v2c.Integer32(name[-2])) for name in names])]

    request = SnmpGet(tuple(f"1.3.6.1.9.{n}.0" for n in range(4)))
    async with raw_udp(answer) as (port, heard):
        found = await ask(driver, v2c_target(port), request)
    assert found == {f"1.3.6.1.9.{n}.0": SnmpValue("integer", n) for n in range(4)}
    assert len(heard) == 3


async def test_an_answer_that_stays_too_big_is_given_up_when_one_object_alone_is(driver):
    async with raw_udp(lambda request: [reply_to(request, status=1)]) as (port, heard):
        answer = await ask(driver, v2c_target(port), SnmpGet(tuple(f"1.3.6.1.9.{n}.0" for n in range(40))))
    assert answer.quality is Quality.DEVICE_ERROR
    assert "tooBig" in answer.detail
    assert [len(asked_in(request)[1]) for request in heard] == [40, 20, 10, 5, 2, 1]


async def test_a_table_too_big_is_asked_for_in_smaller_steps(driver):
    def answer(request):
        _, names, repetitions = asked_in(request)
        if repetitions > 10:
            return [reply_to(request, status=1)]
        return [reply_to(request, [((*names[0], 1), v2c.EndOfMibView(""))])]

    async with raw_udp(answer) as (port, heard):
        assert await ask(driver, v2c_target(port), SnmpTable(("1.3.6.1.9",), max_repetitions=20)) == {}
    assert [asked_in(request)[2] for request in heard] == [20, 10]


async def test_identifiers_that_do_not_increase_stop_the_walk(driver):
    def answer(request):
        return [reply_to(request, [((1, 3, 6, 1, 9, 1), v2c.Integer32(1))] * 2)]

    async with raw_udp(answer) as (port, heard):
        answer = await ask(driver, v2c_target(port), SnmpTable(("1.3.6.1.9",)))
    assert answer.quality is Quality.MALFORMED
    assert "do not increase at 1.3.6.1.9.1" in answer.detail
    assert len(heard) == 1


async def test_a_table_without_end_stops_at_its_rows_and_messages(driver):
    def answer(request):
        _, names, _ = asked_in(request)
        name = names[0]
        following = (*name, 1) if len(name) == 5 else (*name[:-1], name[-1] + 1)
        return [reply_to(request, [(following, v2c.Integer32(1))])]

    async with raw_udp(answer) as (port, heard):
        answer = await ask(driver, v2c_target(port), SnmpTable(("1.3.6.1.9",), max_rows=25))
    assert len(answer) == 25
    assert len(heard) == 25


async def test_a_table_answered_by_nothing_at_all_is_malformed(driver):
    async with raw_udp(lambda request: [reply_to(request, [])]) as (port, _):
        answer = await ask(driver, v2c_target(port), TABLE)
    assert answer.quality is Quality.MALFORMED


async def test_other_objects_than_those_asked_for_are_no_answer_to_it(driver):
    async with raw_udp(lambda request: [reply_to(request, [((1, 3, 6, 9, 0), v2c.Integer32(1))])]) as (
        port,
        _,
    ):
        answer = await ask(driver, v2c_target(port), GET)
    assert answer.quality is Quality.MALFORMED


async def test_an_object_left_out_of_the_answer_is_left_out(driver):
    async with raw_udp(lambda request: [reply_to(request, [(NAME, v2c.Integer32(1))])]) as (port, _):
        assert list(await ask(driver, v2c_target(port), GET)) == ["1.3.6.1.2.1.1.5.0"]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda _: b"nonsense",
        lambda _: b"\x00" * 1400,
        lambda _: b"\x30\x80\x02\x01\x01",
        lambda _: b"\x30\x84\xff\xff\xff\xff\x02\x01\x01",
        lambda request: reply_to(request)[:-7],
        lambda request: reply_to(request)[:20],
        lambda request: reply_to(request, shift_id=1),
        lambda request: request,  # an echo
        lambda request: reply_to(request).replace(COMMUNITY, b"canary-communitx"),
        lambda request: reply_to(request).replace(b"\xa2", b"\xa7", 1),
    ],
)
async def test_nonsense_is_told_from_silence_and_never_taken_for_an_answer(driver, spoil):
    async with raw_udp(lambda request: [spoil(request)]) as (port, heard):
        answer = await ask(driver, impatient(port), GET)
    assert isinstance(answer, Failure)
    assert answer.quality is Quality.MALFORMED
    assert "not with a valid reply" in answer.detail
    assert len(heard) == 2


async def test_nonsense_before_the_answer_does_not_matter(driver):
    async with raw_udp(lambda request: [b"nonsense", reply_to(request, [(NAME, v2c.Integer32(1))])]) as (
        port,
        _,
    ):
        assert len(await ask(driver, v2c_target(port), GET)) == 1


async def test_an_answer_from_another_address_is_not_heard(driver):
    loop = asyncio.get_running_loop()
    elsewhere, _ = await loop.create_datagram_endpoint(asyncio.DatagramProtocol, local_addr=("127.0.0.1", 0))

    class Liar(asyncio.DatagramProtocol):
        def datagram_received(self, data, address):
            elsewhere.sendto(reply_to(data, [(NAME, v2c.Integer32(1))]), address)

    liar, _ = await loop.create_datagram_endpoint(Liar, local_addr=("127.0.0.1", 0))
    try:
        answer = await ask(driver, impatient(liar.get_extra_info("sockname")[1]), GET)
    finally:
        elsewhere.close()
        liar.close()
        await asyncio.sleep(0)
    assert answer.quality is Quality.NO_ANSWER


async def test_an_address_without_a_route_is_told_at_once(driver):
    answer = await ask(driver, Target(1, "snmp_v2c", "255.255.255.255", 161, 5.0, community=COMMUNITY), GET)
    assert answer.quality is Quality.NO_ANSWER
    assert "Nothing can be sent" in answer.detail


# --- SNMP v3 over time


@pytest.mark.parametrize("driver", [PysnmpDriver], indirect=True)
async def test_a_poll_takes_one_datagram_once_the_device_is_known_also_after_five_minutes(driver):
    async with snmp_agent(OBJECTS) as port, relay(port, lambda _n, _request: None) as (front, heard):
        await ask(driver, v3_target(front), GET)
        first = len(heard)
        for _ in range(4000):  # 400 s in pysnmp's ticks
            driver._engines[0]._engine._SnmpEngine__receive_timer_tick_callback(0)
        for _ in range(3):
            assert len(await ask(driver, v3_target(front), GET)) == 2
    assert len(heard) == first + 3


async def test_a_device_that_was_replaced_answers_in_the_same_poll(driver):
    async with snmp_agent(OBJECTS, engine_id="8000000001020304") as port:
        await ask(driver, v3_target(port), GET)
    async with snmp_agent(OBJECTS, engine_id="8000000009090909", port=port):
        assert len(await ask(driver, v3_target(port), GET)) == 2


async def test_a_device_that_restarted_answers_in_the_same_poll(driver):
    async with snmp_agent(OBJECTS, engine_id="8000000001020305", boots=7) as port:
        await ask(driver, v3_target(port), GET)
    async with snmp_agent(OBJECTS, engine_id="8000000001020305", boots=8, port=port):
        assert len(await ask(driver, v3_target(port), GET)) == 2


async def test_a_device_that_lost_its_count_of_boots_answers_in_the_same_poll(driver):
    async with snmp_agent(OBJECTS, engine_id="8000000001020306", boots=7) as port:
        await ask(driver, v3_target(port), GET)
    async with snmp_agent(OBJECTS, engine_id="8000000001020306", boots=1, port=port):
        assert len(await ask(driver, v3_target(port), GET)) == 2


def forged_report(request: bytes) -> bytes:
    """An unauthenticated REPORT "wrong digest", which anyone who sees a request can send."""
    message, _ = decoder.decode(request, asn1Spec=SNMPv3Message())
    pdu = v2c.GetRequestPDU()
    v2c.apiPDU.set_defaults(pdu)
    report = v2c.ReportPDU() if hasattr(v2c, "ReportPDU") else None
    if report is None:
        from pysnmp.proto.rfc1905 import ReportPDU

        report = ReportPDU()
    v2c.apiPDU.set_defaults(report)
    v2c.apiPDU.set_varbinds(report, [((1, 3, 6, 1, 6, 3, 15, 1, 1, 5, 0), v2c.Counter32(1))])
    message[1][2] = b"\x00"
    message[3] = message[3].clone()
    scoped = message.setComponentByPosition(3)[3].setComponentByName("plaintext")["plaintext"]
    scoped[0], scoped[1] = b"\x80\x00\x00\x00\x01", b""
    scoped.setComponentByPosition(2)
    scoped[2].setComponentByType(report.tagSet, report)
    return encoder.encode(message)


async def test_one_forged_report_does_not_make_a_device_bad(driver):
    forge = []

    def change(number, request):
        return [forged_report(request)] if number in forge else None

    async with snmp_agent(OBJECTS) as port, relay(port, change) as (front, heard):
        await ask(driver, v3_target(front), GET)
        forge.append(len(heard) + 1)
        answer = await ask(driver, v3_target(front), GET)
    assert forge[0] < len(heard) <= forge[0] + 3
    assert len(answer) == 2


async def test_a_flood_of_forged_reports_is_bounded(driver):
    forge = []

    def change(_number, request):
        return [forged_report(request)] if forge else None

    async with snmp_agent(OBJECTS) as port, relay(port, change) as (front, heard):
        await ask(driver, v3_target(front), GET)
        forge.append(True)
        before = len(heard)
        answer = await ask(driver, v3_target(front, timeout_s=0.3), GET)
    assert answer.quality in (Quality.AUTHENTICATION, Quality.MALFORMED)
    assert len(heard) - before <= 4


@pytest.mark.parametrize("driver", [PysnmpDriver], indirect=True)
async def test_an_engine_takes_only_so_many_devices(driver, monkeypatch):
    monkeypatch.setattr(snmp_engines, "PEERS_PER_ENGINE", 2)
    async with contextlib.AsyncExitStack() as stack:
        ports = [
            (await stack.enter_async_context(raw_udp(lambda r: [reply_to(r, [(NAME, v2c.Integer32(1))])])))[0]
            for _ in range(5)
        ]
        for port in (*ports, *ports):
            assert len(await ask(driver, v2c_target(port), GET)) == 1
    assert [len(engine.peers) for engine in driver._engines] == [2, 2, 1]


# --- the peek at datagrams


@pytest.mark.parametrize(
    "datagram", [b"", b"\x30", b"\x30\x03\x02\x01", b"\x31\x03\x02\x01\x01", b"\xff" * 50]
)
def test_what_is_no_snmp_message_has_no_number(datagram):
    assert message_id(datagram) is None


def test_the_number_of_a_request_and_its_reply_is_the_same():
    request = bytes.fromhex(
        "302902010104067075626c6963a01c02046d2f1a5b020100020100300e300c06082b060102010105000500"
    )
    assert message_id(request) == 0x6D2F1A5B
    assert message_id(reply_to(request)) == 0x6D2F1A5B
