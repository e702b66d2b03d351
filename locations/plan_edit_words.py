"""What an edit of a plan did, in words that people say: “2 zones drawn, 1 split, 4 doors placed”."""

from __future__ import annotations

from collections import Counter

Counts = Counter[str]

_ZONES = ("drawn", "split", "merged", "reshaped", "removed", "renamed", "retyped", "reassigned")
_SAID = {"reassigned": "given to another department", "merged": "merged out of others"}
_DOORS = ("doors placed", "doors moved", "doors removed")
_RECEIVERS = ("receivers placed", "receivers changed", "receivers taken off")


def in_words(counts: Counts) -> str:
    """The parts that are not 0, things named once: “2 zones drawn, 1 split, 3 renamed, 1 door placed, 2 moved”."""
    parts = [
        *_group(counts, "zone", {name: _SAID.get(name, name) for name in _ZONES}),
        *_group(counts, "door", {name: name.removeprefix("doors ") for name in _DOORS}),
        *_group(counts, "receiver", {name: name.removeprefix("receivers ") for name in _RECEIVERS}),
    ]
    if counts["outline"]:
        parts.append("the outer wall redrawn")
    return ", ".join(parts)


def _group(counts: Counts, thing: str, words: dict[str, str]) -> list[str]:
    parts: list[str] = []
    for name, said in words.items():
        count = counts[name]
        if count:
            named = f"{count} " if parts else f"{count} {thing if count == 1 else thing + 's'} "
            parts.append(named + said)
    return parts
