"""One request from begin to end, without a socket: discovery, time, reports, tries; and who is not believed."""

from __future__ import annotations

import contextlib
from dataclasses import replace

import pytest

from collectors.requests import SnmpUser, SnmpValue
from collectors.snmp.ber import encode_integer, encode_oid, tlv
from collectors.snmp.exchange import CommunityExchange, RefusedError
from collectors.snmp.messages import prepare_get, read_v3_message
from collectors.snmp.session import Session
from collectors.snmp.usm import PRIV_KEY_OCTETS, Keys
from collectors.snmp.v3 import MAX_REPORTS, MAX_ROUNDS, V3Exchange
from tests.collectors.v3_agent import ENGINE_ID, USER, V3Agent, with_pdu_tag

NAME, UPTIME = "1.3.6.1.2.1.1.5.0", "1.3.6.1.2.1.1.3.0"
ELEMENTS = {NAME: b"\x04\x02hi", UPTIME: b"\x43\x01\x07"}
ANSWER = {NAME: SnmpValue("octets", b"hi"), UPTIME: SnmpValue("timeticks", 7)}
GET = prepare_get((NAME, UPTIME))


class Stopwatch:
    def __init__(self):
        self.now = 5000.0

    def __call__(self):
        return self.now


@pytest.fixture
def stopwatch():
    return Stopwatch()


@pytest.fixture
def session(stopwatch):
    return Session(USER, stopwatch)


@pytest.fixture
def agent():
    return V3Agent(ELEMENTS)


@pytest.fixture
def known(session, agent):
    """A session that has polled the agent once."""
    assert converse(exchange(session), agent).answer == ANSWER
    return session


def exchange(session: Session, wait_s: float = 2.0) -> V3Exchange:
    return V3Exchange(session, GET, GET.read_answer, wait_s)


def converse(under_way: V3Exchange, agent: V3Agent, *, most: int = 10) -> V3Exchange:
    """Carry the exchange to its end with an honest agent; ``sent`` counts its datagrams."""
    turn = under_way.begin()
    for _ in range(most):
        turn = under_way.receive(agent.answer(turn.datagram))
        if under_way.is_done:
            return under_way
    raise AssertionError("no end")


def datagrams_of(session: Session, agent: V3Agent) -> int:
    asked = []

    class Counting(V3Agent):
        def answer(self, request):
            asked.append(request)
            return agent.answer(request)

    converse(exchange(session), Counting(ELEMENTS))
    return len(asked)


def refusal(under_way, datagram: bytes) -> str:
    with pytest.raises(RefusedError) as refused:
        under_way.receive(datagram)
    assert not under_way.is_done
    assert under_way.answer is None
    return refused.value.reason


# --- a healthy device


def test_first_contact_takes_a_discovery_and_the_request(session, agent):
    assert datagrams_of(session, agent) == 2
    assert session.peer.engine_id == ENGINE_ID


def test_a_known_device_takes_one_datagram_however_long_ago(known, agent, stopwatch):
    for _ in range(5):
        stopwatch.now += 1000
        agent.time += 1000
        assert datagrams_of(known, agent) == 1


def test_the_device_is_told_its_own_time(known, agent, stopwatch):
    stopwatch.now += 77
    message = read_v3_message(exchange(known).begin().datagram)
    assert (message.engine_id, message.boots, message.time, message.user) == (ENGINE_ID, 3, 1077, b"poller")
    assert message.flags == 7


@pytest.mark.parametrize("auth", ["md5", "sha1", "sha224", "sha256", "sha384", "sha512"])
@pytest.mark.parametrize("priv", PRIV_KEY_OCTETS)
def test_every_protocol(stopwatch, auth, priv):
    user = replace(USER, auth_protocol=auth, priv_protocol=priv)
    assert converse(exchange(Session(user, stopwatch)), V3Agent(ELEMENTS, user)).answer == ANSWER


@pytest.mark.parametrize(("auth", "priv", "flags"), [("", "", 4), ("sha256", "", 5)])
def test_the_weaker_levels(stopwatch, auth, priv, flags):
    user = replace(USER, auth_protocol=auth, priv_protocol=priv)
    session, agent = Session(user, stopwatch), V3Agent(ELEMENTS, user)
    assert converse(exchange(session), agent).answer == ANSWER
    assert read_v3_message(exchange(session).begin().datagram).flags == flags


