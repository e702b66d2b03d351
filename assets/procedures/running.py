"""Going through a procedure for an order: beginning, answering step by step, and what is still missing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assets.maintenance.attaching import add_photo
from assets.maintenance.events import WorkRefusedError, lock_order, note_event, plain_note
from assets.maintenance.models import WorkOrder
from assets.maintenance.words import UNDONE, Happening
from assets.models import Asset, ReadingNow
from assets.procedures.findings import open_finding
from assets.procedures.judging import AnswerRefusedError, Judged, failure_words, judge, judge_reading
from assets.procedures.models import Answer, Procedure, Run, Step
from assets.procedures.words import StepKind, Verdict, VersionState


class AnsweredMeanwhileError(AnswerRefusedError):
    """Somebody else answered the step since the person saw it; the text says who, and what."""


@dataclass(frozen=True, slots=True)
class Progress:
    """``missing``: required steps without an answer. ``state`` is what the run comes to so far."""

    steps: int
    answered: int
    missing: int
    failed: int

    @property
    def percent(self) -> int:
        return 100 * self.answered // self.steps if self.steps else 100

    @property
    def is_complete(self) -> bool:
        return self.missing == 0


def procedures_for(order: WorkOrder) -> Any:
    """Published ones for work of its kind on its asset."""
    return Procedure.objects.current().fitting(order.asset).filter(kind=order.kind)


@transaction.atomic
def begin_run(*, order: WorkOrder, procedure: Procedure, by: Any, now: datetime) -> Run:
    """The procedure as it is published now becomes part of the order; begun again, it is the same run.

    Raises :class:`~assets.maintenance.events.WorkRefusedError` where the order is done, or the procedure is not for it.
    """
    current = _lock(order.number)
    version = procedure.versions.filter(state=VersionState.CURRENT).first()
    if version is None or not procedures_for(current).filter(pk=procedure.pk).exists():
        raise WorkRefusedError(_("procedure: it is not for this work, or not published."))
    there: Run | None = current.procedure_runs.standing().filter(version__procedure=procedure).first()
    if there is not None:
        return there
    run = Run.objects.create(order=current, version=version, begun_at=now, begun_by=by)
    note_event(current, Happening.COMMENT, by=by, now=now, note=_("Checklist begun: %s") % version)
    return run


@transaction.atomic
def strike_run(*, run: Run, by: Any, now: datetime, why: str) -> None:
    """It was the wrong one: it stays readable, and the order does not wait for it. Orders that came of it stay."""
    current = _lock(run.order_id)
    locked = Run.objects.select_for_update().get(pk=run.pk)
    reason = plain_note(why)
    if not reason:
        raise WorkRefusedError(_("why: say why, in a few words."))
    if locked.struck_at is None:
        locked.struck_at, locked.struck_by, locked.struck_why = now, by, reason
        locked.save(update_fields=["struck_at", "struck_by", "struck_why"])
        words = _("Checklist struck out: %(run)s. %(why)s") % {"run": locked.version, "why": reason}
        note_event(current, Happening.STRUCK, by=by, now=now, note=words[:500])


@transaction.atomic
def answer_step(
    *,
    run: Run,
    step: Step,
    by: Any,
    now: datetime,
    said: str = "",
    note: str = "",
    photo: bytes | None = None,
    seen: int | None = None,
) -> Answer:
    """Keeps one answer with who and when. ``seen``: the attempt that the person saw, 0 for none.

    What fails opens a repair, once. Raises :class:`~assets.procedures.judging.AnswerRefusedError` (
    :class:`AnsweredMeanwhileError` where somebody was quicker), ``WorkRefusedError`` and ``PhotoRefusedError``; then
    nothing is kept.
    """
    current = _lock(run.order_id)
    locked = Run.objects.select_for_update().get(pk=run.pk)
    if locked.struck_at is not None:
        raise WorkRefusedError(_("The checklist was struck out."))
    text = plain_note(note)
    last = locked.answers.filter(step=step).select_related("by").order_by("attempt").last()
    attempt = last.attempt if last else 0
    if seen is not None and seen != attempt:
        raise AnsweredMeanwhileError(_meanwhile(last))
    judged, kept = _judged(current, step, said, text, photo, by, now)
    answer = Answer.objects.create(
        run=locked,
        step=step,
        attempt=attempt + 1,
        at=now,
        by=by,
        note=text,
        photo=kept,
        verdict=judged.verdict,
        value=judged.value,
        number=judged.number,
        read_at=judged.read_at,
    )
    if judged.verdict == Verdict.FAILED:
        words = failure_words(step, judged.value) + (f" {text}" if text else "")
        open_finding(order=current, words=words, by=by, now=now, run=locked, step=step)
    return answer


def _judged(
    order: WorkOrder, step: Step, said: str, note: str, photo: bytes | None, by: Any, now: datetime
) -> tuple[Judged, Any]:
    if step.kind == StepKind.READING:
        row = ReadingNow.objects.filter(asset=order.asset_id, name=step.reading).first()
        return judge_reading(step, row, now), None
    if step.kind == StepKind.PHOTO:
        if not photo:
            raise AnswerRefusedError(_("photo: take one."))
        return Judged(Verdict.NOTED), add_photo(order=order, content=photo, by=by, now=now)
    return judge(step, said, note), None


def _lock(number: int) -> WorkOrder:
    """The asset first, as all that opens orders does; then the order, which has to be undone still."""
    asset = WorkOrder.objects.values_list("asset", flat=True).get(pk=number)
    Asset.objects.select_for_update(no_key=True).get(pk=asset)
    order = lock_order(number)
    if order.state not in UNDONE or order.is_unverified:
        words = _("The order is “%s”: nothing is filled in. Reopen it first.")
        raise WorkRefusedError(words % order.get_state_display())
    return order


def _meanwhile(last: Answer | None) -> str:
    if last is None:
        return _("The step has no answer any more. Look at it again.")
    who = (last.by.get_full_name() or last.by.get_username()) if last.by else _("Somebody else")
    said = last.value or last.get_verdict_display()
    return _("%(who)s answered this step meanwhile: %(said)s. Look at it again.") % {"who": who, "said": said}


def latest_answers(run: Run) -> dict[int, Answer]:
    """Step → the answer that counts, by one query."""
    rows = run.answers.select_related("by", "photo").defer("photo__content").order_by("attempt")
    return {answer.step_id: answer for answer in rows}


def progress_of(steps: Iterable[Step], answers: dict[int, Answer]) -> Progress:
    listed = list(steps)
    return Progress(
        steps=len(listed),
        answered=sum(step.pk in answers for step in listed),
        missing=sum(step.is_required and step.pk not in answers for step in listed),
        failed=sum(step.pk in answers and answers[step.pk].verdict == Verdict.FAILED for step in listed),
    )


def unanswered_words(order: WorkOrder) -> str:
    """Why the order cannot be done yet: which checklist has required steps without an answer. Empty if none has."""
    runs = Run.objects.standing().filter(order=order.pk).select_related("version__procedure")
    for run in runs:
        answered = run.answers.values("step")
        left = list(run.version.steps.filter(is_required=True).exclude(pk__in=answered))
        if left:
            words = ngettext(
                "“%(name)s” has %(count)s required step without an answer: %(first)s.",
                "“%(name)s” has %(count)s required steps without an answer, the first: %(first)s.",
                len(left),
            )
            return words % {"name": run.version.procedure.name, "count": len(left), "first": left[0].words}
    return ""
