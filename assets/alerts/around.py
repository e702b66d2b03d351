"""The readings around an alert: what the device told before, meanwhile and after."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from assets.alerts.conditions import READINGS
from assets.alerts.models import Alert
from assets.models import Reading
from assets.vocabulary import VOCABULARY, Term

BEFORE = timedelta(hours=1)
MOST = 40


@dataclass(frozen=True, slots=True)
class Around:
    """``rows``: moments and values, the newest first."""

    term: Term
    rows: Sequence[tuple[datetime, float]]
    limits: Sequence[float]


def readings_around(alert: Alert, *, now: datetime) -> Around | None:
    """Of the reading that the alert is about, from an hour before it began; ``None`` for other alerts."""
    if alert.kind not in READINGS or alert.asset_id is None:
        return None
    parameters = alert.rule.parameters
    term = VOCABULARY[str(parameters["reading"])]
    end = (alert.ended_at or now) + BEFORE
    rows = Reading.objects.filter(
        asset=alert.asset_id, name=term.name, at__gte=alert.began_at - BEFORE, at__lte=end
    )
    limits = [parameters[name] for name in ("above", "below") if parameters.get(name) is not None]
    return Around(term, list(rows.order_by("-at").values_list("at", "value")[:MOST]), limits)
