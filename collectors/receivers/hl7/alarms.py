"""An alarm (PCD-04): whether it is on, how bad, and what about. Its free text may name anybody, and is never read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from assets.observation import Evidence, ReadingValue
from assets.words import Quality
from collectors.receivers.hl7.codes import NAME, Codes, Condition
from collectors.receivers.hl7.door import Row, coded
from collectors.receivers.hl7.marks import Marks
from collectors.receivers.hl7.values import plain, why_no_value

_STATES = {"active": "alarm", "latched": "alarm", "inactive": "clear"}
_SEVERITIES = {"PN": "none", "PI": "information", "PL": "information", "PM": "warning", "PH": "critical"}
_NAME = re.compile(NAME)


@dataclass(slots=True)
class Alarm:
    """``code`` is 0 where none was told."""

    code: int = 0
    readings: list[ReadingValue] = field(default_factory=list)
    activity: Evidence | None = None


def read_alarm(rows: Sequence[Row], codes: Codes, marks: Marks) -> Alarm:
    """Of several in one report the first that is on, else the first."""
    alarm = Alarm()
    told = {row.meaning.part: row for row in reversed(rows) if row.meaning and not why_no_value(row)}
    if "condition" in told:
        number, name, system = coded(told["condition"].value, marks)
        alarm.code = int(number) if number.isascii() and number.isdecimal() and len(number) < 10 else 0
        condition = codes.conditions.find(number, name, system)
    else:
        name, condition = "", None
    if "state" not in told:
        return alarm
    state = _STATES.get(plain(told["state"], marks).lower())
    if state is None:
        alarm.readings.append(ReadingValue("general_alarm", None, Quality.OUT_OF_RANGE))
        return alarm
    alarm.readings.append(ReadingValue("general_alarm", state))
    if state == "alarm":
        _describe(alarm, name, condition, _SEVERITIES.get(_priority(told, marks)))
    return alarm


def _priority(told: dict[str, Row], marks: Marks) -> str:
    return plain(told["priority"], marks) if "priority" in told else ""


def _describe(alarm: Alarm, name: str, condition: Condition | None, severity: str | None) -> None:
    if alarm.code:
        alarm.readings.append(ReadingValue("alarm_code", float(alarm.code)))
    if condition is not None:
        alarm.readings.append(ReadingValue("alarm_text", condition.says))
        alarm.activity = Evidence.IN_USE if condition.in_use else None
    elif len(name) <= 100 and _NAME.fullmatch(name):
        alarm.readings.append(ReadingValue("alarm_text", name))
    if severity is not None:
        alarm.readings.append(ReadingValue("severity", severity))
