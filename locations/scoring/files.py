"""Reading recordings with true positions: receivers (.dev), limits of the plan (.par), survey (.csv), tracks (.mbd).

Everything that cannot be read is refused with file, line and column.
"""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shapely.errors import ShapelyError
from shapely.geometry import Polygon, shape

from locations.estimation.anchors import Anchor, Heard, Signal, SurveyPoint
from locations.estimation.grid import Box

SURVEY_COLUMNS = ("x", "y", "sensor", "n", "mean", "std")
TRACK_COLUMNS = ("time", "receiver", "tag", "RSSI", "x", "y")
STRENGTHS_DBM = (-130.0, 20.0)


class UnreadableError(ValueError):
    """A file is not what it should be; the message says where."""

    def __init__(
        self, path: Path, what: str, *, line: int | None = None, column: str | int | None = None
    ) -> None:
        at = "" if line is None else f", line {line}"
        at += "" if column is None else f", column {column}"
        super().__init__(f"{path}{at}: {what}")


@dataclass(frozen=True, slots=True)
class Receivers:
    """``names`` gives the anchor of each name that files know it by: its address, or what it is called."""

    anchors: list[Anchor]
    names: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Row:
    """One sighting of a track, and where the tag was."""

    heard: Heard
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Track:
    """The sightings of one tag in order of time; ``strangers`` were by receivers that nobody has told of."""

    name: str
    rows: list[Row]
    strangers: int = 0


def read_receivers(path: Path) -> Receivers:
    """``Dongles:{"address": [[x, y, z], colour, "name"], …}``; what follows on other lines is not looked at."""
    text = _text(path)
    line, body = next(
        ((n, row) for n, row in enumerate(text.splitlines(), 1) if row.strip().startswith("Dongles:")),
        (1, ""),
    )
    if not body:
        raise UnreadableError(path, "no line begins with “Dongles:”")
    begin = body.index(":") + 1
    try:
        told = json.loads(body[begin:])
    except json.JSONDecodeError as error:
        raise UnreadableError(path, error.msg, line=line, column=begin + error.pos + 1) from error
    if not isinstance(told, dict) or not told:
        raise UnreadableError(path, "names no receiver", line=line, column=begin + 1)
    anchors = [_anchor(path, line, address, row) for address, row in told.items()]
    names = {str(row[2]): address for address, row in told.items() if len(row) > 2}
    return Receivers(anchors, names | {anchor.identifier: anchor.identifier for anchor in anchors})


def _anchor(path: Path, line: int, address: str, row: Any) -> Anchor:
    message = f"receiver {address}: its place is not a list of numbers [x, y, z]"
    try:
        x, y, *z = (float(value) for value in row[0])
    except (TypeError, ValueError, IndexError, KeyError) as error:
        raise UnreadableError(path, message, line=line) from error
    if not all(map(math.isfinite, (x, y, *z))):
        raise UnreadableError(path, message, line=line)
    return Anchor(address, x, y, z[0] if z else None)


def read_limits(path: Path) -> Box:
    """``{"limits": [x1, y1, x2, y2], …}`` in metres."""
    try:
        x1, y1, x2, y2 = (float(value) for value in json.loads(_text(path))["limits"])
    except json.JSONDecodeError as error:
        raise UnreadableError(path, error.msg, line=error.lineno, column=error.colno) from error
    except (KeyError, TypeError, ValueError) as error:
        raise UnreadableError(path, "“limits” is not a list of four numbers") from error
    if not (x1 < x2 and y1 < y2 and all(map(math.isfinite, (x1, y1, x2, y2)))):
        raise UnreadableError(path, "“limits” does not go from the lower left to the upper right")
    return x1, y1, x2, y2


