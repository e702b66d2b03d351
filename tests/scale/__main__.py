"""``make scale``: one, two and four collectors on hosts of their own. Prints tables and writes build/scale.json."""

from __future__ import annotations

import json
import os
import shutil
import sys
from pathlib import Path

from tests.scale.report import tables_of
from tests.scale.run import Load, measure

OUTPUT = Path(__file__).resolve().parents[2] / "build" / "scale.json"
SLOW = Load("Slow devices", endpoints=11_000, interval_s=5.0, delay_s=0.6)
"""One collector's slots for polls under way are full long before its processor is."""
FAST = Load("Fast devices", endpoints=12_000, interval_s=1.0, delay_s=0.0)
"""The processors are full."""
CALM_INTERVAL_S = 15.0


def main(only: str = "") -> int:
    if sys.platform != "linux" or os.geteuid() != 0 or not shutil.which("ip"):
        print("Not measured: network namespaces need Linux, root and iproute2")
        return 1
    measured = []
    for name, load, calm_interval_s in (("slow", SLOW, CALM_INTERVAL_S), ("fast", FAST, None)):
        if name.startswith(only):
            measured.append(measure(load, calm_interval_s=calm_interval_s))
    OUTPUT.parent.mkdir(exist_ok=True)
    OUTPUT.write_text(json.dumps([series.as_dict() for series in measured], indent=1) + "\n")
    print(tables_of(measured))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
