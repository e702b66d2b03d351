"""One step of the filter: where the tag was, how it may have moved since, and what was heard now."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from locations.estimation import motion
from locations.estimation.belief import Place, Reports, Spot, Walk
from locations.estimation.radio_map import RadioMap
from locations.estimation.ranging import Range, ranges, refine
from locations.estimation.window import (
    Cells,
    Strengths,
    likelihood,
    likelihood_of_others,
    strengths,
)

LOOK_S = 1.0
"""So long one look at a place lasts while moving: what is heard sooner after is under the same fading and counts in
proportion."""
LOOK_AT_REST_S = 10.0
"""The same at rest, where only people who pass by and doors that open change the fading."""
SPREADS = 3.2
"""Standard deviations of where a tag may be by now that are looked at."""
ACROSS = 15
"""Cells along each axis of what is looked at; if more, every second, third … of them."""
ACROSS_ALL = 50
"""The same when the whole floor is looked at."""
STRAY = 1e-4
"""Probability that the tag is anywhere else than it could have walked: a false report, or carried unheard."""
THROUGH_WALLS = 0.3
"""How much of what is believed beforehand takes no notice of walls: the room believed in may be the wrong one."""
LOOKS_AROUND = 4
"""Every so many windows it is asked whether a place elsewhere on the floor explains better what is heard."""
ALLOWED = 2.0
"""Logarithm of the likelihood by which the best of many places is better by chance."""
DOUBTED = 6.0
"""Added up to this, the tag is looked for anew: once in some 400 times by chance."""


@dataclass(frozen=True, slots=True)
class Block:
    """The cells that are looked at: ``x`` a row, ``y`` a column."""

    rows: slice
    columns: slice
    x: Cells
    y: Cells
    spacing: float


def step(radio_map: RadioMap, place: Place | None, elapsed: float, window: Mapping[str, Reports]) -> Place:
    """Where the tag is at the end of the window, ``elapsed`` seconds after it was believed to be at ``place``."""
    heard = strengths(radio_map, window)
    measured = ranges(radio_map, window) if heard is None or len(heard.index) < len(window) else []
    if place is None:
        block = _everywhere(radio_map)
        begun = _begin(block, _evidence(radio_map, heard, window, block))
        return _refined(None, begun, measured) if measured else begun
    place = predict(place, elapsed)
    block = _around(radio_map, place)
    evidence = _evidence(radio_map, heard, window, block)
    if heard is not None:
        place, anew = _doubted(radio_map, place, heard, window, float(evidence.max()))
        if anew is not None:
            return anew
    after = _posterior(radio_map, place, elapsed, block, evidence)
    return _refined(place, after, measured) if measured else after


def _doubted(
    radio_map: RadioMap, place: Place, heard: Strengths, window: Mapping[str, Reports], here: float
) -> tuple[Place, Place | None]:
    """Page's test of whether the tag is elsewhere: the place with its doubt, and another one when that is too much."""
    doubt, windows = place.doubt
    if windows + 1 < LOOKS_AROUND:
        return replace(place, doubt=(doubt, windows + 1)), None
    block = _everywhere(radio_map)
    evidence = _evidence(radio_map, heard, window, block)
    doubt = max(0.0, doubt + float(evidence.max()) - here - ALLOWED)
    if doubt < DOUBTED:
        return replace(place, doubt=(doubt, 0)), None
    return place, _begin(block, evidence)


def _refined(before: Place | None, after: Place, measured: list[Range]) -> Place:
    """By ranges, more exactly than cells can tell."""
    if before is None:
        spot = refine(None, after.rest, measured)
        return Place(spot, motion.set_out(spot), after.moving)
    rest = refine(before.rest, after.rest, measured)
    walk = refine(before.walk.spot, after.walk.spot, measured)
    return Place(rest, motion.told(before.walk, walk), after.moving, after.doubt)


def _begin(block: Block, evidence: Cells) -> Place:
    spot = _moments(np.exp(evidence - evidence.max()), block)
    return Place(spot, motion.set_out(spot), motion.MOVES)


def predict(place: Place, elapsed: float) -> Place:
    """Where it is by now, before anything is heard; what rested may have set out, what moved come to rest."""
    keep = math.exp(-elapsed / motion.KEEPS_S)
    share = motion.MOVES + (place.moving - motion.MOVES) * keep
    stopped = place.moving * (1 - motion.MOVES) * (1 - keep)
    started = (1 - place.moving) * motion.MOVES * (1 - keep)
    rest = _mixed(place.rest, place.walk.spot, stopped / max(1 - share, 1e-9))
    walk = motion.walked(place.walk, elapsed)
    begun = motion.walked(motion.set_out(place.rest), elapsed)
    return Place(
        motion.crept(rest, elapsed), _mixed_walks(walk, begun, started / max(share, 1e-9)), share, place.doubt
    )


def _mixed(a: Spot, b: Spot, share: float) -> Spot:
    """One normal distribution for two, the second by ``share``."""
    dx, dy, apart = b.x - a.x, b.y - a.y, share * (1 - share)
    return Spot(
        a.x + share * dx,
        a.y + share * dy,
        a.xx + share * (b.xx - a.xx) + apart * dx * dx,
        a.xy + share * (b.xy - a.xy) + apart * dx * dy,
        a.yy + share * (b.yy - a.yy) + apart * dy * dy,
    )


