"""Messages: the same octets as pysnmp's, read as pysnmp reads them; and nothing that writes can be built."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyasn1.codec.ber import encoder
from pysnmp.proto.api import v1, v2c

from collectors.drivers.snmp_values import dotted, snmp_value
from collectors.requests import SnmpValue
from collectors.snmp import messages
from collectors.snmp.ber import DecodeError, encode_oid, tlv
from collectors.snmp.messages import (
    Ask,
    Prepared,
    frame_community,
    new_id,
    prepare_bulk,
    prepare_get,
    prepare_next,
)
from tests.collectors.test_snmp_ber import oids, values

REQUEST_ID = bytes.fromhex("4a0b0c0d")
ID = int.from_bytes(REQUEST_ID, "big")
NAMES = ("1.3.6.1.2.1.1.5.0", "1.3.6.1.2.1.1.3.0", "1.3.6.1.2.1.1.1.0")
ELEMENTS = {NAMES[0]: "04026869", NAMES[1]: "430107", NAMES[2]: "8100"}
VALUES = {
    NAMES[0]: SnmpValue("octets", b"hi"),
    NAMES[1]: SnmpValue("timeticks", 7),
    NAMES[2]: SnmpValue("no_such_instance", None),
}


def binding(name: str, element: str) -> bytes:
    return tlv(0x30, tlv(6, encode_oid(name)) + bytes.fromhex(element))


def read(wanted: tuple[str, ...], *bindings: bytes) -> dict[str, SnmpValue]:
    data = b"".join(bindings)
    return prepare_get(wanted).read_answer(data, 0, len(data))


# --- requests


def theirs(pdu, bindings, *, second: int = 0, third: int = 0, version=v2c) -> bytes:
    pdu_api = version.apiBulkPDU if isinstance(pdu, v2c.GetBulkRequestPDU) else version.apiPDU
    pdu_api.set_defaults(pdu)
    pdu_api.set_request_id(pdu, ID)
    if isinstance(pdu, v2c.GetBulkRequestPDU):
        pdu_api.set_non_repeaters(pdu, second)
        pdu_api.set_max_repetitions(pdu, third)
    pdu_api.set_varbinds(pdu, [(oid, version.null) for oid in bindings])
    message = version.Message()
    version.apiMessage.set_defaults(message)
    version.apiMessage.set_community(message, b"secret")
    version.apiMessage.set_pdu(message, pdu)
    return encoder.encode(message)


def ours(prepared: Prepared, version: int = 1) -> bytes:
    before, after = frame_community(prepared, version, b"secret")
    return before + REQUEST_ID + after


@given(st.lists(oids, min_size=1, max_size=30, unique=True), st.integers(1, 50))
@settings(max_examples=60, deadline=None)
def test_requests_are_the_octets_that_pysnmp_sends(names, repetitions):
    contents = tuple(encode_oid(dotted(name)) for name in names)
    assert ours(prepare_get(tuple(map(dotted, names)))) == theirs(v2c.GetRequestPDU(), names)
    assert ours(prepare_next(contents)) == theirs(v2c.GetNextRequestPDU(), names)
    assert ours(prepare_bulk(contents, repetitions)) == theirs(
        v2c.GetBulkRequestPDU(), names, third=repetitions
    )
    assert ours(prepare_get(tuple(map(dotted, names))), 0) == theirs(v1.GetRequestPDU(), names, version=v1)


def test_a_request_is_encoded_once_for_all_devices():
    assert prepare_get(NAMES) is prepare_get(NAMES)
    assert frame_community(prepare_get(NAMES), 1, b"a") is frame_community(prepare_get(NAMES), 1, b"a")


def test_numbers_are_positive_take_four_octets_and_do_not_repeat():
    numbers = {new_id() for _ in range(5000)}
    assert len(numbers) == 5000
    assert all(len(number) == 4 and 0x40 <= number[0] < 0x80 for number in numbers)


def test_only_what_reads_can_be_asked():
    assert {ask.name: int(ask) for ask in Ask} == {"GET": 0xA0, "NEXT": 0xA1, "BULK": 0xA5}
    for tag in {*range(256)} - set(Ask):
        with pytest.raises(ValueError, match="not a valid Ask"):
            Prepared(tag, [encode_oid(NAMES[0])])


# --- answers


@given(st.dictionaries(oids, values, min_size=1, max_size=12), st.randoms(use_true_random=False))
@settings(max_examples=120, deadline=None)
def test_responses_of_pysnmp_are_read_as_pysnmp_reads_them(objects, chance):
    pdu = v2c.ResponsePDU()
    v2c.apiPDU.set_defaults(pdu)
    v2c.apiPDU.set_request_id(pdu, ID)
    order = chance.sample(list(objects), len(objects))
    v2c.apiPDU.set_varbinds(pdu, [(name, objects[name]) for name in order])
    message = v2c.Message()
    v2c.apiMessage.set_defaults(message)
    v2c.apiMessage.set_community(message, b"secret")
    v2c.apiMessage.set_pdu(message, pdu)
    data = encoder.encode(message)

    expected = {dotted(name): snmp_value(value) for name, value in objects.items()}
    version, community, at = messages.read_community_message(data)
    response = messages.read_pdu(data, at, len(data))
    assert (version, community, response.number, response.status) == (1, b"secret", ID, 0)
    assert prepare_get(tuple(expected)).read_answer(data, response.at, response.stop) == expected
    assert [name for name, _ in messages.read_bindings(data, response.at, response.stop)] == [
        encode_oid(dotted(name)) for name in order
    ]
    usual = messages.usual_bindings(
        data, messages.community_intro(1, b"secret"), messages.usual_response(REQUEST_ID)
    )
    assert usual == response.at


def test_an_answer_in_the_order_of_the_request():
    assert read(NAMES, *(binding(name, ELEMENTS[name]) for name in NAMES)) == VALUES


def test_an_answer_in_another_order():
    assert read(NAMES, *(binding(name, ELEMENTS[name]) for name in reversed(NAMES))) == VALUES


def test_an_object_left_out_is_left_out():
    assert read(NAMES, binding(NAMES[0], "04026869"), binding(NAMES[2], "8100")) == {
        NAMES[0]: VALUES[NAMES[0]],
        NAMES[2]: VALUES[NAMES[2]],
    }


def test_objects_that_nobody_asked_for_are_left_out():
    extra = binding("1.3.6.1.2.1.99.0", "020101")
    assert read(NAMES[:1], extra, binding(NAMES[0], "04026869"), extra) == {NAMES[0]: VALUES[NAMES[0]]}
    assert read(NAMES[:1], binding(NAMES[0], "04026869"), extra) == {NAMES[0]: VALUES[NAMES[0]]}
    assert read(NAMES[:1], extra) == {}


def test_an_identifier_that_only_begins_like_the_one_asked_for_is_another():
    assert read(("1.3.6.1",), binding("1.3.6.1.2", "020101")) == {}


def test_long_lengths_are_read_alike():
    name = tlv(6, encode_oid(NAMES[0]))
    loose = bytes.fromhex("308200") + bytes((len(name) + 6,)) + name + bytes.fromhex("048200026869")
    assert read(NAMES[:1], loose) == {NAMES[0]: VALUES[NAMES[0]]}


@pytest.mark.parametrize(
    "spoil",
    [
        lambda data: data[:-1],
        lambda data: data + b"\x00",
        lambda data: b"\x31" + data[1:],
        lambda data: data[:1] + b"\x7f" + data[2:],
        lambda data: data[:1] + bytes((data[1] - 1,)) + data[2:],
        lambda data: data[:2] + b"\x05" + data[3:],
        lambda data: data[:-4] + b"\x04\x03\x68\x69",
    ],
)  # fmt: skip
def test_bindings_that_are_not_clear_are_refused(spoil):
    data = spoil(binding(NAMES[0], "04026869"))
    with pytest.raises(DecodeError):
        read(NAMES[:1], data)


@pytest.mark.parametrize(
    "message",
    [
        "", "30", "3000", "3080020101", "30030201 01", "3006020101040161",
        "300a0201010401 61a2020500", "30090201010401 61a20000", "3006040101020101",
    ],
)  # fmt: skip
def test_messages_that_are_not_clear_are_refused(message):
    data = bytes.fromhex(message)
    with pytest.raises(DecodeError):
        messages.read_pdu(data, messages.read_community_message(data)[2], len(data))
    with pytest.raises(DecodeError):
        messages.read_v3_message(data)


@pytest.mark.parametrize("tag", [0xA0, 0xA1, 0xA3, 0xA4, 0xA5, 0xA6, 0xA7, 0x30])
def test_only_responses_and_reports_are_read(tag):
    pdu = tlv(tag, b"\x02\x01\x01\x02\x01\x00\x02\x01\x00\x30\x00")
    with pytest.raises(DecodeError):
        messages.read_pdu(pdu, 0, len(pdu))
