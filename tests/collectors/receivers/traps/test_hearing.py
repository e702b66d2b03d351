"""Who is believed, without a socket: versions, levels, engines, times, and what is answered."""

from __future__ import annotations

import pytest

from collectors.snmp import hearing
from collectors.snmp.exchange import RefusedError
from collectors.snmp.hearing import AnsweredError, Hearing
from collectors.snmp.messages import read_v3_message
from collectors.snmp.own_engine import OwnEngine, new_engine_id
from collectors.snmp.senders import Senders
from tests.collectors.receivers.traps.senders import (
    COMMUNITY,
    DES,
    ON_BATTERY,
    PLAIN,
    SIGNED,
    notification_pdu,
    v1,
    v2c,
    v3_message,
)
from tests.collectors.v3_agent import USER, V3Agent
from tests.fuzz import witness

USERS = [USER, SIGNED, PLAIN, DES]


class Clock:
    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def engine(clock):
    return OwnEngine(new_engine_id(), 3, clock)


@pytest.fixture
def ear(engine, clock):
    return Hearing(engine, [COMMUNITY, *USERS], clock)


def refusal(ear, datagram) -> str:
    with pytest.raises(RefusedError) as caught:
        ear.hear(datagram)
    return caught.value.reason


def at_us(engine, user=USER) -> V3Agent:
    """A device that has learned our engine and its time."""
    return V3Agent({}, user, engine_id=engine.engine_id, boots=engine.boots, time=engine.time)


# --- v1 and v2c


def test_a_trap_of_v2c_is_named_by_its_second_binding_and_is_not_authenticated(ear):
    told = ear.hear(v2c(notification_pdu()))
    assert (told.what.oid, told.version, told.is_authenticated) == (ON_BATTERY, "v2c", False)
    assert told.answer == b""


@pytest.mark.parametrize(
    ("generic", "specific", "oid"),
    [
        (0, 0, "1.3.6.1.6.3.1.1.5.1"),
        (3, 0, "1.3.6.1.6.3.1.1.5.4"),
        (4, 99, "1.3.6.1.6.3.1.1.5.5"),
        (6, 5, "1.3.6.1.4.1.318.0.5"),
    ],
)
def test_a_trap_of_v1_has_the_name_that_rfc_3584_gives_it(ear, generic, specific, oid):
    told = ear.hear(v1("1.3.6.1.4.1.318", generic, specific))
    assert (told.what.oid, told.version, told.is_authenticated) == (oid, "v1", False)


@pytest.mark.parametrize(
    "datagram",
    [
        b"",
        b"\x30",
        v1("1.3.6.1.4.1.318", 7, 0),
        v1("1.3.6.1.4.1.318", 6, -1),
        v1("1.3.6.1.4.1.318", 6, 1, agent=b"\x0a\x14\x00"),
        v2c(notification_pdu(tag=0xA4)),
        v2c(notification_pdu(), version=0),
        v2c(notification_pdu(tag=0xA0)),
        v2c(notification_pdu(tag=0xA3)),
        v2c(notification_pdu()) + b"\0",
        v2c(notification_pdu(), version=2),
    ],
)
def test_what_is_no_notification_is_not_understood(ear, datagram):
    assert refusal(ear, datagram) == hearing.NOT_UNDERSTOOD


def test_a_community_that_is_not_listed_is_refused_before_its_trap_is_read(ear):
    assert refusal(ear, v2c(b"\xff\xff", b"public")) == hearing.NOT_LISTED


def test_an_inform_is_answered_with_its_number_and_its_bindings(ear):
    told = ear.hear(v2c(notification_pdu(tag=0xA6, number=4711)))
    version, community, said = witness.read_community(told.answer)
    assert (version, community, said.tag, said.number, said.status) == (1, COMMUNITY, 0xA2, 4711, 0)
    assert [oid for oid, _ in said.bindings][2] == "1.3.6.1.2.1.33.1.2.3.0"


# --- v3: traps, whose sender is the authority


@pytest.mark.parametrize(
    ("user", "is_authenticated"), [(USER, True), (SIGNED, True), (DES, True), (PLAIN, False)]
)
def test_a_trap_of_v3_is_taken_on_the_level_of_its_user(ear, user, is_authenticated):
    told = ear.hear(v3_message(V3Agent({}, user), notification_pdu()))
    assert (told.what.oid, told.version, told.is_authenticated) == (ON_BATTERY, "v3", is_authenticated)


