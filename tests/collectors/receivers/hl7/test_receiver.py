"""The receiver on a real port: who is let in, what comes of torn and hostile connections, and what is answered."""

from __future__ import annotations

import asyncio
import ssl

import hl7
import pytest
from hl7.client import MLLPClient

from assets.observation import Subject, SubjectKind
from collectors.receivers.hl7 import conversation, receiver
from collectors.receivers.hl7.framing import wrap
from collectors.receivers.settings import Listen
from tests.collectors.certificates import Authority
from tests.collectors.receivers.hl7.messages import INFUSING, message, pump, pump_message, sample
from tests.collectors.receivers.hl7.peers import (
    Database,
    Keeper,
    connected,
    make_receiver,
    make_spec,
    serving,
    until,
)


def counts(served):
    return served.tally.take()


async def is_hung_up_on(sender, *messages: bytes) -> bool:
    """Whether the receiver ends the connection instead of answering."""
    try:
        await sender.write(b"".join(map(wrap, messages)))
        return await sender.answer() == ""
    except (ConnectionError, ssl.SSLError):
        return True


# --- a sender of somebody else's making


def send_by_library(port: int, *messages: bytes) -> list[list[str]]:
    """MSA-1 and MSA-2 of each answer, by the ``hl7`` package."""
    with MLLPClient("127.0.0.1", port) as client:
        answers = [hl7.parse(client.send_message(each)[1:-2].decode()) for each in messages]
    return [[str(answer.segment("MSA")[1]), str(answer.segment("MSA")[2])] for answer in answers]


async def test_the_hl7_package_sends_samples_and_our_own_and_understands_the_answers():
    keep = Keeper()
    order = [sample("12"), sample("09"), sample("03"), pump_message("7")]
    async with serving(make_receiver(keep)) as served:
        answers = await asyncio.to_thread(send_by_library, served.port, *order)
    assert answers == [
        ["CA", "6358051206735492253"],
        ["CA", "6346172845752460251"],
        ["CR", "1"],
        ["AA", "7"],
    ]
    assert [each.subject.key for each in keep.kept] == ["E0002", "P6013", "P-1"]
    told = counts(served)
    assert (told.messages, told.observations, told.refused["message type that is not taken"]) == (3, 3, 1)


# --- acknowledged when it is safe


async def test_it_is_acknowledged_only_once_it_is_kept():
    keep = Keeper(gate=asyncio.Event())
    async with serving(make_receiver(keep)) as served, connected(served) as sender:
        await sender.write(wrap(pump_message()))
        answer = asyncio.create_task(sender.answer())
        done, _ = await asyncio.wait([answer], timeout=0.1)
        assert not done
        keep.gate.set()
        assert await answer == "AA"


async def test_what_could_not_be_kept_has_to_come_again_and_is_then_taken():
    keep = Keeper(says=False)
    async with serving(make_receiver(keep)) as served, connected(served) as sender:
        assert await sender.send(pump_message()) == ["AE"]
        keep.says = True
        assert await sender.send(pump_message()) == ["AA"]
    assert len(keep.kept) == 1
    assert counts(served).refused["could be kept neither in the database nor on disk"] == 1


@pytest.mark.parametrize("is_away", [False, True])
async def test_the_same_message_twice_is_kept_once_and_acknowledged_alike(is_away):
    keep = Keeper()
    at_work = serving(make_receiver(keep, database=Database(is_away=is_away)))
    async with at_work as served, connected(served) as first, connected(served) as second:
        assert await first.send(pump_message("1"), pump_message("2")) == ["AA", "AA"]
        assert await second.send(pump_message("1")) == ["AA"]
    assert len(keep.kept) == 2
    assert counts(served).duplicates == 1


async def test_what_another_process_has_taken_is_known_by_its_receipt():
    database = Database()
    async with serving(make_receiver(Keeper(), database=database)) as served, connected(served) as sender:
        await sender.send(pump_message())
    keep = Keeper()
    async with serving(make_receiver(keep, database=database)) as served, connected(served) as sender:
        assert await sender.send(pump_message()) == ["AA"]
    assert keep.kept == []


