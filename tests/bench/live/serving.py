"""An application on a daphne of its own, which prints ``ready`` once it listens."""

from __future__ import annotations

import gc
from typing import Any

from daphne.server import Server


def serve(port: int, application: Any) -> None:
    def announce() -> None:
        gc.collect()
        gc.freeze()
        print("ready", flush=True)

    Server(
        application,
        endpoints=[f"tcp:port={port}:interface=127.0.0.1:backlog=2000"],
        ready_callable=announce,
        websocket_timeout=-1,
        verbosity=0,
    ).run()
