"""Which of the alarms that a profile names stand now, by the current readings of a device."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from assets.models import Asset, ReadingNow
from assets.words import Quality
from collectors.decoding.evidence import holds_all
from collectors.decoding.values import Decoded
from collectors.models import EndpointHealth
from collectors.plausibility import NOT_CONFIRMED
from collectors.profiles.library import UnknownProfileError, get_profile
from collectors.profiles.model import SEVERITIES, Alarm, Profile
from collectors.profiles.strict import ProfileError
from collectors.requests import Failure


@dataclass(frozen=True, slots=True)
class Standing:
    """Alarms that stand, the worst first, and those of which nobody knows because a reading failed."""

    raised: tuple[Alarm, ...] = ()
    unknown: tuple[Alarm, ...] = ()


@dataclass(frozen=True, slots=True)
class AlarmLine:
    """An alarm for a page; ``at`` is how old the oldest reading is that it rests on. ``is_known``: it stands."""

    words: str
    severity: str
    at: datetime
    is_known: bool = True


def standing_alarms(alarms: Sequence[Alarm], values: Mapping[str, Decoded]) -> Standing:
    """Judged by the readings alone; what the device does not have raises nothing."""
    judged = [(alarm, holds_all(alarm.when, values)) for alarm in alarms]
    raised = sorted(
        (alarm for alarm, holds in judged if holds), key=lambda alarm: -SEVERITIES.index(alarm.severity)
    )
    return Standing(tuple(raised), tuple(alarm for alarm, holds in judged if holds is None))


def alarms_of(asset: Asset, sources: Mapping[int, str]) -> list[AlarmLine]:
    """By what these endpoints (number → profile) said of the asset last; one that is not confirmed raises none."""
    doubted = set(
        EndpointHealth.objects.filter(endpoint__in=sources, detail__startswith=NOT_CONFIRMED).values_list(
            "endpoint_id", flat=True
        )
    )
    rows: dict[tuple[int, bool], dict[str, ReadingNow]] = {}
    for row in ReadingNow.objects.filter(asset=asset):
        match = re.fullmatch(r"endpoint:([0-9]+)(/.*)?", row.source, re.DOTALL)
        if match and int(match[1]) in sources.keys() - doubted:
            rows.setdefault((int(match[1]), match[2] is not None), {})[row.name] = row
    lines: list[AlarmLine] = []
    for (pk, is_row), found in rows.items():
        lines += _lines(_alarms_in(sources[pk], found, is_row=is_row), found)
    return sorted(lines, key=lambda line: (not line.is_known, -SEVERITIES.index(line.severity), line.words))


def _alarms_in(name: str, found: Iterable[str], *, is_row: bool) -> Sequence[Alarm]:
    """Those of the device's own readings, or of the table that can say all that was said of a row."""
    try:
        profile: Profile = get_profile(name)
    except (UnknownProfileError, ProfileError):
        return ()
    if not is_row:
        return profile.alarms
    for table in profile.tables:
        if {reading.name for reading in table.readings}.issuperset(found):
            return table.alarms
    return ()


def _lines(alarms: Sequence[Alarm], found: Mapping[str, ReadingNow]) -> list[AlarmLine]:
    standing = standing_alarms(alarms, {name: _decoded(row) for name, row in found.items()})
    return [
        AlarmLine(
            alarm.words,
            alarm.severity,
            min(found[each.reading].at for each in alarm.when if each.reading in found),
            is_known,
        )
        for is_known, some in ((True, standing.raised), (False, standing.unknown))
        for alarm in some
    ]


def _decoded(row: ReadingNow) -> Decoded:
    if row.quality != Quality.GOOD:
        return Failure(Quality(row.quality), "")
    value = row.number if row.text is None else row.text
    return Failure(Quality.NO_VALUE, "") if value is None else value
