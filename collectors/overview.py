"""All endpoints with how they stand: for the list, its counts and its filters."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from assets.models import Asset, ReadingNow, Stay
from collectors.models import Endpoint, Pause, Segment, Source
from collectors.profiles.library import UnknownProfileError, get_profile
from collectors.profiles.strict import ProfileError
from collectors.segment_health import SegmentHealth, health_of_segments
from collectors.situation import facts_of
from collectors.standing import TITLES, Facts, Situation, Standing, State, standing_of, state_of

_SOURCE = re.compile(r"(endpoint|source):([0-9]+)(?:/|\Z)")


@dataclass(frozen=True, slots=True)
class Row:
    """One endpoint as the list shows it."""

    endpoint: Endpoint
    standing: Standing
    profile: str


@dataclass(frozen=True, slots=True)
class Group:
    """The endpoints of one network segment that the filters leave, and how the segment does as a whole."""

    segment: Segment
    rows: Sequence[Row]
    health: SegmentHealth | None = None
    pause: Pause | None = None


def endpoints_for(
    user: Any, text: str = "", profile: str = "", segment: int | None = None
) -> QuerySet[Endpoint]:
    """What a row needs, in one query; ``text`` looks into names, addresses and the device behind."""
    endpoints = Endpoint.objects.visible_to(user).select_related(
        "segment__site", "health", "chunk", "asset__model", "asset__site"
    )
    if profile:
        endpoints = endpoints.filter(profile=profile)
    if segment is not None:
        endpoints = endpoints.filter(segment=segment)
    for word in text.split()[:8]:
        endpoints = endpoints.filter(
            Q(name__icontains=word)
            | Q(host__icontains=word)
            | Q(asset__asset_tag__icontains=word)
            | Q(asset__serial_number__icontains=word)
            | Q(asset__model__name__icontains=word)
        )
    ordered: QuerySet[Endpoint] = endpoints.order_by("segment__name", "name")
    return ordered


def endpoints_behind(asset: Asset, user: Any) -> QuerySet[Endpoint]:
    """Those that answer for the asset, and the gateways that named it in what is known of it now."""
    return endpoints_for(user).filter(pk__in=sources_of(asset).values("pk"))


def sources_of(asset: Asset) -> QuerySet[Endpoint]:
    """The same for everybody: which are switched on does not matter, nor who may see them."""
    named = _named(asset, "endpoint")
    found: QuerySet[Endpoint] = Endpoint.objects.filter(Q(asset=asset) | Q(pk__in=named))
    return found


def ways_in_behind(asset: Asset, user: Any) -> QuerySet[Source]:
    """Those by which others told what is known of the asset now."""
    found: QuerySet[Source] = Source.objects.visible_to(user).filter(pk__in=_named(asset, "source"))
    return found.select_related("site", "health").order_by("name")


def _named(asset: Asset, kind: str) -> set[int]:
    readings = ReadingNow.objects.filter(asset=asset).values_list("source", flat=True)
    stays = Stay.objects.filter(asset=asset).open().values_list("source", flat=True)
    found = (_SOURCE.match(source) for source in (*readings, *stays))
    return {int(match[2]) for match in found if match and match[1] == kind}


def states_of(endpoints: QuerySet[Endpoint], now: datetime, situation: Situation) -> dict[int, State]:
    """By endpoint: within each segment those of concern first, the rest in the order of ``endpoints``."""
    concern = {state: place for place, state in enumerate(TITLES)}
    segments: dict[int, int] = {}
    states: list[tuple[Facts, State]] = []
    for facts in facts_of(endpoints):
        segments.setdefault(facts.segment_id, len(segments))
        states.append((facts, state_of(facts, now, situation)))
    states.sort(key=lambda each: (segments[each[0].segment_id], concern[each[1]]))
    return {facts.pk: state for facts, state in states}


def rows_of(endpoints: Iterable[Endpoint], now: datetime, situation: Situation) -> list[Row]:
    """In the order of ``endpoints``."""
    return [
        Row(endpoint, standing_of(endpoint, now, situation), profile_title(endpoint.profile))
        for endpoint in endpoints
    ]


def rows_with(pks: Sequence[int], user: Any, now: datetime, situation: Situation) -> list[Row]:
    """The rows of these endpoints, in this order: what one page shows of them all."""
    endpoints: Mapping[int, Endpoint] = endpoints_for(user).in_bulk(pks)
    return rows_of([endpoints[pk] for pk in pks if pk in endpoints], now, situation)


def grouped(rows: Iterable[Row], now: datetime, situation: Situation) -> list[Group]:
    """By segment, in the order of the rows."""
    groups: dict[int, tuple[Segment, list[Row]]] = {}
    for row in rows:
        groups.setdefault(row.endpoint.segment_id, (row.endpoint.segment, []))[1].append(row)
    healths = health_of_segments([segment for segment, _ in groups.values()], now, situation)
    return [
        Group(segment, members, healths[pk], situation.pauses.segments.get(pk))
        for pk, (segment, members) in groups.items()
    ]


def counts_of(states: Iterable[State]) -> dict[State, int]:
    """For every state, in the order of concern."""
    counts = dict.fromkeys(TITLES, 0)
    for state in states:
        counts[state] += 1
    return counts


def profile_title(name: str) -> str:
    """The profile's title; its name where it is unknown or broken, which the system checks report."""
    try:
        return get_profile(name).title
    except (UnknownProfileError, ProfileError):
        return name
