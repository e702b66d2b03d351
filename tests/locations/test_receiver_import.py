"""Saying by a file where receivers are: looked over line by line, stored as a whole or not at all."""

from __future__ import annotations

import pytest

from locations.models import Floor, Receiver
from locations.receiver_import import ImportRefusedError, import_receivers, plan_import
from locations.receiver_rows import COLUMNS
from locations.zones import ZoneKind

pytestmark = [pytest.mark.django_db, pytest.mark.databases]


@pytest.fixture
def bay(make_zone):
    return make_zone("Bay 12", ZoneKind.PATIENT_ROOM, x=0, y=0, width=8, height=6)


def plan(text, floors=None):
    return plan_import(text.encode(), floors=Floor.objects.all() if floors is None else floors)


def bring(text):
    made = plan(text)
    assert made.problems == []
    import_receivers(made)
    return str(made)


def problems(text):
    return [(problem.line, problem.column) for problem in plan(text).problems]


def test_a_list_of_access_points_places_them_in_the_middle_of_their_rooms(bay, floor):
    assert bring("access_point,floor,zone\n3-West-12,main-1,bay-12\n") == "1 new, 0 changed, 0 unchanged"

    found = Receiver.objects.get()
    assert (found.identifier, found.kind, found.floor, found.zone) == (
        "ap:3-West-12",
        "access_point",
        floor,
        bay,
    )
    assert (found.x, found.y, found.reach_m, found.label) == (4, 3, 10, "")


def test_a_patch_list_places_ports_in_their_rooms_exactly(bay):
    bring("switch;port;outlet;floor;zone\r\nSW-4;17;3.117-B;main-1;Bay 12\r\n")

    found = Receiver.objects.get()
    assert (found.identifier, found.kind, found.zone) == ("port:SW-4/17", "switch_port", bay)
    assert (found.label, str(found)) == ("SW-4, port 17, outlet 3.117-B",) * 2
    assert found.reach_m == 5  # from the middle of the room to its corners


@pytest.mark.parametrize("written", ["A0-EC-F9-10-00-10", "a0ec.f910.0010", "a0:ec:f9:10:00:10"])
def test_an_access_point_known_by_its_address_has_one_spelling(bay, written):
    bring(f"access_point,floor,zone\n{written},main-1,bay-12\n")

    assert Receiver.objects.get().identifier == "ap:a0:ec:f9:10:00:10"


def test_what_is_told_is_taken_as_it_is(bay, floor):
    bring(
        "identifier,kind,label,floor,x,y,reach_m\n"
        'RX-1-04,choke_point,Door of the ward,main-1,"1,5",\'-2,0.5\n'
    )

    found = Receiver.objects.get()
    assert (found.kind, found.label, found.zone, found.x, found.y, found.reach_m) == (
        "choke_point", "Door of the ward", None, 1.5, -2, 0.5
    )  # fmt: skip


def test_a_second_file_changes_what_differs_and_leaves_the_rest(bay, make_zone):
    make_zone("Store", x=10)
    head = "access_point,floor,zone\n"
    bring(f"{head}A,main-1,bay-12\nB,main-1,bay-12\n")
    first = {r.identifier: r.pk for r in Receiver.objects.all()}

    assert (
        bring(f"{head}A,main-1,store\nB,main-1,bay-12\nC,main-1,store\n") == "1 new, 1 changed, 1 unchanged"
    )
    assert Receiver.objects.get(identifier="ap:A").zone.name == "Store"
    assert {r.identifier: r.pk for r in Receiver.objects.all()}.items() > first.items()


