"""A soak run's verdict: what counts as punctual, as lost, as asked again."""

from __future__ import annotations

import pytest

from tests.soak.answers import Answer, read_answers
from tests.soak.verdict import punctuality, recording

ONE, OTHER = b"\x7f\x10\x00\x01", b"\x7f\x10\x00\x02"
ASKER = b"\x7f\x00\x00\x01", 40_000


def answered(*asked_at: float, device: bytes = ONE) -> list[Answer]:
    return [Answer(device, number, at, at + 0.01, *ASKER) for number, at in enumerate(asked_at, 1)]


def test_deviations_are_shares_of_the_interval():
    evenness = punctuality(answered(0, 30, 61.5, 90), interval_s=30)

    assert evenness.intervals == 3
    assert evenness.worst == pytest.approx(0.05)
    assert (evenness.within_wanted, evenness.endpoints_within) == (1.0, 1.0)


def test_one_late_poll_counts_against_its_endpoint_alone():
    late, punctual = answered(0, 30, 63), answered(0, 30, 60, device=OTHER)

    evenness = punctuality([*late, *punctual], interval_s=30)

    assert evenness.within_wanted == 0.75
    assert evenness.endpoints_within == 0.5


def test_a_question_sent_again_is_no_short_interval():
    assert punctuality(answered(0, 2, 30), interval_s=30).worst == 0


def test_a_device_asked_once_tells_nothing_of_intervals():
    with pytest.raises(ValueError, match="twice"):
        punctuality([*answered(0), *answered(0, device=OTHER)], interval_s=30)


def test_an_answer_without_a_reading_is_lost():
    kept = recording(answered(0, 30, 60), {(ONE, 1): [1.01], (ONE, 3): [62.01]}, interval_s=30)

    assert (kept.answered, kept.lost, kept.repeated) == (3, 1, 0)
    assert (kept.lag_p50_s, kept.lag_worst_s) == pytest.approx((2.0, 2.0))


def test_an_answer_to_a_question_that_was_sent_again_is_not_lost():
    kept = recording(answered(0, 2, 30), {(ONE, 2): [3.01], (ONE, 3): [31.01]}, interval_s=30)

    assert (kept.lost, kept.repeated) == (0, 1)


def test_a_reading_that_stands_twice_is_counted():
    assert recording(answered(0), {(ONE, 1): [1.0, 2.0]}, interval_s=30).doubled == 1


def test_the_log_is_read_up_to_a_record_that_is_being_written(tmp_path):
    log = tmp_path / "answers.log"
    first, second = answered(0.25, 30)
    log.write_bytes(first.pack() + second.pack()[:-1])

    assert list(read_answers(log)) == [first]
