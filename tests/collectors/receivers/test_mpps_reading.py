"""What is read of a performed procedure step: a few elements, and nothing about anybody."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from io import BytesIO
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydicom.dataset import Dataset
from pynetdicom.dsutils import encode

from collectors.receivers.mpps import step as module
from collectors.receivers.mpps.dataset import DatasetError, Elements, read_elements
from collectors.receivers.mpps.step import WANTED, ImpossibleError, MissingError, read_begun, read_changed
from tests.collectors.dicom_peers import CANARY, begun, ended

BERLIN = ZoneInfo("Europe/Berlin")
WORDS = {
    module.STATION: "CT_ROOM_2",
    module.STATUS: "IN PROGRESS",
    module.MODALITY: "CT",
    module.BEGAN[0]: "20260302",
    module.BEGAN[1]: "110000",
}


def octets_of(data: Dataset, *, is_explicit: bool = True) -> bytes:
    encoded = encode(data, not is_explicit, True)
    assert encoded is not None
    return encoded


@pytest.mark.parametrize("is_explicit", [True, False])
def test_the_elements_that_are_wanted_are_read_and_all_others_are_counted(is_explicit):
    found = read_elements(octets_of(begun(), is_explicit=is_explicit), WANTED, is_explicit=is_explicit)
    assert found.values == WORDS
    assert found.dropped == 7
    assert CANARY not in repr(found)


@pytest.mark.parametrize("is_explicit", [True, False])
def test_sequences_of_undefined_length_are_passed_over(is_explicit):
    data = begun()
    for sequence in (data[0x0040, 0x0270], data[0x0040, 0x0270].value[0][0x0008, 0x1110]):
        sequence.is_undefined_length = True
        for item in sequence.value:
            item.is_undefined_length_sequence_item = True
    octets = octets_of(data, is_explicit=is_explicit)
    assert b"\xff\xff\xff\xff" in octets
    assert read_elements(octets, WANTED, is_explicit=is_explicit).values == WORDS


@pytest.mark.parametrize(
    "octets",
    [
        b"\x40",
        octets_of(begun())[:-3],
        octets_of(begun()) * 2,
        b"\x08\x00\x60\x00CS\xff\x7fCT",
        b"\x08\x00\x60\x00\x01\x02\x02\x00CT",
        b"\x08\x00\x60\x00CS\x02\x00\xc3\xa4",
        b"\x08\x00\x60\x00CS\x46\x00" + b"A" * 70,
        b"\x40\x00\x70\x02SQ\x00\x00\xff\xff\xff\xff",
        b"\x40\x00\x70\x02SQ\x00\x00\xff\xff\xff\xff" + b"\xfe\xff\x00\xe0\xff\xff\xff\xff" * 40,
    ],
)
def test_what_is_no_data_set_is_refused(octets):
    with pytest.raises(DatasetError) as caught:
        read_elements(octets, WANTED, is_explicit=True)
    assert CANARY not in str(caught.value)


@settings(max_examples=300)
@given(st.binary(max_size=200), st.booleans(), st.integers(0, 500), st.integers(0, 8))
def test_any_octets_are_read_or_refused(octets, is_explicit, at, gone):
    honest = octets_of(begun(), is_explicit=is_explicit)
    for data in (octets, honest[:at] + octets[:8] + honest[at + gone :]):
        try:
            found = read_elements(data, WANTED, is_explicit=is_explicit)
        except DatasetError:
            continue
        assert set(found.values) <= WANTED
        assert CANARY not in str(found.values)


def read(reader, changes=None, **words):
    return reader(Elements({**WORDS, **(changes or {})}, 0), BERLIN)


def test_a_begin_is_in_the_sites_time_unless_the_message_says_another():
    step = read(read_begun)
    assert (step.station, step.modality, step.began_at) == (
        "CT_ROOM_2", "CT", datetime(2026, 3, 2, 10, 0, tzinfo=UTC),
    )  # fmt: skip
    step = read(read_begun, {module.ZONE: "-0530"})
    assert step.began_at == datetime(2026, 3, 2, 11, 0, tzinfo=timezone(-timedelta(hours=5, minutes=30)))


@pytest.mark.parametrize(
    ("told", "seconds"), [("11", 0), ("1100", 0), ("110005", 5), ("110005.25", 5.25), ("110060", 59)]
)
def test_times_have_as_many_digits_as_the_sender_likes(told, seconds):
    began_at = read(read_begun, {module.BEGAN[1]: told}).began_at
    assert began_at == datetime(2026, 3, 2, 10, 0, tzinfo=UTC) + timedelta(seconds=seconds)


@pytest.mark.parametrize("tag", [module.STATION, module.STATUS, *module.BEGAN])
def test_a_begin_that_lacks_what_it_must_have_is_refused(tag):
    with pytest.raises(MissingError):
        read(read_begun, {tag: ""})


@pytest.mark.parametrize(
    "changes",
    [
        {module.STATUS: "COMPLETED"},
        {module.STATION: "CT\\2"},
        {module.MODALITY: "ct?"},
        {module.BEGAN[0]: "2026-3-2"},
        {module.BEGAN[0]: "20261302"},
        {module.BEGAN[1]: "250000"},
        {module.BEGAN[1]: "110080"},
        {module.ZONE: "Berlin"},
        {module.ZONE: "+9900"},
    ],
)
def test_a_begin_that_cannot_be_is_refused(changes):
    with pytest.raises(ImpossibleError):
        read(read_begun, changes)


def test_an_end_is_completed_or_discontinued_with_a_time_or_without():
    done = {module.STATUS: "COMPLETED", module.ENDED[0]: "20260302", module.ENDED[1]: "112000"}
    assert read(read_changed, done).ended_at == datetime(2026, 3, 2, 10, 20, tzinfo=UTC)
    assert read(read_changed, {module.STATUS: "DISCONTINUED"}).ended_at is None
    assert read(read_changed, {module.STATUS: ""}).status == "IN PROGRESS"
    with pytest.raises(ImpossibleError):
        read(read_changed, {module.STATUS: "LOST"})


def test_what_an_end_says_of_doses_and_people_is_passed_over():
    found = read_elements(octets_of(ended()), WANTED, is_explicit=True)
    assert set(found.values) == {module.STATUS, *module.ENDED}
    assert found.dropped == 2
    assert isinstance(BytesIO(octets_of(ended())).read(), bytes)