def test_a_trap_on_a_lower_level_than_its_users_is_refused(ear):
    agent = V3Agent({}, SIGNED)
    assert refusal(ear, v3_message(agent, notification_pdu(), level=0)) == hearing.WRONG_LEVEL
    assert refusal(ear, v3_message(agent, notification_pdu(), user=b"poller")) == hearing.WRONG_LEVEL


def test_a_trap_signed_with_another_key_or_changed_on_the_way_is_refused(ear):
    datagram = v3_message(V3Agent({}, SIGNED), notification_pdu())
    assert (
        refusal(ear, v3_message(V3Agent({}, SIGNED), notification_pdu(), mac=bytes(24)))
        == hearing.WRONG_DIGEST
    )
    assert refusal(ear, datagram[:-1] + b"\x15") == hearing.WRONG_DIGEST
    ear.hear(datagram)


def test_a_user_that_is_not_listed_is_refused(ear):
    assert (
        refusal(ear, v3_message(V3Agent({}, USER), notification_pdu(), user=b"ghost")) == hearing.UNKNOWN_USER
    )


def test_the_same_trap_again_is_refused_however_often_it_comes(ear):
    datagram = v3_message(V3Agent({}), notification_pdu())
    ear.hear(datagram)
    assert {refusal(ear, datagram) for _ in range(100)} == {"sent before"}


def test_a_trap_from_before_the_newest_by_more_than_the_window_is_refused(ear, clock):
    ear.hear(v3_message(V3Agent({}, boots=3, time=1000), notification_pdu()))
    assert ear.hear(v3_message(V3Agent({}, boots=3, time=851), notification_pdu()))
    assert refusal(ear, v3_message(V3Agent({}, boots=3, time=849), notification_pdu())) == hearing.NOT_TIMELY
    assert refusal(ear, v3_message(V3Agent({}, boots=2, time=1000), notification_pdu())) == hearing.NOT_TIMELY
    clock.seconds += 200
    late = v3_message(V3Agent({}, boots=3, time=1000), notification_pdu(number=8))
    assert refusal(ear, late) == hearing.NOT_TIMELY


def test_a_device_that_started_anew_is_heard_at_once(ear):
    ear.hear(v3_message(V3Agent({}, boots=3, time=5000), notification_pdu()))
    assert ear.hear(v3_message(V3Agent({}, boots=4, time=2), notification_pdu()))


def test_what_is_forgotten_for_want_of_room_is_refused_for_its_age(engine, clock):
    senders = Senders(clock, most_engines=2, most_messages=3)
    ear = Hearing(engine, USERS, clock, senders)
    first = v3_message(V3Agent({}, time=1000), notification_pdu())
    ear.hear(first)
    for time in (1001, 1002, 1003):
        ear.hear(v3_message(V3Agent({}, time=time), notification_pdu()))
    assert refusal(ear, first) == hearing.NOT_TIMELY
    assert ear.hear(v3_message(V3Agent({}, time=1001), notification_pdu(number=8)))


def test_engines_are_remembered_only_once_they_have_proved_themselves_and_so_many_at_the_most(engine, clock):
    senders = Senders(clock, most_engines=2)
    ear = Hearing(engine, USERS, clock, senders)
    for number in range(50):
        agent = V3Agent({}, engine_id=bytes.fromhex("80007ed904") + bytes((number,)))
        refusal(ear, v3_message(agent, notification_pdu(), mac=bytes(24)))
    assert len(senders) == 0
    for number in range(5):
        ear.hear(v3_message(V3Agent({}, engine_id=bytes((128, 0, 0, 0, 4, number))), notification_pdu()))
    assert len(senders) == 2


# --- v3: informs, for which we are the authority


def report_in(datagram: bytes) -> tuple[bytes, int, int, int, str]:
    message = read_v3_message(datagram)
    said = witness.read_plain_v3(datagram)
    assert said.tag == 0xA8
    return message.engine_id, message.boots, message.time, message.flags, said.bindings[0][0]


