"""What readings mean: for the device's work, and as alarms."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from assets.vocabulary import Term
from collectors.profiles.model import ACTIVITIES, SEVERITIES, Alarm, Condition, Rule
from collectors.profiles.strict import Section

OPERATORS = ("above", "at_least", "below", "at_most")
"""How a number may be compared."""
LONGEST_WORDS = 80


class Named(Protocol):
    """What a rule has to know of a reading."""

    @property
    def name(self) -> str: ...

    @property
    def term(self) -> Term: ...


def read_rules(section: Section, readings: Sequence[Named]) -> tuple[Rule, ...]:
    rules = []
    for item in section.sections("activity"):
        word = item.choice("is", ACTIVITIES)
        rules.append(Rule(ACTIVITIES[word], _conditions(item, readings), word))
        item.done()
    return tuple(rules)


def read_alarms(section: Section, readings: Sequence[Named]) -> tuple[Alarm, ...]:
    alarms: list[Alarm] = []
    for item in section.sections("alarms"):
        words = item.text("is")
        if len(words) > LONGEST_WORDS:
            item.fail("is", f"is longer than {LONGEST_WORDS} characters")
        if any(words == alarm.words for alarm in alarms):
            item.fail("is", f"{words!r} stands twice")
        alarms.append(Alarm(words, item.choice("severity", SEVERITIES), _conditions(item, readings)))
        item.done()
    return tuple(alarms)


def _conditions(section: Section, readings: Sequence[Named]) -> tuple[Condition, ...]:
    terms = {reading.name: reading.term for reading in readings}
    conditions = tuple(_condition(part, terms) for part in section.sections("when"))
    if not conditions:
        section.fail("when", "names no condition")
    return conditions


def _condition(section: Section, terms: dict[str, Term]) -> Condition:
    name = section.choice("reading", terms)
    term = terms[name]
    if term.kind == "state":
        words = section.words("in")
        for word in words:
            if word not in term.states:
                section.fail("in", f"{name} is never {word!r}")
        if not words:
            section.fail("in", "names no state")
        condition = Condition(name, "in", words)
    elif term.kind == "number":
        operator = next((key for key in OPERATORS if key in section), None)
        if operator is None:
            section.fail("reading", f"{name} is a number: compare by one of {', '.join(OPERATORS)}")
        condition = Condition(name, operator, section.number(operator))
    else:
        section.fail("reading", f"{name} is a text, which decides nothing")
    section.done()
    return condition
