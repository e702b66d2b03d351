"""From a code to the thing before one: by the hospital's own names, then by the maker's mark, and never a guess."""

from __future__ import annotations

import pytest

from assets.models import Identifier
from assets.scanning import resolve_code
from locations.models import Tag
from locations.zones import ZoneKind

pytestmark = [pytest.mark.django_db, pytest.mark.databases]
DI = "00844369037433"


@pytest.fixture(autouse=True)
def _address(settings):
    settings.PUBLIC_URL = "https://whereabouts.example"


@pytest.fixture
def pump(make_pump):
    tag = Tag.objects.create(identifier="AC:23:3F:00:12:34")
    pump = make_pump("P-104", serial_number="SN101036", udi_di=DI, rtls_tag=tag)
    Identifier.objects.create(asset=pump, kind="mac", value="00:1b:c5:00:4f:a2")
    return pump


@pytest.fixture
def bay(make_zone):
    return make_zone("Bay 12", ZoneKind.PATIENT_ROOM)


@pytest.mark.parametrize(
    ("code", "by"),
    [
        ("P-104", "asset tag"),
        (" p-104\r\n", "asset tag"),
        ("SN101036", "serial number"),
        ("sn101036", "serial number"),
        ("AC:23:3F:00:12:34", "location tag"),
        ("001BC5004FA2", "network name"),
        (DI, "UDI-DI"),
        ("0844369037433", "UDI-DI"),
        ("https://whereabouts.example/a/P-104", "label"),
        ("https://whereabouts.example/assets/P-104/", "label"),
        ("HTTPS://WHEREABOUTS.EXAMPLE/a/p-104", "label"),
        (f"01{DI}21SN101036", "UDI-DI and serial number"),
        (f"(01){DI}(21)SN101036", "UDI-DI and serial number"),
        (f"https://id.gs1.org/01/{DI}/21/SN101036", "UDI-DI and serial number"),
        (f"(01){DI}", "UDI-DI"),
        ("(21)SN101036", "serial number"),
        ("80044012345", ""),
    ],
)
def test_each_name_of_a_pump_leads_to_it(pump, nurse, code, by):
    scanned = resolve_code(code, nurse)

    assert (scanned.by, scanned.assets) == (by, [pump] if by else [])
    assert scanned.warnings == []
    assert bool(scanned.message) is not bool(by)


def test_marks_of_hibcc_and_iccbba_lead_to_what_is_registered_under_them(make_pump, nurse):
    one = make_pump("P-1", udi_di="H123PARTNO1234567890120", serial_number="XYZ456789012345678")
    two = make_pump("P-2", udi_di="A9999XYZ100T0944", serial_number="000025")

    hibcc = "+H123PARTNO1234567890120/$$420020216LOT123456789012345/SXYZ456789012345678/16D20130202C"
    found = resolve_code(hibcc, nurse)
    assert (found.assets, found.warnings) == (
        [one],
        ["The check character is wrong: it may have been misread."],
    )
    assert resolve_code("=/A9999XYZ100T0944=,000025=>014032", nurse).assets == [two]
    assert resolve_code("A9999XYZ100T0944", nurse).assets == [two]


def test_a_gtin_registered_without_its_zeros_is_found(make_pump, nurse):
    pump = make_pump("P-1", udi_di="844369037433", serial_number="A")
    assert resolve_code(f"01{DI}21A", nurse).assets == [pump]


def test_several_of_one_model_are_listed_to_choose_from(make_pump, nurse):
    pumps = [make_pump(f"P-{n}", udi_di=DI, serial_number=f"S{n}") for n in range(3)]
    scanned = resolve_code(f"(01){DI}", nurse)

    assert scanned.assets == pumps
    assert scanned.message == "This code stands for several things. Choose the one before you."


def test_another_serial_number_is_never_taken_for_the_one_before_one(pump, nurse):
    scanned = resolve_code(f"(01){DI}(21)SN999", nurse)

    assert scanned.assets == []
    assert scanned.warnings == ["1 of this model are registered, none with the serial number SN999."]
    assert scanned.message.startswith(f"Nothing is registered under (01){DI}(21)SN999.")


def test_a_serial_number_alone_counts_where_the_register_has_no_udi(make_pump, nurse):
    pump = make_pump("P-1", serial_number="SN7")
    make_pump("P-2", serial_number="SN7", udi_di="00812345678901")
    scanned = resolve_code(f"(01){DI}(21)SN7", nurse)

    assert scanned.assets == [pump]
    assert scanned.warnings == ["It is registered without a UDI-DI: only the serial number agrees."]


def test_a_wrong_check_digit_warns(make_pump, nurse):
    pump = make_pump("P-1", udi_di="00844369037434", serial_number="SN7")
    scanned = resolve_code("(01)00844369037434(21)SN7", nurse)

    assert (scanned.assets, len(scanned.warnings)) == ([pump], 1)


