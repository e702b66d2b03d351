"""Procedures from a file, JSON or a table: each is taken whole, as a draft, or left out with what is wrong in it."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from assets.models import Category, EquipmentModel
from assets.procedures.editing import ProcedureRefusedError, add_step, make_procedure
from assets.procedures.forms import STEP_FIELDS, plain, read_step
from assets.procedures.models.procedures import NAME_LENGTH
from assets.procedures.words import KINDS

MOST_BYTES = 1_000_000
MOST_PROCEDURES = 200
COLUMNS = ("procedure", "work", "category", "model", "step", *STEP_FIELDS[1:])
"""Of a table, a row for each step. ``step`` is the kind of step; choices and those that fail are parted by ``|``."""
_TRUE = frozenset({"", "1", "true", "yes", "on"})


class FileRefusedError(ValueError):
    """It cannot be read at all; the text says why, with the name of the field."""


@dataclass(frozen=True, slots=True)
class Problem:
    """``row``: the line of a table, or the place in the list of a JSON file, from 1."""

    row: int
    name: str
    words: str


@dataclass(frozen=True, slots=True)
class BroughtIn:
    made: list[Any] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


@dataclass(slots=True)
class _Told:
    row: int
    head: Mapping[str, Any]
    steps: list[tuple[int, dict[str, Any]]]


def bring_in_procedures(content: bytes, *, by: Any, now: datetime) -> BroughtIn:
    """What can be taken is; the rest is told row by row. Raises :class:`FileRefusedError` for what is no such file."""
    if len(content) > MOST_BYTES:
        raise FileRefusedError(_("file: it is larger than %s MB.") % (MOST_BYTES // 1_000_000))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise FileRefusedError(_("file: it is not written in UTF-8.")) from error
    told = _of_json(text) if text.lstrip()[:1] in ("[", "{") else _of_table(text)
    if len(told) > MOST_PROCEDURES:
        raise FileRefusedError(_("file: at most %s procedures at once.") % MOST_PROCEDURES)
    brought = BroughtIn()
    for each in told:
        _take(each, brought, by, now)
    return brought


def _of_json(text: str) -> list[_Told]:
    try:
        rows = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise FileRefusedError(_("file: it is no JSON that can be read.")) from error
    rows = rows if isinstance(rows, list) else [rows]
    told = []
    for place, row in enumerate(rows, 1):
        steps = row.get("steps") if isinstance(row, dict) else None
        if not isinstance(steps, list) or not all(isinstance(step, dict) for step in steps):
            raise FileRefusedError(_("file: entry %s is no procedure with a list of steps.") % place)
        told.append(_Told(place, row, [(place, _plain_step(step)) for step in steps]))
    return told


def _plain_step(step: Mapping[str, Any]) -> dict[str, Any]:
    """As the form of the editor would send it."""
    told = {name: step[name] for name in STEP_FIELDS if step.get(name) is not None}
    for name in ("choices", "failing"):
        if isinstance(told.get(name), list):
            told[name] = "\n".join(str(each) for each in told[name])
    told["is_required"] = step.get("is_required", True) in (True, "true", "on")
    return told


def _of_table(text: str) -> list[_Told]:
    head = text.partition("\n")[0]
    reader = csv.DictReader(io.StringIO(text), delimiter=max(",;\t", key=head.count))
    missing = [
        name for name in ("procedure", "work", "step", "words") if name not in (reader.fieldnames or [])
    ]
    if missing:
        raise FileRefusedError(_("file: there is no column “%s”.") % missing[0])
    told: dict[str, _Told] = {}
    try:
        for row in reader:
            cells = {name: (row.get(name) or "").strip() for name in COLUMNS}
            each = told.setdefault(
                cells["procedure"],
                _Told(reader.line_num, cells | {"name": cells["procedure"], "kind": cells["work"]}, []),
            )
            step = {name: cells[name] for name in STEP_FIELDS[1:]} | {"kind": cells["step"]}
            for name in ("choices", "failing"):
                step[name] = step[name].replace("|", "\n")
            each.steps.append(
                (reader.line_num, step | {"is_required": cells["is_required"].lower() in _TRUE})
            )
    except csv.Error as error:
        raise FileRefusedError(_("file: it cannot be read as a table.")) from error
    return list(told.values())


def _take(told: _Told, brought: BroughtIn, by: Any, now: datetime) -> None:
    name = str(told.head.get("name", ""))[:NAME_LENGTH]
    row = told.row
    try:
        with transaction.atomic():
            draft = make_procedure(
                name=plain(told.head, "name", NAME_LENGTH),
                kind=_kind(told.head),
                by=by,
                now=now,
                **_for(told.head),
            )
            for at, step in told.steps:
                row = at
                add_step(draft=draft, told=read_step(step), by=by, now=now)
    except ProcedureRefusedError as refused:
        brought.problems.append(Problem(row, name, str(refused)))
    else:
        brought.made.append(draft.procedure)


def _kind(head: Mapping[str, Any]) -> str:
    kind = str(head.get("kind", ""))
    if kind not in dict(KINDS):
        raise ProcedureRefusedError(_("kind: choose one."))
    return kind


def _for(head: Mapping[str, Any]) -> dict[str, Any]:
    slug, name = str(head.get("category") or ""), str(head.get("model") or "")
    category = Category.objects.filter(slug=slug).first() if slug else None
    model = EquipmentModel.objects.filter(name__iexact=name).first() if name else None
    if (slug and category is None) or (name and model is None):
        raise ProcedureRefusedError(_("category: there is no such category or model."))
    return {"category": category, "model": model}
