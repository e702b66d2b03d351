"""Surveys by phone: figures come from recorded evidence alone, nothing heard is nothing stored, sites stay apart."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from assets.models import EvidenceLog
from assets.recording.items import Heard, Item
from assets.recording.moments import to_us
from hospital.audit.models import AuditRecord
from hospital.survey_recording import (
    RecordingError,
    begin_recording,
    end_recording,
    heard_so_far,
    read_recording,
)
from locations.models import Receiver, Survey, SurveyPoint, Tag
from locations.positioning import Fix

pytestmark = pytest.mark.django_db
HEAD = "set,x,y,z,sensor,n,mean,std,min,max\n"
FILE = HEAD + "a,1,2,1.5,r-1,40,-70.5,3,-78,-64\nb,90,2,1.5,r-2,41,-62,2,-67,-58\n"


@pytest.fixture
def carried(make_pump, floor):
    return make_pump("P-1", rtls_tag=Tag.objects.create(identifier="T-1"))


@pytest.fixture
def hear(carried, floor):
    """Logs that receivers heard the tag: ``hear(moment, ("r-1", -60), …)``."""

    def log(at, *sightings):
        for receiver, rssi in sightings:
            heard = Heard(receiver, rssi, Fix(floor.pk, 0.0, 0.0, 5.0))
            item = Item(to_us(at), "source:1", heard=heard, receiver=receiver)
            EvidenceLog.objects.create(asset=carried, at_us=item.at, source=item.origin, payload=item.pack())

    return log


def after(moment, seconds):
    return moment + timedelta(seconds=seconds)


def post(client, **told):
    return client.post("/surveys/main-1/", told, headers={"Accept": "application/json"})


def test_a_point_sums_up_what_was_heard_between_begin_and_end(carried, floor, biomed, hear, noon):
    recording = begin_recording(floor=floor, asset=carried, by=biomed, spot=(3, 4), now=noon)
    hear(after(noon, -1), ("r-1", -20))
    hear(after(noon, 2), ("r-1", -60), ("r-2", -80))
    hear(after(noon, 4), ("r-1", -64), ("uwb", None))
    hear(after(noon, 20), ("r-1", -20))

    assert heard_so_far(recording, now=after(noon, 3)) == {
        "r-1": [1, -60, 0, -60, -60],
        "r-2": [1, -80, 0, -80, -80],
    }
    point = end_recording(recording, floor=floor, by=biomed, now=after(noon, 90))

    assert point.signals == {"r-1": [2, -62, 2, -64, -60], "r-2": [1, -80, 0, -80, -80]}
    assert (point.x, point.y, point.z, point.at) == (3, 4, None, noon)
    assert (point.survey.device, point.survey.by, point.survey.floor) == ("T-1", biomed, floor)


def test_a_walk_is_one_survey_and_an_end_that_comes_twice_one_point(carried, floor, biomed, hear, noon):
    for second, spot in ((0, (3, 4)), (30, (5, 4)), (60, (3, 4))):
        begin = after(noon, second)
        hear(after(begin, 1), ("r-1", -60))
        recording = begin_recording(floor=floor, asset=carried, by=biomed, spot=spot, now=begin)
        for _ in range(2):
            end_recording(recording, floor=floor, by=biomed, now=after(begin, 20))

    assert [survey.points.count() for survey in Survey.objects.order_by("begun_at")] == [2, 1]


def test_a_recording_is_for_its_person_its_floor_and_its_time(carried, floor, biomed, administrator, noon):
    text = begin_recording(floor=floor, asset=carried, by=biomed, spot=(3, 4), now=noon).sign()

    assert read_recording(text, floor=floor, by=biomed, now=after(noon, 20)).begin == noon
    for told, by, seconds in (
        (text, administrator, 20),
        (text, biomed, 601),
        (text[:-1], biomed, 20),
        ("", biomed, 20),
    ):
        with pytest.raises(RecordingError, match="Record again"):
            read_recording(told, floor=floor, by=by, now=after(noon, seconds))


def test_on_the_page_a_point_is_recorded_audited_and_undone(sign_in, biomed, carried, hear, make_zone):
    bay, store = make_zone("Bay"), make_zone("Store", x=20)
    client = sign_in(biomed)
    begun = post(client, action="begin", tag="p-1", x="3", y="4").json()
    assert begun["tag"] == "T-1"
    hear(timezone.now(), ("r-1", -60), ("r-2", -70))

    assert post(client, action="heard", recording=begun["recording"]).json() == {
        "receivers": 2,
        "sightings": 2,
    }
    lies = {"receivers": 9, "sightings": 900, "signals": '{"r-9": [1, -1, 0, -1, -1]}', "x": "30"}
    ended = post(client, action="end", recording=begun["recording"], **lies).json()

    point = SurveyPoint.objects.get()
    assert ended == {
        "point": {"id": point.pk, "x": 3, "y": 4}, "receivers": 2, "sightings": 2,
        "points": 1, "surveyed": [bay.pk], "bare": [store.name],
    }  # fmt: skip
    assert list(point.signals) == ["r-1", "r-2"]
    page = client.get("/surveys/main-1/")
    assert "Level 1: <span data-rooms-done>1</span> of 2 rooms surveyed" in page.content.decode()
    (line,) = client.get("/surveys/").context["lines"]
    assert (line.at, line.who, len(line.spots)) == (point.at, "biomed", 1)

    assert post(client, action="remove", point=point.pk).json()["points"] == 0
    assert not SurveyPoint.objects.current().exists()
    trail = AuditRecord.objects.filter(object_type="locations.surveypoint").order_by("pk")
    assert [(record.actor_name, record.action) for record in trail] == [
        ("biomed", "create"),
        ("biomed", "change"),
    ]


def test_what_nobody_heard_is_said_and_not_stored(sign_in, biomed, carried):
    client = sign_in(biomed)
    begun = post(client, action="begin", tag="T-1", x="3", y="4").json()

    ended = post(client, action="end", recording=begun["recording"]).json()

    assert ended == {"point": None, "receivers": 0, "sightings": 0}
    assert not Survey.objects.exists()


@pytest.mark.parametrize(
    ("told", "field"),
    [
        ({"action": "begin", "tag": "T-1", "x": "400", "y": "4"}, "x"),
        ({"action": "begin", "tag": "T-1", "x": "nan", "y": "4"}, "x"),
        ({"action": "begin", "tag": "T-1", "x": "", "y": "4"}, "x"),
        ({"action": "begin", "tag": "T-9", "x": "3", "y": "4"}, "tag"),
        ({"action": "end", "recording": "made up"}, "recording"),
        ({}, ""),
    ],
)
def test_what_cannot_be_recorded_is_refused_by_its_field(sign_in, biomed, carried, told, field):
    answer = post(sign_in(biomed), **told)

    assert (answer.status_code, answer.json()["field"]) == (400, field)
    assert not Survey.objects.exists()


def test_another_site_s_floor_point_and_tag_are_not_there(sign_in, biomed, floor, carried, other_site, noon):
    survey = Survey.objects.create(floor=floor, device="T-1", begun_at=noon)
    point = SurveyPoint.objects.create(survey=survey, x=1, y=1, at=noon)
    biomed.sites.set([other_site])
    client = sign_in(biomed)

    assert post(client, action="remove", point=point.pk).status_code == 404
    assert post(client, action="begin", tag="T-1", x="3", y="4").status_code == 404
    assert client.get("/surveys/tags.json?q=T").json() == {"tags": []}
    assert client.get("/surveys/").context["lines"] == []
    assert SurveyPoint.objects.current().count() == 1


@pytest.mark.parametrize("person", ["nurse", "facilities"])
def test_who_may_not_record_changes_nothing(sign_in, request, carried, person):
    client = sign_in(request.getfixturevalue(person))

    assert post(client, action="begin", tag="T-1", x="3", y="4").status_code == 403
    confirmed = {"confirm": "yes", "content": FILE, "name": "walk.csv"}
    assert client.post("/surveys/main-1/import/", confirmed).status_code == 403
    assert not Survey.objects.exists()


def test_a_file_is_looked_over_then_stored_and_comes_out_again(sign_in, biomed, floor, make_zone):
    make_zone("Bay")
    Receiver.objects.create(identifier="r-1", floor=floor, x=1, y=1)
    client = sign_in(biomed)

    def upload(content):
        return client.post("/surveys/main-1/import/", {"file": SimpleUploadedFile("walk.csv", content)})

    look = upload(FILE.encode()).context["look"]
    assert (look.points, look.receivers, look.unknown, look.outside) == (2, 2, ["r-2"], 1)
    for wrong, words in (
        (HEAD.encode(), "has no points"),
        (b"\xff", "not text in UTF-8"),
        (b"", "not empty"),
        ((HEAD + "a,1,2,x,r-1,4,-70,3,-78,-64").encode(), "Line 2: z must be a number"),
        ((HEAD + '"' + "x" * 140_000).encode(), "The file is no CSV"),
    ):
        refused = upload(wrong)
        assert refused.status_code == 400
        assert words in refused.content.decode()
    assert not Survey.objects.exists()

    stored = client.post("/surveys/main-1/import/", {"confirm": "yes", "content": FILE, "name": "walk.csv"})

    assert stored.url == "/surveys/main-1/"
    assert AuditRecord.objects.filter(detail="Imported: 2 points on Level 1", actor_name="biomed").exists()
    lines = client.get("/surveys/main-1/points.csv").content.decode().splitlines()
    assert [line.split(",", 1)[1] for line in lines[1:]] == [
        "1,2,1.5,r-1,40,-70.5,3,-78,-64",
        "90,2,1.5,r-2,41,-62,2,-67,-58",
    ]


def test_the_list_asks_no_more_for_more(
    sign_in, biomed, floor, make_zone, noon, django_assert_max_num_queries
):
    client, counts = sign_in(biomed), []
    for number in range(3):
        make_zone(f"Bay {number}", x=10.0 * number)
        survey = Survey.objects.create(floor=floor, device="T-1", begun_at=noon)
        SurveyPoint.objects.create(survey=survey, x=number, y=1, at=noon)
        for page in ("/surveys/", "/surveys/main-1/"):
            with django_assert_max_num_queries(16) as queries:
                client.get(page)
            counts.append(len(queries))
    assert counts[:2] == counts[-2:]
