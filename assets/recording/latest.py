"""The latest of each reading of one asset, failures included: a small document, written whole with each change.

It is a list of groups, one for each source and time: ``[source, at, {name: value}, {name: [quality, good_at]}]``, where
times are microseconds since 1970 and each name stands once. What was told later takes a name over, by the device's
time. :class:`assets.models.ReadingNow` shows it as rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

Group = list[Any]
NOTHING = "[]"


@dataclass(slots=True)
class Said:
    """What one observation says of readings. ``fails`` is a quality if it failed as a whole."""

    at: int
    source: str
    good: dict[str, float | str]
    failed: dict[str, str]
    fails: str | None = None


def bring_up_to_date(latest: str, said: Iterable[Said]) -> str:
    """The document after all of this was said, in whatever order."""
    said = [each for each in said if each.good or each.failed or each.fails is not None]
    if not said:
        return latest
    groups: list[Group] = orjson.loads(latest)
    for each in said:
        failed: Mapping[str, str] = each.failed
        if each.fails is not None:
            # A poll that failed as a whole is a failure of everything that its source used to tell.
            known = (name for group in groups if group[0] == each.source for name in _names(group))
            failed = {name: each.fails for name in known if name not in each.good} | each.failed
        groups = _merge(groups, each, failed)
    return orjson.dumps(groups).decode()


def _merge(groups: list[Group], said: Said, failed_now: Mapping[str, str]) -> list[Group]:
    good = said.good
    failed: dict[str, list[Any]] = {name: [quality, None] for name, quality in failed_now.items()}
    merged = []
    for group in groups:
        if (group[1], group[0]) <= (said.at, said.source):
            _take_over(group, good, failed)
        else:
            if good is said.good:
                good = dict(good)
            _give_way(group, said.at, good, failed)
        if group[2] or group[3]:
            merged.append(group)
    if good or failed:
        merged.append([said.source, said.at, good, failed])
    return merged


def _take_over(group: Group, good: Mapping[str, object], failed: Mapping[str, list[Any]]) -> None:
    """An older group loses the names that were told anew, and says when those that failed were last good."""
    _, at, was_good, had_failed = group
    for name, row in failed.items():
        if name in was_good:
            row[1] = at
            del was_good[name]
        elif name in had_failed:
            row[1] = had_failed.pop(name)[1]
    if good.keys() >= was_good.keys():
        was_good.clear()
    else:
        for name in good.keys() & was_good.keys():
            del was_good[name]
    if had_failed:
        for name in good.keys() & had_failed.keys():
            del had_failed[name]


def _give_way(group: Group, at: int, good: dict[str, Any], failed: dict[str, list[Any]]) -> None:
    """A newer group keeps its names; a late value may tell when one that fails was last good."""
    for name in _names(group):
        failed.pop(name, None)
        if name in good:
            del good[name]
            row = group[3].get(name)
            if row is not None and (row[1] is None or row[1] < at):
                row[1] = at


def _names(group: Group) -> list[str]:
    return [*group[2], *group[3]]
