"""One raw value: a typed value, or the reason why there is none."""

from __future__ import annotations

import math
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assets.words import Quality
from collectors.decoding.modbus import Block, identity_decoder
from collectors.decoding.snmp import decode_name, snmp_decoder
from collectors.decoding.values import decode_text, number_converter, parse_number
from collectors.profiles.model import Encoding, Registers
from collectors.requests import Failure, ModbusIdentity, ModbusRead, SnmpValue


def register_decoder(encoding, start, count, exponent=None):
    """Decodes what begins ``start`` registers into an answer."""

    def decode(answer):
        block = Block(ModbusRead(4, 0, len(answer)))
        read = block.reader(Registers(4, start, count, exponent), encoding)
        raw = block.unpack(answer)
        return raw if isinstance(raw, Failure) else read(raw)

    return decode


def quality_of(decoded):
    return decoded.quality if isinstance(decoded, Failure) else Quality.GOOD


# --- Numbers ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "scale", "offset", "value"),
    [
        (3, 0.1, 0, 0.3),
        (547, 0.1, 0, 54.7),
        (-35, 0.1, 0, -3.5),
        (1255, 0.01, 0, 12.55),
        (12345, 0.001, 0, 12.345),
        (17, 60, 0, 1020.0),
        (121, 10, 0, 1210.0),
        (7, 0.25, 0, 1.75),
        (100, 1, -273.15, -173.14999999999998),
        (5, -1, 0, -5.0),
    ],
)
def test_a_number_is_scaled_to_the_nearest_that_it_can_be(raw, scale, offset, value):
    assert number_converter(Encoding("integer", scale, offset))(raw) == value


@given(st.integers(-(2**31), 2**31 - 1), st.sampled_from([10, 100, 1000]))
def test_tenths_read_as_they_are_written(raw, divisor):
    assert number_converter(Encoding("integer", 1 / divisor))(raw) == raw / divisor


@pytest.mark.parametrize(
    ("raw", "quality"), [(-1, "out_of_range"), (0, "good"), (100, "good"), (101, "out_of_range")]
)
def test_a_number_outside_its_range_is_never_moved_into_it(raw, quality):
    assert quality_of(number_converter(Encoding("integer", low=0, high=100))(raw)) == quality


def test_a_value_that_stands_for_none_is_none_even_within_the_range():
    decoded = number_converter(Encoding("integer", low=-10, high=10, missing=frozenset({-1})))(-1)

    assert decoded == Failure(Quality.NO_VALUE, "the device says -1, which stands for no value")


@pytest.mark.parametrize(
    ("text", "number"), [("21.5", 21.5), ("-3", -3.0), ("+0.5", 0.5), ("007", 7.0), (".5", 0.5)]
)
def test_a_number_in_text_is_read(text, number):
    assert parse_number(text) == number


@pytest.mark.parametrize(
    "text", ["", "-", ".", "1e9", "inf", "nan", "1_000", "1,5", "0x10", "²", "٣", "--1", "9" * 40]
)
def test_what_is_no_plain_number_is_malformed(text):
    assert quality_of(parse_number(text)) == "malformed"


# --- Text ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("octets", "text"),
    [
        (b"AP7902B", "AP7902B"),
        (b"EATON 93E 80  \0\0", "EATON 93E 80"),
        (b"two\r\nlines\tand more", "two lines and more"),
        ("Kühlschrank".encode(), "Kühlschrank"),
        (b"x" * 200, "x" * 200),
    ],
)
def test_text_is_utf8_without_padding(octets, text):
    assert decode_text(octets) == text


@pytest.mark.parametrize(
    ("octets", "quality"),
    [
        (b"", "no_value"),
        (b"\0\0\0", "no_value"),
        (b"  \n", "no_value"),
        (b"\xff\xfe", "malformed"),
        (b"K\xfchl", "malformed"),
        (b"bell\x07", "malformed"),
        (b"nul\0inside", "malformed"),
        ("right\u202eleft".encode(), "malformed"),
        ("zero\u200bwidth".encode(), "malformed"),
        (b"x" * 201, "out_of_range"),
    ],
)
def test_what_is_no_text_is_a_failure(octets, quality):
    assert quality_of(decode_text(octets)) == quality


