"""How good positions are on a recording with true positions, beside simple methods in the same run.

``python -m tests.bench.positions ONLY`` prints a JSON list of rows. The recording is not part of the project: where
it is absent, nothing is measured.
"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np

from locations.estimation.radio_map import Area, RadioMap
from locations.scoring.files import Track, read_limits, read_receivers, read_survey, read_tracks
from locations.scoring.scores import EVERY_S, FIRST_S, Follower, Judged, Score, score, true_place
from locations.scoring.zones import GridZones
from tests.bench.meter import Result

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "data" / "rtls" / "tetam"
NAME = "positions.tetam"
WINDOW_S = 2.0
NEIGHBOURS = 4
WALK_M2_S, LOOK_M2 = 0.5, 4.0

Strengths = dict[str, float]
Locate = Callable[[Strengths], tuple[float, float]]


def main(only: str = "") -> list[Result]:
    if only and not NAME.startswith(only) and not only.startswith("positions"):
        return []
    if not FOLDER.is_dir():
        print(f"Not measured: positions (no recording at {FOLDER})", file=sys.stderr)
        return []
    receivers = read_receivers(FOLDER / "tetam.dev")
    box = read_limits(FOLDER / "tetam.par")
    survey = read_survey(FOLDER / "fingerprints_condensed.csv", receivers)
    tracks = [track for path in sorted(FOLDER.glob("*.mbd")) for track in read_tracks(path, receivers)]
    tracks.sort(key=lambda track: track.rows[0].heard.at)
    zones = GridZones(box, 4, 3)
    places = {anchor.identifier: (anchor.x, anchor.y) for anchor in receivers.anchors}
    points = [((p.x, p.y), {name: s.mean_dbm for name, s in p.signals.items()}) for p in survey]
    simple = {
        "strongest": _simple(tracks, lambda heard: places[max(heard, key=heard.__getitem__)], smooth=False),
        "multilateration": _simple(tracks, lambda heard: _multilaterated(heard, places), smooth=True),
        "neighbours": _simple(tracks, lambda heard: _nearest(heard, points), smooth=True),
    }
    rows = {name: score(judged, zones) for name, judged in simple.items()}
    area = Area(box=box)
    surveyed = RadioMap(receivers.anchors, survey=survey, area=area)
    bare = RadioMap(receivers.anchors, area=area)
    rows["surveyed"] = score([Follower(surveyed, learns=False).follow(t) for t in tracks], zones)
    follower = Follower(bare, learns=True)
    rows["unsurveyed"] = score([follower.follow(track) for track in tracks], zones)
    rows["unsurveyed.alone"] = score([Follower(bare, learns=True).follow(t) for t in tracks], zones)
    against = {
        "surveyed": "neighbours",
        "unsurveyed": "multilateration",
        "unsurveyed.alone": "multilateration",
    }
    results = [
        row
        for name, each in rows.items()
        for row in _results(name, each, rows.get(against.get(name, "")), against.get(name))
    ]
    return [result for result in results if result.name.startswith(only) or not only]


def _results(name: str, own: Score, other: Score | None, against: str | None) -> list[Result]:
    told = [
        ("median_m", "m", own.median_m, other and other.median_m),
        ("p90_m", "m", own.p90_m, other and other.p90_m),
        ("zone", "of moments", own.zone, other and other.zone),
    ]
    return [
        Result(
            f"{NAME}.{name}.{figure}",
            round(value, 3),
            unit,
            None if not beside else f"{NAME}.{against}.{figure}",
            None if not beside else round(value / beside, 3),
        )
        for figure, unit, value, beside in told
    ]


def _simple(tracks: list[Track], locate: Locate, *, smooth: bool) -> list[list[Judged]]:
    """Windows of two seconds, each by itself; then a Kalman filter where ``smooth``."""
    found = []
    for track in tracks:
        times = [row.heard.at for row in track.rows]
        judged: list[Judged] = []
        place, variance = (0.0, 0.0), math.inf
        at = times[0] + FIRST_S
        while at <= times[-1]:
            told: dict[str, list[float]] = {}
            for row in track.rows:
                if at - WINDOW_S < row.heard.at <= at and row.heard.rssi_dbm is not None:
                    told.setdefault(row.heard.anchor, []).append(row.heard.rssi_dbm)
            if told:
                x, y = locate({name: sum(values) / len(values) for name, values in told.items()})
                variance += WALK_M2_S
                gain = 1.0 if not smooth or math.isinf(variance) else variance / (variance + LOOK_M2)
                place = (place[0] + gain * (x - place[0]), place[1] + gain * (y - place[1]))
                variance = LOOK_M2 if math.isinf(variance) else (1 - gain) * variance
                judged.append(Judged(*place, 1.0, *true_place(track.rows, times, at)))
            at += EVERY_S
        found.append(judged)
    return found


def _nearest(heard: Strengths, points: list[tuple[tuple[float, float], Strengths]]) -> tuple[float, float]:
    """The weighted middle of the surveyed points that heard most alike."""
    alike = []
    for place, signals in points:
        common = heard.keys() & signals.keys()
        if common:
            off = sum((heard[name] - signals[name]) ** 2 for name in common) / len(common)
            alike.append((off, place))
    best = sorted(alike)[:NEIGHBOURS]
    weights = [1 / (off + 1e-9) for off, _ in best]
    total = sum(weights)
    return (
        sum(w * place[0] for w, (_, place) in zip(weights, best, strict=True)) / total,
        sum(w * place[1] for w, (_, place) in zip(weights, best, strict=True)) / total,
    )


def _multilaterated(heard: Strengths, places: dict[str, tuple[float, float]]) -> tuple[float, float]:
    """Weighted least squares of distances by the same law, by Gauss and Newton."""
    spots = np.array([places[name] for name in heard])
    ranges = np.array([10 ** ((-59.0 - rssi) / 20) for rssi in heard.values()])
    weights = 1 / ranges**2
    place = np.asarray((spots * weights[:, None]).sum(axis=0) / weights.sum())
    for _ in range(10):
        off = place - spots
        apart = np.maximum(np.hypot(off[:, 0], off[:, 1]), 0.1)
        slope = off / apart[:, None]
        inner = (slope * weights[:, None]).T @ slope + 1e-3 * np.eye(2)
        place = place + np.linalg.solve(inner, (slope * weights[:, None]).T @ (ranges - apart))
    return float(place[0]), float(place[1])


if __name__ == "__main__":
    print(json.dumps([result.as_dict() for result in main(*sys.argv[1:])]))