def _mixed_walks(a: Walk, b: Walk, share: float) -> Walk:
    dx, dy, dvx, dvy = b.spot.x - a.spot.x, b.spot.y - a.spot.y, b.vx - a.vx, b.vy - a.vy
    apart = share * (1 - share)
    across = (dx * dvx, dx * dvy, dy * dvx, dy * dvy)
    beside = (dvx * dvx, dvx * dvy, dvy * dvy)
    w, x, y, z = (p + share * (q - p) + apart * r for p, q, r in zip(a.turn, b.turn, across, strict=True))
    xx, xy, yy = (p + share * (q - p) + apart * r for p, q, r in zip(a.speed, b.speed, beside, strict=True))
    return Walk(
        _mixed(a.spot, b.spot, share), a.vx + share * dvx, a.vy + share * dvy, (w, x, y, z), (xx, xy, yy)
    )


def _everywhere(radio_map: RadioMap) -> Block:
    rows, columns = radio_map.grid.shape
    return _block(radio_map, 0, rows, 0, columns, ACROSS_ALL)


def _around(radio_map: RadioMap, place: Place) -> Block:
    grid = radio_map.grid
    a, b = place.rest, place.walk.spot
    ax, bx = SPREADS * math.sqrt(a.xx), SPREADS * math.sqrt(b.xx)
    ay, by = SPREADS * math.sqrt(a.yy), SPREADS * math.sqrt(b.yy)
    return _block(
        radio_map,
        grid.row(min(a.y - ay, b.y - by) - grid.cell),
        grid.row(max(a.y + ay, b.y + by) + grid.cell) + 1,
        grid.column(min(a.x - ax, b.x - bx) - grid.cell),
        grid.column(max(a.x + ax, b.x + bx) + grid.cell) + 1,
        ACROSS,
    )


def _block(radio_map: RadioMap, row: int, end_row: int, column: int, end_column: int, across: int) -> Block:
    grid = radio_map.grid
    skip = max(1, -(-max(end_row - row, end_column - column) // across))
    rows = slice(row + (end_row - row - 1) % skip // 2, end_row, skip)
    columns = slice(column + (end_column - column - 1) % skip // 2, end_column, skip)
    return Block(rows, columns, grid.xs[columns], grid.ys[rows][:, None], skip * grid.cell)


def _evidence(
    radio_map: RadioMap, heard: Strengths | None, window: Mapping[str, Reports], block: Block
) -> Cells:
    others = len(window) - (0 if heard is None else len(heard.index))
    total: Cells = np.zeros((len(block.y), len(block.x)))
    if heard is not None:
        total = likelihood(radio_map, heard, block.rows, block.columns)
    if others:
        total = total + likelihood_of_others(radio_map, window, block.x, block.y, block.spacing)
    return np.where(radio_map.is_inside[block.rows, block.columns], total, -np.inf)


def _posterior(radio_map: RadioMap, place: Place, elapsed: float, block: Block, evidence: Cells) -> Place:
    resting = (1 - place.moving) * _prior(radio_map, place.rest, block)
    walking = place.moving * _prior(radio_map, place.walk.spot, block)
    off = evidence - evidence.max()
    told = np.exp(min(1.0, elapsed / LOOK_S) * off)
    slowly = np.exp(min(1.0, elapsed / LOOK_AT_REST_S) * off)
    stray = STRAY / told.size * told
    walking_told = walking * told
    likely_walk, likely_rest = float(walking_told.sum()), float((resting * told).sum())
    total = likely_walk + likely_rest
    if total <= 0:
        return _begin(block, evidence)
    spot = _moments(walking_told + stray, block)
    rest = _moments(resting * slowly + stray, block)
    return Place(rest, motion.told(place.walk, spot), likely_walk / total, place.doubt)


def _moments(weights: Cells, block: Block) -> Spot:
    total = weights.sum()
    along_x, along_y = weights.sum(axis=0) / total, weights.sum(axis=1) / total
    xs, ys = block.x, block.y[:, 0]
    x, y = float(along_x @ xs), float(along_y @ ys)
    dx, dy = xs - x, ys - y
    blur = block.spacing**2 / 12
    xx, yy = float(along_x @ (dx * dx)) + blur, float(along_y @ (dy * dy)) + blur
    return Spot(x, y, xx, float(dy @ weights @ dx / total), yy)


def _prior(radio_map: RadioMap, spot: Spot, block: Block) -> Cells:
    """How likely each cell is before anything is heard; around walls, by the way on foot."""
    dx, dy = block.x - spot.x, block.y - spot.y
    area = spot.xx * spot.yy - spot.xy * spot.xy
    far = (spot.yy / area) * (dx * dx) - (2 * spot.xy / area) * (dx * dy) + (spot.xx / area) * (dy * dy)
    density = np.exp(-0.5 * far)
    if radio_map.walls.doors:
        straight = np.sqrt(dx * dx + dy * dy)
        on_foot = radio_map.walls.distances(spot.x, spot.y, block.rows, block.columns, straight)
        if on_foot is not None:
            far *= np.square(on_foot / np.maximum(straight, 0.1))
            density = THROUGH_WALLS * density + (1 - THROUGH_WALLS) * np.exp(-0.5 * far)
    return density * (block.spacing**2 / (2 * math.pi * math.sqrt(area)))
