"""Where tables say that devices are: whose address it is, what hears it, and which of several rows is believed."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest

from assets.observation import Sighting, SubjectKind
from assets.words import Quality
from collectors.decode import decode_poll, describe_poll
from collectors.decoding.addresses import NOBODYS, RANDOM, network_card
from collectors.engine.manual_polls import report_of
from collectors.planner import plan_requests
from collectors.profiles.library import get_profile
from collectors.requests import Failure, RawPoll, SnmpValue
from tests.collectors.recordings import AT, CASES, replay

CLIENTS, STATISTICS = "1.3.6.1.4.1.14179.2.1.4.1", "1.3.6.1.4.1.14179.2.1.6.1"
ACCESS_POINTS = "1.3.6.1.4.1.14179.2.2.1.1"
TAGS = "1.3.6.1.4.1.14179.2.1.19.1"
PUMP, AP_12, AP_14 = "0.27.197.0.79.162", "160.236.249.16.0.16", "160.236.249.16.0.32"
PUMP_MAC = "00:1b:c5:00:4f:a2"
FORWARDING, BASE_PORT, IF_NAME = (
    "1.3.6.1.2.1.17.7.1.2.2.1",
    "1.3.6.1.2.1.17.1.4.1.2",
    "1.3.6.1.2.1.31.1.1.1.1",
)


def octets(numbers: str) -> SnmpValue:
    return SnmpValue("octets", bytes(map(int, numbers.split("."))))


def text(words: str) -> SnmpValue:
    return SnmpValue("octets", words.encode())


def number(value: int) -> SnmpValue:
    return SnmpValue("integer", value)


def poll(name, cells, failed=()):
    """What ``profile`` makes of an agent that holds these cells; requests for columns in ``failed`` fail."""
    profile, answers = get_profile(name), {}
    for request in plan_requests(profile):
        asked = getattr(request, "columns", None)
        if set(asked or request.oids) & set(failed):
            answers[request] = Failure(Quality.NO_ANSWER, "no answer")
        elif asked:
            answers[request] = {
                oid: v for oid, v in cells.items() if oid.startswith(tuple(f"{c}." for c in asked))
            }
        else:
            answers[request] = {
                oid: cells.get(oid, SnmpValue("no_such_object", None)) for oid in request.oids
            }
    return profile, RawPoll(AT, 3.0, answers)


def rows(name, cells, failed=()):
    profile, raw = poll(name, cells, failed)
    return decode_poll(profile, raw, source="endpoint:3", subject=None, received_at=AT)


def client(numbers=PUMP, ap=AP_12, status=3, rssi=-61):
    return {
        f"{CLIENTS}.4.{numbers}": octets(ap),
        f"{CLIENTS}.9.{numbers}": number(status),
        f"{STATISTICS}.1.{numbers}": number(rssi),
        f"{ACCESS_POINTS}.3.{AP_12}": text("3-West-12"),
    }


def heard(ap, rssi, age=3, name="3-West-12"):
    return {
        f"{TAGS}.4.{PUMP}.{ap}.0": text(name),
        f"{TAGS}.5.{PUMP}.{ap}.0": SnmpValue("counter32", age),
        f"{TAGS}.6.{PUMP}.{ap}.0": number(rssi),
    }


# --- Whose address ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "written",
    [bytes.fromhex("001bc5004fa2"), b"00-1B-C5-00-4F-A2", b"001b.c500.4fa2", b"00:1b:c5:00:4f:a2\0"],
)
def test_an_address_has_one_spelling_however_a_device_writes_it(written):
    assert network_card(written) == PUMP_MAC


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("daa1195c0e7b", RANDOM),  # the telephone of a person
        ("020000000001", RANDOM),
        ("01005e0000fb", NOBODYS),
        ("ffffffffffff", NOBODYS),
        ("000000000000", NOBODYS),
    ],
)
def test_addresses_of_no_network_card_name_no_device(written, why):
    assert network_card(bytes.fromhex(written)) == why


@pytest.mark.parametrize("written", [b"", b"\xff", b"00:1b:c5:00:4f", b"pump at bed 4", b"00:1b:c5:00:4f:zz"])
def test_what_is_no_address_names_no_device(written):
    found = network_card(written)
    assert isinstance(found, Failure)
    assert found.quality is Quality.MALFORMED


@pytest.mark.parametrize("index", ["0.27.197.0.79", "0.27.197.0.79.256", "", "0.27.197.0.79.4294967295"])
def test_an_index_that_holds_no_address_names_no_device(index):
    assert rows("wlan-cisco-airespace", client(numbers=index)) == []


# --- What hears it ------------------------------------------------------------------------------------------


def test_a_client_is_seen_by_the_access_point_that_its_row_leads_to():
    (pump,) = rows("wlan-cisco-airespace", client())

    assert (pump.subject.kind, pump.subject.key, pump.source) == (
        SubjectKind.MAC, PUMP_MAC, f"endpoint:3/{PUMP_MAC}"
    )  # fmt: skip
    assert pump.sighting == Sighting("ap:3-West-12", -61)
    assert (pump.at, pump.quality, pump.readings) == (AT, Quality.GOOD, ())


@pytest.mark.parametrize("rssi", [-128])
def test_a_strength_that_stands_for_none_is_none(rssi):
    (pump,) = rows("wlan-cisco-airespace", client(rssi=rssi))

    assert pump.sighting == Sighting("ap:3-West-12", None)


def test_a_strength_that_cannot_be_is_no_sighting():
    (pump,) = rows("wlan-cisco-airespace", client(rssi=99))

    assert (pump.quality, pump.sighting) == (Quality.OUT_OF_RANGE, None)


def test_statistics_that_could_not_be_read_leave_the_place_without_strength():
    (pump,) = rows("wlan-cisco-airespace", client(), failed=[f"{STATISTICS}.1"])

    assert (pump.quality, pump.sighting) == (Quality.GOOD, Sighting("ap:3-West-12", None))


def test_access_points_that_could_not_be_read_are_a_failure_of_each_row():
    (pump,) = rows("wlan-cisco-airespace", client(), failed=[f"{ACCESS_POINTS}.3"])

    assert (pump.quality, pump.sighting, pump.detail) == (Quality.NO_ANSWER, None, "no answer")


@pytest.mark.parametrize(
    ("value", "quality"),
    [
        (SnmpValue("no_such_instance", None), Quality.MISSING),
        (SnmpValue("octets", b"short"), Quality.WRONG_TYPE),
        (SnmpValue("integer", -1), Quality.WRONG_TYPE),
        (SnmpValue("oid", "1.3.6"), Quality.WRONG_TYPE),
        (octets(AP_14), Quality.MISSING),
    ],
)
def test_what_leads_nowhere_is_a_failure_with_its_reason(value, quality):
    (pump,) = rows("wlan-cisco-airespace", client() | {f"{CLIENTS}.4.{PUMP}": value})

    assert (pump.quality, pump.sighting) == (quality, None)


def test_a_name_that_is_too_long_is_no_receiver():
    cells = client() | {f"{ACCESS_POINTS}.3.{AP_12}": text("x" * 62)}

    (pump,) = rows("wlan-cisco-airespace", cells)

    assert (pump.quality, pump.sighting) == (Quality.MALFORMED, None)


def test_an_access_point_without_a_name_says_nothing():
    assert rows("wlan-cisco-airespace", client() | {f"{ACCESS_POINTS}.3.{AP_12}": text("")}) == []


@pytest.mark.parametrize("status", [0, 1, 2, 5, 6, 7, 8])
def test_a_client_that_is_not_associated_is_nowhere(status):
    assert rows("wlan-cisco-airespace", client(status=status)) == []


# --- Several rows about one device --------------------------------------------------------------------------


def test_of_several_access_points_the_strongest_is_believed():
    cells = heard(AP_12, -72) | heard(AP_14, -55, name="3-West-14")

    (tag,) = rows("wlan-cisco-airespace", cells)

    assert tag.sighting == Sighting("ap:3-West-14", -55)


def test_what_was_heard_minutes_ago_does_not_count_however_strong_it_was():
    cells = heard(AP_12, -72) | heard(AP_14, -40, age=240, name="3-West-14")

    (tag,) = rows("wlan-cisco-airespace", cells)

    assert tag.sighting == Sighting("ap:3-West-12", -72)


def test_rows_that_differ_and_tell_no_strength_place_nothing():
    cells = heard(AP_12, -128) | heard(AP_14, -55, name="3-West-14")

    (tag,) = rows("wlan-cisco-airespace", cells)

    assert (tag.quality, tag.sighting, tag.detail) == (
        Quality.MALFORMED, None, "2 rows name several receivers"
    )  # fmt: skip


def test_of_a_device_in_two_tables_the_first_that_can_be_read_is_heard():
    (first,) = rows("wlan-cisco-airespace", client() | heard(AP_14, -40, age=0, name="3-West-14"))
    lost = client() | heard(AP_14, -40, age=0, name="3-West-14")
    del lost[f"{ACCESS_POINTS}.3.{AP_12}"]
    (second,) = rows("wlan-cisco-airespace", lost)

    assert first.sighting == Sighting("ap:3-West-12", -61)
    assert second.sighting == Sighting("ap:3-West-14", -40)


# --- Ports --------------------------------------------------------------------------------------------------


def learned(count: int, port: int = 48, name: str = "SW-3"):
    cells = {f"{BASE_PORT}.{port}": number(port), f"{IF_NAME}.{port}": text(f"1/{port}")}
    cells["1.3.6.1.2.1.1.5.0"] = text(name)
    for n in range(count):
        cells[f"{FORWARDING}.2.1.0.27.197.0.79.{n}"] = number(port)
        cells[f"{FORWARDING}.3.1.0.27.197.0.79.{n}"] = number(3)
    return cells


@pytest.mark.parametrize(("count", "placed"), [(1, 1), (6, 6), (7, 0), (300, 0)])
def test_a_port_behind_which_many_addresses_are_heard_places_none(count, placed):
    found = rows("wired-location-switch", learned(min(count, 256)))

    assert [row.sighting for row in found] == [Sighting("port:SW-3/1/48", None)] * placed


def test_addresses_that_devices_made_up_count_behind_a_port_but_are_nobody_s():
    cells = learned(4)
    for n in range(3):
        cells[f"{FORWARDING}.2.1.218.161.25.0.0.{n}"] = number(48)
        cells[f"{FORWARDING}.3.1.218.161.25.0.0.{n}"] = number(3)

    assert rows("wired-location-switch", cells) == []


def test_one_address_in_many_vlans_is_one_address():
    cells = learned(1)
    for vlan in range(2, 30):
        cells[f"{FORWARDING}.2.{vlan}.0.27.197.0.79.0"] = number(48)
        cells[f"{FORWARDING}.3.{vlan}.0.27.197.0.79.0"] = number(3)

    (pump,) = rows("wired-location-switch", cells)

    assert pump.sighting == Sighting("port:SW-3/1/48", None)


def test_a_switch_whose_name_could_not_be_read_places_nothing_and_says_why():
    (pump,) = rows("wired-location-switch", learned(1), failed=["1.3.6.1.2.1.1.5.0"])

    assert (pump.quality, pump.sighting) == (Quality.NO_ANSWER, None)
    assert pump.detail == "the device does not say its own name: no answer"


def test_a_value_that_two_rows_hold_leads_to_neither():
    points, clients = "1.3.6.1.4.1.14823.2.3.3.1.2.1.1", "1.3.6.1.4.1.14823.2.3.3.1.2.4.1"
    cells = {
        f"{points}.3.{AP_12}": SnmpValue("ipaddress", "10.9.0.11"),
        f"{points}.3.{AP_14}": SnmpValue("ipaddress", "10.9.0.11"),
        f"{points}.2.{AP_12}": text("Clinic-1"),
        f"{clients}.4.{PUMP}": SnmpValue("ipaddress", "10.9.0.11"),
    }
    (lost,) = rows("wlan-aruba-instant", cells)
    del cells[f"{points}.3.{AP_14}"]
    (found,) = rows("wlan-aruba-instant", cells)

    assert (lost.quality, lost.sighting) == (Quality.MISSING, None)
    assert found.sighting == Sighting("ap:Clinic-1", None)


# --- What is never asked for, and never shown ---------------------------------------------------------------


@pytest.mark.parametrize("folder", sorted(CASES.glob("wlan-*/*")), ids=lambda folder: folder.name)
def test_nothing_of_a_person_is_asked_for_observed_or_kept_in_a_report(folder):
    profile = get_profile(folder.parent.name)
    raw = replay(profile, folder / "recording.snmprec")

    kept = [
        *map(repr, decode_poll(profile, raw, source="endpoint:3", subject=None, received_at=AT)),
        repr(describe_poll(profile, raw)),
        repr(raw.answers),
    ]

    assert not [words for words in kept if "person" in words.lower() or "Mozilla" in words]
    assert not [words for words in kept[:-1] if "da:a1:19" in words or "218.161.25" in words]


def test_the_report_for_a_person_shows_makers_of_addresses_and_no_more():
    profile, raw = poll("wlan-cisco-airespace", client())

    (row,) = describe_poll(profile, raw)["tables"][0]["rows"]

    assert (row["subject"], row["row"], row["sighting"]) == (
        "00:1b:c5:··:··:··", "", {"receiver": "ap:3-West-12", "rssi_dbm": -61}
    )  # fmt: skip


def test_tables_of_addresses_are_not_kept_as_they_came():
    profile, raw = poll("wlan-cisco-airespace", client() | {"1.3.6.1.4.1.14179.1.1.1.3.0": text("AIR-1")})
    asked = SimpleNamespace(profile=profile, address="10.0.0.1", profile_name=profile.name)

    report = report_of(asked, raw, SimpleNamespace(quality="good", detail=""))

    assert [line["value"] for line in report["raw"]] == ["AIR-1", "", ""]
    assert PUMP not in json.dumps(report)
