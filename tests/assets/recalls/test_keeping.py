"""Notices and the register: who matches, what stands when either changes, and what is new among the equipment."""

from __future__ import annotations

import pytest
from django.utils import timezone

from assets.models import Asset
from assets.recalls.deciding import decide
from assets.recalls.matching.keeping import match_new_equipment
from assets.recalls.models import DeviceRecord, Match, Notice, Production
from assets.recalls.words import Certainty, Decision

pytestmark = pytest.mark.django_db
CERTAIN, LIKELY, REVIEW, OUTSIDE = Certainty


def found():
    return dict(Match.objects.values_list("asset__asset_tag", "certainty"))


def test_each_piece_is_found_with_how_sure_it_is(recalled):
    assert found() == {"P-1": LIKELY, "P-2": OUTSIDE, "P-3": REVIEW, "P-4": LIKELY}


def test_a_match_says_why_and_shows_the_text(recalled):
    reasons = Match.objects.get(asset__asset_tag="P-4").reasons
    assert {"key": "serial_in_range", "piece": "1001 through 1099", "value": "1050"} in reasons


@pytest.mark.parametrize(
    "written", ["00812345678901", "(01)00812345678901", "0100812345678901", "812345678901"]
)
def test_a_device_identifier_is_found_however_the_register_writes_it(take, enforcement, make_pump, written):
    make_pump("P-1", udi_di=written, serial_number="5")
    take(
        enforcement(product_description="A pump", recalling_firm="Else", code_info="00812345678901, all lots")
    )
    assert found() == {"P-1": CERTAIN}


def test_a_hibcc_identifier_is_found_with_and_without_its_unit_of_measure(take, enforcement, make_pump):
    for tag, written in (("P-1", "A123BJC5D61"), ("P-2", "+A123BJC5D6"), ("P-3", "A999BJC5D61")):
        make_pump(tag, udi_di=written, serial_number="5")
    told = {"product_description": "A pump", "recalling_firm": "Else", "code_info": "+A123BJC5D61, all lots"}
    take(enforcement(**told))
    assert found() == {"P-1": CERTAIN, "P-2": CERTAIN}


def test_the_product_code_of_a_device_record_finds_what_the_text_does_not_name(
    take, device_recall, make_pump
):
    DeviceRecord.objects.create(device="00812345678901", company="Meridian", product_codes=["FRN"])
    make_pump("P-1", udi_di="00812345678901", serial_number="1001")
    make_pump("P-2", serial_number="1001")
    take(device_recall(product_description="Pumps"))
    assert found() == {"P-1": LIKELY}


def test_a_catalogue_number_of_a_device_record_counts_as_a_model(take, enforcement, make_pump):
    DeviceRecord.objects.create(device="00812345678901", company="Meridian", catalogue="AK-25502")
    make_pump("P-1", udi_di="00812345678901", serial_number="1001")
    take(enforcement(product_description="Kit, REF AK-25502"))
    assert found() == {"P-1": LIKELY}


def test_a_lot_is_looked_up_where_it_is_entered(take, enforcement, make_pump):
    for tag, lot in (("P-1", "13F18"), ("P-2", "99X99"), ("P-3", None)):
        asset = make_pump(tag)
        if lot:
            Production.objects.create(asset=asset, lot=lot)
    take(enforcement(code_info="Lots: 13F18, 13F19"))
    assert found() == {"P-1": LIKELY, "P-2": OUTSIDE, "P-3": REVIEW}


def test_what_is_retired_is_not_compared(take, enforcement, make_pump, noon):
    make_pump("P-1", serial_number="1001", retired_at=noon)
    take(enforcement())
    assert found() == {}


# --- When something changes -----------------------------------------------------------------------------------


def test_what_nobody_decided_follows_the_latest_version(recalled, take, enforcement):
    take(enforcement(code_info="Serial numbers 2001, 2002"))
    assert found() == {"P-1": OUTSIDE, "P-2": LIKELY, "P-3": REVIEW, "P-4": OUTSIDE}
    take(enforcement(product_description="Something else"))
    assert found() == {}


def test_what_was_decided_stands_and_is_marked_when_it_would_be_found_otherwise(
    recalled, take, enforcement, biomed, noon
):
    for tag, decision in (
        ("P-1", Decision.CONFIRMED),
        ("P-2", Decision.REJECTED),
        ("P-4", Decision.CONFIRMED),
    ):
        assets = Asset.objects.filter(asset_tag=tag).values_list("pk", flat=True)
        decide(notice=recalled, assets=assets, decision=decision, by=biomed, now=noon, note="Looked at")
    take(enforcement(code_info="Serial numbers 2001, 1001"))
    rows = Match.objects.order_by("asset__asset_tag").values_list("decision", "certainty", "is_outdated")
    assert list(rows) == [
        ("confirmed", LIKELY, False), ("rejected", LIKELY, True), ("", REVIEW, False), ("confirmed", OUTSIDE, True),
    ]  # fmt: skip


def test_new_equipment_is_compared_with_open_notices_once(take, enforcement, make_pump, noon):
    take(enforcement(), enforcement(recall_number="Z-2", status="Terminated"))
    make_pump("P-9", serial_number="1009")
    assert match_new_equipment(now=noon) == 1
    assert list(Match.objects.values_list("notice__number", "certainty")) == [("Z-0001-2026", LIKELY)]
    assert match_new_equipment(now=noon) == 0


def test_equipment_is_compared_anew_when_its_identity_is_told_otherwise(recalled, noon):
    match_new_equipment(now=noon)
    Asset.objects.filter(asset_tag="P-2").update(serial_number="1002")
    Production.objects.create(asset=Asset.objects.get(asset_tag="P-3"), lot="5")
    assert match_new_equipment(now=noon) == 2
    assert found()["P-2"] == LIKELY


def test_many_new_pieces_are_compared_a_part_at_a_time(recalled, noon):
    assert [match_new_equipment(now=noon, most=3) for _ in range(3)] == [3, 1, 0]


@pytest.mark.databases
def test_as_many_queries_for_many_pieces_as_for_few(
    take, enforcement, make_pump, django_assert_max_num_queries
):
    for number in range(1001, 1041):
        make_pump(f"P-{number}", serial_number=str(number))
    with django_assert_max_num_queries(30):
        take(enforcement())
    assert len(found()) == 40
    assert Notice.objects.get().matched_at <= timezone.now()
