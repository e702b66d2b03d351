"""``make still``: a day of the demo hospital's tags: how many still ones changed rooms, and how soon a move shows."""

from __future__ import annotations

import os
import sys
import time

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hospital.settings")
django.setup()

from tests.still.day import run_day  # noqa: E402  Django is set up first


def main(hours: str = "24", every_nth: str = "1", error_m: str = "1.0", seed: str = "1") -> int:
    begun = time.monotonic()
    figures = run_day(hours=float(hours), every_nth=int(every_nth), error_m=float(error_m), seed=int(seed))
    hops = 0
    for way, found in figures.items():
        late = sorted(found.late_s) or [0.0]
        share = sum(seconds <= 5 for seconds in late) / max(len(found.late_s) + found.missed, 1)
        print(
            f"{way:12} {found.tags:4} tags {found.sightings:9,} sightings  {len(found.hops)} hops, "
            f"{found.corrections} late corrections;  "
            f"{len(found.late_s)} moves, {found.missed} not within a minute, {share:.0%} within 5 s of the second "
            f"sighting, median {late[len(late) // 2]:.0f} s, p95 {late[int(0.95 * len(late))]:.0f} s, "
            f"right room {found.right / max(found.looked, 1):.1%}, "
            f"{len(found.hops) / max(found.tags * float(hours), 1) * 24:.2f} hops "
            f"a tag and day"
        )
        for hop in found.hops[:20]:
            print(f"   hop: {hop}")
        hops += len(found.hops)
    print(f"{hops} hops in {float(hours):g} h ({time.monotonic() - begun:.0f} s)")
    return hops > 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
