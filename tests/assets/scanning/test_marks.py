"""What makers print on equipment, read by each agency's rules. The examples are the agencies' and HL7's own."""

from __future__ import annotations

from datetime import date

import pytest

from assets.scanning.gs1 import read_digital_link, read_gs1
from assets.scanning.hibcc import check_character, read_hibcc
from assets.scanning.iccbba import read_iccbba
from assets.scanning.marks import NotAMarkError, clean_code
from tests.every import for_every

GS = "\x1d"
PUMP = "(01)00812345678901(11)240115(10)LOT789XYZ(21)IP2000-123456"
SAME_PUMP = {
    "in parentheses": PUMP,
    "in parentheses, with spaces": "(01) 00812345678901 (11) 240115 (10) LOT789XYZ (21) IP2000-123456",
    "from a scanner": f"01008123456789011124011510LOT789XYZ{GS}21IP2000-123456",
    "with the scanner's prefix": f"]d201008123456789011124011510LOT789XYZ{GS}21IP2000-123456",
    "with FNC1 first": f"{GS}01008123456789011124011510LOT789XYZ{GS}21IP2000-123456{GS}",
    "with FNC1 in words": "01008123456789011124011510LOT789XYZ{GS}21IP2000-123456\r\n",
    "with FNC1 in other words": "01008123456789011124011510LOT789XYZ<gs>21IP2000-123456\t",
    "in another order": f"21IP2000-123456{GS}0100812345678901" + f"1124011510LOT789XYZ{GS}",
}


@for_every(SAME_PUMP)
def test_gs1_in_each_of_its_forms(text):
    mark = read_gs1(clean_code(text))

    assert (mark.issuer, mark.device, mark.serial) == ("GS1", "00812345678901", "IP2000-123456")
    assert (mark.lot, mark.made, mark.warnings) == ("LOT789XYZ", date(2024, 1, 15), ())


@for_every(
    {
        "the path": "https://id.gs1.org/01/00844369037433/21/SN101036",
        "a path behind another": "https://maker.example/uk/01/00844369037433/10/A1/21/SN101036?17=271231",
        "a serial in the query": "https://maker.example/01/00844369037433?21=SN101036",
    }
)
def test_a_digital_link_is_read_by_its_path(address):
    mark = read_digital_link(address)

    assert (mark.device, mark.serial, mark.warnings) == ("00844369037433", "SN101036", ())


def test_day_00_is_the_last_of_the_month_and_a_date_that_cannot_be_is_none():
    assert read_gs1("(01)00844369037433(17)240200").expires == date(2024, 2, 29)
    assert read_gs1("(01)00844369037433(17)249900(21)A").expires is None


def test_a_wrong_check_digit_warns_and_is_read_all_the_same():
    mark = read_gs1("010084436903743421SN101036")

    assert (mark.device, mark.serial) == ("00844369037434", "SN101036")
    assert mark.warnings == ("The check digit of the UDI-DI is wrong: it may have been misread.",)


def test_a_gtin_is_written_with_and_without_its_leading_zeros():
    assert read_gs1("0844369037433").device == "00844369037433"
    assert {"00844369037433", "0844369037433", "844369037433"} <= set(read_gs1("844369037433").devices)
    assert "4369037433" not in read_gs1("844369037433").devices


def test_the_owner_s_number_by_gs1_s_rules():
    assert read_gs1("80044012345P-104").own_number == "4012345P-104"
    assert read_gs1("(8004)4012345P-104").own_number == "4012345P-104"


# --- HIBCC --------------------------------------------------------------------------------------------


def test_hibcc_with_a_second_part():
    mark = read_hibcc(
        "+H123PARTNO1234567890120/$$420020216LOT123456789012345/SXYZ456789012345678/16D20130202C"
    )

    assert (mark.issuer, mark.device) == ("HIBCC", "H123PARTNO1234567890120")
    assert (mark.lot, mark.serial) == ("LOT123456789012345", "XYZ456789012345678")
    assert (mark.expires, mark.made) == (date(2020, 2, 2), date(2013, 2, 2))
    # The agency's own long example has a check character that its rule does not give.
    assert mark.warnings == ("The check character is wrong: it may have been misread.",)


def test_hibcc_s_check_character():
    assert check_character("+A123BJC5D6E71") == "G"
    assert check_character("+A99912345/$$52001510X3") == "3"
    mark = read_hibcc("*+a123bjc5d6e71g*")
    assert (mark.device, mark.warnings) == ("A123BJC5D6E71", ())


def checked(body: str) -> str:
    return body + check_character(body)


@pytest.mark.parametrize(
    ("part", "lot", "serial", "expires"),
    [
        ("$LOT1", "LOT1", "", None),
        ("$+SN1", "", "SN1", None),
        ("$$0927LOT1", "LOT1", "", date(2027, 9, 30)),
        ("$$2093027LOT1", "LOT1", "", date(2027, 9, 30)),
        ("$$3270930LOT1", "LOT1", "", date(2027, 9, 30)),
        ("$$427093011LOT1", "LOT1", "", date(2027, 9, 30)),
        ("$$527273LOT1", "LOT1", "", date(2027, 9, 30)),
        ("$$62727311LOT1", "LOT1", "", date(2027, 9, 30)),
        ("$$7LOT1", "LOT1", "", None),
        ("$$805527273LOT1", "LOT1", "", date(2027, 9, 30)),
        ("$$900005527273LOT1", "LOT1", "", date(2027, 9, 30)),
        ("$$+3270930SN1", "", "SN1", date(2027, 9, 30)),
        ("$$3279930LOT1", "LOT1", "", None),
        ("$$527366LOT1", "LOT1", "", None),
        ("SSN1/14D20270930", "", "SN1", date(2027, 9, 30)),
        ("Q5/SSN1", "", "SN1", None),
    ],
)
def test_hibcc_s_second_part(part, lot, serial, expires):
    for text in (checked(f"+A99912345/{part}"), *([checked(f"+{part}")] if part.startswith("$") else [])):
        mark = read_hibcc(text)
        assert (mark.lot, mark.serial, mark.expires, mark.warnings) == (lot, serial, expires, ())


# --- ICCBBA -------------------------------------------------------------------------------------------


def test_iccbba_with_all_its_parts():
    mark = read_iccbba("=/A9999XYZ100T0944=,000025=A99971312345600=>014032=}013032&,1000000000000XYZ123")

    assert (mark.issuer, mark.device, mark.serial) == ("ICCBBA", "A9999XYZ100T0944", "000025")
    assert (mark.lot, mark.expires, mark.made) == ("000000000000XYZ123", date(2014, 2, 1), date(2013, 2, 1))


def test_a_blood_bag_names_its_maker_s_article():
    mark = read_iccbba("=)1TE123456A&)RZ12345678")
    assert (mark.device, mark.lot, mark.serial) == ("1TE123456A", "RZ12345678", "")


@for_every(
    ["", "P-104", "INF-001", "+", "++", "=", "=A9", "(", "(99)", "()", "[]", "01", "😀", "(01)1", "+$", "=,"]
)
def test_what_is_no_mark_is_refused_by_every_reader(text):
    for read in (read_gs1, read_hibcc, read_iccbba, read_digital_link):
        with pytest.raises(NotAMarkError):
            read(text)