def test_who_asks_which_engine_we_are_is_told_its_name_boots_and_time(ear, engine, clock):
    clock.seconds += 42
    nobody = V3Agent({}, PLAIN, engine_id=b"", boots=0, time=0)
    probe = v3_message(
        nobody, b"\xa0\x0b\x02\x01\x05\x02\x01\x00\x02\x01\x00\x30\x00", reportable=True, user=b""
    )
    assert report_in(ear.hear(probe)) == (engine.engine_id, 3, 42, 0, "1.3.6.1.6.3.15.1.1.4.0")


def test_who_does_not_ask_for_reports_gets_none(ear):
    nobody = V3Agent({}, PLAIN, engine_id=b"", boots=0, time=0)
    with pytest.raises(RefusedError) as caught:
        ear.hear(v3_message(nobody, notification_pdu(tag=0xA6)))
    assert not isinstance(caught.value, AnsweredError)


@pytest.mark.parametrize("user", USERS, ids=lambda user: user.name)
def test_an_inform_is_acknowledged_on_its_own_level(ear, engine, user):
    agent = at_us(engine, user)
    told = ear.hear(v3_message(agent, notification_pdu(tag=0xA6, number=12), number=99, reportable=True))
    assert (told.what.oid, told.what.is_inform, told.version) == (ON_BATTERY, True, "v3")
    message = read_v3_message(told.answer)
    assert (message.number, message.flags, message.user) == (99, agent.level, user.name.encode())
    if agent.level:
        assert agent.keys.is_signed(told.answer, message.mac, message.mac_at)
    if not agent.level & 2:
        assert witness.read_plain_v3(told.answer)[:2] == (0xA2, 12)


def answered(ear, datagram) -> tuple[str, tuple]:
    with pytest.raises(AnsweredError) as caught:
        ear.hear(datagram)
    return caught.value.reason, report_in(caught.value.answer)


def test_an_inform_of_another_time_is_told_ours_in_a_signed_report(ear, engine, clock):
    agent = at_us(engine, SIGNED)
    agent.boots, agent.time = 0, 0
    reason, (_, boots, time, flags, name) = answered(
        ear, v3_message(agent, notification_pdu(tag=0xA6), reportable=True)
    )
    assert (reason, boots, time, flags, name) == (hearing.NOT_TIMELY, 3, 0, 1, "1.3.6.1.6.3.15.1.1.2.0")


def test_an_inform_within_the_window_is_taken_on_both_sides_of_our_time(ear, engine, clock):
    clock.seconds += 1000
    agent = at_us(engine)
    for time, is_taken in ((850, True), (1150, True), (849, False), (1151, False)):
        agent.time = time
        datagram = v3_message(agent, notification_pdu(tag=0xA6, number=time))
        if is_taken:
            ear.hear(datagram)
        else:
            assert refusal(ear, datagram) == hearing.NOT_TIMELY


@pytest.mark.parametrize(
    ("fields", "reason", "arc"),
    [
        ({"user": b"ghost"}, hearing.UNKNOWN_USER, 3),
        ({"mac": bytes(24)}, hearing.WRONG_DIGEST, 5),
        ({"level": 4}, hearing.WRONG_LEVEL, 1),
    ],
)
def test_what_is_wrong_with_an_inform_is_told_in_a_report(ear, engine, fields, reason, arc):
    datagram = v3_message(at_us(engine), notification_pdu(tag=0xA6), reportable=True, **fields)
    assert answered(ear, datagram)[0] == reason
    assert answered(ear, datagram)[1][4] == f"1.3.6.1.6.3.15.1.1.{arc}.0"


def test_a_trap_that_names_our_engine_is_nobodys(ear, engine):
    assert refusal(ear, v3_message(at_us(engine), notification_pdu())) == hearing.ANOTHER_ENGINE


def test_an_inform_for_another_engine_is_told_ours(ear, engine):
    agent = V3Agent({})
    reason, report = answered(ear, v3_message(agent, notification_pdu(tag=0xA6), reportable=True))
    assert (reason, report[0]) == (hearing.ANOTHER_ENGINE, engine.engine_id)


def test_no_answer_holds_a_secret(ear, engine):
    told = ear.hear(v3_message(at_us(engine), notification_pdu(tag=0xA6), reportable=True))
    for secret in (USER.auth_key, USER.priv_key):
        assert secret.encode() not in told.answer
    assert USER.auth_key not in repr(told)
