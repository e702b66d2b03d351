"""Figures for templates: the value with its unit, or why there is none."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import template
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.translation import gettext as _

from assets.measures.asking import address_of
from assets.measures.figures import Figure
from assets.measures.scope import Scope

register = template.Library()


def _or_why(figure: Figure, words: str) -> Any:
    if figure.value is None:
        return format_html('<span class="quiet">{}</span>', figure.why)
    return words


def _shown(value: float, places: int) -> str:
    """Rounded: the format alone would cut."""
    return number_format(round(value, places), places, force_grouping=True)


def _places(value: float) -> int:
    return 0 if value >= 100 else 1 if value >= 10 else 2


@register.filter
def as_percent(figure: Figure) -> Any:
    return _or_why(figure, f"{_percent((figure.value or 0) * 100)} %")


def _percent(value: float) -> str:
    """All and nothing are said of all and nothing alone: 99.99 is not 100, and 0.004 is not 0."""
    if round(value, 1) >= 100 > value:
        return _shown(min(value, 99.99), 2)
    if round(value, 1) == 0 < value:
        return _shown(max(value, 0.01), 2)
    return _shown(value, 1)


@register.filter
def as_hours(figure: Figure) -> Any:
    value = figure.value or 0
    return _or_why(figure, f"{_shown(value, _places(value))} h")


@register.filter
def as_rate(figure: Figure) -> Any:
    return _or_why(figure, _("%s in 1,000 h") % _shown(figure.value or 0, 2))


@register.filter
def hours_of(length: timedelta | None) -> str:
    hours = (length or timedelta(0)) / timedelta(hours=1)
    return _shown(hours, _places(hours) if hours else 0)


@register.filter
def days_of(length: timedelta | None) -> str:
    return _shown((length or timedelta(0)) / timedelta(days=1), 1)


@register.filter
def money(amount: Any) -> str:
    return number_format(round(amount, 2), 2, force_grouping=True)


@register.simple_tag
def scoped(scope: Scope, **more: Any) -> str:
    """The query of an address with the scope's filters and ``more``."""
    return "?" + address_of(scope, **{name: str(value) for name, value in more.items() if value})