async def test_a_sender_that_counts_anew_after_a_start_is_not_taken_for_one_that_repeats():
    keep = Keeper()
    later = message(*pump(INFUSING, at="20260302115600+0000"), number="1", at="20260302115600+0000")
    async with serving(make_receiver(keep)) as served, connected(served) as sender:
        assert await sender.send(pump_message("1"), later) == ["AA", "AA"]
    assert len(keep.kept) == 2


async def test_an_error_of_ours_is_the_senders_to_send_again_and_says_nothing_of_the_message(
    monkeypatch, caplog
):
    def fail(*_):
        raise ValueError("Zimmermann 4711")

    monkeypatch.setattr("collectors.receivers.hl7.intake.admit", fail)
    async with serving(make_receiver(Keeper())) as served, connected(served) as sender:
        assert await sender.send(pump_message()) == ["AE"]
    assert "a message met a ValueError at" in caplog.text
    assert "Zimmermann" not in caplog.text


async def test_a_device_is_known_by_the_first_of_its_names_that_the_register_has():
    database = Database(known={Subject(SubjectKind.ASSET_TAG, "P-1")})
    keep = Keeper()
    async with serving(make_receiver(keep, database=database)) as served, connected(served) as sender:
        await sender.send(pump_message("1"))
        database.is_away = True
        await sender.send(pump_message("2", at="20260302115600+0000"))
    assert [each.subject.kind for each in keep.kept] == ["asset_tag", "asset_tag"]


async def test_a_message_without_anything_for_us_is_taken_all_the_same():
    async with serving(make_receiver(Keeper())) as served, connected(served) as sender:
        assert await sender.send(message("PID|1", "ZZZ|1")) == ["AA"]
    told = counts(served)
    assert (told.messages, told.observations) == (1, 0)


# --- connections


@pytest.mark.parametrize("step", [1, 2, 7, 100])
async def test_messages_cut_into_any_pieces_are_taken(step):
    keep = Keeper()
    octets = wrap(pump_message("1")) + b"\r\n" + wrap(pump_message("2", at="20260302115600+0000"))
    async with serving(make_receiver(keep)) as served, connected(served) as sender:
        for at in range(0, len(octets), step):
            await sender.write(octets[at : at + step])
        assert [await sender.answer(), await sender.answer()] == ["AA", "AA"]
    assert len(keep.kept) == 2


async def test_a_connection_torn_at_any_octet_takes_nothing_that_is_not_whole():
    keep, octets = Keeper(), wrap(pump_message())
    async with serving(make_receiver(keep, spec=make_spec(per_s=100_000))) as served:
        for at in range(0, len(octets), 13):
            async with connected(served) as sender:
                await sender.write(octets[:at])
                sender.writer.write_eof()
                assert await sender.answer() == ""
        assert keep.kept == []
        async with connected(served) as sender:
            assert await sender.send(pump_message()) == ["AA"]
    assert set(counts(served).refused) == {"message cut short", "part of a message whose code is not known"}


async def test_whoever_is_not_listed_is_not_heard():
    keep = Keeper()
    at_work = serving(make_receiver(keep, spec=make_spec(networks=("10.0.0.0/8",))))
    async with at_work as served, connected(served) as sender:
        assert await is_hung_up_on(sender, pump_message())
    assert keep.kept == []
    assert counts(served).refused == {"sender not listed": 1}


async def test_too_large_a_message_is_rejected_by_its_number_and_the_next_is_taken():
    huge = message(*pump(INFUSING), "NTE|1||" + "x" * 200_000)
    async with serving(make_receiver(Keeper())) as served, connected(served) as sender:
        assert await sender.send(huge, pump_message()) == ["AR", "AA"]
    assert counts(served).refused["larger than allowed"] == 1


async def test_what_is_not_hl7_is_rejected_and_the_connection_goes_on():
    async with serving(make_receiver(Keeper())) as served, connected(served) as sender:
        assert await sender.send(b"GET / HTTP/1.1", b"", pump_message()) == ["AR", "AR", "AA"]


