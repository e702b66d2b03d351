"""By what names equipment may be known."""

from __future__ import annotations

import pytest

from collectors.receivers.hl7.marks import Marks
from collectors.receivers.hl7.names import in_order, name_told, names_in_device, names_in_equipment
from collectors.receivers.hl7.places import read_sighting

MARKS = Marks("|", "^", "~", "\\", "&")


def words(names) -> list[str]:
    return [f"{name.kind} {name.key}" for name in in_order(names)]


LABEL = ["serial P-1", "asset_tag P-1", "tag P-1"]


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        ("P-1^^0012211839000042^EUI-64", ["eui64 0012211839000042", *LABEL]),
        ("^^00-12-21-18-39-00-00-42^EUI64", ["eui64 0012211839000042"]),
        ("0012211839000042^^^EUI-64", ["eui64 0012211839000042"]),
        ("P-1^^0012210000000000^EUI-64", LABEL),
        ("P-1", LABEL),
        ("P-1^WARD^1.2.3^ISO", LABEL),
        ("^^P-1^ACME", LABEL),
        ("4711^^^SN", ["serial 4711"]),
        ("~P-1", LABEL),
        ("P-1~4711^^^SN", ["serial P-1", "serial 4711", "asset_tag P-1", "tag P-1"]),
        ("", []),
        ("^^^", []),
        ("x" * 65, []),
        ("P\ufffd1", []),
        ("P\x071", []),
    ],
)
def test_of_what_stands_in_an_observation(field, expected):
    assert words(names_in_equipment(field, MARKS)) == expected


@pytest.mark.parametrize(
    ("entity", "serial", "expected"),
    [
        ("(01)00812345678901(11)240115(10)LOT789XYZ(21)IP2000-123456", "", ["serial IP2000-123456"]),
        ("(01)00812345678901", "IP2000-123456", ["serial IP2000-123456"]),
        ("+H123PARTNO1234567890120/S1", "", []),
        ("P-1^^0012211839000042^EUI-64", "4711", ["eui64 0012211839000042", "serial 4711", *LABEL]),
        ("", "", []),
    ],
)
def test_of_what_stands_beside_a_report(entity, serial, expected):
    device = (entity, "00812345678901", "", "", "", serial)
    assert words(names_in_device(device, MARKS)) == expected


@pytest.mark.parametrize(
    ("part", "text", "expected"),
    [
        ("serial", "0012211839000042", ["eui64 0012211839000042"]),
        ("serial", "3107c7c4-59d7", ["serial 3107c7c4-59d7"]),
        ("serial", "", []),
        ("mac", "C0:EE:40:0D:16:8F", ["mac c0:ee:40:0d:16:8f"]),
        ("mac", "none", []),
    ],
)
def test_of_what_an_observation_tells(part, text, expected):
    assert words(name_told(part, text)) == expected


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        ("ICU-W^12^1^GENHOSP^^^NORTH^3", "place:GENHOSP/NORTH/3/ICU-W/12"),
        ("ER^Waiting^^GENHOSP", "place:GENHOSP///ER/Waiting"),
        ("^^^GENHOSP^^^North  Building^3^", "place:GENHOSP/North Building/3"),
        ("^^^GENHOSP^^^NORTH^3^Nurse Station", "place:GENHOSP/NORTH/3//Nurse Station"),
        ("A/B^1", "place:///A-B/1"),
        ("ICU^12~ICU", "place:///ICU/12"),
        ("^^7", None),
        ("", None),
        ("ICU\ufffd^1", None),
    ],
)
def test_a_place_is_named_without_its_bed(field, expected):
    sighting = read_sighting(field, MARKS)
    assert (sighting and sighting.receiver) == expected


def test_a_long_place_is_shortened_but_stays_its_own():
    found = [read_sighting(f"{'Ward' * 20}^{room}", MARKS) for room in range(3)]
    assert {len(each.receiver) for each in found} == {64}
    assert len({each.receiver for each in found}) == 3
