"""The command as an administrator runs it."""

import io
import json
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from assets.models import Stay
from hospital.audit.commands import recorded_command
from hospital.audit.models import Action, AuditRecord
from locations.models import Building, Floor, FloorPicture, Passage, Site, Zone
from locations.walking import walk_graph
from tests.locations.plan_files import image, svg

CLINIC = Path(__file__).resolve().parents[3] / "shared/data/floorplan/clinic_spaces_boxes.geojson"


def room(space, x, y, width=4, height=4, floor="Ground", **told):
    ring = [[x, y], [x + width, y], [x + width, y + height], [x, y + height], [x, y]]
    return {
        "type": "Feature",
        "properties": {"space": space, "floor": floor, **told},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }


@pytest.fixture
def file(tmp_path):
    """Writes features to a file: ``file(room(…), …)``."""

    def write(*features):
        path = tmp_path / "plan.geojson"
        path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
        return path

    return write


def run(path, building="annex", **options):
    out, err = io.StringIO(), io.StringIO()
    call_command("import_plan", path, building=building, stdout=out, stderr=err, **options)
    return out.getvalue().strip(), err.getvalue().strip()


def test_a_building_is_made_with_its_floors_and_rooms(file, site):
    said, warned = run(file(room("A1", 0, 0, category="Corridor"), room("A2", 4, 0, name="Bay")))
    assert said == (
        "1 floors made; zones: 2 new, 0 changed, 0 retired, 0 as before; passages: 0 told, 1 guessed"
    )
    assert warned == ""
    building = Building.objects.get(slug="annex")
    assert (building.name, building.site) == ("Annex", site)
    assert Floor.objects.get(building=building).slug == "annex-0"


def test_equipment_receivers_and_people_follow_a_room_that_was_redrawn(file, site, make_pump, nurse):
    run(file(room("A1", 0, 0)))
    old = Zone.objects.get(code="a1")
    pump = make_pump(home_zone=old)
    nurse.home_zone = old
    nurse.save()

    run(file(room("A1", 0, 0, width=5)))

    new = Zone.objects.current().get(code="a1")
    assert new != old
    pump.refresh_from_db()
    nurse.refresh_from_db()
    assert pump.home_zone == nurse.home_zone == new


def test_a_rehearsal_says_what_would_change_and_changes_nothing(file, site):
    said, _ = run(file(room("A1", 0, 0)), dry_run=True)
    assert said.startswith("would be: 1 floors made; zones: 1 new")
    assert said.endswith("nothing was changed")
    assert not Building.objects.exists()


def test_overlaps_are_warnings_that_name_the_rooms(file, site):
    _, warned = run(file(room("A1", 0, 0, name="Bay"), room("A2", 3, 0, name="Hall")))
    assert warned.splitlines() == [
        "warning: Ground: a1 (Bay) and a2 (Hall) overlap by 4.0 m²",
        "where zones overlap, a position belongs to the smaller one",
    ]


def test_strictly_an_overlap_is_refused(file, site):
    with pytest.raises(CommandError, match=r"a1 \(A1\) and a2 \(A2\) overlap by 4.0 m²"):
        run(file(room("A1", 0, 0), room("A2", 3, 0)), strict=True)
    assert not Zone.objects.exists()


def test_many_overlaps_are_counted_and_listed_when_asked_for(file, site):
    plan = file(*(room(f"A{number}", number, 0) for number in range(8)))
    _, warned = run(plan)
    assert len(warned.splitlines()) == 12
    assert "warning: 8 more pairs of zones overlap (--verbosity 2 lists them)" in warned
    _, warned = run(plan, verbosity=2)
    assert len(warned.splitlines()) == 19


def test_a_refused_file_is_told_in_full_and_nothing_is_stored(file, site):
    broken = room("A2", 0, 0)
    broken["geometry"]["coordinates"] = [[[0, 0], [2, 2], [2, 0], [0, 2], [0, 0]]]
    with pytest.raises(CommandError) as refused:
        run(file(room("A1", 0, 0), broken, room("A1", 8, 0)))
    lines = str(refused.value).splitlines()
    assert lines[0].endswith("plan.geojson was not imported; nothing was changed.")
    assert lines[1].strip() == (
        "features[1] (A2) geometry.coordinates[0]: crosses or touches itself"
        " (Self-intersection near x y = 1 1)"
    )
    assert lines[2].strip() == "features[2] (A1) properties.space: “a1” names two zones of Ground"
    assert not Building.objects.exists()


def test_a_file_that_is_not_there_is_one_sentence(site, tmp_path):
    with pytest.raises(CommandError, match="cannot be read: No such file or directory"):
        run(tmp_path / "none.geojson")


def test_with_several_sites_one_has_to_be_named(file, site, other_site):
    plan = file(room("A1", 0, 0))
    with pytest.raises(CommandError, match="there are several sites: name one with --site"):
        run(plan)
    run(plan, site="far-clinic")
    assert Building.objects.get().site == other_site
    run(plan)  # the building's own from now on
    assert Zone.objects.count() == 1


def test_a_site_that_is_not_there_is_not_made_up(file, db):
    with pytest.raises(CommandError, match="there is no site yet"):
        run(file(room("A1", 0, 0)))
    with pytest.raises(CommandError, match="there is no site “st-elmo”"):
        run(file(room("A1", 0, 0)), site="st-elmo")
    assert not Site.objects.exists()


