"""Taking in sightings and telling where the tag is."""

from __future__ import annotations

from locations.estimation.anchors import Heard
from locations.estimation.belief import Belief, Estimate
from locations.estimation.radio_map import RadioMap

WINDOW_S = 2.0


def hear(radio_map: RadioMap, belief: Belief, heard: Heard) -> bool:
    """Take in one sighting, not older than the ones before; whether it opened a new window.

    What was heard within a window counts together. When the first sighting after it comes, the window becomes part
    of the belief. That depends on the sightings and their times alone: batches, replays and reads change nothing.
    Sightings by receivers that the map does not know are left out.
    """
    if heard.anchor not in radio_map.anchors:
        return False
    is_new = not belief.heard or heard.at - belief.since > WINDOW_S
    if is_new:
        belief.since, belief.heard = heard.at, {}
    belief.heard[heard.anchor] = [heard.at, heard.rssi_dbm, heard.range_m]
    return is_new


def estimate(radio_map: RadioMap, belief: Belief, at: float) -> Estimate | None:
    """Where the tag is at ``at``, from all that was heard until then; changes nothing.

    ``None`` where nothing was heard. It looks at no sighting after ``at``.
    """
    told = [(row[1], name) for name, row in belief.heard.items() if (row[0] or 0.0) <= at]
    if not told:
        return None
    _, name = max(told, key=lambda row: (row[0] is not None, row[0] or 0.0))
    anchor = radio_map.anchors[name]
    return Estimate(
        anchor.x, anchor.y, anchor.reach_m, belief.since, len(told), is_anchored=True, zone=anchor.zone
    )
