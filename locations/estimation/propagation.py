"""How strength falls with distance, and how it scatters: what holds where nobody has measured the building.

Strengths count as power: sightings are averaged in milliwatts, because fading cuts deep holes into decibels and
adds little on top, so that the mean of decibels says less about the distance.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

STRENGTH_AT_1_M = -59.0
"""dBm. What beacons are set to tell as their strength at a metre (“measured power”), transmitting at 0 dBm."""
EXPONENT = 2.0
"""Of path loss: free space. Open offices measure 1.6 to 2.2, walls between 2.5 and 3.5."""
EXPONENT_SPREAD = 0.4
TAG_HEIGHT_M = 1.2
"""Of a tag on a pump, a bed or a trolley."""
ANCHOR_HEIGHT_M = 2.2
"""Of a receiver whose height nobody has entered: over a door, or high on a wall."""
NEAREST_M = 0.5
"""Closer than this, the law of distance says nothing."""
PLACE_SPREAD_DB = 5.0
"""By how much a place is louder or quieter than its distance says: furniture, walls, people, multipath."""
TIME_SPREAD_DB = 4.0
"""By how much single sightings at one place scatter: the three advertising channels, polarisation, fading."""
WALL_DB = 3.5
"""That a wall between rooms takes away: plasterboard 3 to 4, brick 5 to 8."""
MOST_WALLS = 5
"""More are got around, by doors and windows."""
FLOOR_DBM = -98.0
"""Weaker than this receivers hear nothing, give or take :data:`FLOOR_SPREAD_DB`."""
FLOOR_SPREAD_DB = 5.0
MISSED = 0.3
"""Of windows in which a receiver that should hear a tag does not: collisions, a body in between, a lost report."""
MOST_UPLIFT_DB = 4.0


def distances(x: Floats, y: Floats, ax: float, ay: float, az: float | None) -> Floats:
    """Metres from points at a tag's height to an anchor."""
    rise = (ANCHOR_HEIGHT_M if az is None else az) - TAG_HEIGHT_M
    apart: Floats = np.sqrt(np.maximum((x - ax) ** 2 + (y - ay) ** 2 + rise * rise, NEAREST_M**2))
    return apart


def power_mean(mean_dbm: Floats, spread_db: Floats) -> Floats:
    """The mean power, in dBm, of strengths with that mean and spread in dB, were they log-normal.

    Where they scatter wildly they are not, and no more than :data:`MOST_UPLIFT_DB` is added.
    """
    uplift: Floats = np.minimum(np.log(10) / 20 * spread_db**2, MOST_UPLIFT_DB)
    return mean_dbm + uplift
