"""Going back from the last decision: which pieces it was of is kept in the session of whoever decided."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from assets.recalls.models import Notice

OFFERED_FOR = timedelta(minutes=10)
_KEY = "recall_undo"


def remember_decision(session: Any, notice: Notice, assets: Iterable[int], words: str, now: datetime) -> None:
    session[_KEY] = {
        "notice": notice.pk,
        "assets": sorted(assets),
        "words": words,
        "at": now.isoformat(),
    }


def last_decision(session: Any, notice: Notice, now: datetime) -> dict[str, Any] | None:
    """``assets`` and ``words`` of the last decision of this notice, while it can be undone."""
    kept: dict[str, Any] | None = session.get(_KEY)
    if not kept or kept["notice"] != notice.pk or now - datetime.fromisoformat(kept["at"]) > OFFERED_FOR:
        return None
    return kept
