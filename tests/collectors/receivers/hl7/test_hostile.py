"""Whatever comes, nothing breaks, nothing is made up, and nobody is quoted."""

from __future__ import annotations

import asyncio
import random
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collectors.receivers.hl7.codes import read_codes
from collectors.receivers.hl7.door import admit
from collectors.receivers.hl7.framing import Unwrapper, wrap
from collectors.receivers.hl7.header import RejectedError, check_header, read_header
from collectors.receivers.hl7.moments import read_moment
from tests.collectors.receivers.hl7.messages import BERLIN, PLACE, RECEIVED, message, pump_message
from tests.collectors.receivers.hl7.peers import Keeper, connected, make_receiver, make_spec, serving
from tests.fuzz.hl7 import Messages

FIELDS = st.text(st.sampled_from("|^~\\&0123456789.XMDC_ÄäP\x0b\x1c\t\0\"'NSTW+-"), max_size=30)
SEGMENTS = st.builds(
    lambda name, fields: "|".join([name, *fields]),
    st.sampled_from(["MSH", "PID", "OBR", "OBX", "OBX", "PRT", "NTE", "", "ZZZ"]),
    st.lists(FIELDS, max_size=20),
)


@given(st.lists(SEGMENTS, max_size=12))
@settings(deadline=None)
def test_any_segments_are_read_or_rejected(segments):
    octets = message(*segments)
    header = read_header(octets)
    check_header(header)
    admitted = admit(octets, header, read_codes({}))
    Messages().check(octets)
    assert admitted.dropped >= 0


@given(st.binary(max_size=300), st.integers(0, 600))
def test_any_octets_in_a_message_are_read_or_rejected(octets, at):
    Messages().check(PLACE[:at] + octets + PLACE[at:])
    Messages().check(octets)


@given(st.text(max_size=30) | st.from_regex(r"\d{8,20}(\.\d{1,8})?([+-]\d{4})?", fullmatch=True))
def test_any_text_is_a_time_or_is_none(text):
    moment = read_moment(text, BERLIN, near=RECEIVED)
    assert moment is None or moment.utcoffset().total_seconds() == 0


def test_a_header_that_is_cut_off_anywhere_is_read_or_rejected():
    for end in range(len(PLACE)):
        with suppress(RejectedError):
            check_header(read_header(PLACE[:end]))


@pytest.mark.parametrize("seed", range(3))
async def test_a_connection_of_noise_leaves_the_receiver_able_to_serve(seed):
    chance = random.Random(seed)
    keep = Keeper()
    async with serving(make_receiver(keep, spec=make_spec(per_s=100_000, size=2000))) as served:
        for _ in range(20):
            async with connected(served) as noise:
                with suppress(ConnectionError):
                    for _ in range(20):
                        await noise.write(bytes(chance.choices((0x0B, 0x1C, 0x0D, 0x7C, 0x4D, 0xFF), k=500)))
        assert keep.kept == []
        async with connected(served) as sender:
            assert await sender.send(pump_message()) == ["AA"]


async def test_a_flood_that_never_ends_a_message_keeps_memory_flat():
    unwrapper = Unwrapper(10_000)
    unwrapper.feed(b"\x0b")
    for _ in range(1000):
        assert unwrapper.feed(b"x" * 65_536) == []
        assert len(unwrapper._held) <= 10_000
    assert unwrapper.feed(wrap(b"next"))[-1].octets == b"next"


async def test_senders_who_do_not_read_their_answers_are_not_answered_without_end(monkeypatch):
    monkeypatch.setattr("collectors.receivers.hl7.conversation.ANSWER_S", 0.2)
    monkeypatch.setattr("collectors.receivers.hl7.receiver.HANG_UP_S", 0.2)
    async with serving(make_receiver(Keeper(), spec=make_spec(per_s=100_000))) as served:
        async with connected(served) as sender:
            sender.writer.transport.pause_reading()
            rude = b"".join(wrap(message(number=str(n) * 40, acks="AL|AL")) for n in range(100))
            with suppress(ConnectionError):
                async with asyncio.timeout(20):
                    while True:
                        await sender.write(rude)
        told = served.tally.take()
    assert told.refused["answer that the sender did not take"] == 1
