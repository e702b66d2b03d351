"""Finding equipment: what people type, and the nearest that is ready first."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from assets.find import identifiers
from assets.find.catalogue import Catalogue, catalogue_now
from assets.find.clauses import Clause, any_of, are_any, numbers, one_of, seen_by
from assets.find.hits import Found, Hit
from assets.find.looking import Looking
from assets.find.ranking import best
from assets.find.readiness import Readiness
from assets.find.showing import read
from assets.find.text import clean_text
from assets.models import Asset
from locations.models import Zone

MOST_EXACT = 50
MOST_APART = 200


def find_equipment(*, text: str, near: Zone | None, user: Any, now: datetime, limit: int = 20) -> Found:
    """Equipment in service, at sites that ``user`` may see, that ``text`` names; at most ``limit`` hits.

    An exact asset tag, serial number or UDI-DI comes first; then what is ready, by walking distance from
    ``near``; then what will be soon; then the rest. Without text nothing is found.
    """
    wanted = clean_text(text)
    if not wanted:
        return Found()
    seen = seen_by(user)
    exact = numbers(seen & identifiers.exactly(wanted), MOST_EXACT)
    catalogue = catalogue_now()
    named = [each.clause for each in catalogue.named_in(wanted)]
    if exact:
        named.append(one_of("a.id", exact))
    if (part := identifiers.partly(wanted)) is not None:
        named.append(_few_of(part, seen) if named else part)
    looking = Looking(near, user, now)
    found = _ranked(seen & any_of(named), exact, looking, catalogue, limit) if named else Found()
    if found.total or (less := _less_like(wanted, seen)) is None:
        return found
    return _ranked(seen & less, [], looking, catalogue, limit)


def _few_of(part: Clause, seen: Clause) -> Clause:
    """The same, by their numbers if there are few: letters are compared once, not in each room that is looked into."""
    found = numbers(seen & part, MOST_APART + 1)
    return one_of("a.id", found) if len(found) <= MOST_APART else part


def _less_like(wanted: str, seen: Clause) -> Clause | None:
    """What the text may have meant when nothing is called so: a part of a number, or a number with a slip in it."""
    part = identifiers.inside(wanted)
    if part is not None and are_any(seen & part):
        return part
    slipped = identifiers.mistyped(wanted, seen)
    return one_of("a.id", slipped) if slipped else None


def find_like(*, asset: Asset, near: Zone | None, user: Any, now: datetime, limit: int = 20) -> Found:
    """Others of its category, the nearest ready one first."""
    catalogue = catalogue_now()
    kind = asset.model.category_id
    alike = [pk for pk, model in catalogue.models.items() if model.category_id == kind]
    others = one_of("a.model_id", alike) & Clause("a.id <> %s", (asset.pk,))
    return _ranked(seen_by(user) & others, [], Looking(near, user, now), catalogue, limit)


def found_one(*, asset: Asset, near: Zone | None, user: Any, now: datetime) -> Hit:
    """The asset, which ``user`` may see, as a hit, from where the person is."""
    looking = Looking(near, user, now)
    return looking.with_words(looking.hits(read([asset.pk], catalogue_now())))[0]


def _ranked(
    wanted: Clause, exact: Iterable[int], looking: Looking, catalogue: Catalogue, limit: int
) -> Found:
    found = best(wanted, looking, exact, limit)
    hits = looking.hits(read(found.numbers, catalogue), exact)
    return Found(
        hits=looking.with_words(sorted(hits, key=lambda hit: hit.rank)),
        ready=found.counts[Readiness.READY],
        soon=found.counts[Readiness.SOON],
        others=found.counts[Readiness.NOT],
        is_counted=found.is_counted,
    )