def test_a_name_is_taken_as_it_came_or_not_at_all():
    assert decode_name(SnmpValue("octets", b" TAG  7\0")) == "TAG  7"
    assert quality_of(decode_name(SnmpValue("octets", b"TAG\n7"))) == "malformed"
    assert quality_of(decode_name(SnmpValue("octets", b" "))) == "no_value"
    assert quality_of(decode_name(SnmpValue("integer", 7))) == "wrong_type"
    assert quality_of(decode_name(None)) == "missing"


# --- SNMP ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "value", "decoded"),
    [
        ("integer", SnmpValue("integer", 5), 5.0),
        ("integer", SnmpValue("gauge32", 5), 5.0),
        ("counter", SnmpValue("counter32", 2**32 - 1), 4294967295.0),
        ("counter", SnmpValue("counter64", 2**60), float(2**60)),
        ("timeticks", SnmpValue("timeticks", 100), 100.0),
        ("text", SnmpValue("octets", b"ok"), "ok"),
        ("number-text", SnmpValue("octets", b"21.5 "), 21.5),
        ("oid", SnmpValue("oid", "1.3.6.1"), "1.3.6.1"),
    ],
)
def test_each_type_is_read_from_the_types_it_stands_for(kind, value, decoded):
    assert snmp_decoder(Encoding(kind))(value) == decoded


@pytest.mark.parametrize("kind", ["integer", "counter", "timeticks", "text", "number-text", "oid"])
@pytest.mark.parametrize(
    ("value", "quality"),
    [
        (SnmpValue("no_such_object", None), "missing"),
        (SnmpValue("no_such_instance", None), "missing"),
        (SnmpValue("end_of_mib", None), "missing"),
        (None, "missing"),
        (SnmpValue("null", None), "no_value"),
        (SnmpValue("opaque", b"\x9f\x78"), "wrong_type"),
        (SnmpValue("ipaddress", "10.0.0.1"), "wrong_type"),
    ],
)
def test_whatever_is_expected_an_absent_value_is_no_value(kind, value, quality):
    assert quality_of(snmp_decoder(Encoding(kind))(value)) == quality


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("integer", SnmpValue("octets", b"5")),
        ("integer", SnmpValue("counter32", 5)),
        ("integer", SnmpValue("integer", b"5")),
        ("integer", SnmpValue("integer", None)),
        ("integer", SnmpValue("integer", True)),
        ("counter", SnmpValue("integer", 5)),
        ("text", SnmpValue("integer", 5)),
        ("text", SnmpValue("octets", "ok")),
        ("oid", SnmpValue("octets", b"1.3")),
    ],
)
def test_another_type_is_a_wrong_type(kind, value):
    assert quality_of(snmp_decoder(Encoding(kind))(value)) == "wrong_type"


@pytest.mark.parametrize(("raw", "decoded"), [(1, "off"), (3, "infusing")])
def test_a_state_is_a_word(raw, decoded):
    assert (
        snmp_decoder(Encoding("integer", states={1: "off", 3: "infusing"}))(SnmpValue("integer", raw))
        == decoded
    )


def test_a_state_nobody_knows_is_out_of_range():
    decoded = snmp_decoder(Encoding("integer", states={1: "off"}))(SnmpValue("integer", 9))

    assert decoded == Failure(Quality.OUT_OF_RANGE, "9 is none of the states 1")


def test_a_state_may_be_told_in_text():
    decode = snmp_decoder(Encoding("text", states={"RUN": "running"}, missing=frozenset({"N/A"})))

    assert decode(SnmpValue("octets", b"RUN")) == "running"
    assert quality_of(decode(SnmpValue("octets", b"N/A"))) == "no_value"
    assert quality_of(decode(SnmpValue("octets", b"run"))) == "out_of_range"


def test_a_text_that_stands_for_none_is_none():
    decode = snmp_decoder(Encoding("text", missing=frozenset({"notsupported"})))

    assert quality_of(decode(SnmpValue("octets", b"notsupported "))) == "no_value"


# --- Registers ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "words", "value"),
    [
        ("uint16", [0xFFFF], 65535.0),
        ("int16", [0xFFFF], -1.0),
        ("int16", [0x8000], -32768.0),
        ("int16", [0x7FFF], 32767.0),
        ("uint32", [1, 0], 65536.0),
        ("int32", [0xFFFF, 0xFCE0], -800.0),
        ("float32", [0x4366, 0x0000], 230.0),
        ("uint64", [0, 1, 0, 0], 4294967296.0),
        ("int64", [0xFFFF] * 4, -1.0),
        ("float64", [0x4059, 0, 0, 0], 100.0),
    ],
)
def test_registers_are_read_by_their_type(kind, words, value):
    assert register_decoder(Encoding(kind), 0, len(words))(words) == value


