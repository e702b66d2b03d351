"""Filters for what a poll by hand brought back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from django import template
from django.utils import timezone

from assets.models import Asset
from assets.readings import number_words, state_words, unit_words
from assets.vocabulary import VOCABULARY
from collectors.models import Pause
from collectors.overview import sources_of
from collectors.pauses import by_words, pauses_in_force
from collectors.pauses import pause_words as words_of_pause

register = template.Library()
register.filter("state_words", state_words)


@register.filter
def decoded(row: Mapping[str, Any]) -> str:
    """The value of a report's row, in the words and with the unit of the asset page."""
    value, term = row.get("value"), VOCABULARY.get(str(row.get("name")))
    if value is None or term is None:
        return ""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return f"{number_words(value, term, timezone.now())} {unit_words(term)}".rstrip()
    return state_words(str(value)) if term.kind == "state" else str(value)


@register.filter
def pause_words(pause: Pause, zone: str) -> str:
    """Who holds what back, since when, until when and why, in the times of a zone."""
    return words_of_pause(pause, timezone.now(), ZoneInfo(zone))


@register.filter
def paused_by(pause: Pause, zone: str) -> str:
    """The same without what is paused, for those who know no segments."""
    return by_words(pause, timezone.now(), ZoneInfo(zone))


@register.simple_tag
def polling_pause(asset: Asset) -> Pause | None:
    """What holds back whoever reads this equipment, where nothing else reads it."""
    pauses = pauses_in_force(timezone.now())
    if not pauses.all:
        return None
    held = [
        pauses.on(endpoint_id=pk, segment_id=segment)
        for pk, segment in sources_of(asset).values_list("pk", "segment_id")
    ]
    return held[0] if held and all(held) else None
