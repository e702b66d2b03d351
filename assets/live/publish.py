"""Handing what changed to every process that shows it, once it is committed."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from assets.live import feed
from assets.live.events import Change


def publish_changes(changes: Sequence[Change]) -> None:
    """Publish these changes when the transaction commits; nothing, if it does not."""
    if changes:
        transaction.on_commit(lambda: feed.send_changes(changes), robust=True)
