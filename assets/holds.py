"""What keeps equipment out of service besides what is said of it: whoever knows of a reason registers how to ask."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Hold = Callable[[Any], str]
"""Asset → why it must stay out of service, in words for people; empty if nothing keeps it."""

_HOLDS: list[Hold] = []


def register_hold(ask: Hold) -> None:
    """Called once for each reason there can be, when the applications are ready."""
    if ask not in _HOLDS:
        _HOLDS.append(ask)


def held_by(asset: Any) -> str:
    """The first reason to keep it out of service; empty if there is none."""
    return next((words for ask in _HOLDS if (words := ask(asset))), "")
