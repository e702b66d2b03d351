"""Latest readings for tests that do not care how they came."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import orjson

from assets.models import Asset, ReadingNow, TimelineHead
from assets.recording.moments import to_us


def put_reading(
    *,
    asset: Asset,
    name: str,
    at: datetime,
    source: str,
    number: float | None = None,
    text: str | None = None,
    quality: str = "good",
    good_at: datetime | None = None,
) -> ReadingNow:
    """As if this had been recorded; ``good_at`` is of one that failed."""
    head, _ = TimelineHead.objects.get_or_create(asset=asset)
    groups: list[Any] = orjson.loads(head.latest)
    value = number if text is None else text
    failure = [str(quality), None if good_at is None else to_us(good_at)]
    is_good = quality == "good"
    groups.append([source, to_us(at), {name: value} if is_good else {}, {} if is_good else {name: failure}])
    head.latest = orjson.dumps(groups).decode()
    head.save()
    return ReadingNow.objects.get(asset=asset, name=name)