def test_privacy_without_authentication_does_not_exist(stopwatch):
    with pytest.raises(ValueError, match="privacy needs authentication"):
        Session(replace(USER, auth_protocol=""), stopwatch)


@pytest.mark.parametrize("wrong", [{"auth_protocol": "sha3"}, {"priv_protocol": "rot13"}])
def test_a_protocol_that_does_not_exist_is_a_mistake_of_ours(stopwatch, wrong):
    with pytest.raises(ValueError, match="unknown protocol"):
        Session(replace(USER, **wrong), stopwatch)


def test_a_context_is_asked_for_and_expected(stopwatch, agent):
    session = Session(USER, stopwatch, b"bridge-1")
    under_way = exchange(session)
    turn = under_way.receive(agent.answer(under_way.begin().datagram))
    reply = agent.reply(turn.datagram)
    assert refusal(under_way, reply.encode()) == "another context"
    under_way.receive(replace(reply, context=b"bridge-1").encode())
    assert under_way.answer == ANSWER


def test_an_error_status_comes_with_what_it_blames(known, agent):
    under_way = exchange(known)
    reply = agent.reply(under_way.begin().datagram)
    number = under_way._id
    said = tlv(0xA2, b"\x02\x04" + number + encode_integer(5) + encode_integer(2) + b"\x30\x00")
    under_way.receive(replace(reply, pdu=said).encode())
    assert under_way.is_done
    assert (under_way.answer, under_way.status, under_way.blamed) == (None, 5, 2)


def test_an_answer_encoded_in_an_unusual_way_is_read_alike(known, agent):
    under_way = exchange(known)
    reply = agent.reply(under_way.begin().datagram)
    loose = b"\x02\x05\x00" + under_way._id + reply.pdu[8:]
    under_way.receive(replace(reply, pdu=tlv(0xA2, loose)).encode())
    assert under_way.answer == ANSWER


# --- who is not believed


def lies(agent: V3Agent, reply) -> dict[str, tuple[str, bytes]]:
    """Replies that are wrong in one thing, and why each is refused."""
    honest = reply.encode()
    other = Keys(replace(USER, auth_key="another-secret", priv_key="another-secret"), ENGINE_ID)
    response = reply.pdu
    return {
        "no code": ("wrong digest", replace(reply, mac=bytes(24)).encode()),
        "a code cut short": ("wrong digest", replace(reply, mac=agent.keys.sign(honest)[:12]).encode()),
        "an empty code": ("wrong digest", replace(reply, mac=b"").encode()),
        "another key": ("wrong digest", replace(reply, keys=other).encode()),
        "a changed ciphertext": ("wrong digest", honest[:-1] + bytes((honest[-1] ^ 1,))),
        "a changed salt": ("wrong digest", honest.replace(read_v3_message(honest).salt, bytes(8))),
        "plaintext": ("another security level", replace(reply, level=0).encode()),
        "authenticated only": ("another security level", replace(reply, level=1).encode()),
        "encrypted, not authenticated": ("another security level", replace(reply, level=2).encode()),
        "another message": ("another message", replace(reply, number=reply.number ^ 1).encode()),
        "another engine": ("another engine or user", replace(reply, engine_id=ENGINE_ID[:-1] + b"x").encode()),
        "another user": ("another engine or user", replace(reply, user=b"poller2").encode()),
        "an earlier life of the engine": ("outside the time window", replace(reply, boots=2).encode()),
        "long ago": ("outside the time window", replace(reply, time=reply.time - 151).encode()),
        "another context engine": ("another context", replace(reply, context_engine=b"elsewhere").encode()),
        "another context": ("another context", replace(reply, context=b"c").encode()),
        "another request": (
            "another request",
            replace(reply, pdu=response.replace(response[4:8], b"\x40\x00\x00\x01")).encode(),
        ),
        "a request": ("not understood", with_pdu_tag(reply, 0xA0).encode()),
        "a trap": ("not understood", with_pdu_tag(reply, 0xA7).encode()),
        "something after the message": ("not understood", honest + b"\x00"),
        "something after the PDU": ("not understood", replace(reply, pdu=response + b"\x05\x00").encode()),
        "a value of no type": (
            "not understood",
            replace(reply, pdu=response.replace(b"\x43\x01", b"\x49\x01")).encode(),
        ),
        "a version 2 message": ("not understood", honest.replace(b"\x02\x01\x03\x30", b"\x02\x01\x01\x30", 1)),
        "nonsense": ("not understood", b"nonsense"),
        "nothing": ("not understood", b""),
    }  # fmt: skip


