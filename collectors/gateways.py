"""What may stand before an endpoint: never itself, in however many steps."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collectors.models import Endpoint


def wrong_gateway(endpoint: Endpoint) -> str:
    """In words, what is wrong with the endpoint's ``behind``; empty: nothing. One query a step."""
    seen = {endpoint.pk} - {None}
    names = [endpoint.name]
    step = endpoint.behind
    while step is not None:
        names.append(step.name)
        if step.pk in seen:
            return f"It would stand behind itself: {' → '.join(names)}."
        seen.add(step.pk)
        step = step.behind
    return ""
