"""A survey as a file: one line for each receiver at each point, as ``set,x,y,z,sensor,n,mean,std,min,max``."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction

from locations.models import Floor, Survey, SurveyPoint

COLUMNS = ("set", "x", "y", "z", "sensor", "n", "mean", "std", "min", "max")
MOST_LINES = 100_000
FARTHEST_M, WEAKEST_DBM, STRONGEST_DBM = 10_000.0, -150.0, 30.0

_Where = tuple[str, float, float, float]


class SurveyFileError(ValueError):
    """Nothing was stored; the text names the line and what is wrong with it."""


@transaction.atomic
def import_survey(*, text: str, floor: Floor, device: str, by: Any, at: datetime) -> Survey:
    """Store a file as one survey of a floor, or nothing at all: :class:`SurveyFileError`."""
    points = read_survey(text)
    survey = Survey.objects.create(floor=floor, device=device[:64], begun_at=at, by=by)
    SurveyPoint.objects.bulk_create(
        SurveyPoint(survey=survey, x=x, y=y, z=z, signals=signals, at=at)
        for (_, x, y, z), signals in points.items()
    )
    return survey


def read_survey(text: str) -> dict[_Where, dict[str, list[float]]]:
    """Set and place → receiver → sightings, mean, spread, weakest, strongest."""
    try:
        return _read(csv.DictReader(io.StringIO(text)))
    except csv.Error as error:
        raise SurveyFileError(f"The file is no CSV: {error}.") from error


def _read(rows: csv.DictReader[str]) -> dict[_Where, dict[str, list[float]]]:
    missing = [name for name in COLUMNS if name not in (rows.fieldnames or ())]
    if missing:
        raise SurveyFileError(f"Line 1: the column {missing[0]} is missing.")
    points: dict[_Where, dict[str, list[float]]] = {}
    for line, row in enumerate(rows, start=2):
        if line > MOST_LINES:
            raise SurveyFileError(f"The file has more than {MOST_LINES} lines.")
        where, receiver, signal = _read_line(row, line)
        signals = points.setdefault(where, {})
        if receiver in signals:
            raise SurveyFileError(f"Line {line}: {receiver} stands twice at that point.")
        signals[receiver] = signal
    if not points:
        raise SurveyFileError("The file has no points.")
    return points


def write_survey(points: Iterable[SurveyPoint]) -> str:
    """The same format; ``set`` is the survey's number."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for point in points:
        place = (point.survey_id, f"{point.x:g}", f"{point.y:g}", f"{point.z or 0:g}")
        for receiver, (count, *levels) in sorted(point.signals.items()):
            writer.writerow([*place, receiver, round(count), *(f"{level:g}" for level in levels)])
    return out.getvalue()


def _read_line(row: dict[str, Any], line: int) -> tuple[_Where, str, list[float]]:
    receiver = (row["sensor"] or "").strip()
    if not 0 < len(receiver) <= 64 or not receiver.isprintable():
        raise SurveyFileError(f"Line {line}: sensor must be a name of 1 to 64 characters.")
    x, y, z = (_number(row, name, line, -FARTHEST_M, FARTHEST_M) for name in ("x", "y", "z"))
    count = _number(row, "n", line, 1, 1e9)
    spread = _number(row, "std", line, 0, STRONGEST_DBM - WEAKEST_DBM)
    mean, low, high = (
        _number(row, name, line, WEAKEST_DBM, STRONGEST_DBM) for name in ("mean", "min", "max")
    )
    return ((row["set"] or "").strip(), x, y, z), receiver, [count, mean, spread, low, high]


def _number(row: dict[str, Any], name: str, line: int, low: float, high: float) -> float:
    try:
        value = float(row[name])
    except (TypeError, ValueError):
        value = math.nan
    if not low <= value <= high:
        raise SurveyFileError(f"Line {line}: {name} must be a number from {low:g} to {high:g}.")
    return value
