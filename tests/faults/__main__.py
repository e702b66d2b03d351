"""``make faults``: the runs, or those whose name begins with ``--only``. Prints a table and writes build/faults.json.

The exit status is 1 if a promise was broken.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.faults.parts import PartError
from tests.faults.runs import RUNS
from tests.faults.stage import House, Stage, staged, temporary_folder
from tests.faults.tables import Tables
from tests.faults.verdict import Verdict

OUTPUT = Path(__file__).resolve().parents[2] / "build" / "faults.json"
HEADINGS = (
    "Run", "Answers", "Recorded", "Lost", "Doubled", "In flight", "Oldest, s", "Recovered after, s",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """One run of the table. ``broken`` are the promises that were broken, in words."""

    name: str
    answers: int
    recorded: int
    lost: int
    doubled: int
    in_flight: int
    oldest_in_flight_s: float
    recovered_after_s: list[float]
    took_s: float
    remarks: list[str]
    broken: list[str]

    def cells(self) -> list[str]:
        counts = (self.answers, self.recorded, self.lost, self.doubled, self.in_flight)
        recovered = ", ".join(f"{seconds:.1f}" for seconds in self.recovered_after_s) or "–"
        oldest = f"{self.oldest_in_flight_s:.2f}" if self.in_flight else "–"
        return [self.name, *(f"{count:,}" for count in counts), oldest, recovered]


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="tests.faults", description=__doc__)
    parser.add_argument("--only", default="", help="runs whose name begins so")
    parser.add_argument("--seed", default="20260302")
    parser.add_argument("--devices", type=int, default=240)
    parser.add_argument("--keep", action="store_true", help="leave the logs of all processes where they are")
    asked = parser.parse_args(arguments)
    names = [name for name in RUNS if name.startswith(asked.only)]
    rows = []
    with temporary_folder(kept=asked.keep) as folder, House(folder, asked.devices) as house:
        print(f"seed {asked.seed}, {asked.devices} devices, in {folder}", flush=True)
        for name in names:
            row = _run(house, name, asked.seed)
            rows.append(row)
            print(" | ".join(row.cells()), f"({row.took_s:.0f} s)", flush=True)
            for line in (*row.remarks, *row.broken):
                print(f"   {line}", flush=True)
    OUTPUT.parent.mkdir(exist_ok=True)
    OUTPUT.write_text(
        json.dumps({"seed": asked.seed, "runs": [asdict(row) for row in rows]}, indent=1) + "\n"
    )
    print("\n".join(["", *table(rows)]))
    return 1 if any(row.broken for row in rows) else 0


def table(rows: list[Row]) -> list[str]:
    """As Markdown."""
    ruler = ["---", *["---:"] * (len(HEADINGS) - 1)]
    return [f"| {' | '.join(cells)} |" for cells in (list(HEADINGS), ruler, *(row.cells() for row in rows))]


def _run(house: House, name: str, seed: str) -> Row:
    begun = time.monotonic()
    with staged(house, name, f"{seed} {name}") as stage:
        try:
            RUNS[name](stage)
        except PartError as error:
            stage.broken.append(str(error))
        verdict, tables = stage.finish()
        if waiting := stage.spool_files():
            stage.remarks.append(f"{len(waiting)} spools are not empty: what is missing may wait there")
        if stage.given_up is not None:
            stage.remarks.append(f"{stage.given_up} given up for want of room, and counted")
        return Row(
            name=name,
            answers=verdict.answers,
            recorded=verdict.recorded,
            lost=len(verdict.lost) if stage.given_up is None else 0,
            doubled=verdict.doubled,
            in_flight=len(verdict.in_flight),
            oldest_in_flight_s=round(verdict.oldest_in_flight_s, 3),
            recovered_after_s=[round(seconds, 2) for seconds in stage.recoveries],
            took_s=round(time.monotonic() - begun, 1),
            remarks=stage.remarks,
            broken=[*stage.broken, *broken_promises(stage, verdict, tables)],
        )


def broken_promises(stage: Stage, verdict: Verdict, tables: Tables) -> list[str]:
    """In words; none, if all is well."""
    told = []
    if stage.given_up is not None and stage.given_up != len(verdict.lost):
        told.append(f"{len(verdict.lost)} are missing, but {stage.given_up} were counted as given up")
    elif verdict.lost and not stage.given_up:
        first = min(verdict.lost, key=lambda answer: answer.answered_at)
        told.append(
            f"{len(verdict.lost)} lost, the first of device {first.device} at {first.answered_at:.2f}"
        )
    doubled = sum(len(counts) - len(set(counts)) for counts in tables.evidence.values())
    if verdict.doubled or doubled:
        told.append(f"{verdict.doubled} readings and {doubled} pieces of evidence doubled")
    if verdict.invented:
        told.append(f"{verdict.invented} recorded that no device answered")
    if tables.broken_histories:
        told.append(f"activities of {tables.broken_histories} devices overlap or leave gaps")
    if verdict.stalled:
        longest = max(verdict.stalled.values())
        told.append(f"{len(verdict.stalled)} devices stalled, the longest for {longest:.1f} s")
    if verdict.at_once:
        before, after = verdict.at_once[0]
        told.append(f"{len(verdict.at_once)} times two requests at once, first {before} and {after}")
    if verdict.too_soon:
        before, after = verdict.too_soon[0]
        told.append(f"{len(verdict.too_soon)} times asked too soon, first {before} and {after}")
    if not verdict.answers:
        told.append("nothing was polled")
    return told


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
