"""What the buttons of a piece of equipment tell besides its activity: open work, and what was done just now."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone

from assets.holds import held_by
from assets.maintenance.acts import latest_act
from assets.maintenance.models import Act, WorkOrder
from assets.models import Asset

CLOSED = "closed_act"
"""In a session: the key of the act whose undo the person put away."""


@dataclass(frozen=True, slots=True)
class Acts:
    """``act`` may still be taken back; ``orders`` are the open ones; ``held`` says what else keeps it out of service;
    ``error`` and ``said`` answer a tap."""

    orders: list[WorkOrder] = field(default_factory=list)
    act: Act | None = None
    error: str = ""
    said: str = ""
    held: str = ""

    @property
    def is_busy(self) -> bool:
        """Whether a person is in the middle of something, so that a page does not draw the part anew."""
        return bool(self.act or self.error or self.said)


def acts_of(
    asset: Asset, user: Any, *, is_settled: bool = False, closed: str = "", error: str = "", said: str = ""
) -> Acts:
    """``is_settled``: without what could be taken back, as it is for the act whose key is ``closed``."""
    if not user.has_perm("assets.state_asset"):
        return Acts()
    act = None if is_settled else latest_act(asset=asset, by=user, now=timezone.now())
    if act is not None and str(act.key) == closed:
        act = None
    orders = list(WorkOrder.objects.open().filter(asset=asset).order_by("opened_at"))
    return Acts(orders, act, error, said, held_by(asset))
