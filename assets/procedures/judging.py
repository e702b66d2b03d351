"""What an answer to a step comes to: pure, from the step and what was said or told by the device."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.utils.translation import gettext as _

from assets.ages import age_words
from assets.models import ReadingNow
from assets.procedures.models import Step
from assets.procedures.models.runs import ANSWER_LENGTH
from assets.procedures.numbers import NumberRefusedError, is_within, limit_words, number_words, read_number
from assets.procedures.words import StepKind, Verdict
from assets.readings import number_words as reading_words
from assets.readings import state_words
from assets.vocabulary import VOCABULARY
from assets.words import Quality

CHECKED: dict[str, Verdict] = {
    "pass": Verdict.PASSED,
    "fail": Verdict.FAILED,
    "na": Verdict.NOT_FOR_IT,
}


class AnswerRefusedError(ValueError):
    """It is no answer to this step; the text says why, for whoever gave it."""


@dataclass(frozen=True, slots=True)
class Judged:
    """As :class:`~assets.procedures.models.Answer` keeps it."""

    verdict: Verdict
    value: str = ""
    number: Decimal | None = None
    read_at: datetime | None = None


def judge(step: Step, said: str, note: str = "") -> Judged:
    """Of everything that a person says. Raises :class:`AnswerRefusedError`, with the name of the field."""
    plain = " ".join(said.replace("\0", "").split())
    if step.kind == StepKind.CHECK:
        return _check(plain, note)
    if step.kind == StepKind.NUMBER:
        return _number(step, plain)
    if step.kind == StepKind.CHOICE:
        if plain not in step.choices:
            raise AnswerRefusedError(_("value: choose one of those that are there."))
        return Judged(Verdict.FAILED if plain in step.failing else Verdict.PASSED, plain)
    if step.kind == StepKind.TEXT:
        if not plain:
            raise AnswerRefusedError(_("value: write something."))
        if len(plain) > ANSWER_LENGTH:
            raise AnswerRefusedError(_("value: at most %s characters.") % ANSWER_LENGTH)
        return Judged(Verdict.NOTED, plain)
    raise AnswerRefusedError(_("value: this step is not answered in words."))


def _check(said: str, note: str) -> Judged:
    if said not in CHECKED:
        raise AnswerRefusedError(_("value: say whether it passes or fails."))
    verdict = CHECKED[said]
    if verdict == Verdict.NOT_FOR_IT and not note:
        raise AnswerRefusedError(_("note: say why it does not apply."))
    return Judged(verdict)


def _number(step: Step, said: str) -> Judged:
    try:
        number = read_number(said)
    except NumberRefusedError as refused:
        raise AnswerRefusedError(f"value: {refused}") from None
    if number is None:
        raise AnswerRefusedError(_("value: enter a number."))
    is_well = is_within(number, step.low, step.high)
    return Judged(Verdict.PASSED if is_well else Verdict.FAILED, number_words(number), number)


def judge_reading(step: Step, row: ReadingNow | None, now: datetime) -> Judged:
    """Of what the device told last. Raises :class:`AnswerRefusedError` where it told nothing, failed, or is too old:
    a value is never made up."""
    term = VOCABULARY[step.reading]
    if row is None:
        raise AnswerRefusedError(_("The device has not told “%s” yet.") % term.label)
    if row.quality != Quality.GOOD:
        told = {"what": term.label, "age": age_words(row.at, now), "why": row.get_quality_display()}
        raise AnswerRefusedError(_("“%(what)s” could not be read %(age)s: %(why)s.") % told)
    if step.max_age_min is not None and now - row.at > timedelta(minutes=step.max_age_min):
        told = {"what": term.label, "age": age_words(row.at, now), "most": str(step.max_age_min)}
        raise AnswerRefusedError(
            _("“%(what)s” was told %(age)s: for this step it may be %(most)s min old.") % told
        )
    if row.number is not None:
        number = Decimal(str(round(row.number, 6)))
        verdict = Verdict.PASSED if is_within(number, step.low, step.high) else Verdict.FAILED
        if step.low is None and step.high is None:
            verdict = Verdict.NOTED
        return Judged(verdict, reading_words(row.number, term, row.at), number, row.at)
    text = row.text or ""
    verdict = Verdict.NOTED
    if step.choices:
        verdict = Verdict.PASSED if text in step.choices else Verdict.FAILED
    return Judged(verdict, state_words(text) if term.kind == "state" else text, None, row.at)


def value_words(step: Step, value: str) -> str:
    """With its unit; a length of time carries its own."""
    is_length = step.kind == StepKind.READING and step.unit == "s"
    return value if is_length or not value else f"{value} {step.unit}".rstrip()


def failure_words(step: Step, value: str) -> str:
    """Why it fails, in a sentence that names the limits."""
    limits = limit_words(step.low, step.high, step.unit)
    shown = value_words(step, value)
    if step.kind in (StepKind.NUMBER, StepKind.READING) and limits:
        return _("%(step)s: %(value)s is not within the limits (%(limits)s).") % {
            "step": step.words, "value": shown, "limits": limits,
        }  # fmt: skip
    if value:
        return _("%(step)s: “%(value)s” does not pass.") % {"step": step.words, "value": shown}
    return _("%(step)s: failed.") % {"step": step.words}
