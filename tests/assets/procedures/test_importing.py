"""Procedures from files: whole ones become drafts, the others say which row is wrong."""

from __future__ import annotations

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from assets.procedures.importing import FileRefusedError, bring_in_procedures
from assets.procedures.models import Procedure, Step

pytestmark = pytest.mark.django_db

TABLE = """procedure;work;category;step;words;unit;low;high;choices;failing;is_required
Daily;inspection;infusion-pump;check;It is whole;;;;;;
Daily;inspection;infusion-pump;number;Flow;ml/h;95;105,5;;;no
Weekly;inspection;;choice;Sound;;;;loud|none;none;
Bad;inspection;;check;Fine;;;;;;
Bad;inspection;;number;Flow;;2;1;;;
Worse;flying;;check;x;;;;;;
"""


@pytest.fixture
def bring(biomed, noon, pumps):
    return lambda content: bring_in_procedures(content.encode(), by=biomed, now=noon)


def test_a_table_has_a_row_for_each_step_and_bad_procedures_are_left_out_whole(bring):
    brought = bring(TABLE)
    assert [each.name for each in brought.made] == ["Daily", "Weekly"]
    assert [(each.row, each.name, each.words.split(":")[0]) for each in brought.problems] == [
        (6, "Bad", "high"), (7, "Worse", "kind"),
    ]  # fmt: skip
    steps = Step.objects.filter(version__procedure__name="Daily").values_list(
        "words", "is_required", "version__state"
    )
    assert list(steps) == [("It is whole", True, "draft"), ("Flow", False, "draft")]
    assert Step.objects.get(words="Sound").failing == ["none"]
    assert Procedure.objects.count() == 2


def test_what_the_api_tells_is_taken_again(bring, sign_in, biomed, checklist):
    told = sign_in(biomed).get(f"/api/v1/procedures/{checklist.pk}/").json()
    brought = bring(json.dumps([told | {"name": "A copy"}, told]))
    assert [each.words.split(":")[0] for each in brought.problems] == ["name"]
    [copy] = brought.made
    fields = (
        "kind",
        "words",
        "low",
        "high",
        "unit",
        "choices",
        "failing",
        "reading",
        "max_age_min",
        "is_required",
    )
    former, now = (list(each.versions.get().steps.values(*fields)) for each in (checklist, copy))
    assert now == former


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("[1]", "entry 1 is no procedure"), ("{", "no JSON"), ("a,b\n1,2", "no column “procedure”"),
        ("[" * 5000, "no JSON"),
        (json.dumps([{"steps": []}] * 201), "at most 200"), ("x" * 1_000_001, "larger than 1 MB"),
    ],
)  # fmt: skip
def test_what_is_no_such_file_is_refused(bring, content, words):
    with pytest.raises(FileRefusedError, match=f"^file: .*{words}"):
        bring(content)
    assert not Procedure.objects.exists()


def test_the_page_says_what_was_made_and_what_was_left_out(sign_in, biomed, pumps):
    browser = sign_in(biomed)
    file = SimpleUploadedFile("p.csv", TABLE.encode())
    page = browser.post("/procedures/import/", {"file": file}).content.decode()
    assert "2 procedures were brought in, as drafts." in page
    assert page.count('data-testid="problem"') == 2
    assert "file: choose one" in browser.post("/procedures/import/").content.decode()
