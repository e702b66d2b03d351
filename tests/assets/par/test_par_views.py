"""The board, its form and file, and the pages of a round, by role."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from assets.models import Placement
from assets.par.levels import set_par_level
from assets.par.models import ParLevel, Round
from assets.par.rounds import make_round
from hospital.audit.models import AuditRecord


def page(client, path, **extra):
    answer = client.get(path, **extra)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_board_says_first_what_is_short(level, ready_pump, bay, sign_in, nurse):
    ready_pump("P-1", bay)
    said = page(sign_in(nurse), "/par/")
    assert "1 level below critical" in said
    assert "Ward 3 West" in said
    assert "1 of 3; critical below 2" in said
    assert "Below critical" in said


def test_without_levels_the_board_says_what_to_do(sign_in, nurse, biomed, floor):
    assert "Set the first level" in page(sign_in(biomed), "/par/")
    assert "Set the first level" not in page(sign_in(nurse), "/par/")


def test_only_what_is_not_kept_is_shown_when_asked(level, ready_pump, bay, sign_in, nurse):
    for number in range(3):
        ready_pump(f"P-{number}", bay)
    assert "Nothing is below its target" in page(sign_in(nurse), "/par/?short=1")


@pytest.mark.parametrize("rows", [1, 3])
def test_the_board_costs_the_same_for_any_number_of_levels(
    pumps, make_zone, sign_in, nurse, noon, rows, django_assert_max_num_queries
):
    for number in range(rows):
        room = make_zone(f"Bay {number}")
        set_par_level(category=pumps, unit=room, target=1, critical=1, maximum=None, now=noon)
    client = sign_in(nurse)
    page(client, "/par/")
    with django_assert_max_num_queries(6):
        page(client, "/par/")


def test_a_level_page_tells_its_past(level, sign_in, nurse):
    said = page(sign_in(nurse), f"/par/{level.pk}/")
    assert "100\u00a0% of the time" in said
    assert "Change the level" not in said


FORM = {"target": "4", "critical": "1", "maximum": ""}


def test_facilities_set_a_level_and_undo_it(pumps, ward, sign_in, facilities):
    client = sign_in(facilities)
    sent = FORM | {"category": pumps.pk, "unit": f"department:{ward.pk}"}
    assert client.post("/par/new/", sent)["Location"] == "/par/"
    made = ParLevel.objects.get()
    assert (made.department, made.target, made.critical, made.maximum) == (ward, 4, 1, None)
    assert AuditRecord.objects.filter(actor_id=facilities.pk, object_type="par.parlevel").exists()
    assert "Undo" in page(client, "/par/")
    client.post("/par/undo/")
    assert not ParLevel.objects.exists()
    assert "too late" in client.post("/par/undo/", follow=True).content.decode()


def test_an_edited_level_and_a_removed_one_come_back(level, sign_in, biomed):
    client = sign_in(biomed)
    client.post(f"/par/{level.pk}/edit/", FORM)
    level.refresh_from_db()
    assert level.target == 4
    client.post("/par/undo/")
    level.refresh_from_db()
    assert level.target == 3
    client.post(f"/par/{level.pk}/remove/")
    assert not ParLevel.objects.exists()
    client.post("/par/undo/")
    assert ParLevel.objects.get().target == 3


def test_a_wrong_number_is_told_at_its_field_and_nothing_is_stored(level, sign_in, biomed):
    answer = sign_in(biomed).post(f"/par/{level.pk}/edit/", FORM | {"critical": "5"})
    assert answer.context["form"].errors == {"critical": ["Critical is at most the target."]}
    level.refresh_from_db()
    assert level.critical == 2


def test_a_second_level_of_the_same_unit_is_refused(level, pumps, ward, sign_in, biomed):
    sent = FORM | {"category": pumps.pk, "unit": f"department:{ward.pk}"}
    answer = sign_in(biomed).post("/par/new/", sent)
    assert answer.context["form"].errors == {"unit": ["This unit has a par level for that category already."]}


def test_a_nurse_sets_no_level(level, sign_in, nurse):
    client = sign_in(nurse)
    for path in (
        "/par/new/",
        f"/par/{level.pk}/edit/",
        f"/par/{level.pk}/remove/",
        "/par/undo/",
        "/par/import/",
    ):
        assert client.post(path, FORM).status_code == 403
    level.refresh_from_db()
    assert level.target == 3


def test_the_file_goes_out_and_comes_in_again(level, sign_in, biomed):
    client = sign_in(biomed)
    file = client.get("/par/par-levels.csv").content
    assert f"infusion-pump,department:{level.department_id},3,2,4,Ward 3 West,Infusion pump" in file.decode()
    level.delete()
    client.post("/par/import/", {"file": SimpleUploadedFile("par.csv", file)})
    back = ParLevel.objects.get()
    assert (back.target, back.critical, back.maximum) == (3, 2, 4)


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ("infusion-pump,department:{ward},x,1,", "Line 3: target: a whole number"),
        ("infusion-pump,department:{ward},1,2,", "Line 3: Critical is at most the target."),
        ("bed,department:{ward},1,1,", "Line 3: category: there is no “bed”"),
        ("infusion-pump,department:0,1,1,", "Line 3: unit: there is no “department:0”"),
    ],
)
def test_a_file_with_a_fault_is_not_taken_at_all(level, ward, make_zone, sign_in, biomed, lines, words):
    room = make_zone("Bay 7")
    text = f"category,unit,target,critical,maximum\ninfusion-pump,zone:{room.pk},2,1,\n{lines.format(ward=ward.pk)}\n"
    answer = sign_in(biomed).post("/par/import/", {"file": SimpleUploadedFile("par.csv", text.encode())})
    assert words in answer.content.decode()
    assert ParLevel.objects.count() == 1


def test_a_round_is_made_walked_and_ticked_by_two_people(
    level, ready_pump, station, bay, store, client, nurse, biomed
):
    for number in range(3):
        ready_pump(f"P-{number}", store)
    client.force_login(nurse)
    made = client.post("/rounds/", {"start": station.pk})
    path = made["Location"]
    assert "0 of 3 done" in page(client, path)
    client.post(f"{path}tick/", {"tag": "p-0"})
    move = Round.objects.get().moves.get(asset__asset_tag="P-0")
    assert move.by == nurse
    client.force_login(biomed)
    fragment = client.post(
        f"{path}tick/", {"move": move.pk, "action": "leave"}, headers={"HX-Request": "true"}
    )
    assert "P-0 is in Station." in fragment.content.decode()
    assert Placement.objects.get().by == biomed
    assert "1 of 3 done" in page(client, "/rounds/")


def test_an_unknown_tag_is_told_on_the_page(level, ready_pump, station, store, sign_in, nurse):
    ready_pump("P-0", store)
    whole = make_round(start=station, by=nurse, now=timezone.now())
    answer = sign_in(nurse).post(f"/rounds/{whole.pk}/tick/", {"tag": "<X>"}, headers={"HX-Request": "true"})
    assert "“&lt;X&gt;” is not on this round." in answer.content.decode()


def test_nothing_to_carry_is_said_and_no_round_is_made(level, station, sign_in, nurse):
    answer = sign_in(nurse).post("/rounds/", {"start": station.pk}, follow=True)
    assert "Nothing to carry" in answer.content.decode()
    assert not Round.objects.exists()


def test_facilities_see_rounds_and_walk_none(level, ready_pump, station, store, sign_in, facilities, nurse):
    ready_pump("P-0", store)
    whole = make_round(start=station, by=nurse, now=timezone.now())
    client = sign_in(facilities)
    assert "Taken" not in page(client, f"/rounds/{whole.pk}/")
    assert client.post("/rounds/", {"start": station.pk}).status_code == 403
    assert client.post(f"/rounds/{whole.pk}/tick/", {"tag": "P-0"}).status_code == 403
    assert whole.moves.get().taken_at is None


def test_rounds_of_another_site_are_not_there(level, ready_pump, station, store, sign_in, nurse, other_site):
    ready_pump("P-0", store)
    whole = make_round(start=station, by=nurse, now=timezone.now())
    nurse.sites.set([other_site])
    client = sign_in(nurse)
    assert client.get(f"/rounds/{whole.pk}/").status_code == 404
    assert client.post(f"/rounds/{whole.pk}/tick/", {"tag": "P-0"}).status_code == 404
    assert client.post("/rounds/", {"start": station.pk}).status_code == 404
