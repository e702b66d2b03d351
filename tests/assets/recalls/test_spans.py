"""Lots and serial numbers in ranges: a table, and any range beside counting it out."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from assets.recalls.matching.spans import Span, number_of, span_of

PREFIXES = st.sampled_from(["", "A", "AB", "13F18C", "X1Y", "KM-"])


@pytest.mark.parametrize(
    ("left", "right", "number", "held"),
    [
        ("100", "200", "150", True),
        ("100", "200", "100", True),
        ("100", "200", "200", True),
        ("100", "200", "99", False),
        ("100", "200", "201", False),
        ("SN100", "SN200", "150", True),
        ("100", "200", "SN 150", True),
        ("A-100", "A-200", "A150", True),
        ("A100", "200", "A150", True),
        ("A100", "A200", "B150", False),
        ("98", "102", "100", True),
        ("0100", "0200", "0150", True),
        # The register may have left out a zero, or what stands before the digits.
        ("0100", "0200", "150", None),
        ("A100", "A200", "150", None),
        ("100", "200", "A150", None),
        ("100", "200", "A250", False),
        ("A100X", "A200X", "A150", None),
        # An end that was cut short: most likely, and not for sure.
        ("10012", "18", "10015", None),
        ("10012", "18", "10012", True),
        ("10012", "18", "10019", False),
        # Ends of two forms: only they themselves are sure.
        ("13F18C0374", "13F18L0936", "13F18H0580", None),
        ("13F18C0374", "13F18L0936", "13F18L0936", True),
        ("200", "100", "150", None),
        ("100", "200", "ABC", None),
    ],
)
def test_a_number_is_in_a_range_or_not_or_it_cannot_be_told(left, right, number, held):
    assert span_of(left, right).holds(number_of(number)) is held


@given(prefix=PREFIXES, low=st.integers(0, 5000), length=st.integers(0, 80), number=st.integers(0, 6000))
def test_a_range_holds_what_counting_it_out_gives(prefix, low, length, number):
    width = len(str(low + length))
    members = {number_of(f"{prefix}{each:0{width}}") for each in range(low, low + length + 1)}
    written = number_of(f"{prefix}{number:0{width}}")
    held = span_of(f"{prefix}{low:0{width}}", f"{prefix}{low + length:0{width}}").holds(written)
    if len(written) == len(number_of(f"{prefix}{low:0{width}}")):
        assert held is (written in members)
    else:
        assert not held


@given(prefix=PREFIXES, low=st.integers(0, 5000), length=st.integers(0, 80), at=st.integers(0, 80))
def test_no_way_of_writing_a_member_is_ever_outside(prefix, low, length, at):
    """Without its zeros, without what stands before it, with blanks: yes or open, and never no."""
    assume(at <= length)
    width = len(str(low + length)) + 1
    span = span_of(f"{prefix}{low:0{width}}", f"{prefix}{low + length:0{width}}")
    for written in (
        f"{prefix}{low + at:0{width}}",
        f"{prefix} {low + at:0{width}}",
        f"{prefix}{low + at}",
        f"{low + at}",
        f"SN{low + at:0{width}}",
    ):
        if written.startswith(f"{low + at}") and number_of(prefix)[-1:].isdecimal():
            continue  # then the digits before cannot be told from the number
        assert span.holds(number_of(written)) is not False, written


@given(st.text(max_size=20), st.text(max_size=20), st.text(max_size=20))
def test_whatever_is_written_gets_an_answer(left, right, number):
    assert span_of(left, right).holds(number_of(number)) in {True, False, None}
    assert Span(number_of(left), number_of(left)).holds(number_of(left)) is True
