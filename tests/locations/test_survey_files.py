"""Surveys as files: read whole or not at all, part of the radio map, and written as they were read."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command

from locations.models import Receiver, Survey, SurveyPoint
from locations.radio_maps import radio_map
from locations.survey_files import SurveyFileError, import_survey, write_survey

pytestmark = pytest.mark.django_db

HEAD = "set,x,y,z,sensor,n,mean,std,min,max\n"
FILE = (
    HEAD
    + "a,1,2,1.5,r-1,40,-70.5,3,-78,-64\na,1,2,1.5,r-2,38,-81,4,-90,-75\nb,9,2,1.5,r-2,41,-62,2,-67,-58\n"
)


def test_a_file_becomes_points_of_one_survey_and_comes_back_the_same(floor, biomed, noon):
    survey = import_survey(text=FILE, floor=floor, device="walk.csv", by=biomed, at=noon)

    assert (survey.floor, survey.by, survey.points.count()) == (floor, biomed, 2)
    assert survey.points.first().signals["r-1"] == [40, -70.5, 3, -78, -64]
    again = write_survey(SurveyPoint.objects.current())
    assert again.splitlines()[1] == f"{survey.pk},1,2,1.5,r-1,40,-70.5,3,-78,-64"
    assert len(again.splitlines()) == 4


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "Line 1: the column set is missing"),
        (HEAD, "no points"),
        (HEAD + "a,1,2,x,r-1,40,-70,3,-78,-64", "Line 2: z must be a number"),
        (HEAD + "a,1,2,1,r-1,0,-70,3,-78,-64", "Line 2: n must be a number from 1"),
        (HEAD + "a,1,2,1,,1,-70,3,-78,-64", "Line 2: sensor must be a name"),
        (HEAD + "a,1,nan,1,r,1,-70,3,-78,-64", "Line 2: y must be a number"),
        (FILE + "a,1,2,1.5,r-1,40,-70.5,3,-78,-64", "Line 5: r-1 stands twice"),
    ],
)
def test_a_fault_names_its_line_and_nothing_is_stored(floor, biomed, noon, text, words):
    with pytest.raises(SurveyFileError, match=words):
        import_survey(text=text, floor=floor, device="walk.csv", by=biomed, at=noon)

    assert not Survey.objects.exists()


def test_a_radio_map_is_made_anew_when_survey_or_receivers_change(floor, biomed, noon):
    for number in (1, 2, 3):
        assert radio_map(floor.pk) is None
        Receiver.objects.create(identifier=f"r-{number}", floor=floor, x=8 * number, y=5)
    bare = radio_map(floor.pk)
    assert radio_map(floor.pk) is bare

    import_survey(text=FILE, floor=floor, device="walk.csv", by=biomed, at=noon)

    surveyed = radio_map(floor.pk)
    assert surveyed is not bare
    SurveyPoint.objects.update(removed_at=noon)
    assert radio_map(floor.pk) is not surveyed


def test_a_command_imports_a_file_and_says_what_is_wrong_with_it(floor, tmp_path, capsys):
    file = tmp_path / "walk.csv"
    file.write_text(FILE)
    call_command("import_survey", "main-1", str(file))
    assert capsys.readouterr().out == "survey of Level 1: 2 points\n"

    file.write_text(HEAD)
    with pytest.raises(CommandError, match="The file has no points"):
        call_command("import_survey", "main-1", str(file))
    with pytest.raises(CommandError, match="no floor “cellar”"):
        call_command("import_survey", "cellar", str(file))
    assert Survey.objects.count() == 1
