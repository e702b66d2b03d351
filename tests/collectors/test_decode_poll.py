"""A poll as a whole: whose observations come of it, when they were true, and what a person is shown."""

from __future__ import annotations

from datetime import timedelta

import pytest

from assets.observation import Subject, SubjectKind
from assets.vocabulary import term
from assets.words import Quality
from collectors.decode import decode_poll, describe_poll
from collectors.engine.manual_polls import _raw_lines
from collectors.planner import plan_requests
from collectors.profiles.library import get_profile
from collectors.profiles.model import Encoding, Identity, Profile, Reading
from collectors.requests import Failure, ModbusIdentify, ModbusIdentity, ModbusRead, RawPoll, SnmpValue
from tests.collectors.recordings import AT, CASES, replay
from tests.collectors.synthetic import sound_poll

PUMPS = "1.3.6.1.4.1.32473.77.1.1.1"
ASSET = Subject(SubjectKind.ASSET, "7")


def pump_rows(*rows):
    """Rows of serial, state, battery, rate, alarm code, age."""
    profile = get_profile("infusion-pump-gateway")
    get, table = plan_requests(profile)
    cells = {}
    for index, row in enumerate(rows, 1):
        for column, value in enumerate(row, 1):
            kind = "octets" if isinstance(value, bytes) else "integer"
            cells[f"{PUMPS}.{column}.{index}"] = SnmpValue(kind, value)
    count = SnmpValue("gauge32", len(rows))
    return RawPoll(AT, 3.0, {get: {get.oids[0]: count}, table: cells})


def decoded(raw, name="infusion-pump-gateway", subject=None, received_at=AT):
    return decode_poll(get_profile(name), raw, source="endpoint:3", subject=subject, received_at=received_at)


def test_a_row_is_as_old_as_it_says():
    (pump,) = decoded(pump_rows((b"A1", 3, 80, 100, 0, 90)), received_at=AT + timedelta(seconds=1))

    assert pump.at == AT - timedelta(seconds=90)
    assert pump.received_at == AT + timedelta(seconds=1)


def test_decoding_the_same_poll_twice_gives_the_same_observations():
    raw = pump_rows((b"A1", 3, 80, 100, 0, 9), (b"A2", 2, 80, 0, 0, 4))

    assert decoded(raw) == decoded(raw)
    assert {(o.source, o.at) for o in decoded(raw)} == {
        ("endpoint:3/A1", AT - timedelta(seconds=9)),
        ("endpoint:3/A2", AT - timedelta(seconds=4)),
    }


def test_a_row_that_moved_to_another_index_is_still_the_same_device():
    first, second = (b"A1", 3, 80, 100, 0, 9), (b"A2", 2, 80, 0, 0, 4)

    assert sorted(o.source for o in decoded(pump_rows(first, second))) == sorted(
        o.source for o in decoded(pump_rows(second, first))
    )


def test_a_name_that_two_rows_claim_is_given_to_neither():
    raw = pump_rows((b"A1", 3, 80, 100, 0, 9), (b"A1 ", 2, 80, 0, 0, 4), (b"A2", 3, 70, 0, 0, 1))

    claimed, other = decoded(raw)

    assert (claimed.subject.key, claimed.quality, claimed.activity) == ("A1", Quality.MALFORMED, None)
    assert claimed.detail == "rows 1, 2 all claim to be A1"
    assert all(reading.value is None for reading in claimed.readings)
    assert (other.subject.key, other.quality) == ("A2", Quality.GOOD)


def test_no_more_rows_are_believed_than_the_profile_expects():
    rows = [(b"A%d" % number, 3, 80, 100, 0, 1) for number in range(2005)]

    assert len(decoded(pump_rows(*rows))) == 2000


def test_a_gateway_that_is_an_asset_is_observed_besides_its_rows():
    gateway, pump = decoded(pump_rows((b"A1", 3, 80, 100, 0, 9)), subject=ASSET)

    assert (gateway.subject, gateway.source, gateway.at) == (ASSET, "endpoint:3", AT)
    assert gateway.readings[0].value == 1
    assert pump.subject == Subject(SubjectKind.SERIAL, "A1")


def test_what_is_wrong_in_a_good_observation_is_said_by_name():
    (pump,) = decoded(pump_rows((b"A1", 3, 180, -5, 0, 1)))

    assert pump.quality is Quality.GOOD
    assert pump.detail == (
        "battery_charge: 180 is not within 0 and 100; infusion_rate: -0.5 is not within 0 and 2000"
    )


