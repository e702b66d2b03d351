"""Whose fault silence is: a device's own, or that of the gateway or switch without which it cannot be reached.

Pure: what is known of the endpoints goes in, the cause of each silence comes out. Nobody is excused without
evidence, and nobody is blamed before the gateway had its turn to answer.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

Place = tuple[str, int]
"""Host and port: what takes one request at a time, and what dies as one."""


class Reach(enum.StrEnum):
    ANSWERS = "answers"  # anything at all, also an error
    SILENT = "silent"
    UNKNOWN = "unknown"  # paused, switched off, or not asked lately


@dataclass(frozen=True, slots=True)
class Node:
    """One endpoint. ``behind`` is the endpoint without which it cannot be reached."""

    pk: int
    place: Place
    reach: Reach
    behind: int | None = None
    asked_at: datetime | None = None
    answered_at: datetime | None = None
    recovered_at: datetime | None = None
    silent_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Cause:
    """Why an endpoint is silent, when it is not its own doing. Without ``pk`` that will show soon."""

    pk: int | None
    place: Place | None = None
    """Set where all at one address are silent, as with the units of a Modbus gateway."""


def causes_of(nodes: Iterable[Node]) -> dict[int, Cause]:
    """For each silent endpoint that is not itself to blame: what is.

    Of endpoints that are all silent at one address the first stands for the address, and is itself to blame
    unless something before it is silent too. Who is behind itself, in however many steps, excuses nobody.
    """
    things = _Things({node.pk: node for node in nodes})
    causes = {}
    for node in things.nodes.values():
        if node.reach is Reach.SILENT and (cause := things.cause_of(node)):
            causes[node.pk] = cause
    return causes


class _Things:
    """Endpoints, gathered to what lives and dies as one: those at one address, or one alone."""

    def __init__(self, nodes: Mapping[int, Node]) -> None:
        self.nodes = nodes
        self._members: dict[Place, list[Node]] = {}
        for node in sorted(nodes.values(), key=lambda node: node.pk):
            self._members.setdefault(node.place, []).append(node)

    def cause_of(self, node: Node) -> Cause | None:
        if not self._is_dead(node.place):
            return self._while_its_address_lives(node)
        head = self._head(node.place)
        root, unsure = self._before(node.place)
        if root is not None and root != node.place:
            return Cause(self._head(root).pk, root if self._is_shared(root) else None)
        if unsure:
            return Cause(None)
        return None if node.pk == head.pk else Cause(head.pk, node.place)

    def _while_its_address_lives(self, node: Node) -> Cause | None:
        """Others at its address answer: it is the device, once it was asked while they did."""
        alive = [other for other in self._members[node.place] if other.reach is Reach.ANSWERS]
        return None if not alive or _is_shown(node, alive) else Cause(None)

    def _before(self, place: Place) -> tuple[Place | None, bool]:
        """The farthest silent place before this one with none that answers in between; and whether one that
        answered last had no turn since this one fell silent."""
        seen, root, here = {place}, None, place
        while (following := self._behind(here)) is not None:
            if following in seen:
                return None, False
            seen.add(following)
            if self._is_dead(following):
                root = following
            elif alive := [node for node in self._members[following] if node.reach is Reach.ANSWERS]:
                falls = self._head(root or place)
                return root, not _is_shown(falls, alive)
            here = following
        return root, False

    def _behind(self, place: Place) -> Place | None:
        """The place before it; of several at one address the first that names another counts."""
        for node in self._members[place]:
            gateway = self.nodes.get(node.behind) if node.behind is not None else None
            if gateway is not None and gateway.place != place:
                return gateway.place
        return None

    def _is_dead(self, place: Place) -> bool:
        """Whether somebody there was asked, and nobody answered."""
        reaches = {node.reach for node in self._members[place]} - {Reach.UNKNOWN}
        return reaches == {Reach.SILENT}

    def _is_shared(self, place: Place) -> bool:
        return len(self._members[place]) > 1

    def _head(self, place: Place) -> Node:
        """Who stands for the address: the first that was asked."""
        members = self._members[place]
        return next((node for node in members if node.reach is not Reach.UNKNOWN), members[0])


def _is_shown(node: Node, alive: Iterable[Node]) -> bool:
    """Whether it is shown that the way to ``node`` is good: one of ``alive`` answered after it fell silent, and
    it was asked again since they answer."""
    if node.silent_since is None or node.asked_at is None:
        return True
    return any(
        other.answered_at is not None
        and other.answered_at > node.silent_since
        and (other.recovered_at is None or other.recovered_at <= node.asked_at)
        for other in alive
    )
