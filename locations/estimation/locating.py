"""Taking in sightings and telling where the tag is."""

from __future__ import annotations

import math

from locations.estimation import motion
from locations.estimation.anchors import Anchor, Heard
from locations.estimation.bayes import predict, step
from locations.estimation.belief import REACH_OF_68, Belief, Estimate, Place, Reports, Spot
from locations.estimation.radio_map import RadioMap

WINDOW_S = 1.0
"""What is heard within so long counts together: a few advertisements of a tag, each by several receivers."""


def hear(radio_map: RadioMap, belief: Belief, heard: Heard) -> bool:
    """Take in one sighting, not older than the ones before; whether it opened a new window.

    When the first sighting after a window comes, the window becomes part of the belief. That depends on the
    sightings and their times alone: batches, replays and reads change nothing. Sightings by receivers that the map
    does not know are left out.
    """
    if heard.anchor not in radio_map.anchors:
        return False
    is_new = not belief.window or heard.at - belief.since > WINDOW_S
    if is_new:
        if belief.window:
            _settle(radio_map, belief)
        belief.since, belief.window = heard.at, {}
    report = belief.window.get(heard.anchor)
    if report is None:
        report = belief.window[heard.anchor] = Reports(heard.at)
    _add(report, heard)
    belief.forget()
    return is_new


def estimate(radio_map: RadioMap, belief: Belief, at: float | None = None) -> Estimate | None:
    """Where the tag was when it was last heard, or where it may be ``at`` a later time; changes nothing.

    ``None`` where nothing was heard.
    """
    if not belief.window:
        return None
    heard_at, place = _now(radio_map, belief)
    if at is not None and at > heard_at:
        place = predict(place, at - heard_at)
    spot = place.spot()
    error = REACH_OF_68 * math.sqrt((spot.xx + spot.yy) / 2)
    count = max(len(belief.window), belief.anchors)
    anchor = _standing_for_its_zone(radio_map, belief.window) or _only(radio_map, belief, error)
    if anchor is None:
        return Estimate(spot.x, spot.y, error, heard_at, count, place.moving)
    return Estimate(
        anchor.x,
        anchor.y,
        anchor.reach_m,
        heard_at,
        count,
        place.moving,
        is_anchored=True,
        zone=anchor.zone,
    )


def _add(report: Reports, heard: Heard) -> None:
    report.at = heard.at
    if heard.rssi_dbm is not None:
        n, before = report.count, report.rssi_dbm
        if before is None:
            report.rssi_dbm = heard.rssi_dbm
        else:
            power = n * 10 ** (before / 10) + 10 ** (heard.rssi_dbm / 10)
            report.rssi_dbm = 10 * math.log10(power / (n + 1))
        report.count = n + 1
    if heard.range_m is not None:
        report.range_m, report.range_error_m = heard.range_m, heard.range_error_m


def _settle(radio_map: RadioMap, belief: Belief) -> None:
    at, place = _now(radio_map, belief)
    name = next(iter(belief.window))
    is_only = len(belief.window) == 1 and (belief.packed is None or belief.sole == name)
    belief.settle(at, place, sole=name if is_only else None)


def _now(radio_map: RadioMap, belief: Belief) -> tuple[float, Place]:
    """The end of the window, and what is believed then."""
    if belief.known is not None:
        return belief.known
    at = max(report.at for report in belief.window.values())
    anchor = _standing_for_its_zone(radio_map, belief.window)
    if anchor is None:
        elapsed = 0.0 if belief.at is None else at - belief.at
        place = step(radio_map, belief.place, elapsed, belief.window)
    else:
        place = _at(anchor)
    belief.remember(at, place)
    return at, place


def _standing_for_its_zone(radio_map: RadioMap, window: dict[str, Reports]) -> Anchor | None:
    """The one that heard the tag last, of those that stand for their zone."""
    found = [
        (report.at, name) for name, report in window.items() if _anchor(radio_map, name).zone is not None
    ]
    return radio_map.anchors[max(found)[1]] if found else None


def _only(radio_map: RadioMap, belief: Belief, error: float) -> Anchor | None:
    """The one anchor that all rests on: nothing more is known than that the tag is near it."""
    if len(belief.window) > 1:
        return None
    name = next(iter(belief.window))
    anchor = _anchor(radio_map, name)
    is_sole = belief.packed is None or belief.sole == name
    return anchor if is_sole or error > anchor.reach_m else None


_UNKNOWN = Anchor("", 0.0, 0.0)


def _anchor(radio_map: RadioMap, name: str) -> Anchor:
    return radio_map.anchors.get(name, _UNKNOWN)  # a map may have lost one since


def _at(anchor: Anchor) -> Place:
    variance = (anchor.reach_m / REACH_OF_68) ** 2
    spot = Spot(anchor.x, anchor.y, variance, 0.0, variance)
    return Place(spot, motion.set_out(spot), motion.MOVES)
