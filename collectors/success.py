"""How many of an endpoint's polls were answered, and since when that is counted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from collectors.models import EndpointHealth


@dataclass(frozen=True, slots=True)
class Success:
    """Without ``since`` all polls are meant that were ever counted."""

    polls: int
    answers: int
    since: datetime | None

    @property
    def percent(self) -> float | None:
        """Nothing before the first poll."""
        return 100 * self.answers / self.polls if self.polls else None


def success_of(health: EndpointHealth) -> Success:
    """Since a mark of a day or two ago; of all polls while there is no such mark."""
    if health.earlier_at is not None:
        since, polls, answers = health.earlier_at, health.earlier_polls, health.earlier_answers
    elif health.marked_at is not None and health.polls > health.marked_polls:
        since, polls, answers = health.marked_at, health.marked_polls, health.marked_answers
    else:
        return Success(health.polls, health.answers, None)
    if health.polls < polls or health.answers < answers:  # counted anew since
        return Success(health.polls, health.answers, None)
    return Success(health.polls - polls, health.answers - answers, since)
