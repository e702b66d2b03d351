"""Figures as people read them."""

from __future__ import annotations

from django import template

from assets.utilisation.explaining import share
from assets.utilisation.figures import Figure, Unit

register = template.Library()


@register.filter
def told(figure: Figure) -> str:
    """The value in words, or a dash: the reason is said beside it."""
    if figure.value is None:
        return "–"
    if figure.unit is Unit.SHARE:
        return share(figure.value)
    if figure.unit is Unit.SECONDS:
        return duration(figure.value)
    return f"{figure.value:.1f}".removesuffix(".0")


@register.filter
def percent(figure: Figure) -> str:
    """For a meter: 0 to 100, and nothing where there is no figure."""
    return "" if figure.value is None else f"{100 * figure.value:.1f}"


@register.filter
def as_share(value: float) -> str:
    return share(value)


@register.filter
def duration(seconds: float) -> str:
    """A length of time in its largest fitting unit."""
    for unit, divisor in (("d", 86_400), ("h", 3600), ("min", 60)):
        if seconds >= 2 * divisor:
            return f"{seconds / divisor:,.1f} {unit}"
    return f"{seconds:.0f} s"


@register.filter
def hours(seconds: float) -> str:
    return f"{seconds / 3600:,.1f}"
