"""The clock looks at every level: an episode is opened and closed once, and what is told of it stands beside it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from assets.par.models import ParLevel, ParTransition, Shortfall
from assets.par.standing import counts_of


def evaluate_levels(*, now: datetime, levels: Sequence[ParLevel] | None = None) -> list[ParTransition]:
    """Opens and closes episodes as the levels stand at ``now``; what changed, also for the outbox. One transaction.

    Without a change nothing is locked. Runs at the same time are taken one after the other: the rows of the levels
    that change are locked.
    """
    looked_at = list(ParLevel.objects.order_by("pk")) if levels is None else list(levels)
    counts = counts_of(looked_at, now)
    found = _open_episodes(looked_at)
    changing = [level.pk for level in looked_at if _is_due(level, counts[level.pk], found)]
    if not changing:
        return []
    with transaction.atomic():
        locked = list(ParLevel.objects.select_for_update().filter(pk__in=changing).order_by("pk"))
        counts, found = counts_of(locked, now), _open_episodes(locked)
        changed = [
            transition
            for level in locked
            for kind in Shortfall.Kind.values
            for transition in _look(level, kind, counts[level.pk], found.get((level.pk, kind)), now)
        ]
        return ParTransition.objects.bulk_create(changed)


Episodes = dict[tuple[int, str], Shortfall]


def _open_episodes(levels: Sequence[ParLevel]) -> Episodes:
    rows = Shortfall.objects.filter(level__in=levels, end__isnull=True)
    return {(each.level_id, each.kind): each for each in rows}


def _is_due(level: ParLevel, count: int, found: Episodes) -> bool:
    """Whether an episode begins, ends or gets worse."""
    for kind in Shortfall.Kind.values:
        open_one, is_so = found.get((level.pk, kind)), not_kept(level, kind, count)
        if is_so != (open_one is not None) or (
            open_one is not None and _worst(open_one, count) != open_one.worst
        ):
            return True
    return False


def _worst(episode: Shortfall, count: int) -> int:
    return max(episode.worst, count) if episode.kind == Shortfall.Kind.MAXIMUM else min(episode.worst, count)


def _look(
    level: ParLevel, kind: str, count: int, open_one: Shortfall | None, now: datetime
) -> list[ParTransition]:
    is_so = not_kept(level, kind, count)
    if is_so and open_one is None:
        begun = Shortfall.objects.create(level=level, kind=kind, begin=now, worst=count)
        return [ParTransition(shortfall=begun, has_begun=True, at=now, count=count)]
    if open_one is None:
        return []
    if is_so:
        worst = _worst(open_one, count)
        if worst != open_one.worst:
            open_one.worst = worst
            open_one.save(update_fields=["worst"])
        return []
    if open_one.begin >= now:
        return []  # the clock was set back: the next look closes it
    open_one.end = now
    open_one.save(update_fields=["end"])
    return [ParTransition(shortfall=open_one, has_begun=False, at=now, count=count)]


def not_kept(level: ParLevel, kind: str, count: int) -> bool:
    """Below critical is below target too: both episodes run."""
    if kind == Shortfall.Kind.MAXIMUM:
        return level.maximum is not None and count > level.maximum
    return count < (level.critical if kind == Shortfall.Kind.CRITICAL else level.target)
