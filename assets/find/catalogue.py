"""What a text names in the catalogue: models by category, synonym, maker and name, and departments.

The catalogue is read anew each time, so that an entry counts as soon as it is made; its words stay sorted in the
process for as long as nothing in it changed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, reduce
from typing import Any

from django.db import connection
from django.db.models import Model

from assets.find.clauses import Clause, fetched, one_of
from assets.find.text import words_of
from assets.find.vocabulary import Names, Vocabulary
from assets.models import Category, EquipmentModel
from locations.models import Department

MOST_WORDS = 8


@dataclass(frozen=True, slots=True)
class Named:
    """Models, of any department or of these alone. Without models: whatever belongs to the departments."""

    models: Names
    departments: Names | None = None

    @property
    def clause(self) -> Clause:
        of_departments = one_of("a.department_id", sorted(self.departments or ()))
        if not self.models:
            return of_departments
        of_models = one_of("a.model_id", sorted(self.models))
        return of_models if self.departments is None else of_models & of_departments


Rows = list[tuple[Any, ...]]


class Catalogue:
    """As it stands in the database: one read of it. ``rows`` of categories, models and departments."""

    def __init__(self, rows: tuple[Rows, Rows, Rows]) -> None:
        self.rows = rows
        departments = Department.objects.values_list("pk", "name")
        self._models = Vocabulary({pk: _words_of_model(model) for pk, model in self.models.items()})
        self._departments = Vocabulary({pk: _words(name) for pk, name in departments})

    @cached_property
    def models(self) -> dict[int, EquipmentModel]:
        """By primary key, with their categories. They are shared: to read, not to change."""
        found: dict[int, EquipmentModel] = EquipmentModel.objects.select_related("category").in_bulk()
        return found

    def named_in(self, text: str) -> list[Named]:
        """What ``text`` names; empty if it names nothing."""
        words = words_of(text)[:MOST_WORDS]
        return self.named_by(words) if words else []

    def named_by(self, words: Sequence[str]) -> list[Named]:
        """What has all the words: whole ones; only if nothing has, begun ones; only then mistyped ones.

        Words mean equipment first; where no equipment has them all, some may mean departments.
        """
        models: list[Names] = [frozenset()] * len(words)
        departments = list(models)
        for way in ("whole", "begun", "mistyped"):
            models = [
                known | getattr(self._models, way)(word) for known, word in zip(models, words, strict=True)
            ]
            departments = [
                known | getattr(self._departments, way)(word)
                for known, word in zip(departments, words, strict=True)
            ]
            if all(models) and (of_all := reduce(Names.__and__, models)):
                return [Named(of_all)]
            if shared := list(_shared(models, departments)):
                return shared
        return []


def _shared(models: Sequence[Names], departments: Sequence[Names]) -> Iterator[Named]:
    """For each department, the words that are its own; the rest have to name equipment. Where a department has them
    all, it is meant: "ward 3 west" is no model 3 of another ward in the west."""
    by_words: dict[tuple[int, ...], set[int]] = {}
    for department in sorted(frozenset().union(*departments)):
        own = tuple(at for at, names in enumerate(departments) if department in names)
        by_words.setdefault(own, set()).add(department)
    every = tuple(range(len(departments)))
    if every in by_words:
        by_words = {every: by_words[every]}
    for own, chosen in by_words.items():
        rest = [names for at, names in enumerate(models) if at not in own]
        of_rest = reduce(Names.__and__, rest) if rest else Names()
        if of_rest or not rest:
            yield Named(of_rest, frozenset(chosen))


def _words_of_model(model: EquipmentModel) -> set[str]:
    category = model.category
    synonyms = category.synonyms if isinstance(category.synonyms, list) else []
    return _words(model.manufacturer, model.name, category.name, category.plural, synonyms)


def _words(*names: Any) -> set[str]:
    phrases = [phrase for name in names for phrase in (name if isinstance(name, list) else [name])]
    return {word for phrase in phrases for word in words_of(str(phrase))}


_kept: Catalogue | None = None


def catalogue_now() -> Catalogue:
    """Three queries, which read all of it as it is stored, only to see whether anything changed."""
    global _kept
    rows = (_read(Category), _read(EquipmentModel), _read(Department))
    kept = _kept
    if kept is None or kept.rows != rows:
        kept = _kept = Catalogue(rows)
    return kept


def _read(model: type[Model]) -> Rows:
    columns = ", ".join(str(field.column) for field in model._meta.concrete_fields)
    table = connection.ops.quote_name(model._meta.db_table)
    return fetched(Clause(f"SELECT {columns} FROM {table} ORDER BY id"))  # noqa: S608 names of our own
