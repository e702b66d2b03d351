"""Between whoever records and every hub: within the process, or through Redis to all processes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from assets.live import hub, redis_feed
from assets.live.events import Change


def send_changes(changes: Sequence[Change]) -> None:
    if redis_feed.is_used():
        redis_feed.publisher().send_changes(changes)
        return
    for each in hub.all_hubs():
        each.offer(changes)


def send_question(user_ids: Iterable[int]) -> None:
    """The rights of these people may have changed. The hubs of this process hear it at once in any case."""
    asked = list(user_ids)
    for each in hub.all_hubs():
        each.question(asked)
    if redis_feed.is_used():
        redis_feed.publisher().send_question(asked)


def send_plan_change(floor_id: int) -> None:
    """The plan of a floor changed: who looks at it fetches it again."""
    if redis_feed.is_used():
        redis_feed.publisher().send_plan_change(floor_id)
        return
    for each in hub.all_hubs():
        each.change_plan(floor_id)


def send_alerts_change() -> None:
    """Something about alerts changed: pages ask what."""
    if redis_feed.is_used():
        redis_feed.publisher().send_alerts_change()
        return
    for each in hub.all_hubs():
        each.change_alerts()
