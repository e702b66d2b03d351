"""Movements handed in four times a second by the clock.

``python -m tests.bench.live.feeding FLOOR MOVING`` does it in a process of its own, through Redis.
"""

from __future__ import annotations

import sys
import time

import django

from assets.live.events import FRAMES_PER_SECOND


def feed_for_ever(floor: str, moving: int) -> None:
    from assets.live import feed  # Django is set up by now
    from tests.bench.live.hospital import movements

    due = time.monotonic()
    for changes in movements(floor, moving=moving):
        due += 1 / FRAMES_PER_SECOND
        time.sleep(max(0.0, due - time.monotonic()))
        feed.send_changes(changes)


if __name__ == "__main__":
    django.setup()
    print("ready", flush=True)
    feed_for_ever(sys.argv[1], int(sys.argv[2]))
