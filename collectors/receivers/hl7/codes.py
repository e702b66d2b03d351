"""What codes mean: the table that is shipped, and what a site calls otherwise. Read strictly, once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Generic, TypeVar

from assets.vocabulary import VOCABULARY, Term
from collectors.profiles.strict import Section, read_section

TABLE = Path(__file__).with_name("codes.yaml")
NAME = r"MDCX?_[A-Za-z0-9_]+"
SYSTEMS = ("MDC", "")
"""Names of the coding system; some senders leave it out."""
HIGHEST = 2**31 - 1
PARTS = {
    "names": ("serial", "mac"),
    "alarms": ("condition", "state", "priority", "event"),
    "places": ("place", "x", "y"),
}
"""What the codes of a section can be that are no readings."""
REPORTS = ("equipment", "place", "alarm")

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Unit:
    """Multiplied by ``times`` it is ``unit``, as the vocabulary has it."""

    unit: str
    times: float


@dataclass(frozen=True, slots=True)
class Meaning:
    """What is told under a code: the reading ``term``, or else ``part``, one of :data:`PARTS`."""

    term: Term | None = None
    part: str = ""
    states: Mapping[str, str] = field(default_factory=dict)
    others_say_nothing: bool = False


@dataclass(frozen=True, slots=True)
class Condition:
    """What an alarm or event is about. ``in_use``: a patient is connected; ``state``: of the device from then on."""

    code: int
    says: str
    in_use: bool
    state: str


class Lookup(Generic[T]):
    """By number or, where that is 0, by name. Number and name that mean different things mean nothing."""

    def __init__(self) -> None:
        self._by_number: dict[int, T] = {}
        self._by_name: dict[str, T] = {}

    def add(self, section: Section, meaning: T, number: int, names: tuple[str, ...]) -> None:
        if not number and not names:
            section.fail("code", "is missing, and there are no names")
        if number in self._by_number or any(name in self._by_name for name in names):
            section.fail("code", "stands twice")
        if number:
            self._by_number[number] = meaning
        self._by_name |= dict.fromkeys(names, meaning)

    def call_also(self, alias: str, name: str) -> bool:
        """Whether there is such a name. From now on ``alias``, a name or a number, means the same."""
        if name not in self._by_name:
            return False
        if _is_number(alias):
            self._by_number[int(alias)] = self._by_name[name]
        else:
            self._by_name[alias] = self._by_name[name]
        return True

    def find(self, number: str, name: str, system: str) -> T | None:
        if system not in SYSTEMS:
            return None
        by_number = self._by_number.get(int(number)) if _is_number(number) else None
        by_name = self._by_name.get(name)
        if by_number is None:
            return by_name if not number.strip("0") else None
        return None if by_name not in (None, by_number) else by_number


def _is_number(text: str) -> bool:
    return len(text) <= 10 and text.isascii() and text.isdecimal()


@dataclass(frozen=True, slots=True)
class Codes:
    """The whole table. ``ucum`` has units by what UCUM calls them."""

    meanings: Lookup[Meaning]
    conditions: Lookup[Condition]
    reports: Lookup[str]
    units: Lookup[Unit]
    ucum: Mapping[str, Unit]


def read_codes(aliases: Mapping[str, str]) -> Codes:
    """The shipped table, with names of a site's own: alias → name. ValueError names one that leads nowhere."""
    codes = _read_table() if aliases else _shipped()
    for alias, name in aliases.items():
        known = [
            lookup.call_also(alias, name) for lookup in (codes.meanings, codes.conditions, codes.reports)
        ]
        if not any(known):
            raise ValueError(f"{name} is no name of a code that is known")
    return codes


@lru_cache(maxsize=1)
def _shipped() -> Codes:
    return _read_table()


def _read_table() -> Codes:
    section = read_section(TABLE)
    codes = Codes(Lookup(), Lookup(), Lookup(), Lookup(), ucum := {})
    for item in section.sections("units"):
        number, names = _code(item)
        unit = Unit(item.text("is"), item.number("times", 1.0))
        codes.units.add(item, unit, number, names)
        ucum[item.text("ucum")] = unit
        item.done()
    for item in section.sections("readings"):
        codes.meanings.add(item, *_reading(item))
    for name, parts in PARTS.items():
        for item in section.sections(name):
            codes.meanings.add(item, Meaning(part=item.choice("is", parts)), *_code(item))
            item.done()
    for item in section.sections("conditions"):
        codes.conditions.add(item, *_condition(item))
    for item in section.sections("reports"):
        codes.reports.add(item, item.choice("is", REPORTS), *_code(item))
        item.done()
    section.done()
    return codes


def _code(item: Section) -> tuple[int, tuple[str, ...]]:
    return item.integer("code", 1, HIGHEST, 0) if "code" in item else 0, item.words("names")


def _reading(item: Section) -> tuple[Meaning, int, tuple[str, ...]]:
    number, names = _code(item)
    term = VOCABULARY[item.choice("reading", VOCABULARY)]
    states: dict[str, str] = {}
    if (table := item.section("states")) is not None:
        states = {str(word): table.choice(word, term.states) for word in table.keys()}  # noqa: SIM118
    if bool(states) != (term.kind == "state"):
        item.fail("states", f"does not go with {term.name}")
    meaning = Meaning(term, "", states, item.flag("others_say_nothing"))
    item.done()
    return meaning, number, names


def _condition(item: Section) -> tuple[Condition, int, tuple[str, ...]]:
    number, names = _code(item)
    states = VOCABULARY["device_state"].states
    state = item.choice("state", states) if "state" in item else ""
    condition = Condition(number, item.text("says"), item.flag("in_use"), state)
    item.done()
    return condition, number, names
