"""From a notice to a piece: by which rung, how sure, and why."""

from __future__ import annotations

import pytest

from assets.recalls.matching.ladder import Piece, Product, Told, find
from assets.recalls.matching.names import device_keys, devices_in, firm_words
from assets.recalls.words import Certainty, Rung

DI = "00812345678901"
PUMP = Product(DI, ("Meridian",), ("Infusa 200",), frozenset({"FRN"}))


def told(description="", codes="", firm="Meridian Inc.", product_codes=()):
    return Told(firm, description, codes, frozenset(product_codes))


@pytest.mark.parametrize(
    ("notice", "serial", "rung", "certainty"),
    [
        (told(codes=f"UDI-DI {DI}, all lots"), "5", Rung.DEVICE, Certainty.CERTAIN),
        (told(codes=f"UDI-DI {DI}, all lots", firm="Somebody else"), "5", Rung.DEVICE, Certainty.CERTAIN),
        (told(codes=f"{DI} SN: 4, 5"), "5", Rung.DEVICE, Certainty.CERTAIN),
        (told(codes=f"{DI} SN: 4, 5"), "6", Rung.DEVICE, Certainty.OUTSIDE),
        (told(codes=DI), "6", Rung.DEVICE, Certainty.REVIEW),
        (told("Pumps", "SN: 4, 5", product_codes=["FRN"]), "5", Rung.CODE, Certainty.LIKELY),
        (told("Pumps", "All lots", product_codes=["FRN"]), "5", Rung.CODE, Certainty.REVIEW),
        (told("Infusa 200", "All lots", product_codes=["FRN"]), "5", Rung.CODE, Certainty.LIKELY),
        (told("The Infusa-200, a pump", "SN: 4, 5"), "5", Rung.MODEL, Certainty.LIKELY),
        (told("The Infusa-200, a pump", "SN: 4, 5"), "6", Rung.MODEL, Certainty.OUTSIDE),
        (told("The Infusa-200, a pump", "SN: 4, 5"), "", Rung.MODEL, Certainty.REVIEW),
        (told("Infusa 200", "All lots", firm="Meridian Medical Systems, LLC"), "5", Rung.MODEL, Certainty.LIKELY),
        (told("Meridian Infusa 200", "All lots", firm="Brandt Holding"), "5", Rung.MODEL, Certainty.LIKELY),
        (told("Infusa 200", "All lots", firm="Brandt Holding"), "5", Rung.NAME, Certainty.REVIEW),
        (told("Infusa 200", "UDI 00812345678918 all lots"), "5", Rung.MODEL, Certainty.REVIEW),
    ],
)  # fmt: skip
def test_the_highest_rung_counts_and_then_its_numbers(notice, serial, rung, certainty):
    found = find(notice, Piece(1, PUMP, serial))
    assert (found.rung, found.certainty) == (rung, certainty)
    assert all(reason.piece or reason.key.endswith("not_known") for reason in found.reasons)


@pytest.mark.parametrize(
    "notice",
    [
        told("Infusa 2000, a pump", "All lots"),  # not the whole word
        told("Infusa 20", "All lots"),
        told("Pumps", "All lots", firm="Brandt", product_codes=["FRN"]),
        told("Pumps", "SN: 4, 5"),
        told("", "", ""),
        told(codes="00812345678902 all lots"),  # its check digit is wrong
    ],
)
def test_what_is_no_rung_is_no_match(notice):
    assert find(notice, Piece(1, PUMP, "5")) is None


def test_a_model_that_many_makers_have_needs_its_firm():
    plain = Product(firms=("Meridian",), names=("Space",))
    assert find(told("Space saver", "All lots", firm="Brandt"), Piece(1, plain)) is None
    assert find(told("Space saver", "All lots"), Piece(1, plain)).rung == Rung.MODEL


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("00812345678901", "(01)00812345678901"),
        ("00812345678901", "0100812345678901"),
        ("4012345678901", "04012345678901"),
        ("+A123BJC5D61", "A123BJC5D61"),
        ("+A123BJC5D61", "+A123BJC5D6"),
        ("A9999XYZ100T0474", "=/A9999XYZ100T0474"),
    ],
)
def test_a_device_identifier_is_the_same_however_it_is_written(ours, theirs):
    assert device_keys(ours) & device_keys(theirs)


def test_device_identifiers_stand_in_a_text_with_a_right_check_digit_only():
    text = "UDI-DI: 00812345678901; 00812345678902; GTIN 5012345678900; +A123BJC5D61; lot 12345678901234567"
    assert set(devices_in(text)) == {"00812345678901", "05012345678900", "A123BJC5D61"}


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("Encore Medical, Lp", "ENCORE MEDICAL L.P."),
        ("Meridian GmbH & Co. KG", "Meridian"),
        ("The Norvia Company, Inc.", "Norvia"),
    ],
)
def test_a_firm_is_the_same_without_its_legal_form(ours, theirs):
    assert firm_words(ours) == firm_words(theirs)