def test_a_device_that_answers_nothing_usable_is_not_heard():
    profile = get_profile("imaging-modality")
    (request,) = plan_requests(profile)
    answers = dict.fromkeys(request.oids, SnmpValue("no_such_object", None))

    (scanner,) = decoded(RawPoll(AT, 3.0, {request: answers}), "imaging-modality", ASSET)

    assert (scanner.quality, scanner.activity) == (Quality.MISSING, None)
    assert scanner.detail == "serial_number: the device has no such object"


# --- For a person -------------------------------------------------------------------------------------------


def test_the_report_shows_decoded_beside_raw():
    profile = get_profile("medical-fridge")
    raw = replay(profile, CASES / "medical-fridge" / "below-zero-and-alarming" / "recording.registers")

    rows = {row["name"]: row for row in describe_poll(profile, raw)["rows"]}

    assert rows["temperature"] == {
        "name": "temperature", "label": "Temperature", "value": -3.5, "unit": "°C", "quality": "good",
        "detail": "", "source": "function 4, 0", "raw": "FFDD",
    }  # fmt: skip
    assert rows["door_openings"]["raw"] == "0001 0000"
    assert rows["door"]["raw"] == "1"
    assert rows["battery_charge"]["quality"] == "no_value"
    assert rows["battery_charge"]["detail"] == "the device says 65535, which stands for no value"
    assert rows["serial_number"]["source"] == "function 3, 100–107"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (SnmpValue("octets", b"CT-2205"), 'octets "CT-2205"'),
        (SnmpValue("octets", b"\x00\xff"), "octets 0x00ff"),
        (SnmpValue("octets", b"<script>"), 'octets "<script>"'),
        (SnmpValue("integer", -7), "integer -7"),
        (SnmpValue("no_such_object", None), "no_such_object"),
    ],
)
def test_a_raw_value_is_shown_with_its_type(value, shown):
    profile = get_profile("imaging-modality")
    (request,) = plan_requests(profile)
    raw = RawPoll(AT, 3.0, {request: {request.oids[0]: value}})

    assert describe_poll(profile, raw)["rows"][0]["raw"] == shown


def test_a_long_raw_value_is_cut_for_the_page_only():
    profile = get_profile("imaging-modality")
    (request,) = plan_requests(profile)
    raw = RawPoll(AT, 3.0, {request: {request.oids[0]: SnmpValue("octets", b"x" * 5000)}})

    row = describe_poll(profile, raw)["rows"][0]

    assert len(row["raw"]) < 140
    assert (row["value"], row["quality"]) == (None, "out_of_range")


def test_the_report_shows_every_row_also_those_without_a_name():
    raw = pump_rows((b"A1", 3, 80, 100, 0, 9), (b"", 3, 80, 100, 0, 9), (b"\xff", 3, 1, 1, 0, 9))

    (table,) = describe_poll(get_profile("infusion-pump-gateway"), raw)["tables"]

    assert [(row["row"], row["subject"], row["quality"]) for row in table["rows"]] == [
        ("1", "A1", "good"), ("2", None, "no_value"), ("3", None, "malformed"),
    ]  # fmt: skip
    assert table["rows"][0]["activity"] == "in_use"
    assert table["rows"][0]["age_s"] == 9
    assert table["rows"][0]["readings"][1]["source"] == f"{PUMPS}.3.1"
    assert table["rows"][0]["readings"][1]["raw"] == "integer 80"


def test_the_report_names_each_request_that_failed():
    profile = get_profile("modality-power-meter")
    first, second = plan_requests(profile)
    sound = sound_poll(profile)
    raw = RawPoll(
        AT, 3.0, {first: sound.answers[first], second: Failure(Quality.DEVICE_ERROR, "exception 2")}
    )

    report = describe_poll(profile, raw)

    assert report["failures"] == [
        {"request": "function 4, 2 from address 342", "quality": "device_error", "detail": "exception 2"}
    ]
    assert report["rows"][-1]["raw"] == ""


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("imaging-modality", ["GET 1.3.6.1.4.1.32473.77.2.1.0 and 7 more"]),
        ("infusion-pump-gateway", ["GET 1.3.6.1.4.1.32473.77.1.2.0", f"table {PUMPS}, 6 columns"]),
    ],
)
def test_a_request_is_described_in_words(name, words):
    assert [
        failure["request"] for failure in describe_poll(get_profile(name), RawPoll(AT, 1, {}))["failures"]
    ] == words


# --- Groups of readings -------------------------------------------------------------------------------------


