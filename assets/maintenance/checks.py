"""What has to be so before an order is done, besides its own rules: whoever knows of something registers how to ask."""

from __future__ import annotations

from collections.abc import Callable

from assets.maintenance.models import WorkOrder

Check = Callable[[WorkOrder], str]
"""Order → why it cannot be done yet, in words for people; empty if nothing is missing."""

_CHECKS: list[Check] = []


def register_check(ask: Check) -> None:
    """Called once for each thing that can be missing, when the applications are ready."""
    if ask not in _CHECKS:
        _CHECKS.append(ask)


def missing_for(order: WorkOrder) -> str:
    """The first thing that is missing; empty if the order can be done."""
    return next((words for ask in _CHECKS if (words := ask(order))), "")
