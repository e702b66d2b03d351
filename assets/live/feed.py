"""Between recorder and hubs: within the process, or through Redis to all processes."""

from __future__ import annotations

from collections.abc import Sequence

from assets.live.events import Change


def send_changes(changes: Sequence[Change]) -> None:
    pass
