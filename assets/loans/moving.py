"""What becomes of a loan: prolonged, back with what follows from its condition, lost, found, struck out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from assets.loans.lending import (
    LONGEST,
    LoanRefusedError,
    local_time,
    lock_asset,
    note_step,
    plain_words,
    refuse_reserved,
    refuse_words,
    take_in,
)
from assets.loans.models import Loan, LoanPhoto
from assets.loans.transitions import TRANSITIONS, LoanTransition
from assets.loans.words import Condition
from assets.maintenance.acts import act_on
from assets.maintenance.attaching import add_photo
from assets.maintenance.events import WorkRefusedError
from assets.maintenance.models import WorkOrder
from assets.maintenance.photos import PhotoRefusedError, Picture, read_photo
from assets.maintenance.words import ActKind
from assets.statements import StatementRefusedError
from assets.transitions import declared

ACTS = {Condition.CLEAN: ActKind.CLEANED, Condition.DIRTY: ActKind.DIRTY, Condition.DAMAGED: ActKind.BROKEN}


@dataclass(frozen=True, slots=True)
class Told:
    """What is told with a step: until when it is prolonged; when (``at``, now if not told) and how it came back."""

    due_at: datetime | None = None
    at: datetime | None = None
    condition: str = ""
    note: str = ""
    photo: bytes | None = None


def move_loan(
    *,
    loan: Loan,
    transition: str,
    by: Any,
    now: datetime,
    told: Told | None = None,
    version: int | None = None,
) -> Loan:
    """Makes one declared transition. ``version`` is how the person saw the loan: where somebody was quicker, nothing
    happens.

    What came back dirty asks for cleaning, what came back damaged is out of service with an order to repair it, both
    linked to the loan; others' equipment goes back to them and leaves the register. Raises :class:`LoanRefusedError`,
    :class:`~assets.transitions.TransitionRefusedError`, and what photos are refused for. One transaction.
    """
    said = told or Told()
    note = plain_words(said.note, "note")
    with transaction.atomic():
        lock_asset(loan.asset)
        current: Loan = (
            Loan.objects.select_for_update(of=("self",))
            .select_related("asset__model__category", "asset__site", "site", "programme")
            .get(pk=loan.pk)
        )
        if version is not None and version != current.version:
            raise LoanRefusedError(
                _("Somebody changed this loan meanwhile. Look at it again."), field="version"
            )
        step = declared(TRANSITIONS, current, transition, by)
        refuse_words(current, note, said.photo)
        _check_told(step, said)
        if step.needs_due:
            _prolong(current, said.due_at, now)
        if step.needs_condition:
            _take_back(current, said, note, by, now)
        elif step.closes:
            current.ended_at = now
            _let_go(current, now, is_gone=False)
        current.state = step.target
        current.version += 1
        current.save(update_fields=["state", "version", "due_at", "ended_at", "condition", "order"])
        note_step(current, step.key, by, now, note)
    return current


def _check_told(step: LoanTransition, said: Told) -> None:
    """What belongs to another step is refused, not passed over."""
    if said.due_at is not None and not step.needs_due:
        raise LoanRefusedError(_("This is not told with that step."), field="due_at")
    for field in ("at", "condition", "photo"):
        if getattr(said, field) and not step.needs_condition:
            raise LoanRefusedError(_("This is not told with that step."), field=field)


def _prolong(loan: Loan, due_at: datetime | None, now: datetime) -> None:
    if due_at is None:
        raise LoanRefusedError(_("Say until when."), field="due_at")
    if due_at <= loan.due_at:
        words = _("It is due back on %s. Say a later time.") % local_time(loan, loan.due_at)
        raise LoanRefusedError(words, field="due_at")
    if due_at <= now:
        raise LoanRefusedError(_("That time is past."), field="due_at")
    if due_at - loan.begin > LONGEST:
        raise LoanRefusedError(_("At most ten years."), field="due_at")
    begin, loan.due_at = max(loan.due_at, now), due_at
    if loan.is_inbound:
        take_in(loan)
    else:
        refuse_reserved(loan, begin, now)


def _take_back(loan: Loan, said: Told, note: str, by: Any, now: datetime) -> None:
    if said.condition not in Condition.values:
        raise LoanRefusedError(_("Say how it came back: clean, dirty or damaged."), field="condition")
    at = said.at or now
    if at < loan.begin:
        words = _("That is before the loan, which began on %s.") % local_time(loan, loan.begin)
        raise LoanRefusedError(words, field="at")
    if at > now:
        raise LoanRefusedError(_("That is still to come."), field="at")
    picture = _picture(said.photo)
    loan.condition, loan.ended_at = Condition(said.condition), at
    if loan.is_inbound:
        _let_go(loan, at, is_gone=True)
    else:
        loan.order = _follow(loan, Condition(said.condition), by, now, note)
    if picture is not None:
        _keep(loan, picture, said.photo or b"", by, now)


def _picture(photo: bytes | None) -> Picture | None:
    try:
        return None if photo is None else read_photo(photo)
    except PhotoRefusedError as refused:
        raise LoanRefusedError(str(refused), field="photo") from None


def _follow(loan: Loan, condition: Condition, by: Any, now: datetime, note: str) -> WorkOrder | None:
    """What a person would tap with it before them. That something else keeps it from being ready is no reason to
    refuse its return."""
    words = _("Came back from loan %s.") % loan.pk
    try:
        # A refusal leaves nothing of itself behind.
        with transaction.atomic():
            act = act_on(
                asset=loan.asset, kind=ACTS[condition], by=by, now=now, note=f"{words} {note}".strip()
            )
    except (WorkRefusedError, StatementRefusedError) as refused:
        if condition == Condition.CLEAN or loan.asset.retired_at is not None:
            return None
        raise LoanRefusedError(str(refused), field="condition") from None
    return None if condition == Condition.CLEAN else act.order


def _keep(loan: Loan, picture: Picture, photo: bytes, by: Any, now: datetime) -> None:
    LoanPhoto.objects.create(
        loan=loan, at=now, by=by, content=picture.content, width_px=picture.width, height_px=picture.height
    )
    if loan.order is not None:
        try:
            add_photo(order=loan.order, content=photo, by=by, now=now)
        except WorkRefusedError as refused:
            raise LoanRefusedError(str(refused), field="photo") from None


def _let_go(loan: Loan, at: datetime, *, is_gone: bool) -> None:
    """Others' equipment: nothing is to go back any more, and what ``is_gone`` is no longer here."""
    if not loan.is_inbound:
        return
    if is_gone and Loan.objects.outbound().open().filter(asset=loan.asset).exists():
        raise LoanRefusedError(_("It is on loan itself. Take it back first."), field="asset")
    asset = loan.asset
    asset.return_due_on = None
    asset.retired_at = at if is_gone else asset.retired_at
    asset.save(update_fields=["return_due_on", "retired_at"])
