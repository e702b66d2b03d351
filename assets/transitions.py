"""Work that goes from state to state by declared transitions alone: the shape that such tables share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from django.utils.functional import Promise
from django.utils.translation import gettext


class TransitionRefusedError(ValueError):
    """It cannot go there now, or not by this person; the text says why, for whoever tried."""


@dataclass(frozen=True, slots=True)
class Transition:
    """One declared step: from where, to where, by whom.

    ``permission`` is what the person needs; ``is_for`` says further to which thing, and for whom, it applies.
    ``needs_note``: why has to be told.
    """

    key: str
    label: str | Promise
    sources: frozenset[str]
    target: str
    permission: str
    is_for: Callable[[Any, Any], bool] = lambda _thing, _person: True
    needs_note: bool = False


T = TypeVar("T", bound=Transition)


def open_to(table: Sequence[T], thing: Any, person: Any) -> list[T]:
    """The transitions that the person may make of the thing in its state, in the order of the table."""
    return [
        step
        for step in table
        if thing.state in step.sources and step.is_for(thing, person) and person.has_perm(step.permission)
    ]


def declared(table: Sequence[T], thing: Any, key: str, person: Any) -> T:
    """The transition of that name. Raises :class:`TransitionRefusedError`, which says what is possible."""
    possible = [step for step in table if step.key == key]
    if not possible:
        raise TransitionRefusedError(gettext("There is no transition “%s”.") % key)
    steps = [step for step in possible if thing.state in step.sources and step.is_for(thing, person)]
    if not steps:
        here = open_to(table, thing, person)
        ways = ", ".join(f"“{step.label}”" for step in here) or gettext("nothing")
        words = gettext("“%(step)s” is not possible while it is “%(state)s”. You can do here: %(ways)s.")
        here_now = {"step": possible[0].label, "state": thing.get_state_display(), "ways": ways}
        raise TransitionRefusedError(words % here_now)
    if not person.has_perm(steps[0].permission):
        raise TransitionRefusedError(gettext("Your role may not do “%s”.") % steps[0].label)
    return steps[0]
