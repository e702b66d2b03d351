"""When the slower groups of readings are asked for: together with a poll, never by one of their own."""

from __future__ import annotations

import random
from collections.abc import Callable, Hashable

from collectors.profiles.model import Profile

EVERYTHING = None
"""In place of names of groups: all of them, as :func:`collectors.planner.plan_requests` takes it."""


class GroupTurns:
    """Which groups are due with an endpoint's next poll. A group whose poll failed stays due."""

    def __init__(self, chance: Callable[[], float] = random.random) -> None:
        self._chance = chance
        self._due_at: dict[Hashable, dict[str, float]] = {}

    def due(self, key: Hashable, profile: Profile, now: float, *, interval_s: float) -> frozenset[str] | None:
        """Groups to ask for now, besides the ordinary readings; ``interval_s`` is that of the endpoint's polls."""
        if not profile.groups:
            return EVERYTHING
        due_at = self._due_at.get(key)
        if due_at is None:
            return EVERYTHING
        soon = now + interval_s / 2  # the poll that is nearest to the moment is the one that asks
        return frozenset(name for name in profile.groups if due_at.get(name, soon) <= soon)

    def note(self, key: Hashable, profile: Profile, groups: frozenset[str] | None, now: float) -> None:
        """These groups were asked for at ``now``, and the device answered.

        The turns after an endpoint's first are spread, so that endpoints that began together do not have
        their slow readings all in the same poll for ever.
        """
        if not profile.groups:
            return
        due_at = self._due_at.get(key)
        share = 1.0
        if due_at is None:
            due_at, share = self._due_at.setdefault(key, {}), self._chance()
        for name in profile.groups if groups is None else groups:
            due_at[name] = now + share * profile.groups[name]

    def drop(self, key: Hashable) -> None:
        """The endpoint is gone, or another one now: the next poll asks for everything."""
        self._due_at.pop(key, None)
