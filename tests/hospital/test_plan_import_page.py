"""The import page: looked over as a drawing and in words, decided, then stored; nothing before."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from hospital.audit.models import Action, AuditRecord
from hospital.models import PlanUpload
from hospital.plan_uploads import forget_uploads
from locations.models import Building, Floor, FloorPicture, Zone
from tests.locations.plan_files import dxf, image, imdf, level, svg, unit
from tests.locations.test_plan_import import content, room

START = "/plans/import/"


@pytest.fixture
def browser(sign_in, biomed):
    return sign_in(biomed)


@pytest.fixture
def bring(browser, site):
    """Uploads a file for a building: the address of its preview."""

    def do(file, name="plan", **told):
        told = told or {"name": "Annex", "site": site.pk}
        answer = browser.post(START, {"file": SimpleUploadedFile(name, file), **told})
        assert answer.status_code == 302, answer.context["form"].errors
        return answer["Location"]

    return do


def test_a_plan_is_shown_as_a_drawing_and_in_words_and_stored_only_then(browser, bring, biomed):
    address = bring(
        content(room("B1", 0, 0, name="病室 1", kind="patient_room"), room("H", 4, 0, kind="corridor"))
    )
    page = browser.get(address)
    text = page.content.decode()
    assert "This is what the plan would change" in text
    assert '<path class="plan-zone is-patient_room change-new" d="M0 0L4 0L4 -4L0 -4L0 0Z">' in text
    assert "<title>病室 1 (b1): new</title>" in text
    assert "New floor. 2 new" in text
    assert not Building.objects.exists()

    answer = browser.post(address, {"action": "apply"}, follow=True)
    assert answer.redirect_chain == [("/plans/", 302)]
    assert "Annex: 1 floors made; zones: 2 new" in answer.content.decode()
    assert Zone.objects.get(code="b1").name == "病室 1"
    assert not PlanUpload.objects.exists()
    (record,) = AuditRecord.objects.filter(action=Action.CHANGE)
    assert (record.actor_name, record.object_text) == (biomed.username, "Ground")


def test_the_next_plan_says_what_is_new_changed_retired_and_as_before(browser, bring, site):
    browser.post(
        bring(content(*(room(code, 5 * n, 0, level=0) for n, code in enumerate("abcd")))), {"action": "apply"}
    )
    address = bring(
        content(room("a", 0, 0), room("b", 5, 0, name="Bay"), room("c", 10, 0, width=3), room("e", 20, 0)),
        building="annex",
    )
    page = browser.get(address)
    changes = [(zone.code, zone.change.label) for _, zone in page.context["look"].changed]
    assert changes == [("b", "Changed"), ("c", "Redrawn"), ("e", "New"), ("d", "Retired")]
    assert "1 new, 1 redrawn, 1 changed, 1 retired, 1 as before" in page.content.decode()
    assert "changed, was b" in page.content.decode()
    assert Zone.objects.current().count() == 4


def test_overlaps_are_shown_and_somebody_decides(browser, bring):
    address = bring(content(room("A1", 0, 0, name="Bay"), room("A2", 3, 0)))
    text = browser.get(address).content.decode()
    assert "1 pair of zones overlap: is that meant?" in text
    assert "Ground: a1 (Bay) and a2 (A2) overlap by 4.0 m²" in text
    assert text.count('class="plan-fault"') == 2
    assert text.count('class="plan-shared"') == 1
    assert browser.post(address, {"action": "apply"}).status_code == 400
    assert not Zone.objects.exists()
    browser.post(address, {"action": "apply", "lets_overlaps_in": "yes"})
    assert Zone.objects.count() == 2


def test_a_broken_plan_is_refused_with_the_shape_shown(browser, bring):
    broken = room("A2", 0, 0)
    broken["geometry"]["coordinates"] = [[[0, 0], [2, 2], [2, 0], [0, 2], [0, 0]]]
    address = bring(content(room("A1", 0, 0), broken))
    text = browser.get(address).content.decode()
    assert "Nothing was stored: 1 fault in the plan" in text
    assert '<path class="plan-fault" d="M0 0L2 -2L2 0L0 -2L0 0Z">' in text
    assert '<circle class="plan-spot" cx="1.0" cy="-1.0"' in text
    assert browser.post(address, {"action": "apply"}).status_code == 400
    assert not Building.objects.exists()


def test_a_drawing_is_measured_by_two_points(browser, bring):
    address = bring(svg('<rect id="a" width="400" height="200"/>'))
    page = browser.get(address)
    assert "Say which floor this is, and how large it is" in page.content.decode()
    assert "data-calibrate" in page.content.decode()
    told = {
        "action": "look",
        "floor": "Ground",
        "level": 0,
        "ax": 0,
        "ay": 0,
        "bx": 400,
        "by": 0,
        "metres": 20,
    }
    assert "set both on the drawing" in browser.post(address, {**told, "by": ""}).content.decode()
    assert (
        browser.post(address, {**told, "metres": ""}, follow=True).context["look"].waits_for
        == "Say how large it is"
    )
    page = browser.post(address, told, follow=True)
    (floor,) = page.context["look"].plan.floors
    assert floor.zones["a"].polygon.bounds == (0, 0, 20, 10)


def test_an_image_is_set_under_a_floor(browser, bring, floor):
    address = bring(image(), building="main")
    page = browser.get(address)
    assert f'<image href="{address}picture" width="400" height="200"' in page.content.decode()
    picture = browser.get(f"{address}picture")
    assert (picture["Content-Type"], picture["X-Content-Type-Options"]) == ("image/png", "nosniff")
    told = {"action": "look", "floor": "Level 1", "level": 1, "scale": "0.1"}
    assert (
        "A picture under the plan; zones stay as they are"
        in browser.post(address, told, follow=True).content.decode()
    )
    browser.post(address, {"action": "apply"})
    assert FloorPicture.objects.get().floor == floor


def test_archives_and_cad_drawings_go_the_same_way(browser, bring):
    address = bring(imdf(level("l", 0), unit("roomaaaa", "l", 0, 0, name={"en": "Bay"})))
    assert browser.post(address, {"action": "apply"}).status_code == 302
    drawn = dxf(lambda space: space.add_lwpolyline([(0, 0), (9000, 0), (9000, 9000)], close=True))
    address = bring(drawn, building="annex")
    browser.post(address, {"action": "look", "floor": "Up", "level": 1, "layers": "0, "})
    assert browser.post(address, {"action": "apply"}).status_code == 302
    assert list(Floor.objects.order_by("level").values_list("name", flat=True)) == ["Level 0", "Up"]


@pytest.mark.parametrize("attack", [svg("<script>alert(1)</script>"), b"GIF89a", b"PK\x03\x04", b"\x89PNGx"])
def test_a_file_that_means_harm_is_a_sentence_on_the_page(browser, bring, attack):
    address = bring(attack, name="<script>.svg")
    page = browser.get(address)
    assert len(page.context["look"].faults) == 1
    assert b"<script>.svg" not in page.content
    assert b"alert(1)" not in page.content
    told = {"action": "look", "floor": "x", "level": 0, "scale": 1}
    assert browser.post(address, told, follow=True).status_code in {200, 400}
    assert browser.post(address, {"action": "apply"}).status_code == 400
    assert browser.get(f"{address}picture").status_code == 404


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({}, "Choose a building, or name a new one."),
        ({"name": "病院"}, "The name has no Latin letters: give a short name."),
        ({"name": "Main"}, "There is a building with that short name already"),
        ({"name": "New", "site": 999}, "Choose the site"),
    ],
)
def test_a_new_building_needs_a_name_and_a_place(browser, building, site, told, words):
    answer = browser.post(START, {"file": SimpleUploadedFile("p", b"{}"), "site": site.pk} | told)
    assert answer.status_code == 400
    assert words in answer.content.decode()
    assert not PlanUpload.objects.exists()


def test_an_upload_is_left_forgotten_and_not_for_other_sites(browser, bring, biomed, other_site):
    first = bring(content(room("a", 0, 0)))
    assert browser.post(first, {"action": "leave"})["Location"] == "/plans/"
    assert browser.get(first).status_code == 404

    second = bring(content(room("a", 0, 0)))
    PlanUpload.objects.update(uploaded_at=timezone.now() - timedelta(hours=3))
    assert browser.get(second).status_code == 404
    assert forget_uploads(timezone.now()) == 1

    third = bring(content(room("a", 0, 0)))
    biomed.sites.set([other_site])
    assert browser.get(third).status_code == 404
    assert browser.post(third, {"action": "apply"}).status_code == 404
    assert not Zone.objects.exists()


def test_only_the_last_few_files_of_a_person_are_kept(bring):
    for _ in range(5):
        bring(content(room("a", 0, 0)))
    assert PlanUpload.objects.count() == 3