def test_a_reading_of_a_group_that_was_not_asked_for_is_not_in_the_observation():
    profile = get_profile("modality-power-meter")
    sound = sound_poll(profile)
    fast = plan_requests(profile, frozenset())
    raw = RawPoll(AT, 3.0, {request: sound_answer(sound, request) for request in fast})

    (meter,) = decode_poll(
        profile, raw, source="endpoint:3", subject=ASSET, received_at=AT, groups=frozenset()
    )

    assert "energy" not in {reading.name for reading in meter.readings}
    assert (meter.quality, meter.detail) == (Quality.GOOD, "")
    assert all(reading.quality is Quality.GOOD for reading in meter.readings)


def test_a_group_that_was_asked_for_and_failed_is_told():
    profile = get_profile("modality-power-meter")
    first, second = plan_requests(profile)
    sound = sound_poll(profile)
    raw = RawPoll(
        AT, 3.0, {first: sound.answers[first], second: Failure(Quality.DEVICE_ERROR, "exception 2")}
    )

    (meter,) = decode_poll(
        profile, raw, source="endpoint:3", subject=ASSET, received_at=AT, groups=frozenset(profile.groups)
    )

    assert {r.name: r.quality for r in meter.readings}["energy"] is Quality.DEVICE_ERROR
    assert meter.quality is Quality.GOOD


def sound_answer(sound: RawPoll, request: ModbusRead) -> tuple[int, ...]:
    """What the device answers to a request within one that it answered."""
    whole = next(r for r in sound.answers if r.function == request.function and r.address <= request.address)
    start = request.address - whole.address
    return sound.answers[whole][start : start + request.count]


# --- What a Modbus device says that it is -------------------------------------------------------------------


def test_an_identification_is_shown_decoded_beside_raw():
    readings = (
        Reading(term("model_name"), Identity("product"), Encoding("ascii")),
        Reading(term("firmware_version"), Identity("revision"), Encoding("ascii")),
    )
    profile = Profile("sample", "Sample", "modbus", 10, "", "community", "", readings=readings)
    raw = RawPoll(AT, 3.0, {ModbusIdentify(): ModbusIdentity(b"Acme", b"M 100", None)})

    model, firmware = describe_poll(profile, raw)["rows"]

    assert (model["value"], model["source"], model["raw"]) == ("M 100", "function 43/14, product", '"M 100"')
    assert (firmware["quality"], firmware["raw"]) == ("missing", "")
    assert _raw_lines(ModbusIdentify(), raw.answers[ModbusIdentify()]) == [
        {"source": "function 43/14, vendor", "type": "text", "value": "Acme"},
        {"source": "function 43/14, product", "type": "text", "value": "M 100"},
    ]


# --- Conditions of registers, and their age -----------------------------------------------------------------


def test_a_value_whose_condition_is_not_met_is_none_and_the_report_says_why():
    profile = get_profile("gas-rki-beacon410")
    (request,) = plan_requests(profile)
    methane = (0x0080, 0x0202, 0x4140, 0, 0, 0, 0x4348, 0x3420, 0x2020, 0x2020)

    report = describe_poll(profile, RawPoll(AT, 3.0, {request: methane}))

    assert [(row["name"], row["value"], row["quality"], row["detail"]) for row in report["rows"]] == [
        ("device_state", "running", "good", ""),
        ("severity", "none", "good", ""),
        ("oxygen", None, "no_value", "not read, because its gas is not called oxygen"),
    ]
    assert report["age_s"] is None


def test_a_condition_that_cannot_be_read_leaves_no_value():
    profile = get_profile("gas-rki-beacon410")
    (request,) = plan_requests(profile)
    garbled = (0x0080, 0x0202, 0x41A7, 0, 0, 0, 0xFF00, 0xFF00, 0, 0)

    report = describe_poll(profile, RawPoll(AT, 3.0, {request: garbled}))

    assert report["rows"][2]["quality"] == "malformed"
    assert report["rows"][2]["detail"] == "the text is not UTF-8"


def test_readings_are_as_old_as_the_device_says():
    profile = get_profile("sensors-monnit-egw4")
    (request,) = plan_requests(profile)
    raw = RawPoll(AT, 3.0, {request: (13, 61268, 2, 540, 1, 0, 300, 87, 42)})

    (sensor,) = decode_poll(profile, raw, source="endpoint:3", subject=ASSET, received_at=AT)

    assert sensor.at == AT - timedelta(seconds=540)
    assert describe_poll(profile, raw)["age_s"] == 540


def test_a_failed_poll_is_of_its_own_moment():
    profile = get_profile("sensors-monnit-egw4")

    (sensor,) = decode_poll(profile, RawPoll(AT, 3.0, {}), source="endpoint:3", subject=ASSET, received_at=AT)

    assert (sensor.at, sensor.quality) == (AT, Quality.NO_ANSWER)
