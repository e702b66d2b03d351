"""What Lighthouse's report of a page comes to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

LEAST = 95
CATEGORIES = ("accessibility", "best-practices")


@dataclass(frozen=True, slots=True)
class Scores:
    """Of one page: category → 0 to 100, and the audits that cost something."""

    page: str
    of: dict[str, int]
    failed: list[str]

    @property
    def is_enough(self) -> bool:
        return all(score >= LEAST for score in self.of.values())


def scored(page: str, report: dict[str, Any]) -> Scores:
    """A page that Lighthouse could not look at, or that led elsewhere, scores nothing."""
    if report["finalDisplayedUrl"] != report["requestedUrl"]:
        return Scores(page, dict.fromkeys(CATEGORIES, 0), [f"led to {report['finalDisplayedUrl']}"])
    categories = [report["categories"][name] for name in CATEGORIES]
    of = {name: round(100 * (each["score"] or 0)) for name, each in zip(CATEGORIES, categories, strict=True)}
    counting = {ref["id"] for each in categories for ref in each["auditRefs"] if ref["weight"]}
    failed = [
        f"{audit['id']}: {audit['title']}"
        for audit in report["audits"].values()
        if audit["id"] in counting and audit["score"] is not None and audit["score"] < 1
    ]
    return Scores(page, of, failed)
