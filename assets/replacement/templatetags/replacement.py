"""Scores for templates."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.formats import number_format

from assets.replacement.models import Score
from assets.replacement.shown import moved_words
from assets.replacement.words import Part

register = template.Library()
register.filter("moved_words", moved_words)


@register.filter
def points_of(score: Score, part: Part) -> float | None:
    value: float | None = score.points.get(part.value)
    return value


@register.filter
def as_score(value: float | None) -> str:
    """Whole points; a dash where there is none, which what stands beside it explains."""
    return "–" if value is None else number_format(round(value), 0)


@register.filter
def as_known(share: Any) -> str:
    return f"{round(100 * share)} %"
