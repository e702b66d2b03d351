"""Going through a checklist: answers one by one, what they come to, what comes of what fails, what holds an order."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assets.maintenance.bedside import record_work
from assets.maintenance.events import WorkRefusedError
from assets.maintenance.models import WorkOrder
from assets.maintenance.moving import move_work_order
from assets.maintenance.orders import open_work_order
from assets.maintenance.queries import HistoryError
from assets.maintenance.signatures import Signed
from assets.maintenance.words import Kind
from assets.observation import ReadingValue
from assets.procedures.judging import AnswerRefusedError, judge
from assets.procedures.models import Answer, Finding, Run, Step
from assets.procedures.numbers import NumberRefusedError, limit_words, number_words, read_number
from assets.procedures.running import (
    AnsweredMeanwhileError,
    answer_step,
    begin_run,
    latest_answers,
    progress_of,
    strike_run,
)
from assets.record import record_observations
from assets.transitions import TransitionRefusedError
from assets.words import Quality

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(order, checklist, biomed, noon):
    return begin_run(order=order, procedure=checklist, by=biomed, now=noon)


@pytest.fixture
def answer(run, biomed, noon):
    """Answers a step by its kind: ``answer("number", "99")``."""

    def say(kind, said="", minutes=1, **extra):
        step = run.version.steps.get(kind=kind)
        told = {"by": biomed, "now": noon + timedelta(minutes=minutes), "said": said} | extra
        return answer_step(run=run, step=step, **told)

    return say


@pytest.fixture
def battery(observe, order):
    """What the pump tells of its battery: ``battery(85, 30)`` at 30 seconds after noon."""

    def tell(value, seconds=0.0, quality=Quality.GOOD):
        told = ReadingValue("battery_charge", value, quality=quality)
        record_observations([observe(order.asset, seconds, readings=(told,))])

    return tell


def finish(order, person, now):
    return move_work_order(order=order, transition="finish", by=person, now=now, signature=Signed("Bruno"))


# --- Beginning ------------------------------------------------------------------------------------------------


def test_a_run_is_begun_once_and_the_order_says_so(run, order, checklist, biomed, noon):
    assert begin_run(order=order, procedure=checklist, by=biomed, now=noon) == run
    assert order.events.last().note == "Checklist begun: Annual check, version 1"


@pytest.mark.parametrize(
    "change", [{"kind": "inspection"}, {"category": None, "model": "other"}, {"retired_at": 1}]
)
def test_a_procedure_for_other_work_is_refused(order, checklist, biomed, noon, make_tester, change):
    if change.get("model"):
        change = change | {"model": make_tester().model}
    if "retired_at" in change:
        change = {"retired_at": noon}
    type(checklist).objects.filter(pk=checklist.pk).update(**change)
    checklist.refresh_from_db()
    with pytest.raises(WorkRefusedError, match="not for this work"):
        begin_run(order=order, procedure=checklist, by=biomed, now=noon)
    assert not Run.objects.exists()


# --- Answers --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "said", "verdict", "value"),
    [
        ("check", "pass", "passed", ""), ("check", "fail", "failed", ""),
        ("number", "95", "passed", "95"), ("number", "105", "passed", "105"),
        ("number", "94.999999", "failed", "94.999999"),
        ("number", "105,000001", "failed", "105.000001"), ("number", "1e2", "passed", "100"),
        ("choice", "loud", "passed", "loud"), ("choice", "none", "failed", "none"),
        ("text", " A  cable ", "noted", "A cable"),
    ],
)  # fmt: skip
def test_an_answer_is_judged_by_its_step(answer, kind, said, verdict, value):
    kept = answer(kind, said)
    assert (kept.verdict, kept.value) == (verdict, value)


@pytest.mark.parametrize(
    ("kind", "said", "words"),
    [
        ("check", "", "value: say whether"), ("number", "", "value: enter a number"),
        ("number", "many", "value: “many” is no number"), ("number", "NaN", "value: “NaN”"),
        ("number", "1e40", "value: a number has at most"), ("number", "99.1234567", "value: a number has at most"),
        ("choice", "so so", "value: choose one"), ("text", " ", "value: write"), ("text", "x" * 501, "value: at most"),
        ("check", "na", "note: say why"), ("photo", "", "photo: take one"),
    ],
)  # fmt: skip
def test_what_is_no_answer_is_refused_by_its_field_and_not_kept(answer, kind, said, words):
    with pytest.raises(AnswerRefusedError, match=f"^{words}"):
        answer(kind, said)
    assert not Answer.objects.exists()


def test_what_does_not_apply_says_why(answer):
    assert answer("check", "na", note="Has no cord").verdict == "na"


def test_a_photo_is_kept_with_the_order(answer, order, picture):
    assert answer("photo", photo=picture).photo == order.photos.get()


def test_an_answer_is_given_anew_and_the_former_stays(run, answer, biomed, administrator):
    answer("number", "99")
    answer("number", "101", minutes=2, by=administrator)
    rows = [(a.attempt, a.value, a.by.username) for a in Answer.objects.order_by("attempt")]
    assert rows == [(1, "99", "biomed"), (2, "101", "admin")]
    assert [a.value for a in latest_answers(run).values()] == ["101"]


def test_an_answer_is_never_changed_or_deleted(answer):
    kept = answer("number", "99")
    for act in (
        kept.save,
        kept.delete,
        Answer.objects.all().delete,
        lambda: Answer.objects.update(value="1"),
    ):
        with pytest.raises(HistoryError):
            act()


def test_who_is_second_is_told_what_the_first_said(answer, administrator):
    answer("number", "99", seen=0)
    with pytest.raises(AnsweredMeanwhileError, match="biomed answered this step meanwhile: 99"):
        answer("number", "120", seen=0, by=administrator)
    assert Answer.objects.get().value == "99"


# --- Readings -------------------------------------------------------------------------------------------------


def test_a_reading_is_the_device_s_own_with_its_moment(answer, battery, noon):
    battery(85, 30)
    kept = answer("reading", "100")
    assert (kept.verdict, kept.value, kept.number, kept.read_at) == (
        "passed", "85", Decimal(85), noon + timedelta(seconds=30),
    )  # fmt: skip


def test_a_reading_outside_its_limits_fails(answer, battery):
    battery(79)
    assert answer("reading").verdict == "failed"
    assert Finding.objects.get().order.note == "Battery: 79 % is not within the limits (at least 80 %)."


def test_a_reading_is_never_made_up(answer, battery):
    with pytest.raises(AnswerRefusedError, match="has not told “Battery” yet"):
        answer("reading")
    battery(None, quality=Quality.NO_ANSWER)
    with pytest.raises(AnswerRefusedError, match="could not be read 1 min ago: No answer"):
        answer("reading")


def test_a_reading_that_is_too_old_is_refused_with_its_age(answer, battery):
    battery(85)
    assert answer("reading", minutes=15).verdict == "passed"
    with pytest.raises(AnswerRefusedError, match="was told 16 min ago: for this step it may be 15 min old"):
        answer("reading", minutes=16)


# --- What comes of it -----------------------------------------------------------------------------------------


def test_what_fails_opens_one_repair_however_often_it_is_answered(run, answer, order):
    answer("number", "120")
    answer("number", "99", minutes=2)
    answer("number", "130", minutes=3)
    repair = WorkOrder.objects.get(kind=Kind.CORRECTIVE)
    assert repair.note == "Flow at 100 ml/h: 120 ml/h is not within the limits (95 to 105 ml/h)."
    assert (repair.cause, Finding.objects.get().order) == (order, repair)


def test_what_fails_besides_is_added_to_the_open_repair(answer):
    answer("number", "120")
    answer("choice", "none", minutes=2, note="Speaker is torn")
    repair = WorkOrder.objects.get(kind=Kind.CORRECTIVE)
    assert repair.events.last().note == "Alarm sound: “none” does not pass. Speaker is torn"
    assert Finding.objects.filter(order=repair).count() == 2


def test_what_fails_in_a_repair_is_written_to_that_repair(order, checklist, biomed, noon):
    type(checklist).objects.update(kind="corrective")
    repair = open_work_order(asset=order.asset, kind=Kind.CORRECTIVE, by=biomed, now=noon).order
    run = begin_run(order=repair, procedure=checklist, by=biomed, now=noon)
    answer_step(run=run, step=run.version.steps.get(kind="check"), by=biomed, now=noon, said="fail")
    assert Finding.objects.get().order == repair
    assert WorkOrder.objects.filter(kind=Kind.CORRECTIVE).count() == 1


def test_an_order_is_not_done_while_required_steps_are_open(run, answer, battery, order, biomed, noon):
    words = "“Annual check” has 4 required steps without an answer, the first: Housing and cord are whole."
    with pytest.raises(TransitionRefusedError, match=words):
        finish(order, biomed, noon + timedelta(hours=1))
    with pytest.raises(TransitionRefusedError, match="4 required steps"):
        record_work(
            order=order,
            by=biomed,
            at=noon + timedelta(hours=1),
            transition="finish",
            signature=Signed("B"),
            note="x",
        )
    battery(90)
    for kind, said in (("check", "pass"), ("number", "100"), ("choice", "loud")):
        answer(kind, said)
    with pytest.raises(TransitionRefusedError, match="1 required step without an answer: Battery"):
        finish(order, biomed, noon + timedelta(hours=1))
    answer("reading")
    assert finish(order, biomed, noon + timedelta(hours=1)).state == "done"


def test_a_run_that_is_struck_out_holds_nothing_and_says_why(run, answer, order, biomed, noon):
    answer("check", "pass")
    with pytest.raises(WorkRefusedError, match=r"^why: "):
        strike_run(run=run, by=biomed, now=noon, why=" ")
    strike_run(run=run, by=biomed, now=noon, why="The wrong list")
    assert finish(order, biomed, noon + timedelta(hours=1)).state == "done"
    run.refresh_from_db()
    assert (run.struck_why, run.answers.count()) == ("The wrong list", 1)


def test_nothing_is_filled_in_once_the_order_is_done(run, answer, order, biomed, noon):
    Step.objects.update(is_required=False)
    finish(order, biomed, noon + timedelta(minutes=1))
    with pytest.raises(WorkRefusedError, match="“Done”: nothing is filled in"):
        answer("check", "pass", minutes=2)
    assert not Answer.objects.exists()


def test_progress_counts_what_is_answered_missing_and_failed(run, answer):
    answer("check", "pass")
    answer("number", "1")
    answer("text", "None", minutes=2)
    done = progress_of(run.version.steps.all(), latest_answers(run))
    assert (done.steps, done.answered, done.missing, done.failed, done.percent) == (6, 3, 2, 1, 50)


# --- Numbers --------------------------------------------------------------------------------------------------

numbers = st.decimals(min_value=-1000, max_value=1000, places=3)


@given(value=numbers, low=st.none() | numbers, high=st.none() | numbers)
def test_a_number_passes_exactly_where_a_slow_comparison_says(value, low, high):
    step = Step(kind="number", words="x", low=low, high=high)
    thousandths = int(value * 1000)
    above = low is None or thousandths in range(int(low * 1000), max(thousandths, int(low * 1000)) + 1)
    below = high is None or thousandths not in range(int(high * 1000) + 1, thousandths + 1)
    assert (judge(step, str(value)).verdict == "passed") is (above and below)


@given(value=st.decimals(min_value=-(10**11), max_value=10**11, places=6))
def test_a_number_is_read_as_it_was_written(value):
    assert read_number(str(value)) == value
    assert read_number(str(value).replace(".", ",")) == value
    assert read_number(number_words(value)) == value


@pytest.mark.parametrize("text", ["1_000", "٣", "inf", "--1", "1,2,3", "0x10"])
def test_what_is_no_number_is_refused(text):
    with pytest.raises(NumberRefusedError):
        read_number(text)


def test_limits_read_as_people_say_them():
    one, two = Decimal("9.50"), Decimal(1000)
    assert limit_words(one, two, "V") == "9.5 to 1000 V"
    assert limit_words(one, None, "V") == "at least 9.5 V"
    assert limit_words(None, two) == "at most 1000"
    assert limit_words(None, None, "V") == ""
