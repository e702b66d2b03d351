"""The product's pages and websockets on a daphne of their own; with a floor named, fed by a thread of this process.

``python -m tests.bench.live.server PORT [FLOOR MOVING]`` prints ``ready`` once it listens.
"""

from __future__ import annotations

import sys
import threading

from tests.bench.live.serving import serve  # first: daphne chooses the reactor

from hospital.asgi import application  # isort: skip  # it sets Django up
from tests.bench.live.feeding import feed_for_ever  # isort: skip


def main(port: str, floor: str = "", moving: str = "0") -> None:
    if floor:
        threading.Thread(target=feed_for_ever, args=(floor, int(moving)), daemon=True).start()
    serve(int(port), application)


if __name__ == "__main__":
    main(*sys.argv[1:])
