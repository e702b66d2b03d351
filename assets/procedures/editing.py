"""Making and changing procedures: a draft at a time, and what is in use stays as it is."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import F, Max
from django.utils.translation import gettext as _

from assets.models import Category, EquipmentModel
from assets.procedures.models import Procedure, ProcedureVersion, Step
from assets.procedures.words import StepKind, VersionState
from assets.vocabulary import VOCABULARY

MOST_STEPS = 200
MOST_CHOICES = 20
CHOICE_LENGTH = 80


class ProcedureRefusedError(ValueError):
    """It cannot be done with this procedure; the text says why, for whoever tried."""


class ChangedMeanwhileError(ProcedureRefusedError):
    """Somebody else changed the draft since the person saw it; the text says who and when."""


@dataclass(frozen=True, slots=True)
class StepTold:
    """A step as somebody wants it: see :class:`~assets.procedures.models.Step`."""

    kind: str
    words: str
    help: str = ""
    is_required: bool = True
    unit: str = ""
    low: Decimal | None = None
    high: Decimal | None = None
    choices: list[str] = field(default_factory=list)
    failing: list[str] = field(default_factory=list)
    reading: str = ""
    max_age_min: int | None = None


def check_step(told: StepTold) -> dict[str, Any]:
    """The fields of the step, without those that its kind has no use for. Raises :class:`ProcedureRefusedError` that
    names the first field that is wrong."""
    if told.kind not in StepKind.values:
        raise ProcedureRefusedError(_("kind: there is no such kind of step."))
    if not told.words:
        raise ProcedureRefusedError(_("words: say what is to be done."))
    fields: dict[str, Any] = {
        "kind": told.kind, "words": told.words, "help": told.help, "is_required": told.is_required,
        "unit": "", "low": None, "high": None, "choices": [], "failing": [], "reading": "", "max_age_min": None,
    }  # fmt: skip
    limits = {"low": told.low, "high": told.high}
    if told.low is not None and told.high is not None and told.high < told.low:
        raise ProcedureRefusedError(_("high: the upper limit is below the lower one."))
    if told.kind == StepKind.NUMBER:
        return fields | limits | {"unit": told.unit}
    if told.kind == StepKind.CHOICE:
        return fields | _choices(told)
    if told.kind == StepKind.READING:
        return fields | _reading(told, limits)
    return fields


def _choices(told: StepTold) -> dict[str, Any]:
    choices = list(dict.fromkeys(told.choices))
    if len(choices) < 2:
        raise ProcedureRefusedError(_("choices: two at the least, each on a line of its own."))
    if len(choices) > MOST_CHOICES or any(len(each) > CHOICE_LENGTH for each in choices):
        words = _("choices: at most %(count)s, of at most %(length)s characters.")
        raise ProcedureRefusedError(words % {"count": MOST_CHOICES, "length": CHOICE_LENGTH})
    strange = next((each for each in told.failing if each not in choices), None)
    if strange is not None:
        raise ProcedureRefusedError(_("failing: “%s” is none of the choices.") % strange)
    if set(choices) == set(told.failing):
        raise ProcedureRefusedError(_("failing: one of the choices has to pass."))
    return {"choices": choices, "failing": list(dict.fromkeys(told.failing))}


def _reading(told: StepTold, limits: dict[str, Any]) -> dict[str, Any]:
    term = VOCABULARY.get(told.reading)
    if term is None:
        raise ProcedureRefusedError(_("reading: choose one of the vocabulary."))
    fields: dict[str, Any] = {"reading": term.name, "max_age_min": told.max_age_min, "unit": term.unit}
    if term.kind == "number":
        return fields | limits
    if term.kind == "state":
        strange = next((each for each in told.choices if each not in term.states), None)
        if strange is not None:
            words = _("choices: “%(state)s” is no state of it; there are %(states)s.")
            raise ProcedureRefusedError(words % {"state": strange, "states": ", ".join(term.states)})
        return fields | {"choices": list(dict.fromkeys(told.choices))}
    return fields


@transaction.atomic
def make_procedure(
    *,
    name: str,
    kind: str,
    by: Any,
    now: datetime,
    category: Category | None = None,
    model: EquipmentModel | None = None,
) -> ProcedureVersion:
    """A new one, with an empty draft. Raises :class:`ProcedureRefusedError` that names the field."""
    plain = " ".join(name.replace("\0", "").split())
    if not plain:
        raise ProcedureRefusedError(_("name: give it one."))
    if category is not None and model is not None:
        raise ProcedureRefusedError(_("category: it is for a category or for a model."))
    if Procedure.objects.filter(name__iexact=plain).exists():
        raise ProcedureRefusedError(_("name: there is a procedure of that name already."))
    procedure = Procedure.objects.create(name=plain, kind=kind, category=category, model=model, made_at=now)
    return ProcedureVersion.objects.create(
        procedure=procedure, number=1, made_at=now, made_by=by, changed_at=now, changed_by=by
    )


@transaction.atomic
def begin_draft(*, procedure: Procedure, by: Any, now: datetime) -> ProcedureVersion:
    """The draft that is there, else a new one with the steps of the version in use, which stays as it is."""
    locked = Procedure.objects.select_for_update().get(pk=procedure.pk)
    if locked.retired_at is not None:
        raise ProcedureRefusedError(_("The procedure is retired."))
    there: ProcedureVersion | None = locked.versions.filter(state=VersionState.DRAFT).first()
    if there is not None:
        return there
    former = locked.versions.order_by("number").last()
    draft = ProcedureVersion.objects.create(
        procedure=locked,
        number=former.number + 1 if former else 1,
        made_at=now,
        made_by=by,
        changed_at=now,
        changed_by=by,
    )
    steps = list(former.steps.all()) if former else []
    for step in steps:
        step.pk, step.version = None, draft
        step._state.adding = True
        step.save()
    return draft


def _lock_draft(version: ProcedureVersion, edition: int | None) -> ProcedureVersion:
    """Raises :class:`ProcedureRefusedError` for what is no draft any more, :class:`ChangedMeanwhileError` by the
    edition."""
    locked = (
        ProcedureVersion.objects.select_for_update(of=("self",))
        .select_related("procedure", "changed_by")
        .filter(pk=version.pk)
        .first()
    )
    if locked is None or not locked.is_draft:
        raise ChangedMeanwhileError(_("Somebody published or discarded this draft meanwhile. Begin again."))
    if edition is not None and edition != locked.edition:
        person = locked.changed_by
        who = (person.get_full_name() or person.get_username()) if person else _("Somebody else")
        words = _("%(who)s changed this draft meanwhile: nothing of yours was kept. Look at it as it is now.")
        raise ChangedMeanwhileError(words % {"who": who})
    return locked


def _changed(draft: ProcedureVersion, by: Any, now: datetime) -> ProcedureVersion:
    draft.edition += 1
    draft.changed_at, draft.changed_by = now, by
    draft.save(update_fields=["edition", "changed_at", "changed_by"])
    return draft


@transaction.atomic
def add_step(
    *, draft: ProcedureVersion, told: StepTold, by: Any, now: datetime, edition: int | None = None
) -> Step:
    """At the end. Raises :class:`ProcedureRefusedError`."""
    fields = check_step(told)
    locked = _lock_draft(draft, edition)
    last = locked.steps.aggregate(last=Max("position"))["last"] or 0
    if locked.steps.count() >= MOST_STEPS:
        raise ProcedureRefusedError(_("A procedure has at most %s steps.") % MOST_STEPS)
    step = Step.objects.create(version=locked, position=last + 1, **fields)
    _changed(locked, by, now)
    return step


@transaction.atomic
def change_step(
    *, draft: ProcedureVersion, step: int, told: StepTold, by: Any, now: datetime, edition: int | None = None
) -> Step:
    """Raises :class:`ProcedureRefusedError`."""
    fields = check_step(told)
    locked = _lock_draft(draft, edition)
    found = _step(locked, step)
    for name, value in fields.items():
        setattr(found, name, value)
    found.save()
    _changed(locked, by, now)
    return found


@transaction.atomic
def delete_step(
    *, draft: ProcedureVersion, step: int, by: Any, now: datetime, edition: int | None = None
) -> None:
    """Of a draft, which nobody has used. Those behind it move up."""
    locked = _lock_draft(draft, edition)
    found = _step(locked, step)
    position = found.position
    found.delete()
    # One by one, from the front: each moves to a position that is free by then.
    for later in locked.steps.filter(position__gt=position).order_by("position"):
        Step.objects.filter(pk=later.pk).update(position=F("position") - 1)
    _changed(locked, by, now)


@transaction.atomic
def move_step(
    *, draft: ProcedureVersion, step: int, up: bool, by: Any, now: datetime, edition: int | None = None
) -> None:
    """Changes places with the step before or behind it; at the end there is none, and nothing happens."""
    locked = _lock_draft(draft, edition)
    found = _step(locked, step)
    beside = locked.steps.filter(position=found.position + (-1 if up else 1)).first()
    if beside is None:
        return
    mine, its = found.position, beside.position
    Step.objects.filter(pk=found.pk).update(position=0)
    Step.objects.filter(pk=beside.pk).update(position=mine)
    Step.objects.filter(pk=found.pk).update(position=its)
    _changed(locked, by, now)


def _step(draft: ProcedureVersion, pk: int) -> Step:
    step = draft.steps.filter(pk=pk).first()
    if step is None:
        raise ChangedMeanwhileError(_("The step is not there any more."))
    return step


@transaction.atomic
def publish_draft(
    *, draft: ProcedureVersion, by: Any, now: datetime, edition: int | None = None
) -> ProcedureVersion:
    """In use from now on, for what is begun from now on; the version before it is replaced."""
    Procedure.objects.select_for_update().get(pk=draft.procedure_id)
    locked = _lock_draft(draft, edition)
    if not locked.steps.exists():
        raise ProcedureRefusedError(_("Add a step first."))
    locked.procedure.versions.filter(state=VersionState.CURRENT).update(
        state=VersionState.RETIRED, retired_at=now
    )
    locked.state, locked.published_at, locked.published_by = VersionState.CURRENT, now, by
    locked.save(update_fields=["state", "published_at", "published_by"])
    return locked


@transaction.atomic
def discard_draft(*, draft: ProcedureVersion, edition: int | None = None) -> None:
    """Nobody used it. The version in use stays; a procedure that never had one is retired."""
    locked = _lock_draft(draft, edition)
    procedure = locked.procedure
    if procedure.versions.count() == 1:
        raise ProcedureRefusedError(_("It is the only version. Retire the procedure instead."))
    locked.delete()


@transaction.atomic
def retire_procedure(*, procedure: Procedure, now: datetime) -> None:
    """Not offered any more. What was done by it stays, and what is under way is ended by it."""
    locked = Procedure.objects.select_for_update().get(pk=procedure.pk)
    if locked.retired_at is None:
        locked.retired_at = now
        locked.save(update_fields=["retired_at"])
