"""The endpoints at hand, chunk by chunk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from collectors.engine.roster import Assignment


@dataclass(slots=True)
class _Tray:
    assignments: dict[int, Assignment] = field(default_factory=dict)
    is_resting: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """What the latest reading of a chunk brought: assignments that are new or changed, endpoints that are gone."""

    fresh: list[Assignment]
    gone: list[int]


class Trays:
    """Each endpoint lies in one tray at most: in the one that was filled with it last."""

    def __init__(self) -> None:
        self._trays: dict[int, _Tray] = {}
        self._of: dict[int, int] = {}

    @property
    def chunk_ids(self) -> list[int]:
        return list(self._trays)

    @property
    def endpoint_ids(self) -> set[int]:
        """Those that are polled."""
        return {pk for pk, chunk_id in self._of.items() if not self._trays[chunk_id].is_resting}

    def add(self, chunk_id: int) -> None:
        self._trays.setdefault(chunk_id, _Tray())

    def remove(self, chunk_id: int) -> set[int]:
        """The endpoints that lay in it."""
        tray = self._trays.pop(chunk_id, None)
        return {pk for pk in tray.assignments if self._of.pop(pk, None)} if tray else set()

    def fill(self, chunk_id: int, assignments: Mapping[int, Assignment]) -> Change:
        """These and no others lie in the chunk's tray now. One that rests stays at rest; one that is gone, empty."""
        tray = self._trays.get(chunk_id)
        if tray is None or tray.is_resting:
            return Change([], [])
        gone = [pk for pk in tray.assignments if pk not in assignments]
        for pk in gone:
            del tray.assignments[pk], self._of[pk]
        fresh = [each for pk, each in assignments.items() if each is not tray.assignments.get(pk)]
        for each in fresh:
            self._take_from_other(each.endpoint_id, chunk_id)
            tray.assignments[each.endpoint_id] = each
            self._of[each.endpoint_id] = chunk_id
        return Change(fresh, gone)

    def _take_from_other(self, pk: int, chunk_id: int) -> None:
        other = self._of.get(pk)
        if other is not None and other != chunk_id:
            del self._trays[other].assignments[pk]

    def rest(self, chunk_id: int) -> set[int]:
        """The endpoints that rest with it."""
        tray = self._trays.get(chunk_id)
        if tray is None:
            return set()
        tray.is_resting = True
        return set(tray.assignments)

    def wake(self, chunk_id: int) -> list[Assignment]:
        """What lies in it, polled again."""
        tray = self._trays.get(chunk_id)
        if tray is None:
            return []
        tray.is_resting = False
        return list(tray.assignments.values())

    def assignment(self, pk: int) -> Assignment | None:
        chunk_id = self._of.get(pk)
        return None if chunk_id is None else self._trays[chunk_id].assignments[pk]

    def is_polled(self, pk: int) -> bool:
        chunk_id = self._of.get(pk)
        return chunk_id is not None and not self._trays[chunk_id].is_resting
