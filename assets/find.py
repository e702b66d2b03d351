"""Finding equipment: what people type, matched to the catalogue, and the nearest that is ready first."""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db.models import Q

from assets.models import Asset, EquipmentModel
from assets.words import Activity, Basis
from locations.models import Zone
from locations.walking import Walk, WalkGraph, walk_graph
from locations.zones import ZoneKind

MAX_TEXT = 100
"""Characters of a search text that are looked at."""


class Readiness(StrEnum):
    """Whether one can take it: now, probably soon, or not."""

    READY = "ready"
    SOON = "soon"
    NOT = "not"


@dataclass(frozen=True, slots=True)
class Hit:
    """One piece of equipment found.

    ``distance_m`` is walking metres from where the person is, ``None`` where that or the equipment's place is
    not known; ``is_approximate`` when it is estimated from the straight line. ``floors`` counts storeys up
    (down when negative), ``None`` in another building.
    """

    asset: Asset
    readiness: Readiness
    distance_m: float | None = None
    is_approximate: bool = False
    floors: int | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """The best hits, and how many there are in all: ``ready``, ``soon``, ``others`` that cannot be taken."""

    hits: list[Hit] = field(default_factory=list)
    ready: int = 0
    soon: int = 0
    others: int = 0

    @property
    def total(self) -> int:
        return self.ready + self.soon + self.others


@dataclass(frozen=True, slots=True)
class _Candidate:
    pk: int
    asset_tag: str
    is_exact: bool
    readiness: Readiness
    zone_id: int | None
    walk: Walk | None

    @property
    def rank(self) -> tuple[Any, ...]:
        metres = self.walk.metres if self.walk else math.inf
        return (not self.is_exact, list(Readiness).index(self.readiness), metres, self.asset_tag)


def find_equipment(*, text: str, near: Zone | None, user: Any, now: datetime, limit: int = 20) -> Found:
    """Equipment in service, at sites that ``user`` may see, that ``text`` names; at most ``limit`` hits.

    An exact asset tag, serial number or UDI-DI comes first; then what is ready, by walking distance from
    ``near``; then what will be soon; then the rest. Without text nothing is found.
    """
    wanted = clean_text(text)
    if not wanted:
        return Found()
    matching = Asset.objects.visible_to(user).in_service().filter(matching_text(wanted))
    graph = walk_graph(near.floor.building.site_id) if near else None
    candidates = sorted(_candidates(matching, wanted, near, graph, now), key=lambda candidate: candidate.rank)
    counts = Counter(candidate.readiness for candidate in candidates)
    return Found(
        hits=_hits(candidates[:limit], near, graph),
        ready=counts[Readiness.READY],
        soon=counts[Readiness.SOON],
        others=counts[Readiness.NOT],
    )


def clean_text(text: str) -> str:
    """The text without control characters and needless spaces, cut to :data:`MAX_TEXT`."""
    printable = "".join(
        " " if unicodedata.category(character)[0] in "CZ" else character for character in text
    )
    return " ".join(printable[:MAX_TEXT].split())


def words_of(text: str) -> list[str]:
    """Words for comparing: no capitals, no accents, no punctuation."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return re.findall(
        r"\w+", "".join(character for character in plain if not unicodedata.combining(character))
    )


def matching_text(text: str) -> Q:
    """A condition on assets: the catalogue entries that ``text`` names, or an identifier.

    Beginnings and ends of identifiers count only for three characters or more with a digit among them, so
    that "bed" does not find a serial number that happens to end in it.
    """
    condition = Q(model__in=_models_named(words_of(text))) | _exactly(text)
    if len(text) >= 3 and any(character.isdigit() for character in text):
        condition |= Q(asset_tag__istartswith=text) | Q(asset_tag__iendswith=text)
        condition |= Q(serial_number__istartswith=text) | Q(serial_number__iendswith=text)
    return condition


def _exactly(text: str) -> Q:
    return Q(asset_tag__iexact=text) | Q(serial_number__iexact=text) | Q(udi_di__iexact=text)


def _models_named(words: Sequence[str]) -> list[int]:
    """Models whose category, maker or name has all the words; as beginnings only if none has them whole."""
    if not words:
        return []
    catalogue = {model.pk: _vocabulary(model) for model in EquipmentModel.objects.select_related("category")}
    whole = [pk for pk, known in catalogue.items() if all(word in known for word in words)]
    return whole or [pk for pk, known in catalogue.items() if all(_begins_one(word, known) for word in words)]


def _vocabulary(model: EquipmentModel) -> set[str]:
    category = model.category
    phrases = [model.manufacturer, model.name, category.name, category.plural, *map(str, category.synonyms)]
    return {word for phrase in phrases for word in words_of(phrase)}


def _begins_one(word: str, known: Iterable[str]) -> bool:
    return any(other.startswith(word) for other in known)


def _candidates(
    matching: Any, text: str, near: Zone | None, graph: WalkGraph | None, now: datetime
) -> Iterable[_Candidate]:
    rows = matching.order_by().values_list(
        "pk", "asset_tag", "serial_number", "udi_di", "is_fixed", "home_zone_id",
        "now__activity", "now__basis", "now__stale_at", "now__zone_id", "now__zone__kind",
    )  # fmt: skip
    for pk, tag, serial, udi, is_fixed, home_id, activity, basis, stale_at, zone_id, zone_kind in rows:
        place = zone_id or (home_id if is_fixed else None)
        yield _Candidate(
            pk=pk,
            asset_tag=tag,
            is_exact=text.casefold() in {tag.casefold(), serial.casefold(), udi.casefold()},
            readiness=readiness_of(activity, basis, zone_kind, stale_at, now),
            zone_id=place,
            walk=graph.walk(near.pk, place) if graph and near and place else None,
        )


def readiness_of(
    activity: str | None, basis: str | None, zone_kind: str | None, stale_at: datetime | None, now: datetime
) -> Readiness:
    """Ready: available, and heard of recently enough to believe it. Soon: being cleaned, on its way, or in
    use for no better reason than its place."""
    if activity is None or stale_at is None or stale_at <= now:
        return Readiness.NOT
    if activity == Activity.AVAILABLE:
        return Readiness.READY
    is_soon = (
        activity == Activity.IN_TRANSIT
        or (activity == Activity.DIRTY and zone_kind == ZoneKind.CLEANING)
        or (activity == Activity.IN_USE and basis == Basis.PRESUMED)
    )
    return Readiness.SOON if is_soon else Readiness.NOT


def _hits(candidates: Sequence[_Candidate], near: Zone | None, graph: WalkGraph | None) -> list[Hit]:
    assets = Asset.objects.with_place().in_bulk([candidate.pk for candidate in candidates])
    return [
        Hit(
            asset=assets[candidate.pk],
            readiness=candidate.readiness,
            distance_m=candidate.walk.metres if candidate.walk else None,
            is_approximate=candidate.walk.is_approximate if candidate.walk else False,
            floors=_storeys(candidate.zone_id, near, graph),
        )
        for candidate in candidates
        if candidate.pk in assets
    ]


def _storeys(zone_id: int | None, near: Zone | None, graph: WalkGraph | None) -> int | None:
    here = graph.rooms.get(near.pk) if graph and near else None
    there = graph.rooms.get(zone_id) if graph and zone_id else None
    if here is None or there is None or here.building_id != there.building_id:
        return None
    return there.level - here.level