def test_a_label_of_another_address_is_read_with_a_warning(pump, nurse):
    scanned = resolve_code("https://old-name.example/a/P-104", nurse)

    assert scanned.assets == [pump]
    assert scanned.warnings == ["This label was printed for another address than this site’s."]


@pytest.mark.parametrize(
    "code", ["https://whereabouts.example/r/main-1/bay-12", "main-1/bay-12", "bay-12", "BAY-12"]
)
def test_labels_of_rooms(bay, nurse, code):
    scanned = resolve_code(code, nurse)
    assert (scanned.rooms, scanned.assets, scanned.message) == ([bay], [], "")


def test_rooms_that_a_changed_plan_took_away_are_not_there(make_zone, nurse, noon):
    make_zone("Bay 12", retired_at=noon)
    assert not resolve_code("main-1/bay-12", nurse).is_known


def test_what_was_retired_is_shown_only_if_nothing_else_has_the_name(make_pump, nurse, noon):
    old = make_pump("P-1", serial_number="S1", retired_at=noon)
    scanned = resolve_code("S1", nurse)
    assert (scanned.assets, scanned.warnings) == ([old], ["It is no longer in service."])

    new = make_pump("P-2", serial_number="S1")
    scanned = resolve_code("S1", nurse)
    assert (scanned.assets, scanned.warnings) == ([new], [])


def test_equipment_of_another_site_is_not_registered_here(make_pump, other_site, nurse, administrator):
    far = make_pump("P-9", site=other_site, serial_number="S9", udi_di=DI)
    for code in ("P-9", "S9", f"(01){DI}", f"(01){DI}(21)S9", "https://whereabouts.example/a/P-9"):
        scanned = resolve_code(code, nurse)
        assert (scanned.assets, scanned.warnings) == ([], []), code
        assert resolve_code(code, administrator).assets == [far]


@pytest.mark.parametrize(
    "code", ["", "   ", "\0", "P\0-1", "\x1d", "💉", "a/b/c/d", "https://", "http://[", "x" * 5000]
)
def test_nonsense_is_registered_nowhere(make_pump, nurse, code):
    make_pump("P-1")
    scanned = resolve_code(code, nurse)
    assert not scanned.is_known
    assert scanned.message
    assert len(scanned.message) < 200


# --- Over the API -------------------------------------------------------------------------------------


def test_the_api_says_what_was_recognised(pump, nurse, sign_in):
    answer = sign_in(nurse).get("/api/v1/scan/", {"code": f"(01){DI}(21)SN101036"}).json()

    assert (answer["by"], answer["message"], answer["warnings"]) == ("UDI-DI and serial number", "", [])
    assert [asset["asset_tag"] for asset in answer["assets"]] == ["P-104"]
    assert answer["mark"] == {
        "issuer": "GS1", "device": DI, "serial": "SN101036", "lot": "", "made": None, "expires": None,
    }  # fmt: skip


def test_the_api_names_rooms_as_their_labels_do(bay, nurse, sign_in):
    (room,) = sign_in(nurse).get("/api/v1/scan/", {"code": "main-1/bay-12"}).json()["rooms"]
    assert (room["id"], room["name"], room["label"]) == (bay.pk, "Bay 12", "main-1/bay-12")


def test_what_is_wrong_with_a_question_is_said(nurse, sign_in):
    client = sign_in(nurse)
    assert client.get("/api/v1/scan/", {"code": "x" * 501}).json() == {
        "code": ["A code has at most 500 characters."]
    }
    assert list(client.get("/api/v1/scan/", {"barcode": "x"}).json()) == ["barcode"]


def test_more_of_a_model_need_no_more_queries(make_pump, nurse, sign_in, django_assert_max_num_queries):
    client = sign_in(nurse)
    counts = []
    for tags in (("P-1",), ("P-2", "P-3")):
        for tag in tags:
            make_pump(tag, udi_di=DI, serial_number=tag)
        with django_assert_max_num_queries(11) as queries:
            client.get("/api/v1/scan/", {"code": f"(01){DI}"})
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_cleaned_by_scan_makes_it_ready_and_is_written_down(pump, nurse, sign_in):
    answer = sign_in(nurse).post("/api/v1/scan/cleaned/", {"asset": "P-104"}, content_type="application/json")

    assert (answer.status_code, answer.json()["now"]["activity"]) == (200, "available")
    statement = pump.statements.get()
    assert (statement.activity, statement.by) == ("available", nurse)


def test_cleaned_is_refused_for_what_is_not_there_and_by_who_may_not(
    pump, make_pump, other_site, nurse, facilities, client, noon
):
    make_pump("P-9", site=other_site)
    make_pump("P-3", retired_at=noon)
    client.force_login(nurse)
    for tag, status in (("P-9", 404), ("P-3", 404), ("nothing", 404), ("", 400)):
        answer = client.post("/api/v1/scan/cleaned/", {"asset": tag}, content_type="application/json")
        assert answer.status_code == status, tag
    client.force_login(facilities)
    assert client.post("/api/v1/scan/cleaned/", {"asset": "P-104"}).status_code == 403
    assert not pump.statements.exists()
