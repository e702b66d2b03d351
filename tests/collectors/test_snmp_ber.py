"""BER as SNMP uses it: what is read, what is refused, and the same as another implementation."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyasn1.codec.ber import decoder, encoder
from pyasn1.type import univ
from pysnmp.proto import rfc1902, rfc1905
from pysnmp.proto.api import v2c

from collectors.drivers.snmp_values import snmp_value
from collectors.requests import SnmpValue
from collectors.snmp import ber
from collectors.snmp.ber import DecodeError, read_value

arcs = st.integers(0, 2**32 - 1)
oids = st.builds(
    lambda top, second, rest: (top, second, *rest),
    st.integers(0, 2),
    st.integers(0, 39),
    st.lists(arcs, max_size=30),
)
values = st.one_of(
    st.integers(-(2**31), 2**31 - 1).map(rfc1902.Integer32),
    st.integers(0, 2**32 - 1).map(rfc1902.Counter32),
    st.integers(0, 2**32 - 1).map(rfc1902.Gauge32),
    st.integers(0, 2**32 - 1).map(rfc1902.TimeTicks),
    st.integers(0, 2**64 - 1).map(rfc1902.Counter64),
    st.binary(max_size=300).map(rfc1902.OctetString),
    st.binary(max_size=40).map(rfc1902.Opaque),
    st.binary(min_size=4, max_size=4).map(rfc1902.IpAddress),
    oids.map(rfc1902.ObjectIdentifier),
    st.just(rfc1905.NoSuchObject("")),
    st.just(rfc1905.NoSuchInstance("")),
    st.just(rfc1905.EndOfMibView("")),
    st.just(rfc1902.Null("")),
)


# --- values


@pytest.mark.parametrize(
    ("element", "value"),
    [
        ("020100", SnmpValue("integer", 0)),
        ("0201ff", SnmpValue("integer", -1)),
        ("02047fffffff", SnmpValue("integer", 2**31 - 1)),
        ("020480000000", SnmpValue("integer", -(2**31))),
        ("410500ffffffff", SnmpValue("counter32", 2**32 - 1)),
        ("420107", SnmpValue("gauge32", 7)),
        ("43020100", SnmpValue("timeticks", 256)),
        ("460900ffffffffffffffff", SnmpValue("counter64", 2**64 - 1)),
        ("0400", SnmpValue("octets", b"")),
        ("0403 00ff41", SnmpValue("octets", b"\x00\xffA")),
        ("4404 9f780400", SnmpValue("opaque", b"\x9f\x78\x04\x00")),
        ("4004 0a010203", SnmpValue("ipaddress", "10.1.2.3")),
        ("0606 2b0601040101", SnmpValue("oid", "1.3.6.1.4.1.1")),
        ("0601 00", SnmpValue("oid", "0.0")),
        ("0603 883703", SnmpValue("oid", "2.999.3")),
        ("0500", SnmpValue("null", None)),
        ("8000", SnmpValue("no_such_object", None)),
        ("8100", SnmpValue("no_such_instance", None)),
        ("8200", SnmpValue("end_of_mib", None)),
    ],
)
def test_each_type_is_read_as_what_it_is(element, value):
    assert read_value(bytes.fromhex(element)) == value


@pytest.mark.parametrize(
    ("element", "value"),
    [
        ("02020001", SnmpValue("integer", 1)),
        ("0208ffffffffffffffff", SnmpValue("integer", -1)),
        ("02820001 05", SnmpValue("integer", 5)),
        ("4104ffffffff", SnmpValue("counter32", 2**32 - 1)),
        ("4608ffffffffffffffff", SnmpValue("counter64", 2**64 - 1)),
        ("0481 0141", SnmpValue("octets", b"A")),
    ],
    ids=[
        "a needless octet", "many needless octets", "a long length", "no leading zero", "nor in 64 bits",
        "a long length of octets",
    ],
)  # fmt: skip
def test_what_peers_encode_loosely_but_clearly_is_read(element, value):
    assert read_value(bytes.fromhex(element)) == value


@pytest.mark.parametrize(
    "element",
    [
        "", "02", "0201", "0200", "02050100000000", "0205ff00000000", "020a00000000000000000001",
        "4101ff", "4103ff0000", "41050100000000", "4609010000000000000000", "4607ffffffffffffff", "4100",
        "4003010203", "40050102030405", "050100", "800100", "81", "0600", "060180", "06022b80", "06028001",
        "06062b9080808000", "0607 2b8fffffffff7f", "0403 0102", "04020102 03", "0480 41 0000", "0485 0000000001 41",
        "30020500", "a0020500", "0101ff", "090101", "450101", "470101", "1f8101 00", "ff00",
    ],
)  # fmt: skip
def test_what_is_not_clear_is_refused(element):
    with pytest.raises(DecodeError):
        read_value(bytes.fromhex(element))


def test_an_identifier_has_at_most_128_arcs():
    longest = bytes([0x2B]) + b"\x01" * 126
    assert len(ber.oid_arcs(longest)) == 128
    with pytest.raises(DecodeError):
        ber.oid_arcs(longest + b"\x01")


def test_an_element_may_not_reach_beyond_the_one_around_it():
    assert ber.header(bytes.fromhex("0403414141"), 0, 5) == (4, 2, 5)
    for stop in range(5):
        with pytest.raises(DecodeError):
            ber.header(bytes.fromhex("0403414141"), 0, stop)


def test_equal_short_values_are_one_object_and_the_memory_of_them_is_bounded(monkeypatch):
    monkeypatch.setattr(ber, "_REMEMBERED_VALUES", 10)
    monkeypatch.setattr(ber, "_values", {})
    assert read_value(b"\x02\x01\x07") is read_value(b"\x02\x01\x07")
    for number in range(100):
        read_value(bytes((2, 1, number)))
        read_value(bytes((4, 100)) + bytes(99) + bytes((number,)))
    assert len(ber._values) <= 10


# --- writing


@pytest.mark.parametrize(
    ("number", "octets"),
    [
        (0, "00"), (1, "01"), (127, "7f"), (128, "0080"), (255, "00ff"), (256, "0100"), (2**31 - 1, "7fffffff"),
        (-1, "ff"), (-128, "80"), (-129, "ff7f"), (-(2**31), "80000000"),
    ],
)  # fmt: skip
def test_integers_take_the_fewest_octets(number, octets):
    element = ber.encode_integer(number)
    assert element[2:].hex() == octets
    assert ber.read_integer(element, 0, len(element)) == (number, len(element))


@pytest.mark.parametrize("size", [0, 1, 127, 128, 255, 256, 65_535, 65_536])
def test_lengths_take_the_fewest_octets(size):
    assert ber.tlv(4, bytes(size)) == encoder.encode(univ.OctetString(bytes(size)))


@pytest.mark.parametrize(
    "text", ["", "1", "3.1", "1.40", "1.3.-1", "1.3.4294967296", "1.3.x", "1..3", "1.3" + ".1" * 127]
)
def test_what_is_no_identifier_cannot_be_asked_for(text):
    with pytest.raises(ValueError):  # noqa: PT011  the words are Python's for some
        ber.encode_oid(text)


# --- beside another implementation


@given(values)
@settings(max_examples=250, deadline=None)
def test_every_value_is_read_as_pysnmp_reads_it(value):
    assert read_value(encoder.encode(value)) == snmp_value(value)


@given(oids)
@settings(max_examples=150, deadline=None)
def test_identifiers_are_written_and_read_as_by_pyasn1(oid):
    element = encoder.encode(univ.ObjectIdentifier(oid))
    text = ".".join(map(str, oid))
    assert ber.tlv(ber.OID, ber.encode_oid(text)) == element
    assert ber.oid_arcs(element[2:]) == oid
    assert ber.encode_arcs(oid) == element[2:]


_TAGS = st.sampled_from(
    [2, 4, 5, 6, 0x40, 0x41, 0x42, 0x43, 0x44, 0x46, 0x80, 0x81, 0x82, 0x30, 1, 0x45, 0x47]
)


@given(_TAGS, st.binary(max_size=12))
@settings(max_examples=600, deadline=None)
def test_what_is_read_of_random_octets_is_what_pyasn1_reads(tag, content):
    element = ber.tlv(tag, content)
    try:
        value = read_value(element)
    except DecodeError:
        return
    if tag in (0x41, 0x42, 0x43, 0x46) and content[0] & 0x80:
        assert value.value == int.from_bytes(content, "big")  # the full width, which pyasn1 calls negative
        return
    assert value == snmp_value(_by_pyasn1(element))


def _by_pyasn1(element: bytes):
    binding = ber.tlv(0x30, b"\x06\x01\x2b" + element)
    response = ber.tlv(0xA2, b"\x02\x01\x01\x02\x01\x00\x02\x01\x00" + ber.tlv(0x30, binding))
    pdu, _ = decoder.decode(response, asn1Spec=v2c.ResponsePDU())
    ((_, value),) = v2c.apiPDU.get_varbinds(pdu)
    return value
