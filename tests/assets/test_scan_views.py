"""Scanning without a script: a code in the address leads to what it stands for, or says why not."""

from __future__ import annotations

import pytest

from locations.zones import ZoneKind
from tests.every import for_every

pytestmark = pytest.mark.django_db


@pytest.fixture
def pump(make_pump):
    return make_pump("P-104", serial_number="SN1", udi_di="00844369037433")


@pytest.fixture
def bay(make_zone):
    return make_zone("Bay 12", ZoneKind.PATIENT_ROOM)


def test_one_piece_beyond_doubt_is_opened(pump, nurse, sign_in):
    answer = sign_in(nurse).get("/scan/", {"code": "(01)00844369037433(21)SN1"})
    assert answer["Location"] == "/assets/P-104/"


def test_a_colleague_s_page_may_go_on_with_what_was_scanned(pump, nurse, sign_in):
    client = sign_in(nurse)
    answer = client.get("/scan/", {"code": "P-104", "then": "/find/?near=3"})
    assert answer["Location"] == "/find/?near=3&asset=P-104"


@for_every(["//evil.example/", "https://evil.example/", "/\\evil.example", "javascript:alert(1)", "evil"])
def test_a_scan_leads_to_no_other_site(then, make_pump, nurse, client):
    client.force_login(nurse)
    make_pump(f"P-{abs(hash(then))}")
    answer = client.get("/scan/", {"code": f"P-{abs(hash(then))}", "then": then})
    assert answer["Location"].startswith("/assets/P-")


def test_an_unknown_code_is_said_with_what_to_do(nurse, sign_in):
    page = sign_in(nurse).get("/scan/", {"code": "NOBODY-1"}).content.decode()
    assert "Nothing is registered under NOBODY-1. Ask biomedical engineering to register it." in page


def test_a_doubt_is_shown_and_not_passed_over(make_pump, nurse, sign_in):
    make_pump("P-1", serial_number="SN7")
    page = sign_in(nurse).get("/scan/", {"code": "(01)00844369037433(21)SN7"}).content.decode()
    assert "only the serial number agrees" in page
    assert "/assets/P-1/" in page


def test_several_of_one_model_are_listed(make_pump, nurse, sign_in):
    for number in range(3):
        make_pump(f"P-{number}", udi_di="00844369037433")
    page = sign_in(nurse).get("/scan/", {"code": "(01)00844369037433"}).content.decode()
    assert page.count('data-testid="asset-row"') == 3
    assert "Choose the one before you" in page


def test_a_room_offers_to_place_equipment_there(bay, nurse, facilities, client):
    client.force_login(nurse)
    page = client.get("/scan/", {"code": "main-1/bay-12"}).content.decode()
    assert f'href="/scan/?do=place&amp;in={bay.pk}"' in page
    client.force_login(facilities)
    assert "do=place&amp;in" not in client.get("/scan/", {"code": "main-1/bay-12"}).content.decode()


def test_the_room_to_place_in_stands_large_above(bay, nurse, sign_in):
    page = sign_in(nurse).get(f"/scan/?do=place&in={bay.pk}").content.decode()
    assert f'data-room="{bay.pk}"' in page
    assert "<strong data-room-words>Bay 12</strong>" in page


def test_who_may_not_place_gets_no_such_page(bay, facilities, sign_in):
    assert sign_in(facilities).get("/scan/?do=place").status_code == 400
    assert sign_in(facilities).get("/scan/?do=fly").status_code == 400


def test_rooms_of_other_sites_and_nonsense_are_no_rooms(nurse, sign_in):
    client = sign_in(nurse)
    assert client.get("/scan/?do=place&in=999").status_code == 404
    assert client.get("/scan/?do=place&in=x").status_code == 400


def test_the_addresses_on_labels_stay(pump, bay, nurse, sign_in):
    client = sign_in(nurse)
    assert client.get("/a/P-104")["Location"] == "/assets/P-104/"
    assert client.get("/r/main-1/bay-12")["Location"] == "/scan/?code=main-1%2Fbay-12"
    assert client.get("/a/P-9").status_code == 404
    assert client.get("/r/main-1/nowhere").status_code == 404


def test_a_label_that_a_stranger_scans_leads_to_the_door(pump, client):
    assert client.get("/a/P-104")["Location"] == "/sign-in/?next=/a/P-104"


def test_more_rooms_need_no_more_queries(make_zone, nurse, sign_in, django_assert_max_num_queries):
    client = sign_in(nurse)
    counts = []
    for names in (("Bay 1",), ("Bay 2", "Bay 3")):
        for name in names:
            make_zone(name)
        with django_assert_max_num_queries(6) as queries:
            client.get("/scan/?do=place")
        counts.append(len(queries))
    assert counts[0] == counts[1]