_AGENT = V3Agent(ELEMENTS)
_LIES = list(lies(_AGENT, _AGENT._message(0x40000000, 3, tlv(0xA2, b"\x02\x04\x40\x00\x00\x00\x43\x01"))))


@pytest.mark.parametrize("lie", _LIES)
def test_a_lie_is_refused_and_the_honest_answer_after_it_is_taken(known, agent, lie):
    under_way = exchange(known)
    reply = agent.reply(under_way.begin().datagram)
    reason, datagram = lies(agent, reply)[lie]
    assert refusal(under_way, datagram) == reason
    under_way.receive(reply.encode())
    assert under_way.answer == ANSWER


def test_a_reply_to_an_earlier_request_is_refused(known, agent):
    earlier = exchange(known)
    recorded = agent.answer(earlier.begin().datagram)
    earlier.receive(recorded)
    later = exchange(known)
    later.begin()
    assert refusal(later, recorded) == "another message"


def test_a_reply_to_an_earlier_request_is_refused_also_under_the_number_of_this_one(known, agent):
    earlier, later = exchange(known), exchange(known)
    recorded = agent.reply(earlier.begin().datagram)
    number = read_v3_message(later.begin().datagram).number
    assert refusal(later, replace(recorded, number=number).encode()) == "another request"


def test_an_answer_to_the_first_try_counts_during_the_second(known, agent):
    under_way = exchange(known)
    late = agent.answer(under_way.begin().datagram)
    again = under_way.expire()
    assert again.datagram
    under_way.receive(late)
    assert under_way.answer == ANSWER


# --- devices that change


def test_a_device_that_restarted_answers_in_the_same_request(known, agent):
    agent.boots, agent.time = 4, 5
    assert datagrams_of(known, agent) == 2
    assert (known.peer.clock.boots, known.peer.clock.time) == (4, 5)


def test_a_device_that_lost_its_count_of_boots_answers_in_the_same_request(known, agent):
    agent.boots, agent.time = 1, 5
    assert datagrams_of(known, agent) == 2
    assert (known.peer.clock.boots, known.peer.clock.time) == (1, 5)


def test_a_device_whose_clock_jumped_answers_in_the_same_request(known, agent):
    agent.time = 100_000
    assert datagrams_of(known, agent) == 2


def test_a_replaced_device_answers_in_the_same_request(known):
    assert datagrams_of(known, V3Agent(ELEMENTS, engine_id=b"another-engine", boots=9)) == 2
    assert known.peer.engine_id == b"another-engine"


def test_a_replaced_device_that_is_silent_to_strangers_is_found_by_the_second_try(known):
    replaced = V3Agent(ELEMENTS, engine_id=b"another-engine", boots=9)
    under_way = exchange(known)
    under_way.begin()
    turn = under_way.expire()
    assert read_v3_message(turn.datagram).engine_id == b""
    turn = under_way.receive(replaced.answer(turn.datagram))
    under_way.receive(replaced.answer(turn.datagram))
    assert under_way.answer == ANSWER


def test_after_silence_the_same_device_keeps_its_time(known, agent, stopwatch):
    under_way = exchange(known)
    under_way.begin()
    assert under_way.expire().datagram
    assert under_way.expire() is None
    assert under_way.is_done
    assert (under_way.answer, under_way.report, under_way.status) == (None, "", 0)
    stopwatch.now += 500
    agent.time += 500
    assert datagrams_of(known, agent) == 2
    assert known.peer.clock.time == 1500


def test_a_false_hint_about_the_time_costs_one_datagram(session, agent):
    under_way = exchange(session)
    lie = replace(agent.reply(under_way.begin().datagram), boots=2_000_000, time=9)
    turn = under_way.receive(lie.encode())
    turn = under_way.receive(agent.answer(turn.datagram))
    under_way.receive(agent.answer(turn.datagram))
    assert under_way.answer == ANSWER