def read_survey(path: Path, receivers: Receivers) -> list[SurveyPoint]:
    """CSV with a header: mean and spread of what each receiver heard at each point. Other columns are not looked at."""
    reader = csv.DictReader(_text(path).splitlines())
    missing = [name for name in SURVEY_COLUMNS if name not in (reader.fieldnames or ())]
    if missing:
        raise UnreadableError(path, f"no column {', '.join(missing)}", line=1)
    points: dict[tuple[float, float], dict[str, Signal]] = {}
    for row in reader:
        line = reader.line_num
        x, y, mean, spread, count = (
            _number(path, line, name, row[name]) for name in ("x", "y", "mean", "std", "n")
        )
        anchor = receivers.names.get(row["sensor"] or "")
        if anchor is None:
            message = f"no receiver is called “{row['sensor']}”"
            raise UnreadableError(path, message, line=line, column="sensor")
        points.setdefault((x, y), {})[anchor] = Signal(mean, max(spread, 0.0), max(int(count), 1))
    if not points:
        raise UnreadableError(path, "holds no point")
    return [SurveyPoint(x, y, signals) for (x, y), signals in points.items()]


def read_tracks(path: Path, receivers: Receivers) -> list[Track]:
    """One for each tag of the file: time, receiver, tag, strength, x, y; further columns are not looked at."""
    rows: dict[str, list[Row]] = {}
    strangers: dict[str, int] = {}
    for line, cells in enumerate(csv.reader(_text(path).splitlines()), 1):
        if not cells:
            continue
        if len(cells) < len(TRACK_COLUMNS):
            message = f"has {len(cells)} columns instead of {', '.join(TRACK_COLUMNS)} …"
            raise UnreadableError(path, message, line=line, column=len(cells))
        at, rssi, x, y = (_number(path, line, n + 1, cells[n]) for n in (0, 3, 4, 5))
        if not STRENGTHS_DBM[0] <= rssi <= STRENGTHS_DBM[1]:
            raise UnreadableError(path, f"{cells[3]} is no strength in dBm", line=line, column=4)
        tag, anchor = cells[2], receivers.names.get(cells[1])
        if anchor is None:
            strangers[tag] = strangers.get(tag, 0) + 1
            continue
        rows.setdefault(tag, []).append(Row(Heard(anchor, at, rssi), x, y))
    if not rows:
        raise UnreadableError(path, "holds no sighting by a receiver that is known")
    return [
        Track(
            path.stem if len(rows) == 1 else f"{path.stem} {tag}",
            sorted(own, key=lambda row: row.heard.at),
            strangers.get(tag, 0),
        )
        for tag, own in rows.items()
    ]


def read_zones(path: Path) -> dict[str, Polygon]:
    """GeoJSON: each polygon by its name, code or identifier."""
    try:
        features = json.loads(_text(path))["features"]
        return dict(_polygons(path, features))
    except json.JSONDecodeError as error:
        raise UnreadableError(path, error.msg, line=error.lineno, column=error.colno) from error
    except (KeyError, TypeError) as error:
        raise UnreadableError(path, "is no GeoJSON collection of features") from error


def _polygons(path: Path, features: list[dict[str, Any]]) -> Iterator[tuple[str, Polygon]]:
    for number, feature in enumerate(features, 1):
        told = feature.get("properties") or {}
        name = next((told[key] for key in ("name", "code", "id") if told.get(key)), feature.get("id", number))
        try:
            polygon = shape(feature["geometry"])
        except (ShapelyError, KeyError, TypeError, ValueError, AttributeError) as error:
            raise UnreadableError(path, f"feature {number} ({name}) has no shape that can be read") from error
        if not isinstance(polygon, Polygon) or not polygon.is_valid or polygon.is_empty:
            raise UnreadableError(path, f"feature {number} ({name}) is no sound polygon")
        yield str(name), polygon


def _number(path: Path, line: int, column: str | int, text: str | None) -> float:
    try:
        value = float(text or "")
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise UnreadableError(path, f"“{text or ''}” is no number", line=line, column=column)
    return value


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise UnreadableError(path, f"cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise UnreadableError(path, "is not text in UTF-8") from error
