"""What was found, as one who looks for it sees it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise

from assets.find.readiness import ORDER, Readiness
from assets.find.reserved import Reserved
from assets.models import Asset, Claim
from assets.not_here import Missed


def turn_of(*, is_mine: bool, is_claimed: bool, is_missed: bool) -> int:
    """Of those equally ready: one's own first, then those that nobody claimed nor missed, then the others."""
    return 0 if is_mine else 1 + 2 * is_claimed + is_missed


@dataclass(frozen=True, slots=True)
class Hit:
    """One piece of equipment found.

    ``distance_m`` is walking metres from where the person is, ``None`` where that or the equipment's place is
    not known; ``is_approximate`` when it is estimated from the straight line. ``floors`` counts storeys up
    (down when negative), ``None`` in another building. ``beside`` says where in the floor its room is, ``why`` why
    it is not ready yet. ``claim`` holds it for somebody, ``is_mine`` for the person who asks; ``missed``: somebody
    did not see it there. ``reserved`` is for whom it is kept, now or in the next hours.
    """

    asset: Asset
    readiness: Readiness
    distance_m: float | None = None
    is_approximate: bool = False
    floors: int | None = None
    beside: str = ""
    why: Promise | None = None
    claim: Claim | None = None
    is_mine: bool = False
    missed: Missed | None = None
    is_exact: bool = False
    reserved: Reserved | None = None

    @property
    def is_free(self) -> bool:
        """Ready, and nobody's: what one can go for."""
        return self.readiness is Readiness.READY and self.claim is None

    @property
    def rank(self) -> tuple[Any, ...]:
        """An exact number first; then by readiness, :func:`turn_of`, distance."""
        turn = turn_of(
            is_mine=self.is_mine, is_claimed=self.claim is not None, is_missed=self.missed is not None
        )
        metres = float("inf") if self.distance_m is None else self.distance_m
        return (not self.is_exact, ORDER.index(self.readiness), turn, metres, self.asset.asset_tag)


@dataclass(frozen=True, slots=True)
class Found:
    """The best hits, and how many there are in all: ``ready``, ``soon``, ``others`` that cannot be taken.

    Of thousands, unless ``is_counted``, only those near by were looked at: then there are at least so many.
    """

    hits: list[Hit] = field(default_factory=list)
    ready: int = 0
    soon: int = 0
    others: int = 0
    is_counted: bool = True

    @property
    def total(self) -> int:
        return self.ready + self.soon + self.others

    @property
    def next_free(self) -> Hit | None:
        """The first that is ready and that nobody has claimed."""
        return next((hit for hit in self.hits if hit.is_free), None)
