"""``make fuzz``: a million spoiled replies, or as many as ``N`` says. The exit status is 1 if one did harm."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections import Counter

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hospital.settings")

import django

django.setup()  # the profiles' folders are a setting, and ways in name tables

from tests.fuzz.run import PROCESSES, TARGETS, Outcome, fuzz  # noqa: E402 - only now


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="tests.fuzz", description=__doc__)
    parser.add_argument("count", nargs="?", type=int, default=1_000_000, help="replies over all targets")
    parser.add_argument("--seed", type=int, default=20260302)
    parser.add_argument("--only", default="", choices=TARGETS, help="the share of this target alone")
    parser.add_argument("--processes", type=int, default=PROCESSES)
    asked = parser.parse_args(arguments)
    begun = time.monotonic()
    tried: Counter[str] = Counter()
    taken: Counter[str] = Counter()
    faults = []
    for outcome in fuzz(asked.count, asked.seed, asked.only, asked.processes):
        tried[outcome.block.target] += outcome.tried
        taken[outcome.block.target] += outcome.taken
        if outcome.fault:
            faults.append(outcome)
            _tell(outcome)
    print(f"seed {asked.seed}")
    for target in sorted(tried, key=[*TARGETS].index):
        print(
            f"{target:12} {tried[target]:>10,} spoiled replies, {taken[target]:>9,} values or answers taken"
        )
    print(f"{tried.total():,} replies, {len(faults)} faults, {time.monotonic() - begun:.0f} s")
    return 1 if faults else 0


def _tell(outcome: Outcome) -> None:
    block = outcome.block
    print(f"{block.target}: {outcome.fault} ({outcome.detail})")
    print(f"  seed {block.seed}, block {block.number}, case {outcome.case}")
    print(f"  {outcome.octets.hex()}", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