def test_lines_without_any_place_are_left_out_and_counted(bay):
    text = "identifier,floor,zone\nap:new,,\nap:A,main-1,bay-12\n\n"

    assert bring(text) == "1 new, 0 changed, 0 unchanged, 1 without a place left out"


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("identifier=", "identifier"),
        ("identifier=ap:A;access_point=A", "access_point"),
        ("switch=SW-4;identifier=", "port"),
        (f"identifier={'x' * 65}", "identifier"),
        ("identifier=a\x07b", "identifier"),
        ("kind=lighthouse", "kind"),
        ("identifier=ap:A;kind=radio", "kind"),
        ("identifier=RX-1;kind=switch_port", "kind"),
        ("floor=", "floor"),
        ("floor=main-9", "floor"),
        ("zone=bay-99", "zone"),
        ("zone=", "zone"),
        ("identifier=port:SW/1;zone=;x=1;y=1", "zone"),
        ("x=1", "y"),
        ("y=1", "x"),
        ("x=far;y=1", "x"),
        ("x=nan;y=1", "x"),
        ("x=1;y=1e9", "y"),
        ("reach_m=0", "reach_m"),
        ("reach_m=-1", "reach_m"),
        (f"label={'x' * 121}", "label"),
        (f"outlet={'x' * 121}", "outlet"),
    ],
)
def test_what_is_wrong_in_a_line_names_line_and_column(bay, row, column):
    cells = {"identifier": "ap:A", "floor": "main-1", "zone": "bay-12"}
    cells |= dict(part.split("=", 1) for part in row.split(";"))
    good = "ap:good,,,,,,,main-1,bay-12,,,"

    text = f"{','.join(COLUMNS)}\n{good}\n{','.join(cells.get(name, '') for name in COLUMNS)}\n"

    assert problems(text) == [(3, column)]


def test_a_name_that_two_zones_share_names_neither(make_zone):
    make_zone("Bay", code="a")
    make_zone("Bay", code="b", x=10)

    assert problems("access_point,floor,zone\nA,main-1,Bay\n") == [(2, "zone")]
    assert problems("access_point,floor,zone\nA,main-1,a\n") == []


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ("", "the headings"),
        ("floor,zone\nmain-1,bay-12\n", "the headings"),
        ("switch,floor\nSW,main-1\n", "the headings"),
        ("identifier,zone\nap:A,bay-12\n", "floor"),
        ("identifier,floor,room\nap:A,main-1,x\n", "room"),
        ("identifier,floor,floor\nap:A,main-1,x\n", "floor"),
        ("identifier,floor\nap:A,main-1,more\n", "the file"),
        ("identifier,floor\n" + "ap:A,main-1\n" * 5001, "the file"),
        ("identifier,floor\n" + "x" * 1_000_000, "the file"),
    ],
)
def test_a_file_that_is_none_is_refused_as_a_whole(bay, text, column):
    assert problems(text) == [(1, column)]


def test_a_file_in_another_encoding_is_refused_in_words():
    (problem,) = plan_import(
        "identifier,floor\nBüro,main-1\n".encode("cp1252"), floors=Floor.objects.all()
    ).problems

    assert str(problem) == "line 1, the file: is not UTF-8: save it as “CSV UTF-8”"


def test_a_spreadsheet_s_mark_before_the_text_is_no_part_of_it(bay):
    assert bring("\ufeffidentifier,floor,zone\nap:A,main-1,bay-12\n") == "1 new, 0 changed, 0 unchanged"


def test_a_receiver_stands_in_a_file_once(bay):
    text = "identifier,access_point,floor,zone\nap:A,,main-1,bay-12\n,A,main-1,bay-12\n"

    assert problems(text) == [(3, "identifier")]


def test_with_one_fault_nothing_is_stored(bay):
    made = plan("access_point,floor,zone\nA,main-1,bay-12\nB,main-9,bay-12\n")

    with pytest.raises(ImportRefusedError):
        import_receivers(made)
    assert not Receiver.objects.exists()


def test_what_somebody_stored_meanwhile_refuses_the_whole(bay, floor):
    made = plan("access_point,floor,zone\nA,main-1,bay-12\nB,main-1,bay-12\n")
    Receiver.objects.create(identifier="ap:B", floor=floor, x=0, y=0)

    with pytest.raises(ImportRefusedError, match="changed the receivers meanwhile"):
        import_receivers(made)
    assert list(Receiver.objects.values_list("identifier", flat=True)) == ["ap:B"]


def test_floors_and_receivers_of_another_site_are_not_there(bay, floor, nurse, other_site):
    Receiver.objects.create(identifier="ap:A", floor=floor, x=0, y=0)
    nurse.sites.set([other_site])
    mine = Floor.objects.visible_to(nurse)
    far = Floor.objects.create(
        building=other_site.buildings.create(name="Far", slug="far"), name="F", slug="far-0", level=0
    )

    assert [p.column for p in plan("access_point,floor,zone\nB,main-1,bay-12\n", mine).problems] == ["floor"]
    (problem,) = plan("access_point,floor,x,y\nA,far-0,1,1\n", mine).problems
    assert (problem.line, problem.column) == (2, "identifier")
    assert far.receivers.count() == 0
