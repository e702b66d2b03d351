"""What one poll of one endpoint says: observations for the record, or a report for a person."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import cast

from assets.observation import Observation, ReadingValue, Subject, Value, good_observation
from assets.words import Quality
from collectors.decoding.describe import describe_poll
from collectors.decoding.program import Prepared, Program, Step, age_of, prepare_answers, program_of
from collectors.decoding.rows import ABSENCES, decode_rows, notes_on, row_observations
from collectors.decoding.values import Decoded
from collectors.profiles.model import Profile
from collectors.requests import Failure, RawPoll

__all__ = ["decode_poll", "describe_poll"]


def decode_poll(
    profile: Profile,
    raw: RawPoll,
    *,
    source: str,
    subject: Subject | None,
    received_at: datetime,
    groups: frozenset[str] | None = None,
) -> list[Observation]:
    """That of ``subject``, if the endpoint answers for a device; then one for each row that names its device.

    Of a device that several tables name, the first one that it can be read from is heard.

    The device's own observation has ``source``, a row's has ``source/name``; the moment of each is ``raw.at``
    less the age that the device or the row says. A failed reading stands in its observation with its quality;
    if nothing could be read, the observation itself has the quality, and no evidence. ``groups`` are those
    that the poll asked for besides the ordinary readings (default: all); a reading of another group was not
    asked for, and so does not stand in the observation at all.
    """
    program = program_of(profile, groups)
    prepared = prepare_answers(program, raw)
    observations = []
    if subject is not None:
        observations.append(_own(program, prepared, raw, source, subject, received_at))
    found: dict[str, Observation] = {}
    for step in program.tables:
        rows = step.rows_of(prepared)
        if isinstance(rows, Failure):
            continue
        for row in row_observations(
            decode_rows(step.rows, rows), step.rows.table.subject_kind,
            source=source, at=raw.at, received_at=received_at,
        ):  # fmt: skip
            known = found.get(row.source)
            if known is None or (known.quality is not Quality.GOOD and row.quality is Quality.GOOD):
                found[row.source] = row
    return [*observations, *found.values()]


def _own(
    program: Program, prepared: Prepared, raw: RawPoll, source: str, subject: Subject, received_at: datetime
) -> Observation:
    at = raw.at if program.age is None else _moment(program.age, prepared, raw.at)
    decoded = program.straight.decode(prepared)
    if decoded is None:
        decoded = [
            prepared[step.slot]
            if prepared[step.slot].__class__ is Failure
            else step.read(prepared[step.slot])
            for step in program.steps
        ]
    if decoded and Failure not in set(map(type, decoded)):
        evidence = program.judge(decoded) if program.judge else None
        values = cast("list[Value]", decoded)
        return good_observation(subject, source, at, received_at, program.names, values, evidence)
    return _in_part(program, prepared, decoded, at, source, subject, received_at)


def _moment(age: Step, prepared: Prepared, at: datetime) -> datetime:
    """When the readings were true; what could not be read failed at the moment of the poll."""
    age_s = age_of(age, prepared)
    return at if isinstance(age_s, Failure) else at - timedelta(seconds=age_s)


def _in_part(
    program: Program,
    prepared: Prepared,
    decoded: Sequence[Decoded],
    at: datetime,
    source: str,
    subject: Subject,
    received_at: datetime,
) -> Observation:
    """The observation of a device of which not all could be read."""
    readings: list[ReadingValue] = []
    failures: list[tuple[str, Failure]] = []
    for name, value in zip(program.names, decoded, strict=True):
        if isinstance(value, Failure):
            failures.append((name, value))
            readings.append(ReadingValue(name, None, value.quality))
        else:
            readings.append(ReadingValue(name, value))
    quality, detail = _verdict(prepared, len(readings), failures)
    evidence = program.judge(decoded) if program.judge and quality is Quality.GOOD else None
    return Observation(subject, source, at, received_at, quality, tuple(readings), evidence, detail=detail)


def _verdict(prepared: Prepared, count: int, failures: list[tuple[str, Failure]]) -> tuple[Quality, str]:
    """Good as soon as one reading is; otherwise what became of the first that the device has at all."""
    if all(answer.__class__ is Failure for answer in prepared):
        return prepared[0].quality, prepared[0].detail
    if failures and len(failures) == count:
        name, failure = next((each for each in failures if each[1].quality not in ABSENCES), failures[0])
        return failure.quality, f"{name}: {failure.detail}"
    return Quality.GOOD, "; ".join(notes_on(failures)) if failures else ""
