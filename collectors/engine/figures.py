"""How a collector process does, as columns of :class:`collectors.models.CollectorState`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from collectors.engine.writer import WriterState

COLUMNS = (
    "queue_length", "lag_s", "recorded", "rejected", "spool_bytes", "spool_records", "spool_oldest_at",
    "dropped", "torn", "refused",
)  # fmt: skip


def figures_of(state: WriterState, refused: Mapping[str, int]) -> dict[str, Any]:
    """Column → value, for each of :data:`COLUMNS`. ``refused``: datagrams that were not believed, by reason."""
    spool = state.spool
    return {
        "queue_length": state.queue_length,
        "lag_s": state.lag_s,
        "recorded": state.recorded,
        "rejected": state.rejected,
        "spool_bytes": spool.bytes,
        "spool_records": spool.records,
        "spool_oldest_at": spool.oldest_at,
        "dropped": spool.dropped,
        "torn": spool.torn,
        "refused": dict(refused),
    }
