"""A file of receivers and where they are: looked over as a whole first, then stored as a whole, or not at all."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import IntegrityError, transaction

from locations.models import Receiver, Zone
from locations.queries import FloorQuerySet
from locations.receiver_rows import COLUMNS, Places, Problem, WrongError, read_row

MOST_OCTETS = 1_000_000
MOST_ROWS = 5_000
FIELDS = ("kind", "label", "floor_id", "zone_id", "x", "y", "reach_m")
_PLACING = ("floor", "zone", "x", "y")
_NAMING = ({"identifier"}, {"access_point"}, {"switch", "port"})


class ImportRefusedError(Exception):
    """Nothing was stored."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("; ".join(map(str, problems[:5])))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Planned:
    """One line. ``before`` are the stored values, none for a receiver that is new."""

    line: int
    receiver: Receiver
    before: Mapping[str, Any] | None

    @property
    def after(self) -> dict[str, Any]:
        return values_of(self.receiver)

    @property
    def change(self) -> str:
        if self.before is None:
            return "new"
        return "unchanged" if self.before == self.after else "changed"


@dataclass(slots=True)
class ImportPlan:
    """What a file would do, and what is wrong with it. ``left_out``: lines that tell no place at all."""

    lines: list[Planned] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    left_out: int = 0

    def of(self, change: str) -> list[Planned]:
        return [line for line in self.lines if line.change == change]

    @property
    def changes(self) -> dict[str, list[Any]]:
        """Identifier → [before, after], of what is new or changed: for the audit trail."""
        return {p.receiver.identifier: [p.before, p.after] for p in self.lines if p.change != "unchanged"}

    def __str__(self) -> str:
        words = [f"{len(self.of(change))} {change}" for change in ("new", "changed", "unchanged")]
        return ", ".join([*words, f"{self.left_out} without a place left out"] if self.left_out else words)


def values_of(receiver: Receiver) -> dict[str, Any]:
    return {name: str(v) if name == "kind" else v for name in FIELDS for v in [getattr(receiver, name)]}


def plan_import(content: bytes, *, floors: FloorQuerySet) -> ImportPlan:
    """Look over a file. ``floors`` are those that whoever brings it may place receivers on."""
    plan = ImportPlan()
    try:
        rows = list(_rows(content))
    except WrongError as wrong:
        plan.problems.append(Problem(1, wrong.column, wrong.words))
        return plan
    places = _places(floors)
    seen: dict[str, int] = {}
    for line, cells in rows:
        if not any(cells[column] for column in _PLACING):
            plan.left_out += 1
            continue
        try:
            receiver = read_row(cells, places)
        except WrongError as wrong:
            plan.problems.append(Problem(line, wrong.column, wrong.words))
            continue
        name = receiver.identifier
        if seen.setdefault(name, line) != line:
            plan.problems.append(Problem(line, "identifier", f"“{name}” stands in line {seen[name]} already"))
        else:
            plan.lines.append(Planned(line, receiver, None))
    _compare(plan, places)
    return plan


def import_receivers(plan: ImportPlan) -> None:
    """Store all of a plan; :class:`ImportRefusedError`, and nothing is stored, if anything is wrong with it."""
    if plan.problems:
        raise ImportRefusedError(plan.problems)
    try:
        with transaction.atomic():
            Receiver.objects.bulk_create([planned.receiver for planned in plan.of("new")])
            Receiver.objects.bulk_update([planned.receiver for planned in plan.of("changed")], FIELDS)
    except IntegrityError as error:
        late = Problem(1, "identifier", "somebody changed the receivers meanwhile: look at the file again")
        raise ImportRefusedError([late]) from error


def _rows(content: bytes) -> Iterator[tuple[int, dict[str, str]]]:
    """Lines with their cells by column, all columns; a spreadsheet's semicolons are taken for commas."""
    if len(content) > MOST_OCTETS:
        raise WrongError("the file", f"is larger than {MOST_OCTETS:,} octets")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise WrongError("the file", "is not UTF-8: save it as “CSV UTF-8”") from None
    head = text.partition("\n")[0]
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=";" if head.count(";") > head.count(",") else ","
    )
    try:
        lines = [(reader.line_num, row) for row in reader]
    except csv.Error as error:
        raise WrongError("the file", f"is no CSV: {error}") from None
    if len(lines) > MOST_ROWS + 1:
        raise WrongError("the file", f"has more than {MOST_ROWS:,} lines")
    names = _headings(lines[0][1] if lines else [])
    for line, row in lines[1:]:
        cells = [_cell(value) for value in row]
        if any(cells[len(names) :]):
            raise WrongError("the file", f"line {line} has more cells than there are headings")
        if any(cells):
            yield line, dict.fromkeys(COLUMNS, "") | dict(zip(names, cells, strict=False))


def _headings(row: list[str]) -> list[str]:
    names = [name.strip().lower().replace(" ", "_") for name in row]
    for name in names:
        if name not in COLUMNS:
            raise WrongError(name or "the headings", f"no such column; there are {', '.join(COLUMNS)}")
        if names.count(name) > 1:
            raise WrongError(name, "stands twice")
    if not any(needed <= set(names) for needed in _NAMING):
        raise WrongError("the headings", "name no receiver: identifier, access_point, or switch and port")
    if "floor" not in names:
        raise WrongError("floor", "is missing")
    return names


def _cell(value: str) -> str:
    """Without the apostrophe that keeps a spreadsheet from taking it for a formula."""
    text = value.strip()
    return text[1:] if text[:1] == "'" and text[1:2] in ("=", "+", "-", "@") else text


def _places(floors: FloorQuerySet) -> Places:
    zones: dict[int, list[Zone]] = {}
    for zone in Zone.objects.current().filter(floor__in=floors).order_by("pk"):
        zones.setdefault(zone.floor_id, []).append(zone)
    return Places({floor.slug: floor for floor in floors}, zones)


def _compare(plan: ImportPlan, places: Places) -> None:
    """Find what is stored of each line; a receiver of somebody else's floor is not taken from it."""
    names = [planned.receiver.identifier for planned in plan.lines]
    known = {receiver.identifier: receiver for receiver in Receiver.objects.filter(identifier__in=names)}
    mine = {floor.pk for floor in places.floors.values()}
    lines = []
    for planned in plan.lines:
        stored = known.get(planned.receiver.identifier)
        if stored is not None and stored.floor_id not in mine:
            words = f"“{stored.identifier}” is placed in a site that you may not see"
            plan.problems.append(Problem(planned.line, "identifier", words))
            continue
        planned.receiver.pk = stored.pk if stored else None
        lines.append(Planned(planned.line, planned.receiver, values_of(stored) if stored else None))
    plan.lines = lines
    plan.problems.sort(key=lambda problem: problem.line)
