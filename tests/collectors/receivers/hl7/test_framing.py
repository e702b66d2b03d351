"""Where messages begin and end, however TCP cuts them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.receivers.hl7.framing import HEAD_KEPT, Frame, Trouble, Unwrapper, wrap

GARBAGE, TORN, TOO_LARGE = (Frame(b"", trouble) for trouble in Trouble)


def unwrapped(*chunks: bytes, most: int = 100) -> list[Frame]:
    unwrapper = Unwrapper(most)
    return [frame for chunk in chunks for frame in unwrapper.feed(chunk)]


STREAM = wrap(b"MSH|one\r") + b"\r\n" + wrap(b"MSH|two\r") + wrap(b"")
FRAMES = [Frame(b"MSH|one\r"), Frame(b"MSH|two\r"), Frame(b"")]


@pytest.mark.parametrize("at", range(len(STREAM) + 1))
def test_a_stream_cut_anywhere_gives_the_same_messages(at):
    assert unwrapped(STREAM[:at], STREAM[at:]) == FRAMES


def test_octet_by_octet_it_gives_the_same_messages():
    assert unwrapped(*(bytes([octet]) for octet in STREAM)) == FRAMES


def test_what_is_between_messages_is_skipped_and_told_once():
    assert unwrapped(b"GET / HTTP/1.1\r\n", b"more", wrap(b"a"), b"\r\n", wrap(b"b")) == [
        GARBAGE,
        Frame(b"a"),
        Frame(b"b"),
    ]


def test_a_message_that_begins_inside_another_cuts_that_one_short():
    assert unwrapped(b"\x0bhalf" + wrap(b"whole")) == [TORN, Frame(b"whole")]


def test_an_end_without_its_last_octet_is_none():
    assert unwrapped(b"\x0bhalf\x1c" + wrap(b"whole")) == [TORN, Frame(b"whole")]
    assert unwrapped(b"\x0bhalf\x1cx", wrap(b"whole")) == [TORN, GARBAGE, Frame(b"whole")]


def test_of_what_is_too_large_only_the_beginning_is_kept_and_the_next_is_read():
    frames = unwrapped(b"\x0b" + b"x" * 50, b"y" * 5000, b"z" * 5000 + b"\x1c\x0d" + wrap(b"next"))
    assert [frame.trouble for frame in frames] == [Trouble.TOO_LARGE, None]
    assert frames[0].octets == (b"x" * 50 + b"y" * HEAD_KEPT)[:HEAD_KEPT]
    assert frames[1] == Frame(b"next")


def test_the_largest_that_is_allowed_is_allowed():
    assert unwrapped(wrap(b"x" * 100)) == [Frame(b"x" * 100)]
    assert unwrapped(wrap(b"x" * 101))[0].trouble is Trouble.TOO_LARGE


@given(st.lists(st.binary(max_size=40), max_size=20))
def test_whatever_comes_no_more_than_one_message_is_held(chunks):
    unwrapper = Unwrapper(64)
    for chunk in chunks:
        for frame in unwrapper.feed(chunk):
            assert len(frame.octets) <= HEAD_KEPT
        assert len(unwrapper._held) <= max(64, HEAD_KEPT)


@given(st.lists(st.binary(max_size=30).filter(lambda b: not {0x0B, 0x1C} & set(b)), max_size=6), st.data())
def test_every_message_comes_out_as_it_went_in(messages, data):
    stream = b"".join(map(wrap, messages))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=8)))
    chunks = [stream[a:b] for a, b in zip([0, *cuts], [*cuts, len(stream)], strict=True)]
    assert unwrapped(*chunks) == [Frame(each) for each in messages]