# --- reports


def test_one_forged_report_costs_a_rediscovery_and_nothing_else(known, agent):
    under_way = exchange(known)
    turn = under_way.receive(agent.report(under_way.begin().datagram, "digest").encode())
    turn = under_way.receive(agent.answer(turn.datagram))
    under_way.receive(agent.answer(turn.datagram))
    assert under_way.answer == ANSWER


def test_the_answer_is_taken_also_after_reports_that_came_first(known, agent):
    under_way = exchange(known)
    honest = agent.answer(turn_datagram := under_way.begin().datagram)
    turn = under_way.receive(agent.report(turn_datagram, "digest").encode())
    assert under_way.receive(agent.report(turn.datagram, "digest").encode()) is None
    under_way.receive(honest)
    assert under_way.answer == ANSWER
    assert datagrams_of(known, agent) == 1


def test_an_honest_answer_counts_also_after_reports_of_other_engines(known, agent):
    under_way = exchange(known)
    turn = under_way.begin()
    honest = agent.answer(turn.datagram)
    for number in range(MAX_ROUNDS):
        turn = under_way.receive(
            replace(agent.report(turn.datagram, "engine"), engine_id=b"e%d" % number).encode()
        )
    assert known.peer.engine_id == b"e2"
    under_way.receive(honest)
    assert under_way.answer == ANSWER
    assert known.peer.engine_id == ENGINE_ID
    assert datagrams_of(known, agent) == 1


def test_a_request_that_forged_engines_led_astray_finds_its_way_back(known, agent):
    under_way = exchange(known)
    turn = under_way.receive(
        replace(agent.report(under_way.begin().datagram, "engine"), engine_id=b"e").encode()
    )
    turn = under_way.receive(agent.answer(turn.datagram))
    under_way.receive(agent.answer(turn.datagram))
    assert under_way.answer == ANSWER
    assert known.peer.clock.boots == 3


def test_what_the_real_engine_says_counts_also_after_a_forged_report_about_the_same_datagram(known, agent):
    under_way = exchange(known)
    turn = under_way.receive(agent.report(under_way.begin().datagram, "digest").encode())
    under_way.receive(agent.report(turn.datagram, "user").encode())
    turn = under_way.receive(agent.answer(turn.datagram))
    under_way.receive(agent.answer(turn.datagram))
    assert under_way.answer == ANSWER


def test_however_many_reports_come_only_so_many_datagrams_go_out_and_the_answer_still_counts(known, agent):
    under_way = exchange(known)
    turn = under_way.begin()
    honest, sent = agent.answer(turn.datagram), [turn.datagram]
    for number in range(200):
        name = ("digest", "user", "decryption", "engine")[number % 4]
        forged = replace(agent.report(sent[number % len(sent)], name), engine_id=b"engine-%d" % number)
        with contextlib.suppress(RefusedError):
            if turn := under_way.receive(forged.encode()):
                sent.append(turn.datagram)
    assert len(sent) <= 1 + MAX_ROUNDS + MAX_REPORTS
    under_way.receive(honest)
    assert under_way.answer == ANSWER


@pytest.mark.parametrize(
    ("name", "report"),
    [
        ("level", "unsupportedSecurityLevel"),
        ("user", "unknownUserName"),
        ("digest", "wrongDigest"),
        ("decryption", "decryptionError"),
        ("time", "notInTimeWindow"),
    ],
)
def test_two_reports_and_no_answer_end_the_request(known, agent, name, report):
    under_way = exchange(known)
    turn = under_way.receive(agent.report(under_way.begin().datagram, name).encode())
    under_way.receive(agent.report(turn.datagram, name).encode())
    assert not under_way.is_done
    assert under_way.expire() is None
    assert under_way.is_done
    assert under_way.report == report


def test_the_same_report_told_twice_counts_once(known, agent):
    under_way = exchange(known)
    report = agent.report(under_way.begin().datagram, "digest").encode()
    under_way.receive(report)
    assert refusal(under_way, report) == "a report told twice"


