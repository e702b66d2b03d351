"""``make soak``: polls thousands of simulated devices for minutes. Prints a table and writes build/soak.json."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from pathlib import Path

from tests.soak.report import table_of
from tests.soak.run import soak

OUTPUT = Path(__file__).resolve().parents[2] / "build" / "soak.json"


def main(arguments: list[str]) -> int:
    parser = ArgumentParser(prog="tests.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--endpoints", type=int, default=30_000)
    parser.add_argument("--interval", type=float, default=30, help="seconds")
    parser.add_argument("--collectors", type=int, default=1, help="processes")
    parser.add_argument("--keep", action="store_true", help="leave logs and database files where they are")
    chosen = parser.parse_args(arguments)
    outcome = soak(
        endpoints=chosen.endpoints,
        interval_s=chosen.interval,
        seconds=60 * chosen.minutes,
        collectors=chosen.collectors,
        kept=chosen.keep,
    )
    OUTPUT.parent.mkdir(exist_ok=True)
    OUTPUT.write_text(json.dumps(outcome.as_dict(), indent=1) + "\n")
    print(table_of(outcome))
    return 1 if outcome.recording.lost or outcome.not_ended else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