@pytest.mark.parametrize(
    ("order", "words"),
    [
        ("abcd", [0x4366, 0x8000]),
        ("cdab", [0x8000, 0x4366]),
        ("badc", [0x6643, 0x0080]),
        ("dcba", [0x0080, 0x6643]),
    ],
)
def test_the_same_number_is_read_in_each_order(order, words):
    assert register_decoder(Encoding("float32", order=order), 0, 2)(words) == 230.5
    assert register_decoder(Encoding("float32", order=order), 3, 2)([9, 9, 9, *words, 9]) == 230.5


@given(
    st.floats(width=32, allow_nan=False, allow_infinity=False),
    st.sampled_from(["abcd", "cdab", "badc", "dcba"]),
)
def test_every_float_survives_every_order(value, order):
    octets = struct.pack(">f", value)
    placed = {"abcd": (0, 1, 2, 3), "cdab": (2, 3, 0, 1), "badc": (1, 0, 3, 2), "dcba": (3, 2, 1, 0)}[order]
    words = struct.unpack(">2H", bytes(octets[i] for i in placed))

    assert register_decoder(Encoding("float32", order=order), 0, 2)(words) == value


@pytest.mark.parametrize(
    ("value", "quality"), [(math.nan, "no_value"), (math.inf, "malformed"), (-math.inf, "malformed")]
)
def test_what_is_no_number_has_no_value(value, quality):
    words = struct.unpack(">2H", struct.pack(">f", value))

    assert quality_of(register_decoder(Encoding("float32"), 0, 2)(words)) == quality


@pytest.mark.parametrize(("bit", "state"), [(0, "clear"), (1, "alarm"), (3, "alarm"), (15, "alarm")])
def test_a_bit_is_a_state(bit, state):
    encoding = Encoding("bit", states={0: "clear", 1: "alarm"}, bit=bit)

    assert register_decoder(encoding, 0, 1)([0b1000_0000_0000_1010]) == state


@pytest.mark.parametrize(
    ("words", "decoded"),
    [
        ([0x5646, 0x2D33, 0x3800, 0], "VF-38"),
        ([0xFFFF, 0xFFFF, 0xFFFF, 0xFFFF], "no_value"),
        ([0, 0, 0, 0], "no_value"),
        ([0x5646, 0xFFFF, 0, 0], "malformed"),
        ([0x5600, 0x4600, 0, 0], "malformed"),
    ],
)
def test_text_in_registers_ends_with_its_padding(words, decoded):
    found = register_decoder(Encoding("ascii"), 0, 4)(words)

    assert (found if isinstance(found, str) else found.quality) == decoded


def test_text_with_its_octets_swapped_is_read():
    assert register_decoder(Encoding("ascii", order="badc"), 0, 2)([0x4656, 0x332D]) == "VF-3"


@pytest.mark.parametrize(
    ("function", "answer", "is_sound"),
    [
        (4, (0, 65535), True),
        (4, (1,), False),
        (4, (1, 2, 3), False),
        (4, (), False),
        (4, (0, 65536), False),
        (4, (-1, 0), False),
        (2, (0, 1), True),
        (2, (0, 2), False),
    ],
)
def test_an_answer_must_be_that_of_its_request(function, answer, is_sound):
    block = Block(ModbusRead(function, 0, 2))
    for address in (0, 1):
        block.reader(Registers(function, address), Encoding("bit" if function == 2 else "uint16"))

    found = block.unpack(answer)

    assert tuple(found) == answer if is_sound else found.quality is Quality.MALFORMED


