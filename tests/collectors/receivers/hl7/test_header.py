"""Who sent a message, what it is, and what is answered."""

from __future__ import annotations

import pytest

from collectors.receivers.hl7.answers import TAKEN, Verdict, write_answers
from collectors.receivers.hl7.charsets import decode
from collectors.receivers.hl7.header import RejectedError, check_header, read_header
from collectors.receivers.hl7.marks import Marks
from tests.collectors.receivers.hl7.messages import RECEIVED, message

HEAD = r"MSH|^~\&|PUMPS^0011223344556677^EUI-64|ACME|US|HOSPITAL|20260302||ORU^R01^ORU_R01|A 7|P|2.6"


def answers(octets: bytes, verdict=TAKEN, *, always_application=False) -> list[list[str]]:
    """Each as its segments."""
    header = read_header(octets)
    told = write_answers(header, verdict, at=RECEIVED, name="n1", always_application=always_application)
    return [answer.decode().split("\r")[:-1] for answer in told]


def test_an_answer_names_the_message_and_goes_back_where_it_came_from():
    assert answers(HEAD.encode()) == [
        [
            r"MSH|^~\&|US|HOSPITAL|PUMPS^0011223344556677^EUI-64|ACME|20260302120000+0000||ACK^R01^ACK|n1-A|P|2.6",
            "MSA|AA|A 7",
        ]
    ]


def test_what_was_wrong_is_said_without_anything_of_the_message():
    ((_, acknowledgement, error),) = answers(HEAD.encode(), Verdict("R", 201, "event that is not taken"))
    assert (acknowledgement, error) == ("MSA|AR|A 7", "ERR|||201^event that is not taken^HL70357|E")


def test_older_versions_are_told_in_words():
    ((_, acknowledgement),) = answers(HEAD.replace("2.6", "2.3.1").encode(), Verdict("E", 207, "later"))
    assert acknowledgement == "MSA|AE|A 7|later"


@pytest.mark.parametrize(
    ("acks", "letter", "codes"),
    [
        ("|", "A", ["AA"]),
        ("AL|NE", "A", ["CA"]),
        ("AL|NE", "E", ["CE"]),
        ("AL|NE", "R", ["CR"]),
        ("NE|AL", "R", ["AR"]),
        ("AL|AL", "A", ["CA", "AA"]),
        ("NE|NE", "E", []),
        ("ER|", "A", []),
        ("ER|", "R", ["CR"]),
        ("SU|ER", "A", ["CA"]),
        ("SU|ER", "E", ["AE"]),
        ("what|", "A", ["CA"]),
    ],
)
def test_the_sender_is_answered_as_it_asked(acks, letter, codes):
    given = answers(message(acks=acks), Verdict(letter, 207, "x"))
    assert [answer[1].split("|")[1] for answer in given] == codes


def test_a_site_may_have_all_answered_in_the_original_mode():
    given = answers(message(acks="AL|NE"), always_application=True)
    assert [answer[1].split("|")[1] for answer in given] == ["AA"]


def test_a_sender_with_separators_of_its_own_is_answered_in_them():
    octets = b"MSH#*~/@#PUMPS##US#H#20260302##ORU*R01#7#P#2.6"
    ((head, acknowledgement),) = answers(octets)
    assert head.startswith("MSH#*~/@#US#H#PUMPS##")
    assert "ACK*R01*ACK" in head
    assert acknowledgement == "MSA#AA#7"


@pytest.mark.parametrize(
    ("octets", "code"),
    [
        (b"", 100),
        (b"GET / HTTP/1.1", 100),
        (b"BHS|^~\\&|x", 100),
        (b"MSH|^^\\&|twice the same", 100),
        (b"MSHa^~\\&athe separator is a letter", 100),
        (b"MSH|^~\\&A|a letter", 100),
        (b"MSH||", 100),
        (HEAD.replace("A 7", "A\x1c7").encode(), 100),
        (HEAD.replace("A 7", "").encode(), 101),
        (HEAD.replace("A 7", "7" * 200).encode(), 101),
        (HEAD.replace("ORU^R01^ORU_R01", "ADT^A01").encode(), 200),
        (HEAD.replace("^R01^", "^R03^").encode(), 201),
        (HEAD.replace("ORU^R01^ORU_R01", "ORU").encode(), 201),
        (HEAD.replace("|P|", "|T|").encode(), 202),
        (HEAD.replace("|P|", "||").encode(), 202),
        (HEAD.replace("2.6", "3.0").encode(), 203),
        (HEAD.replace("2.6", "").encode(), 203),
    ],
)
def test_what_can_never_be_taken_is_rejected_with_its_code(octets, code):
    with pytest.raises(RejectedError) as caught:
        check_header(read_header(octets))
    assert caught.value.code == code


def test_text_is_read_in_the_character_set_that_the_message_names():
    def text(charset: str, octets: bytes) -> str:
        head = f"{HEAD}||||||{charset}".encode()
        return decode(octets, read_header(head))

    assert text("8859/1", b"\xe4") == "ä"
    assert text("8859/15", b"\xa4") == "€"
    assert text("UNICODE UTF-8", "ä".encode()) == "ä"
    assert text("", b"a\xe4b") == "a\ufffdb"
    assert text("ASCII~ISO IR87", b"a") == "a"
    with pytest.raises(RejectedError) as caught:
        text("EBCDIC", b"a")
    assert caught.value.code == 103


MARKS = Marks("|", "^", "~", "\\", "&")


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        (r"a\F\b\S\c\R\d\T\e\E\f", "a|b^c~d&e\\f"),
        (r"\X41\\X0D0A\b", "A b"),
        (r"line\.br\line", "line line"),
        (r"\H\bold\N\ ", "bold"),
        (r"P-\Zowner\1", "P-\ufffd1"),
        (r"P-\Xzz\1", "P-\ufffd1"),
        (r"P-\\1", "P-\ufffd1"),
        (r"P-\1", "P-\ufffd1"),
        ("open\\", "open\ufffd"),
        ("  plain ", "plain"),
    ],
)
def test_escapes_are_undone(text, meant):
    assert MARKS.plain(text) == meant


def test_many_escapes_and_parts_take_no_time():
    assert MARKS.plain("\\" * 100_000) == "\ufffd" * 50_000
    assert len(MARKS.components("^" * 100_000)) == 64
    assert len(MARKS.repetitions("~" * 100_000)) == 64
