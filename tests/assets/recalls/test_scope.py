"""The text of a notice: which lots and serial numbers it is about, and what of it has to be read by a person."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assets.recalls.matching.scope import read_scope
from assets.recalls.matching.verdict import Answer, judge

LISTED, OUTSIDE, OPEN = Answer.LISTED, Answer.OUTSIDE, Answer.OPEN


@pytest.mark.parametrize(
    ("text", "serial", "lot", "answer"),
    [
        ("Serial numbers: 1001, 1002, 1003", "1002", "", LISTED),
        ("Serial numbers: 1001, 1002, 1003", "1004", "", OUTSIDE),
        ("Serial numbers: 1001, 1002, 1003", "", "", OPEN),
        ("Serial Numbers 1001 through 1099", "1050", "", LISTED),
        ("Serial Numbers 1001 through 1099", "1100", "", OUTSIDE),
        ("S/N: A100 - A200; A300 to A310", "A305", "", LISTED),
        ("S/N: A100 - A200; A300 to A310", "A250", "", OUTSIDE),
        ("Serial numbers between 500 and 600", "550", "", LISTED),
        ("SN 100-200", "150", "", LISTED),
        ("SN 100-200", "100-200", "", LISTED),
        ("SN100 to SN200", "SN150", "", LISTED),
        ("Lot/Batch Numbers: 13F18C0374, 13F18H0580", "", "13F18H0580", LISTED),
        ("Lot/Batch Numbers: 13F18C0374, 13F18H0580", "", "13F18H0581", OUTSIDE),
        ("Lot/Batch Numbers: 13F18C0374, 13F18H0580", "77", "", OPEN),
        ("Lot 007A1037, Ref 010-55-25.", "", "007A1037", LISTED),
        ("Lot 007A1037, Ref 010-55-25.", "", "007A1038", OUTSIDE),
        ("Lots 5, 6. Serial numbers 10, 11", "12", "7", OUTSIDE),
        ("Lots 5, 6. Serial numbers 10, 11", "12", "", OPEN),
        ("Lots 5, 6. Serial numbers 10, 11", "11", "", LISTED),
        ("All lots", "12", "", LISTED),
        ("All serial numbers", "", "", LISTED),
        ("All", "", "", LISTED),
        # Narrowed down in words: a person reads it.
        ("All lots manufactured before June 2018", "12", "", OPEN),
        ("All units except serial number 12", "13", "", OPEN),
        ("Serial numbers 1000 and higher", "1500", "", OPEN),
        ("Serial numbers beginning with 12", "1234", "", OPEN),
        ("Serial numbers 12XX, 13XX", "1234", "", OPEN),
        ("Serial numbers 12*", "1234", "", OPEN),
        ("See attached list", "12", "", OPEN),
        ("", "12", "", OPEN),
        # Not said what the numbers are.
        ("1001, 1002", "1002", "", LISTED),
        ("1001, 1002", "1003", "", OPEN),
        ("Models:\n8015\n8100", "9999", "", OPEN),
        ("Model 8015", "12", "", OPEN),
        # A list after another heading, and numbers with blanks or zeros.
        ("REF AK-25502: 13F18, 13F19", "13F19", "", LISTED),
        ("Serial numbers 123 456, 123 457", "123456", "", OPEN),
        ("Serial numbers: 000123, 000124", "123", "", OPEN),
        # Device identifiers are no serial numbers.
        ("UDI-DI 00812345678901 Serial numbers: 12, 13", "13", "", LISTED),
        ("UDI-DI 00812345678901 Serial numbers: 12, 13", "14", "", OUTSIDE),
        ("Lot or serial numbers: 44, 45", "45", "", LISTED),
        ("Serial numbers 13F18C0374 through 13F18L0936", "13F18H0580", "", OPEN),
    ],
)
def test_what_a_text_says_of_a_piece(text, serial, lot, answer):
    verdict = judge(read_scope(text), serial=serial, lot=lot)
    assert verdict.answer == answer
    assert verdict.reasons


@pytest.mark.parametrize(
    ("text", "serial", "key", "piece"),
    [
        ("Serial Numbers 1001 through 1099", "1050", "serial_in_range", "1001 through 1099"),
        ("Serial numbers: 1001, 1002", "1002", "serial_listed", "1002"),
        ("All lots", "12", "all", "All lots"),
        ("Serial numbers: 1001, 1002", "", "serial_not_known", ""),
        ("Serial numbers: 1001, 1002", "9", "serial_outside", "1001, 1002"),
        ("Serial numbers 1000 and higher", "1500", "not_read", "Serial numbers 1000 and higher"),
    ],
)
def test_a_verdict_shows_the_piece_of_text_that_it_rests_on(text, serial, key, piece):
    reason = judge(read_scope(text), serial=serial, lot="").reasons[0]
    assert (reason.key, reason.piece) == (key, piece)


serials = st.lists(st.integers(1000, 9999), min_size=1, max_size=12, unique=True)


@given(serials, st.sampled_from([", ", "; ", "\n", " and ", " ", ",\r\n"]), st.integers(1000, 9999))
def test_a_list_holds_its_numbers_however_it_is_set(numbers, between, own):
    scope = read_scope("Serial numbers: " + between.join(map(str, numbers)))
    answer = judge(scope, serial=str(own), lot="").answer
    assert (answer == LISTED) is (own in numbers)


@given(
    st.lists(st.tuples(st.integers(100, 900), st.integers(1, 60)), min_size=1, max_size=5),
    st.sampled_from([" - ", "-", " to ", " through ", " thru ", " – "]),
    st.integers(100, 999),
)
def test_ranges_in_a_text_hold_what_counting_them_out_gives(ranges, link, own):
    text = "Serial numbers: " + ", ".join(f"{low}{link}{low + more}" for low, more in ranges)
    members = {number for low, more in ranges for number in range(low, low + more + 1)}
    answer = judge(read_scope(text), serial=str(own), lot="").answer
    assert answer == (LISTED if own in members else OUTSIDE)


@given(st.text(max_size=200), st.text(alphabet="AB0123456789-", max_size=8))
def test_any_text_gets_an_answer_with_a_reason(text, own):
    assert judge(read_scope(text), serial=own, lot="").reasons


WORDS = st.sampled_from(
    ["Lot", "Serial", "numbers", ":", ",", "all", "lots", "through", "and", "higher", "Model", "1001", "1005", ";", "1"]
)  # fmt: skip


@given(st.lists(WORDS, max_size=14))
def test_a_number_that_stands_in_the_text_is_never_outside(words):
    text = " ".join(words)
    verdict = judge(read_scope(text), serial="1003 1005", lot="")
    assert verdict.answer != OUTSIDE or "1003" not in text
    if "1005" in words:
        assert judge(read_scope(text), serial="1005", lot="").answer != OUTSIDE
