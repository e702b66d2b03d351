"""A step of a run as a page shows it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from assets.models import ReadingNow
from assets.procedures.judging import AnswerRefusedError, failure_words, judge_reading, value_words
from assets.procedures.models import Answer, Finding, Step
from assets.procedures.numbers import limit_words
from assets.procedures.words import StepKind, Verdict


@dataclass(frozen=True, slots=True)
class StepLine:
    """``value`` with its unit; ``failure`` the sentence of what failed. ``reading`` is what the device tells now, at
    ``reading_at``; ``no_reading`` why there is none."""

    step: Step
    answer: Answer | None
    finding: Finding | None
    limits: str
    value: str
    failure: str
    reading: str = ""
    reading_at: datetime | None = None
    no_reading: str = ""

    @property
    def attempt(self) -> int:
        return self.answer.attempt if self.answer else 0


def step_line(
    step: Step, answer: Answer | None, finding: Finding | None, row: ReadingNow | None, now: datetime
) -> StepLine:
    value = value_words(step, answer.value) if answer else ""
    has_failed = answer is not None and answer.verdict == Verdict.FAILED
    reading, at, none = "", None, ""
    if step.kind == StepKind.READING:
        try:
            judged = judge_reading(step, row, now)
            reading, at = value_words(step, judged.value), judged.read_at
        except AnswerRefusedError as refused:
            none = str(refused)
    return StepLine(
        step=step,
        answer=answer,
        finding=finding,
        limits=limit_words(step.low, step.high, step.unit),
        value=value,
        failure=failure_words(step, answer.value) if has_failed and answer else "",
        reading=reading,
        reading_at=at,
        no_reading=none,
    )
