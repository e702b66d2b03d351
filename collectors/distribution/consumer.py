"""Celery's consumer of messages, which is back soon after the broker is, and says once that it waits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from celery.worker.consumer import Consumer

FIRST_AFTER_S = 0.5
AT_MOST_EVERY_S = 4.0
"""Celery's own looks less and less often, half a minute apart in the end: so long no dead worker would be replaced."""


class PromptConsumer(Consumer):
    """For the setting ``worker_consumer``."""

    def ensure_connected(self, conn: Any) -> Any:
        """Connected to the broker, however long that takes."""
        connect = conn.ensure_connection

        def connect_soon(tell: Callable[..., object], *limits: Any, **options: Any) -> Any:
            return connect(
                _once(tell),
                *limits,
                interval_start=FIRST_AFTER_S,
                interval_step=FIRST_AFTER_S,
                interval_max=AT_MOST_EVERY_S,
                **options,
            )

        conn.ensure_connection = connect_soon
        return super().ensure_connected(conn)


def _once(tell: Callable[..., object]) -> Callable[..., None]:
    is_told = False

    def tell_once(*what: Any) -> None:
        nonlocal is_told
        if not is_told:
            is_told = True
            tell(*what)

    return tell_once
