"""What messages of pumps, alarms and locations come to."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from assets.observation import Position, Sighting, Subject, SubjectKind
from collectors.receivers.hl7.meaning import NAMELESS, TIMELESS, source_name
from collectors.receivers.hl7.moments import read_moment
from collectors.receivers.hl7.places import Floor
from collectors.receivers.hl7.standing import StandingAlarms
from tests.collectors.receivers.hl7.messages import (
    BERLIN,
    INFUSING,
    PLACE,
    RATE,
    message,
    pump,
    sample,
    understood,
)
from tests.collectors.recordings import plain


def told(octets: bytes, **context) -> list[dict]:
    found = [plain(each.observation) for each in understood(octets, **context).told]
    for each in found:
        del each["quality"]
    return found


def said_by(*observations: str, **extra) -> dict:
    """Of the one pump with these observations."""
    (found,) = told(message(*pump(*observations, **extra)))
    return found


def readings(*observations: str) -> dict:
    return said_by(*observations)["readings"]


# --- samples of others


def test_pcd_10_an_infusion_that_began():
    assert told(sample("12")) == [
        {
            "subject": "serial E0002",
            "source": "source:5/E0002",
            "at": "2015-10-15T18:21:06+00:00",
            "readings": {
                "drug_library_version": "DL1",
                "infusion_rate": 15.4,
                "infusion_rate_set": 15.4,
                "volume_to_be_infused": 250.0,
                "volume_infused": 0.0,
                "volume_remaining": 250.0,
                "infusion_time_remaining": 58440.0,
                "care_area": "Crit Care",
                "device_state": "infusing",
            },
            "activity": "in_use",
        }
    ]


def test_pcd_04_an_occlusion_while_somebody_is_connected():
    assert told(sample("09")) == [
        {
            "subject": "serial P6013",
            "source": "source:5/P6013/alarm-196940",
            "at": "2012-01-09T23:54:17+00:00",
            "readings": {"general_alarm": "alarm", "alarm_code": 196940.0, "alarm_text": "Occlusion"},
            "activity": "in_use",
        }
    ]


def test_pcd_04_of_a_monitor_says_that_it_alarms_and_nothing_of_what_it_measured():
    (found,) = told(sample("08"))
    assert (found["readings"], found["activity"]) == ({"general_alarm": "alarm"}, None)


def test_pcd_01_of_a_monitor_says_that_it_and_its_modules_are_alive():
    found = told(sample("01"))
    assert [each["subject"] for each in found] == [
        "serial e86c094f-f751-4acf-92b2-38f11c1f6f57-Device",
        "serial 0600dc750001",
    ]
    assert [each["readings"] for each in found] == [{}, {}]


# --- our own


def test_pcd_16_a_place():
    assert told(PLACE) == [
        {
            "subject": "eui64 0012211839000042",
            "source": "source:5/0012211839000042/place",
            "at": "2026-03-01T10:15:28+00:00",
            "readings": {},
            "activity": None,
            "sighting": ["place:GENHOSP/NORTH/3/ICU-W/12", None],
        }
    ]


Y = b"OBX|4|NM|0^MDCX_LS_ATTR_COORD_Y^MDC|1.0.0.3|12.5|m^m^UCUM|||||F|||20260301101528+0000\r"
FLOORS = {"GENHOSP/NORTH/3": Floor("north-3", 2.5)}


def test_coordinates_count_on_a_floor_that_the_site_has_named():
    (each,) = understood(PLACE + Y, floors=FLOORS).told
    assert (each.observation.position, each.observation.sighting) == (
        Position("north-3", 4.06, 12.5, 2.5),
        None,
    )


@pytest.mark.parametrize(
    ("octets", "floors"),
    [
        (PLACE + Y, {}),
        (PLACE + Y, {"GENHOSP/SOUTH/3": Floor("south-3", 2.5)}),
        (PLACE, FLOORS),
        (PLACE + Y.replace(b"m^m^UCUM", b"ft^ft^UCUM"), FLOORS),
        (PLACE + Y.replace(b"12.5", b"left"), FLOORS),
    ],
)
def test_without_a_floor_or_one_of_them_the_place_is_known_by_its_name(octets, floors):
    (each,) = understood(octets, floors=floors).told
    assert each.observation.position is None
    assert each.observation.sighting == Sighting("place:GENHOSP/NORTH/3/ICU-W/12")


MEM = (
    "ST|67925^MDC_ATTR_POWER_STAT^MDC|1.1.0.11|onBattery(1)||||||F",
    "ST|531976^MDC_ID_PROD_SPEC_FW^MDC|1.1.0.16|1.1.13||||||F",
    "ST|69416^MDC_NCC_WIRELESS_MAC^MDC|1.1.1.3|C0-EE-40-0D-16-8F||||||F",
    "NM|69425^MDC_NCC_WIRELESS_STRENGTH_PERCENT^MDC|1.1.1.6|96|262688^MDC_DIM_PERCENT^MDC^%^%^UCUM|||||F",
    "NM|67976^MDC_ATTR_TIME_BATT_REMAIN^MDC|1.2.0.2|120|264352^MDC_DIM_MIN^MDC|||||F",
    "NM|67996^MDC_ATTR_VAL_BATT_CHARGE^MDC|1.2.0.3|35|262688^MDC_DIM_PERCENT^MDC|||||F",
)


def test_pcd_15_equipment_says_how_it_is():
    octets = message(*pump(*MEM)).replace(b"0^Morphin", b"69135^MDC_OBS_MEM^MDC")
    (each,) = understood(octets).told
    assert plain(each.observation)["readings"] == {
        "power_source": "battery",
        "firmware_version": "1.1.13",
        "signal_quality": 96.0,
        "runtime_remaining": 7200.0,
        "battery_charge": 35.0,
    }
    assert each.observation.source == "source:5/P-1/equipment"
    assert each.names[-1] == Subject(SubjectKind.MAC, "c0:ee:40:0d:16:8f")


STATUS = "CWE|184519^MDC_PUMP_INFUSING_STATUS^MDC|1.1.1.1|^pump-status-{}||||||R"
REASON = "CWE|158006^MDC_PUMP_NOT_DELIVERING_REASON^MDC|1.1.2.23|^pump-stopped-{}||||||R"
EVENT = "CWE|68487^MDC_ATTR_EVT_COND^MDC|1.1.0.3|{}^^MDC||||||R"


@pytest.mark.parametrize(
    ("observations", "state", "activity"),
    [
        ((STATUS.format("infusing"),), "infusing", "in_use"),
        ((STATUS.format("kvo"),), "infusing", "in_use"),
        ((STATUS.format("paused"),), "paused", "in_use"),
        ((STATUS.format("not-infusing"),), "standby", "idle"),
        ((STATUS.format("standby"),), "standby", "idle"),
        ((STATUS.format("not-infusing"), REASON.format("alarming")), "alarm", "in_use"),
        ((STATUS.format("not-infusing"), REASON.format("powered-off")), "off", "idle"),
        ((STATUS.format("not-infusing"), REASON.format("by-the-moon")), "standby", "idle"),
        ((REASON.format("by-the-moon"),), None, None),
        ((STATUS.format("dancing"),), "(out_of_range)", None),
        ((STATUS.format("dancing"), REASON.format("standby")), "standby", None),
        ((EVENT.format(197288),), "infusing", "in_use"),
        ((EVENT.format(197292), STATUS.format("not-infusing")), "standby", "idle"),
        ((STATUS.replace("|R", "|X").format("infusing"),), "(no_value)", None),
        ((RATE,), None, None),
    ],
)
def test_what_a_pump_says_of_its_work(observations, state, activity):
    found = said_by(*observations)
    assert (found["readings"].get("device_state"), found["activity"]) == (state, activity)


ALARM = (
    "CWE|196616^MDC_EVT_ALARM^MDC|1.1.0.0.1|{code}||||||F",
    "ST|68482^MDC_ATTR_ALARM_STATE^MDC|1.1.0.0.4|{state}||||||F",
    "ST|68484^MDC_ATTR_ALARM_PRIORITY^MDC|1.1.0.0.6|PH||||||F",
    "ST|68546^MDC_ATTR_ALERT_TEXT^MDC|1.1.0.0.8|Call Frau Zimmermann||||||F",
)


@pytest.mark.parametrize(
    ("code", "state", "expected", "activity"),
    [
        ("196940^MDC_EVT_FLUID_LINE_OCCL^MDC", "active",
         {"general_alarm": "alarm", "alarm_code": 196940.0, "alarm_text": "Occlusion", "severity": "critical"},
         "in_use"),
        ("1^MDC_EVT_SOMETHING^MDC^Frau Zimmermann", "latched",
         {"general_alarm": "alarm", "alarm_code": 1.0, "alarm_text": "MDC_EVT_SOMETHING", "severity": "critical"},
         None),
        ("0^Frau Zimmermann^MDC", "active", {"general_alarm": "alarm", "severity": "critical"}, None),
        ("196940^MDC_EVT_FLUID_LINE_OCCL^MDC", "inactive", {"general_alarm": "clear"}, None),
        ("196940^MDC_EVT_FLUID_LINE_OCCL^MDC", "purple", {"general_alarm": "(out_of_range)"}, None),
    ],
)  # fmt: skip
def test_an_alarm_is_on_or_off_and_says_what_it_is_about(code, state, expected, activity):
    rows = [row.format(code=code, state=state) for row in ALARM]
    (found,) = told(message(*pump(*rows), event="R40"))
    assert (found["readings"], found["activity"]) == (expected, activity)


def test_when_one_of_two_alarms_ends_the_device_is_not_said_to_be_without_any():
    standing = StandingAlarms()

    def hear(code: str, state: str) -> list[str]:
        rows = [row.format(code=f"{code}^^MDC", state=state) for row in ALARM]
        (each,) = understood(message(*pump(*rows), event="R40")).told
        return [r.value for r in standing.settle(each).observation.readings if r.name == "general_alarm"]

    assert [hear("1", "active"), hear("2", "active"), hear("1", "active")] == [["alarm"]] * 3
    assert [hear("1", "inactive"), hear("2", "inactive"), hear("1", "inactive")] == [[], ["clear"], ["clear"]]


# --- numbers and texts


NUMBER = "NM|157884^MDC_VOL_FLUID_TBI^MDC|1.1.2.6|{value}|{unit}|||||{status}"


@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [
        ("250", "263762^MDC_DIM_MILLI_L^MDC", 250.0),
        ("250", "0^MDC_DIM_MILLI_L^MDC", 250.0),
        ("250", "263762^MDC_DIM_MILLI_L^MDC^mL^mL^UCUM", 250.0),
        ("0.25", "263744^MDC_DIM_X_L^MDC", 250.0),
        ("250", "mL^milliliter^UCUM", 250.0),
        ("250", "mL", 250.0),
        ("250", "263762^MDC_DIM_MILLI_L^MDC^L^L^UCUM", "(wrong_type)"),
        ("250", "265266^MDC_DIM_MILLI_L_PER_HR^MDC", "(wrong_type)"),
        ("250", "263762^MDC_DIM_X_L^MDC", "(wrong_type)"),
        ("250", "ML", "(wrong_type)"),
        ("250", "", "(wrong_type)"),
        ("", "mL", "(no_value)"),
        ('""', "mL", "(no_value)"),
        ("many", "mL", "(malformed)"),
        ("1e3", "mL", "(malformed)"),
        ("NaN", "mL", "(malformed)"),
        ("٢٥", "mL", "(malformed)"),
        ("-1", "mL", "(out_of_range)"),
        ("9" * 30, "mL", "(out_of_range)"),
    ],
)
def test_a_number_needs_a_unit_that_it_can_have(value, unit, expected):
    found = readings(NUMBER.format(value=value, unit=unit, status="F"))
    assert found == {"volume_to_be_infused": expected}


@pytest.mark.parametrize(("status", "is_taken"), [("F", True), ("R", True), ("C", True), ("", True), ("X", False),
                                                  ("W", False), ("D", False), ("N", False), ("?", False)])  # fmt: skip
def test_a_value_that_the_sender_calls_wrong_or_missing_is_none(status, is_taken):
    found = readings(NUMBER.format(value="250", unit="mL", status=status))
    assert found == {"volume_to_be_infused": 250.0 if is_taken else "(no_value)"}


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        ("SN", "^250", 250.0),
        ("SN", "=^250", 250.0),
        ("SN", ">^250", "(wrong_type)"),
        ("ST", "250", "(wrong_type)"),
    ],
)
def test_a_number_is_sent_as_one(kind, value, expected):
    row = NUMBER.format(value=value, unit="mL", status="F")
    assert readings(kind + row[2:]) == {"volume_to_be_infused": expected}


TEXT = "{kind}|67880^MDC_ATTR_ID_MODEL^MDC|1.1.0.8|{value}||||||F"


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        ("ST", r"Infusa  200 \T\ more", "Infusa 200 & more"),
        ("CWE", "12^Infusa 200^L", "Infusa 200"),
        ("ST", "Infusa \x07", "(malformed)"),
        ("ST", "Infusa \ufffd", "(malformed)"),
        ("ST", "x" * 201, "(out_of_range)"),
        ("ST", r"\X0D\ ", "(no_value)"),
    ],
)
def test_a_text_is_one_line_that_can_be_shown(kind, value, expected):
    assert readings(TEXT.format(kind=kind, value=value)) == {"model_name": expected}


def test_one_bad_observation_takes_nothing_else_with_it():
    found = readings(
        INFUSING, RATE.replace("12.5", "fast"), NUMBER.format(value="250", unit="mL", status="F")
    )
    assert found == {
        "infusion_rate": "(malformed)",
        "volume_to_be_infused": 250.0,
        "device_state": "infusing",
    }


def test_of_several_channels_the_first_tells_and_one_that_infuses_is_enough():
    second = RATE.replace("1.1.1.2", "1.1.3.2").replace("12.5", "99")
    found = said_by(STATUS.format("standby"), RATE, second, INFUSING.replace("1.1.1.1", "1.1.3.1"))
    assert found["readings"] == {"infusion_rate": 12.5, "device_state": "infusing"}
    assert found["activity"] == "in_use"


def test_a_site_may_have_names_of_its_own_for_codes_that_are_known():
    octets = message(*pump("NM|0^MDCX_ACME_RATE^MDC|1.1.1.2|7|mL/h|||||R", "NM|424242|1.1.1.3|9|mL|||||R"))
    aliases = {"MDCX_ACME_RATE": "MDC_FLOW_FLUID_PUMP_CURRENT", "424242": "MDC_VOL_FLUID_TBI"}
    assert told(octets)[0]["readings"] == {}
    assert told(octets, aliases=aliases)[0]["readings"] == {"infusion_rate": 7.0, "volume_to_be_infused": 9.0}


# --- times


@pytest.mark.parametrize(
    ("own", "report", "header", "expected"),
    [
        ("20260302113000+0100", "20260302115500+0000", "20260302115500+0000", "2026-03-02T10:30:00+00:00"),
        ("", "20260302105500-0100", "20260302115500+0000", "2026-03-02T11:55:00+00:00"),
        ("20260302113000", "20260302115500+0000", "20260302115500+0200", "2026-03-02T09:30:00+00:00"),
        ("20260302113000", "20260302115500+0000", "20260302115500", "2026-03-02T10:30:00+00:00"),
        ("202603021130", "20260302115500+0000", "", "2026-03-02T10:30:00+00:00"),
        ("20260302113000.1234", "20260302115500+0000", "", "2026-03-02T10:30:00.123400+00:00"),
    ],
)
def test_the_time_is_that_of_the_observation_else_of_the_report_in_the_zone_it_names(
    own, report, header, expected
):
    row = f"{RATE}|||{own}"
    (found,) = told(message(*pump(row, at=report), at=header))
    assert (found["at"], found["readings"]) == (expected, {"infusion_rate": 12.5})


@pytest.mark.parametrize(
    "own", ["20260302", "yesterday", "20260230113000", "20260302113000+9900", "00000101000000"]
)
def test_a_reading_whose_time_cannot_be_read_fails_and_is_never_of_now(own):
    found = said_by(f"{RATE}|||{own}", INFUSING)
    assert found["at"] == "2026-03-02T11:55:00+00:00"
    assert found["readings"] == {"infusion_rate": "(malformed)", "device_state": "infusing"}


def test_without_any_time_nothing_is_told():
    meant = understood(message(*pump(INFUSING, RATE, at="")))
    assert (meant.told, meant.troubles) == ([], {TIMELESS: 2})


def test_readings_of_different_times_are_different_observations():
    found = told(message(*pump(f"{RATE}|||20260302113000+0000", INFUSING)))
    assert [(each["at"][11:16], [*each["readings"]]) for each in found] == [
        ("11:30", ["infusion_rate"]),
        ("11:55", ["device_state"]),
    ]


def test_an_hour_that_came_twice_is_the_one_nearer_to_its_receipt():
    early, late = (datetime(2026, 10, 25, hour, 35, tzinfo=UTC) for hour in (0, 1))
    assert read_moment("20261025023000", BERLIN, near=early) == early.replace(minute=30)
    assert read_moment("20261025023000", BERLIN, near=late) == late.replace(minute=30)


# --- devices


def test_each_device_of_a_message_is_an_observation_of_its_own():
    first, second = pump(INFUSING, label="P-1"), pump(RATE, label="P-2")
    rack = [first[0], *first[1:], *(row.replace("|1.", "|2.") for row in second[1:])]
    found = told(message(*rack))
    assert [(each["source"], each["readings"]) for each in found] == [
        ("source:5/P-1", {"device_state": "infusing"}),
        ("source:5/P-2", {"infusion_rate": 12.5}),
    ]


def test_a_pump_in_a_rack_has_its_own_name_and_failing_that_the_racks():
    part = "ST|70050^MDC_DEV_PUMP_INFUS_LVP_VMD^MDC|1.{n}.0.0|||||||X|||||||SLOT-{n}"
    rows = (part.format(n=1), INFUSING, part.format(n=2), RATE.replace("1.1.1.2", "1.2.1.2"))
    rack, first, second = understood(message(*pump(*rows, label="RACK"))).told
    assert [each.names[0].key for each in (rack, first, second)] == ["RACK", "SLOT-1", "SLOT-2"]
    assert Subject(SubjectKind.ASSET_TAG, "RACK") in second.names
    assert [*plain(first.observation)["readings"]] == ["device_state"]
    assert [*plain(second.observation)["readings"]] == ["infusion_rate"]


def test_two_reports_on_one_device_and_moment_are_one_observation():
    (found,) = told(message(*pump(INFUSING), *pump(RATE)))
    assert found["readings"] == {"infusion_rate": 12.5, "device_state": "infusing"}


def test_a_report_that_names_nobody_is_about_the_device_named_before_it():
    (found,) = told(message(*pump(INFUSING), "OBR|2||||||20260302115500+0000", f"OBX|1|{RATE}"))
    assert found["readings"] == {"infusion_rate": 12.5, "device_state": "infusing"}


def test_observations_of_a_device_without_a_name_are_counted():
    meant = understood(message(*pump(INFUSING, RATE, label="")))
    assert (meant.told, meant.troubles) == ([], {NAMELESS: 2})


def test_a_long_name_is_shortened_but_stays_its_own():
    names = {source_name("source:123456", f"{'x' * 60}{n}", "alarm-196940") for n in range(3)}
    assert len(names) == 3
    assert {len(name) for name in names} == {64}
