"""The page of the labels: what the equipment list's filters chose, or the rooms of a floor."""

from __future__ import annotations

import pytest
from django.test import Client

from assets.labels.sheets import SHEETS
from assets.scanning import resolve_code
from hospital.audit.models import Action, AuditRecord
from locations.zones import ZoneKind
from tests.assets.labels.reading import pages_of, read
from tests.every import for_every

pytestmark = pytest.mark.django_db


@pytest.fixture
def pumps_of(make_pump, ward, floor):
    return [make_pump("P-1", department=ward), make_pump("P-2"), make_pump("P-3", department=ward)]


def printed(client, **query) -> list[str]:
    answer = client.get("/labels/labels.pdf", query)
    assert answer.status_code == 200
    sheet = SHEETS[query.get("sheet", "l7160")]
    return [text for page in pages_of(answer.content) for text in read(page, sheet) if text]


def test_the_filters_of_the_list_choose_what_is_printed(pumps_of, nurse, sign_in):
    client = sign_in(nurse)
    assert printed(client, department="3w", symbol="datamatrix") == ["P-1", "P-3"]
    assert printed(client, q="P-2", symbol="code128", sheet="5160") == ["P-2"]
    assert printed(client, tag=["P-3", "P-2"], symbol="datamatrix") == ["P-2", "P-3"]


def test_a_printed_label_is_scanned_and_leads_to_what_it_sticks_on(pumps_of, make_zone, nurse, sign_in):
    bay = make_zone("Bay 12", ZoneKind.PATIENT_ROOM)
    client = sign_in(nurse)

    (code,) = printed(client, tag="P-2")
    assert resolve_code(code, nurse).assets == [pumps_of[1]]
    for symbol in ("qr", "datamatrix", "code128"):
        (code,) = printed(client, of="rooms", floor="main-1", symbol=symbol)
        assert resolve_code(code, nurse).rooms == [bay], symbol


def test_the_code_of_a_label_serves_a_stranger_and_a_person_signed_in(pumps_of, nurse, sign_in, settings):
    client = sign_in(nurse)
    (code,) = printed(client, tag="P-2")
    path = code.removeprefix(settings.PUBLIC_URL)
    assert client.get(path).url == "/assets/P-2/"
    stranger = Client().get(path)
    assert stranger.status_code == 200
    assert "P-2" not in stranger.content.decode()


def test_a_label_that_is_printed_again_is_the_same(pumps_of, nurse, sign_in):
    client = sign_in(nurse)
    assert printed(client, tag="P-2") == printed(client, tag="P-2")


def test_the_page_shows_how_many_and_offers_the_file(pumps_of, nurse, sign_in):
    answer = sign_in(nurse).get("/labels/?department=3w")

    page = answer.content.decode()
    assert "2 pieces of equipment." in page
    assert 'href="/labels/labels.pdf?department=3w"' in page
    assert 'src="/labels/preview.svg?department=3w"' in page


def test_taking_labels_out_is_written_down(pumps_of, nurse, sign_in):
    sign_in(nurse).get("/labels/labels.pdf?tag=P-1")
    record = AuditRecord.objects.get(action=Action.EXPORT)
    assert (record.actor_name, record.detail) == ("nurse", "GET /labels/labels.pdf?tag=P-1")


def test_labels_of_other_sites_are_not_printed(pumps_of, make_pump, other_site, nurse, sign_in):
    make_pump("P-9", site=other_site)
    assert printed(sign_in(nurse), tag=["P-9", "P-1"], symbol="datamatrix") == ["P-1"]


def test_nothing_chosen_is_said(nurse, sign_in):
    client = sign_in(nurse)
    assert b"No labels to print" in client.get("/labels/?q=nothing").content
    assert client.get("/labels/preview.svg?q=nothing").status_code == 200
    assert client.get("/labels/labels.pdf?q=nothing").status_code == 200


@for_every(
    ["sheet=a5", "symbol=runes", "start=0", "start=x", "sheet=l7160&start=22", "floor=nowhere", "zone=x"]
)
def test_what_cannot_be_is_refused_with_its_field(query, nurse, client):
    client.force_login(nurse)
    answer = client.get(f"/labels/labels.pdf?{query}")
    assert answer.status_code == 400


def test_the_page_says_which_field_is_wrong(nurse, sign_in):
    page = sign_in(nurse).get("/labels/?sheet=l7160&start=22").content.decode()
    assert "This sheet has 21 labels." in page


def test_more_labels_need_no_more_queries(make_pump, nurse, sign_in, django_assert_max_num_queries):
    client = sign_in(nurse)
    counts = []
    for tags in (("P-1",), ("P-2", "P-3")):
        for tag in tags:
            make_pump(tag)
        client.get("/labels/")  # the first time, each gets its address
        with django_assert_max_num_queries(9) as queries:
            client.get("/labels/")
        counts.append(len(queries))
    assert counts[0] == counts[1]
