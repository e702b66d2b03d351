"""How a tag moves: it rests, or it is carried along by somebody who turns now and then."""

from __future__ import annotations

import math

from locations.estimation.belief import Spot, Walk

SPEED_M_S = 0.6
"""Standard deviation of the velocity along each axis of what is pushed or carried: 0.85 m/s in all."""
TURNS_S = 2.0
"""For so long somebody keeps to one direction and speed."""
CREEP = 0.01
"""m²/s by which a tag at rest may shift: a bed turned, a drawer pulled."""
MOVES = 0.5
"""How likely a tag is on the move, as long as nothing is known of it."""
KEEPS_S = 60.0
"""For so long one that moves goes on moving, and one that rests, resting."""


def set_out(spot: Spot) -> Walk:
    """A walk from there in an unknown direction."""
    variance = SPEED_M_S**2
    return Walk(spot, 0.0, 0.0, (0.0, 0.0, 0.0, 0.0), (variance, 0.0, variance))


def crept(spot: Spot, elapsed: float) -> Spot:
    more = CREEP * elapsed
    return Spot(spot.x, spot.y, spot.xx + more, spot.xy, spot.yy + more)


def walked(walk: Walk, elapsed: float) -> Walk:
    """So many seconds later: velocity fades away as it is forgotten (an Ornstein-Uhlenbeck process)."""
    keep = math.exp(-elapsed / TURNS_S)
    far = TURNS_S * (1 - keep)
    variance = SPEED_M_S**2
    apart = variance * TURNS_S**2 * (2 * elapsed / TURNS_S - 3 + 4 * keep - keep * keep)
    both = variance * TURNS_S * (1 - keep) ** 2
    fresh = variance * (1 - keep * keep)
    s, (a, b, c, d), (xx, xy, yy) = walk.spot, walk.turn, walk.speed
    return Walk(
        Spot(
            s.x + far * walk.vx,
            s.y + far * walk.vy,
            s.xx + 2 * far * a + far * far * xx + apart,
            s.xy + far * (b + c) + far * far * xy,
            s.yy + 2 * far * d + far * far * yy + apart,
        ),
        keep * walk.vx,
        keep * walk.vy,
        (
            keep * (a + far * xx) + both,
            keep * (b + far * xy),
            keep * (c + far * xy),
            keep * (d + far * yy) + both,
        ),
        (keep * keep * xx + fresh, keep * keep * xy, keep * keep * yy + fresh),
    )


def told(walk: Walk, spot: Spot) -> Walk:
    """The walk, once its position is known to be ``spot``: what that says of the velocity."""
    p, (a, b, c, d), (xx, xy, yy) = walk.spot, walk.turn, walk.speed
    area = p.xx * p.yy - p.xy * p.xy
    # gain = turnᵀ · (variance of position)⁻¹; its rows are vx and vy
    xg, xh = (a * p.yy - c * p.xy) / area, (c * p.xx - a * p.xy) / area
    yg, yh = (b * p.yy - d * p.xy) / area, (d * p.xx - b * p.xy) / area
    dx, dy = spot.x - p.x, spot.y - p.y
    ex, ey, exy = spot.xx - p.xx, spot.yy - p.yy, spot.xy - p.xy
    return Walk(
        spot,
        walk.vx + xg * dx + xh * dy,
        walk.vy + yg * dx + yh * dy,
        (
            spot.xx * xg + spot.xy * xh,
            spot.xx * yg + spot.xy * yh,
            spot.xy * xg + spot.yy * xh,
            spot.xy * yg + spot.yy * yh,
        ),
        (
            xx + xg * xg * ex + 2 * xg * xh * exy + xh * xh * ey,
            xy + xg * yg * ex + (xg * yh + xh * yg) * exy + xh * yh * ey,
            yy + yg * yg * ex + 2 * yg * yh * exy + yh * yh * ey,
        ),
    )
