"""Versions of a procedure: drafts are changed, what is in use stays, and who is second is told."""

from __future__ import annotations

from decimal import Decimal
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assets.procedures.editing import (
    ChangedMeanwhileError,
    ProcedureRefusedError,
    StepTold,
    add_step,
    begin_draft,
    change_step,
    check_step,
    delete_step,
    discard_draft,
    make_procedure,
    move_step,
    publish_draft,
)
from assets.procedures.models import ProcedureVersion
from assets.procedures.running import begin_run

pytestmark = pytest.mark.django_db
CHECK = StepTold("check", "It is whole")


@pytest.fixture
def draft(biomed, noon):
    return make_procedure(name="Daily check", kind="inspection", by=biomed, now=noon)


def words_of(version):
    return [step.words for step in version.steps.all()]


def test_a_new_procedure_is_a_draft_that_nobody_is_offered(draft):
    assert (draft.number, draft.state, draft.procedure.versions.count()) == (1, "draft", 1)


@pytest.mark.parametrize("name", ["", "  ", "daily CHECK"])
def test_a_name_is_there_and_is_one_of_its_kind(draft, biomed, noon, name):
    with pytest.raises(ProcedureRefusedError, match=r"^name: "):
        make_procedure(name=name, kind="inspection", by=biomed, now=noon)


def test_steps_are_added_moved_changed_and_deleted(draft, biomed, noon):
    told = {"draft": draft, "by": biomed, "now": noon}
    a, b, c = (add_step(told=StepTold("check", words), **told) for words in "ABC")
    move_step(step=c.pk, up=True, **told)
    assert words_of(draft) == ["A", "C", "B"]
    move_step(step=a.pk, up=True, **told)
    assert words_of(draft) == ["A", "C", "B"]
    change_step(step=b.pk, told=StepTold("text", "D"), **told)
    delete_step(step=a.pk, **told)
    assert [(s.position, s.words, s.kind) for s in draft.steps.all()] == [(1, "C", "check"), (2, "D", "text")]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moves=st.lists(st.tuples(st.integers(0, 4), st.sampled_from(["up", "down", "delete"])), max_size=8))
def test_any_moves_leave_the_steps_as_a_list_would(moves, noon):
    told = {"by": None, "now": noon}
    version = told["draft"] = make_procedure(name=f"Any {uuid4()}", kind="planned", **told)
    plain = [add_step(told=StepTold("check", words), **told).pk for words in "ABCDE"]
    for place, what in moves:
        if place >= len(plain):
            continue
        pk, other = plain[place], place + (-1 if what == "up" else 1)
        if what == "delete":
            delete_step(step=plain.pop(place), **told)
            continue
        move_step(step=pk, up=what == "up", **told)
        if 0 <= other < len(plain):
            plain[place], plain[other] = plain[other], plain[place]
    assert list(version.steps.values_list("pk", "position")) == [(pk, n) for n, pk in enumerate(plain, 1)]


def test_the_second_of_two_editors_is_told_and_changes_nothing(draft, biomed, administrator, noon):
    add_step(draft=draft, told=CHECK, by=biomed, now=noon, edition=1)
    with pytest.raises(ChangedMeanwhileError, match="biomed changed this draft meanwhile"):
        add_step(draft=draft, told=StepTold("text", "Mine"), by=administrator, now=noon, edition=1)
    assert words_of(draft) == ["It is whole"]


def test_nothing_is_published_without_a_step(draft, biomed, noon):
    with pytest.raises(ProcedureRefusedError, match="Add a step first"):
        publish_draft(draft=draft, by=biomed, now=noon)


def test_what_is_in_use_stays_as_it_is_while_it_is_edited(checklist, order, biomed, noon):
    run = begin_run(order=order, procedure=checklist, by=biomed, now=noon)
    former = words_of(run.version)
    draft = begin_draft(procedure=checklist, by=biomed, now=noon)
    assert begin_draft(procedure=checklist, by=biomed, now=noon) == draft
    delete_step(draft=draft, step=draft.steps.first().pk, by=biomed, now=noon)
    publish_draft(draft=draft, by=biomed, now=noon)
    run.version.refresh_from_db()
    assert (run.version.state, words_of(run.version)) == ("retired", former)
    assert [(v.number, v.state) for v in checklist.versions.all()] == [(2, "current"), (1, "retired")]
    assert words_of(draft) == former[1:]


@pytest.mark.parametrize("act", ["add", "change", "delete", "move", "publish", "discard"])
def test_a_published_version_is_changed_by_nothing(checklist, biomed, noon, act):
    version = checklist.versions.get()
    step = version.steps.first()
    told = {"draft": version, "by": biomed, "now": noon}
    acts = {
        "add": lambda: add_step(told=CHECK, **told),
        "change": lambda: change_step(step=step.pk, told=CHECK, **told),
        "delete": lambda: delete_step(step=step.pk, **told),
        "move": lambda: move_step(step=step.pk, up=False, **told),
        "publish": lambda: publish_draft(**told),
        "discard": lambda: discard_draft(draft=version),
    }
    before = list(version.steps.values())
    with pytest.raises(ChangedMeanwhileError):
        acts[act]()
    assert list(version.steps.values()) == before


def test_a_discarded_draft_leaves_the_version_in_use(checklist, biomed, noon):
    discard_draft(draft=begin_draft(procedure=checklist, by=biomed, now=noon))
    assert [(v.number, v.state) for v in ProcedureVersion.objects.all()] == [(1, "current")]


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (StepTold("dance", "x"), "kind: "),
        (StepTold("check", ""), "words: "),
        (StepTold("number", "x", low=Decimal(2), high=Decimal(1)), "high: "),
        (StepTold("choice", "x", choices=["one"]), "choices: two"),
        (StepTold("choice", "x", choices=["a", "b"], failing=["c"]), "failing: “c”"),
        (StepTold("choice", "x", choices=["a", "b"], failing=["a", "b"]), "failing: one"),
        (StepTold("reading", "x", reading="mood"), "reading: "),
        (StepTold("reading", "x", reading="battery_state", choices=["good"]), "choices: “good” is no state"),
    ],
)
def test_a_step_that_makes_no_sense_is_refused_by_its_field(told, words):
    with pytest.raises(ProcedureRefusedError, match=f"^{words}"):
        check_step(told)


def test_a_step_keeps_only_what_its_kind_has_a_use_for():
    told = StepTold("check", "x", unit="V", low=Decimal(1), choices=["a", "b"], reading="temperature")
    kept = check_step(told)
    assert (kept["unit"], kept["low"], kept["choices"], kept["reading"]) == ("", None, [], "")