def test_a_building_of_another_site_is_not_touched(file, building, other_site):
    with pytest.raises(CommandError, match="the building “main” belongs to another site"):
        run(file(room("A1", 0, 0)), building="main", site="far-clinic")


@pytest.mark.recordings
@pytest.mark.skipif(not CLINIC.exists(), reason="the recordings in ../shared/data are not there")
def test_a_real_clinic_is_imported_as_it_is(site):
    """268 rooms drawn as bounding boxes: they overlap, and all but the roof can be walked to."""
    said, warned = run(CLINIC, building="clinic")
    assert said.startswith("3 floors made; zones: 268 new")
    assert "200 more" not in warned
    assert "190 more pairs of zones overlap" in warned
    assert list(Floor.objects.values_list("slug", "name", "level")) == [
        ("clinic-0", "First Floor", 0),
        ("clinic-1", "Second Floor", 1),
        ("clinic-2", "Roof - Main", 2),
    ]
    reception = Zone.objects.get(code="1a01")
    walks = walk_graph(site.pk).walks_from(reception.pk)
    unreached = Zone.objects.exclude(pk__in=walks)
    assert set(unreached.values_list("floor__slug", flat=True)) == {"clinic-2"}
    dock = walks[Zone.objects.get(code="1f02").pk]
    assert dock.is_approximate
    assert 60 < dock.metres < 90

    said, _ = run(CLINIC, building="clinic")
    assert said.startswith("0 floors made; zones: 0 new, 0 changed, 0 retired, 268 as before")
    assert Passage.objects.count() == 277


def test_a_drawing_is_imported_with_its_floor_and_two_points(tmp_path, site):
    path = tmp_path / "ground.svg"
    path.write_bytes(svg('<rect id="a" width="400" height="200"/>', '<path id="p" d="M1 1"/>'))
    said, _ = run(path, floor="Ground", level=-1, points=[(0, 0), (400, 0)], metres=20.0)
    assert said.startswith("1 floors made; zones: 1 new")
    assert Floor.objects.get().slug == "annex-b1"
    assert Zone.objects.get().polygon[0][0] == [0.0, 10.0]
    with pytest.raises(CommandError, match="give its scale, or two points and their distance"):
        run(path, floor="Ground", level=-1)
    with pytest.raises(CommandError, match="--points needs --metres"):
        run(path, floor="Ground", level=-1, points=[(0, 0), (400, 0)])


def test_an_image_is_laid_under_a_floor_and_leaves_its_zones_alone(tmp_path, file, site):
    run(file(room("A1", 0, 0, level=0)))
    path = tmp_path / "ground.png"
    path.write_bytes(image())
    said, _ = run(path, floor="Ground", level=0, points=[(0, 200), (400, 200)], at=[(0.0, 0.0), (40.0, 0.0)])
    assert said.startswith("0 floors made; 1 pictures; zones: 0 new, 0 changed, 0 retired, 0 as before")
    assert FloorPicture.objects.get().bounds == [0.0, 0.0, 40.0, 20.0]
    assert Zone.objects.current().count() == 1


def test_a_department_that_the_plan_tells_is_found_or_made(file, site, ward):
    run(file(room("A1", 0, 0, department="Ward 3 West"), room("A2", 4, 0, department="救急科")))
    assert Zone.objects.get(code="a1").department == ward
    made = Zone.objects.get(code="a2").department
    assert (made.name, made.site) == ("救急科", site)
    run(file(room("A1", 0, 0), room("A2", 4, 0, department="3w")))
    assert Zone.objects.get(code="a1").department == ward
    assert Zone.objects.get(code="a2").department == ward


def test_an_import_is_one_record_in_the_trail(file, site):
    plan = file(room("A1", 0, 0), room("A2", 4, 0))
    with recorded_command(["manage.py", "import_plan", str(plan), "--building", "annex"]):
        run(plan)
        run(file(room("A1", 0, 0, name="Bay"), room("A2", 4, 0)))
    first, second = AuditRecord.objects.filter(action=Action.CHANGE).order_by("pk")
    assert (first.object_type, first.object_text) == ("locations.floor", "Ground")
    assert list(first.changes) == ["floor", "zone a1", "zone a2"]
    zone = Zone.objects.get(code="a1")
    assert second.changes["zone a1"][0] == {"id": zone.pk, "code": "a1", "name": "A1", "kind": "other"}
    assert second.changes["zone a1"][1]["name"] == "Bay"
    assert second.detail.startswith("Plan imported: 0 floors made; zones: 0 new, 1 changed")


def test_what_was_in_the_old_room_then_is_still_told_with_its_name_then(file, site, make_pump, noon):
    """A room is renamed and redrawn: the stay that ended before names the room as it was."""
    run(file(room("A1", 0, 0, name="Store 3 West", kind="clean_store")))
    old = Zone.objects.get()
    stay = Stay.objects.create(asset=make_pump(), zone=old, begin=noon, end=noon + timedelta(hours=1))
    run(file(room("A1", 0, 0, width=9, name="Bay 9", kind="patient_room")))
    stay.refresh_from_db()
    assert (stay.zone, stay.zone.name, stay.zone.kind) == (old, "Store 3 West", "clean_store")
    assert stay.zone.polygon == [[[0, 0], [4, 0], [4, 4], [0, 4], [0, 0]]]
    assert [zone.name for zone in Zone.objects.as_of(noon)] == ["Store 3 West"]
    assert Zone.objects.current().get().name == "Bay 9"
