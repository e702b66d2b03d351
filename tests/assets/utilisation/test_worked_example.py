"""The worked example of docs/utilisation.md is what the product computes."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from assets.utilisation.explaining import share
from assets.utilisation.figures import Policy, UseBasis
from assets.utilisation.measures import (
    Levels,
    Totals,
    coverage,
    fleet_size,
    peak,
    percentile,
    share_in_use,
)
from assets.utilisation.rolling import levels_of

DOC = Path(__file__).parents[3] / "docs" / "utilisation.md"
HOUR = 3600


def told() -> dict[str, str]:
    example = DOC.read_text().split("## A worked example")[1].split("\n## ")[0]
    rows = re.findall(r"^\| ([^|]+) \| ([^|]+) \|$", example, re.MULTILINE)
    return {name: value for name, value in rows if name != "figure"}


def test_the_worked_example_is_what_is_computed():
    sums = Totals(
        confirmed=6 * HOUR, presumed=6 * HOUR, available=18 * HOUR, down=6 * HOUR, unknown=12 * HOUR
    )
    edges = np.array([[1], [2 * 12 * HOUR]], dtype=np.int64)  # in use from the beginning of the day to noon
    levels = Levels.of(levels_of(edges, 24 * HOUR))
    covered = coverage(sums).value
    demand = percentile(levels, UseBasis.PRESUMED, covered)
    size = fleet_size(owned=2, demand=demand, levels=levels, totals=sums)
    assert told() == {
        "coverage": share(covered),
        "average use, confirmed, installed": share(
            share_in_use(sums, UseBasis.CONFIRMED, Policy.INSTALLED).value
        ),
        "average use, with presumed, installed": share(
            share_in_use(sums, UseBasis.PRESUMED, Policy.INSTALLED).value
        ),
        "average use, with presumed, serviceable": share(
            share_in_use(sums, UseBasis.PRESUMED, Policy.SERVICEABLE).value
        ),
        "peak, with presumed": str(peak(levels, UseBasis.PRESUMED, covered).value),
        "95th percentile, with presumed": str(demand.value),
        "needed, with a buffer of 10 %": str(size.pieces),
        "surplus": str(size.surplus),
        "short": share(size.short.value),
    }