# --- Registers, less common ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "order", "words", "value"),
    [
        ("uint16", "badc", [0x3412], 0x1234),
        ("int16", "badc", [0xFEFF], -2),
        ("uint32", "badc", [0x3412, 0x7856], 0x12345678),
        ("int32", "cdab", [0xFFFE, 0xFFFF], -2),
        ("uint64", "abcd", [0x0123, 0x4567, 0x89AB, 0xCDEF], 0x0123456789ABCDEF),
        ("uint64", "cdab", [0xCDEF, 0x89AB, 0x4567, 0x0123], 0x0123456789ABCDEF),
        ("uint64", "badc", [0x2301, 0x6745, 0xAB89, 0xEFCD], 0x0123456789ABCDEF),
        ("int64", "dcba", [0xFEFF, 0xFFFF, 0xFFFF, 0xFFFF], -2),
        ("float64", "cdab", [0, 0, 0, 0x4059], 100.0),
    ],
)
def test_integers_and_long_values_are_read_in_each_order(kind, order, words, value):
    assert register_decoder(Encoding(kind, order=order), 0, len(words))(words) == float(value)
    assert register_decoder(Encoding(kind, order=order), 2, len(words))([7, 7, *words]) == float(value)


def test_values_of_all_orders_and_kinds_stand_in_one_read():
    block = Block(ModbusRead(3, 100, 10))
    wanted = [
        (Registers(3, 108, 2), Encoding("ascii", order="badc")),
        (Registers(3, 100, 1), Encoding("uint16")),
        (Registers(3, 101, 2), Encoding("float32", order="dcba")),
        (Registers(3, 103, 2), Encoding("int32", order="cdab")),
        (Registers(3, 100, 1), Encoding("bit", bit=0, states={0: "closed", 1: "open"})),
    ]
    readers = [block.reader(*each) for each in wanted]

    raw = block.unpack((5, 0x0080, 0x6643, 0xFFFE, 0xFFFF, 1, 2, 3, 0x4656, 0x332D))

    assert [read(raw) for read in readers] == ["VF-3", 5, 230.5, -2, "open"]


@pytest.mark.parametrize(
    ("bits", "low", "word", "state"), [(3, 4, 0b0101_0000, "running"), (3, 4, 0b1111_1000_1111, "off")]
)
def test_several_bits_are_one_state(bits, low, word, state):
    encoding = Encoding("bits", states={0: "off", 5: "running"}, bit=low, bits=bits)

    assert register_decoder(encoding, 0, 1)([word]) == state


@pytest.mark.parametrize(
    ("kind", "words", "decoded"),
    [
        ("bcd16", [0x1234], 1234),
        ("bcd16", [0], 0),
        ("bcd32", [0x0012, 0x3456], 123456),
        ("bcd32", [0x9999, 0x9999], 99999999),
        ("bcd16", [0x12A4], "malformed"),
        ("bcd32", [0xF012, 0x3456], "malformed"),
        ("bcd16", [0xFFFF], "no_value"),
        ("bcd16", [0x0777], "no_value"),
    ],
)
def test_decimal_digits_are_read_four_bits_each(kind, words, decoded):
    found = register_decoder(Encoding(kind, missing=frozenset({0xFFFF, 777})), 0, len(words))(words)

    assert (found.quality if isinstance(found, Failure) else found) == decoded


@pytest.mark.parametrize(
    ("value", "exponent", "decoded"),
    [
        (2305, 0xFFFF, 230.5),  # 10^-1
        (5001, 0xFFFE, 50.01),
        (7, 0, 7.0),
        (12, 3, 12000.0),
        (0x8000, 0xFFFF, "no_value"),
        (0x8000, 0x8000, "no_value"),
        (230, 0x8000, "no_value"),
        (230, 11, "out_of_range"),
        (230, 0x7FFF, "out_of_range"),
        (30000, 1, "out_of_range"),
    ],
)
def test_a_register_of_its_own_says_the_power_of_ten(value, exponent, decoded):
    """As in SunSpec meters: the value, and elsewhere in the block its exponent; 0x8000 for none."""
    encoding = Encoding("int16", low=-100_000, high=100_000, missing=frozenset({-0x8000}))

    found = register_decoder(encoding, 2, 1, exponent=6)([0, 0, value, 0, 0, 0, exponent])

    assert (found.quality if isinstance(found, Failure) else found) == decoded


def test_what_a_device_says_that_it_is_becomes_text():
    identity = ModbusIdentity(b"Schneider Electric", b"iEM3155\0", None)

    assert identity_decoder(Encoding("ascii"), "vendor")(identity) == "Schneider Electric"
    assert identity_decoder(Encoding("ascii"), "product")(identity) == "iEM3155"
    assert quality_of(identity_decoder(Encoding("ascii"), "revision")(identity)) == "missing"
    assert quality_of(
        identity_decoder(Encoding("ascii", missing=frozenset({"iEM3155"})), "product")(identity)
    ) == ("no_value")
