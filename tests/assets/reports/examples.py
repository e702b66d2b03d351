"""The examples of docs/utilisation.md, which the tests of each report hold against what is computed."""

from __future__ import annotations

import re
from pathlib import Path

DOC = Path(__file__).parents[3] / "docs" / "utilisation.md"


def example(ending: str) -> str:
    """The value of the one example that ends so."""
    part = DOC.read_text().split("### Examples")[1].split("\n### ")[0]
    rows = re.findall(r"^\| ([^|]+) \| ([^|]+) \|$", part, re.MULTILINE)
    (value,) = [value for name, value in rows if name.endswith(ending)]
    return value
