"""What a rule found, as a saying short enough for a phone: see :mod:`assets.alerts.sayings`."""

from __future__ import annotations

from typing import Any

from assets.alerts.episodes import Episode
from assets.alerts.models import Rule
from assets.alerts.words import Kind
from assets.vocabulary import VOCABULARY
from locations.models import Zone

_IN_A_ZONE = frozenset({Kind.ENTERS, Kind.LEAVES, Kind.STAYS, Kind.LEAVES_BUILDING, Kind.WASTE})


def saying_of(rule: Rule, episode: Episode) -> dict[str, Any]:
    """Of what ``rule`` found, as of when it was raised; empty where the rule's name says it all."""
    seconds = (episode.raised_at - episode.begin).total_seconds()
    if rule.kind == Kind.MISSING:
        return {"id": "missing", "seconds": seconds}
    if rule.kind == Kind.FAULT:
        return {"id": "fault"}
    if rule.kind in _IN_A_ZONE:
        return _of_place(rule, episode, seconds)
    return _of_reading(rule, episode)


def _of_place(rule: Rule, episode: Episode, seconds: float) -> dict[str, Any]:
    zone = Zone.objects.filter(pk=int(episode.what)).first() if episode.what is not None else None
    if zone is None:
        return {"id": "leaves_all"} if rule.kind == Kind.LEAVES else {}
    return {"id": str(rule.kind), "zone": zone.name, "seconds": seconds}


def _of_reading(rule: Rule, episode: Episode) -> dict[str, Any]:
    term = VOCABULARY[str(rule.parameters["reading"])]
    if episode.what is None:
        return {"id": "beyond", "reading": term.label}
    above, below = rule.parameters.get("above"), rule.parameters.get("below")
    is_above = above is not None and (below is None or abs(episode.what - above) <= abs(episode.what - below))
    return {
        "id": "above" if is_above else "below",
        "reading": term.label,
        "value": round(episode.what, term.decimals),
        "decimals": term.decimals,
        "limit": above if is_above else below,
        "unit": term.unit,
    }