async def test_a_sender_above_its_rate_is_read_more_slowly_and_loses_nothing():
    keep = Keeper()
    messages = [message(*pump(INFUSING, label=f"P-{n}"), number=str(n)) for n in range(30)]
    async with serving(make_receiver(keep, spec=make_spec(per_s=50.0, size=2000))) as served:
        served.doorway._clock = clock = SteadyClock()
        async with connected(served) as sender:
            assert await sender.send(*messages[:100]) == ["AA"] * 30
        assert clock.now <= 1.0  # thirty, of which a hundred may come at once
        async with connected(served) as sender:
            more = [message(*pump(INFUSING, label=f"Q-{n}"), number=f"q{n}") for n in range(100)]
            sending = asyncio.create_task(sender.send(*more))
            await until(lambda: len(keep.kept) == 100)
            for _ in range(200):
                await asyncio.sleep(0)
            assert len(keep.kept) == 100  # the allowance is used up, and time stands still
            clock.now += 2.0
            assert await sending == ["AA"] * 100
    assert counts(served).refused == {}


class SteadyClock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


async def test_a_peer_that_stops_in_the_middle_is_let_go(monkeypatch):
    monkeypatch.setattr(conversation, "MESSAGE_S", 0.05)
    async with serving(make_receiver(Keeper())) as served, connected(served) as sender:
        await sender.write(wrap(pump_message())[:50])
        assert await sender.answer() == ""
    assert counts(served).refused == {"message that did not end in time": 1}


async def test_a_peer_that_is_silent_between_messages_is_let_go_without_a_word(monkeypatch):
    monkeypatch.setattr(conversation, "IDLE_S", 0.05)
    async with serving(make_receiver(Keeper())) as served, connected(served) as sender:
        assert await sender.send(pump_message("1")) == ["AA"]
        assert await sender.answer() == ""
    assert set(counts(served).refused) == {"part of a message whose code is not known"}


async def test_one_sender_cannot_have_all_connections(monkeypatch):
    monkeypatch.setattr(receiver, "MOST_OF_ONE", 2)
    async with serving(make_receiver(Keeper())) as served:
        async with connected(served) as first, connected(served) as second:
            assert await first.send(pump_message("1")) == ["AA"]
            assert await second.send(pump_message("2")) == ["AA"]
            assert served.tally.senders == 2
            async with connected(served) as third:
                assert await is_hung_up_on(third)
        async with connected(served) as again:
            await until(lambda: served.tally.senders == 1)
            assert await again.send(pump_message("1")) == ["AA"]
    assert counts(served).refused["more connections than allowed"] == 1


async def test_a_port_that_somebody_else_has_is_an_error_for_the_page():
    async with serving(make_receiver(Keeper())) as served:
        taken = make_receiver(Keeper(), spec=make_spec(listen=Listen("127.0.0.1", served.port)))
        with pytest.raises(OSError, match="address already in use"):
            await taken.run()


# --- TLS


@pytest.fixture
def authority(tmp_path):
    return Authority(tmp_path)


def trusting(authority, certificate=None) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=authority.path)
    if certificate is not None:
        context.load_cert_chain(certificate)
    return context


async def test_over_tls_a_sender_with_our_certificate_is_heard_and_any_other_is_not(authority, tmp_path):
    ours = authority.sign("receiver", "127.0.0.1")
    (tmp_path / "foreign").mkdir()
    stranger = Authority(tmp_path / "foreign", "Somebody")
    listen = Listen("127.0.0.1", 0, str(ours), "", str(authority.path))
    keep = Keeper()
    async with serving(make_receiver(keep, spec=make_spec(listen=listen))) as served:
        context = trusting(authority, authority.sign("pump-server", "127.0.0.1"))
        async with connected(served, ssl=context) as sender:
            assert await sender.send(pump_message()) == ["AA"]
        for context in (trusting(authority), trusting(authority, stranger.sign("thief", "127.0.0.1"))):
            async with connected(served, ssl=context) as sender:
                assert await is_hung_up_on(sender, pump_message("2"))
        async with connected(served) as plain:
            assert await is_hung_up_on(plain, pump_message("3"))
    assert len(keep.kept) == 1


async def test_over_tls_nothing_older_than_1_2_is_spoken(authority):
    listen = Listen("127.0.0.1", 0, str(authority.sign("receiver", "127.0.0.1")))
    assert receiver.tls_context(listen).minimum_version is ssl.TLSVersion.TLSv1_2


async def test_a_certificate_that_is_not_there_is_an_error_for_the_page(tmp_path):
    listen = Listen("127.0.0.1", 0, str(tmp_path / "none.pem"))
    with pytest.raises(OSError, match="No such file"):
        await make_receiver(Keeper(), spec=make_spec(listen=listen)).run()
