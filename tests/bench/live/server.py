"""The product's pages and websockets on a daphne of their own; with a floor named, fed by a thread of this process.

``python -m tests.bench.live.server PORT [FLOOR MOVING]`` prints ``ready`` once it listens.
"""

from __future__ import annotations

import gc
import sys
import threading
import time
from typing import Any

from daphne.server import Server  # first: it chooses the reactor

from hospital.asgi import application

from assets.live import feed  # isort: skip  # the line above sets Django up
from assets.live.events import FRAMES_PER_SECOND  # isort: skip
from tests.bench.live.hospital import movements  # isort: skip


def feed_for_ever(floor: str, moving: int) -> None:
    """Hands in the movements of one tick after the other, four times a second by the clock."""
    due = time.monotonic()
    for changes in movements(floor, moving=moving):
        due += 1 / FRAMES_PER_SECOND
        time.sleep(max(0.0, due - time.monotonic()))
        feed.send_changes(changes)


def serve(port: int, app: Any = application) -> None:
    def announce() -> None:
        gc.collect()
        gc.freeze()
        print("ready", flush=True)

    Server(
        app,
        endpoints=[f"tcp:port={port}:interface=127.0.0.1:backlog=2000"],
        ready_callable=announce,
        websocket_timeout=-1,
        verbosity=0,
    ).run()


def main(port: str, floor: str = "", moving: str = "0") -> None:
    if floor:
        threading.Thread(target=feed_for_ever, args=(floor, int(moving)), daemon=True).start()
    serve(int(port))


if __name__ == "__main__":
    main(*sys.argv[1:])
