"""The words of procedures for templates."""

from __future__ import annotations

from typing import Any

from django import template

from assets.procedures.judging import value_words
from assets.procedures.numbers import limit_words
from assets.procedures.words import Standing, Verdict
from assets.vocabulary import VOCABULARY

register = template.Library()

_VERDICTS = {
    Verdict.PASSED: "ready",
    Verdict.FAILED: "down",
    Verdict.NOTED: "ready",
    Verdict.NOT_FOR_IT: "unheard",
}
_STANDINGS = {Standing.RED: "down", Standing.AMBER: "dirty", Standing.GREEN: "ready"}
"""How each is coloured; its word stands beside it always."""


@register.filter
def verdict_token(verdict: str) -> str:
    return _VERDICTS[Verdict(verdict)]


@register.filter
def standing_token(standing: str) -> str:
    return _STANDINGS[Standing(standing)]


@register.filter
def step_limits(step: Any) -> str:
    return limit_words(step.low, step.high, step.unit)


@register.filter
def reading_label(step: Any) -> str:
    term = VOCABULARY.get(step.reading)
    return term.label if term else str(step.reading)


@register.filter
def with_unit(step: Any, value: str) -> str:
    return value_words(step, value)