def test_a_report_about_a_message_that_was_never_sent_is_refused(known, agent):
    under_way = exchange(known)
    report = agent.report(under_way.begin().datagram, "engine")
    assert refusal(under_way, replace(report, number=1).encode()) == "another message"
    assert known.peer.engine_id == ENGINE_ID


def test_an_authentic_report_about_the_time_needs_the_right_code(known, agent):
    under_way = exchange(known)
    report = agent.report(under_way.begin().datagram, "time", level=1)
    forged = replace(report, boots=9, mac=bytes(24), user=b"poller")
    assert refusal(under_way, forged.encode()) == "wrong digest"
    assert known.peer.clock.boots == 3


def test_a_device_that_never_agrees_about_the_time_is_given_up(known, agent):
    under_way = exchange(known)
    turn = under_way.begin()
    for round_ in range(MAX_ROUNDS + 1):
        assert not under_way.is_done
        turn = under_way.receive(replace(agent.report(turn.datagram, "time", level=1), time=round_).encode())
    assert under_way.is_done
    assert under_way.report == "notInTimeWindow"


def test_a_device_that_keeps_changing_its_engine_is_given_up(known, agent):
    under_way = exchange(known)
    turn = under_way.begin()
    for number in range(MAX_ROUNDS + 1):
        assert not under_way.is_done
        engine = replace(agent.report(turn.datagram, "engine"), engine_id=b"engine-%d" % number)
        turn = under_way.receive(engine.encode())
    assert turn is None
    assert under_way.expire() is None
    assert under_way.is_done
    assert under_way.report == "unknownEngineID"


def test_a_discovery_answered_by_no_engine_is_refused(session, agent):
    under_way = exchange(session)
    nobody = replace(agent.reply(under_way.begin().datagram), engine_id=b"")
    assert refusal(under_way, nobody.encode()) == "another engine or user"


def test_a_report_of_nothing_is_refused(known, agent):
    under_way = exchange(known)
    report = agent.report(under_way.begin().datagram, "digest")
    empty = tlv(0xA8, encode_integer(0) * 3 + b"\x30\x00")
    assert refusal(under_way, replace(report, pdu=empty).encode()) == "not understood"


# --- SNMP v1 and v2c


def community(version: int = 1) -> CommunityExchange:
    return CommunityExchange(version, b"secret", GET, GET.read_answer, 2.0)


def response(
    number: bytes, *, version: int = 1, name: bytes = b"secret", tag: int = 0xA2, status: int = 0
) -> bytes:
    bindings = b"".join(tlv(0x30, tlv(6, encode_oid(oid)) + value) for oid, value in ELEMENTS.items())
    pdu = b"\x02\x04" + number + encode_integer(status) + encode_integer(status and 1) + tlv(0x30, bindings)
    return tlv(0x30, encode_integer(version) + tlv(4, name) + tlv(tag, pdu))


@pytest.mark.parametrize("version", [0, 1])
def test_a_community_request_is_answered(version):
    under_way = community(version)
    under_way.begin()
    assert under_way.receive(response(under_way._id, version=version)) is None
    assert under_way.answer == ANSWER


def test_a_second_try_repeats_the_datagram_and_then_it_is_silence():
    under_way = community()
    assert under_way.expire() == under_way.begin()
    assert under_way.expire() is None
    assert under_way.is_done


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"version": 0}, "another community or version"),
        ({"version": 3}, "another community or version"),
        ({"name": b"secreT"}, "another community or version"),
        ({"name": b""}, "another community or version"),
        ({"tag": 0xA0}, "not understood"),
        ({"tag": 0xA8}, "not a response"),
    ],
)
def test_a_wrong_community_answer_is_refused(wrong, reason):
    under_way = community()
    assert refusal(under_way, response(under_way._id, **wrong)) == reason
    assert refusal(under_way, response(b"\x40\x00\x00\x01")) == "another request"
    under_way.receive(response(under_way._id))
    assert under_way.answer == ANSWER


def test_a_community_answer_with_an_error_has_no_values():
    under_way = community()
    under_way.receive(response(under_way._id, status=16))
    assert (under_way.answer, under_way.status, under_way.blamed) == (None, 16, 1)


def test_secrets_do_not_print(session):
    assert "canary" not in repr(USER) + repr(session) + repr(
        SnmpUser("n", "sha1", "canary-1", "des", "canary-1")
    )
