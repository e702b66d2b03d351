"""Tags of the demo hospital with the noise that location systems have: still ones stay, moved ones show soon."""

from __future__ import annotations

import math
import random

from hospital.demo.floors import the_plan
from locations.geometry import ZoneIndex
from locations.polygons import polygon_of
from locations.positioning import Fix, Track, follow
from locations.presence import RoomFilter
from tests.still.noise import Manner, Noise, moments

ROOMS = the_plan().on_floor("main-2")
ZONES = ZoneIndex({number: polygon_of(room.rings) for number, room in enumerate(ROOMS)})
WALK_M_S = 1.2
STARTED_S = 300.0  # a first report is believed, and may be a wild one


def spot(rng, room, margin):
    return (
        rng.uniform(room.x + margin, room.x + room.width - margin),
        rng.uniform(room.y + margin, room.y + room.depth - margin),
    )


def test_still_tags_never_change_rooms_for_shadows_bursts_wild_reports_and_silence():
    hops = 0
    for number in range(30):
        rng = random.Random(number)
        manner = Manner(error_m=(0.5, 1.0, 2.0)[number % 3], every_s=20.0)
        x, y = spot(rng, rng.choice(ROOMS), 0.3)
        noise, track, room = Noise(manner, rng), Track(), RoomFilter()
        for at in moments(manner.every_s, 12 * 3600, rng):
            seen = noise.seen(x, y, at)
            if seen is None:
                continue
            had = room.zone
            follow(track, Fix(1, *seen, manner.error_m), at)
            hops += room.update(ZONES, track, at) and had is not None and at > STARTED_S
    assert hops == 0


def test_a_move_to_another_room_shows_within_five_seconds_of_its_second_sighting():
    late = [seconds_late(number) for number in range(60)]

    assert sum(seconds <= 5 for seconds in late) >= 0.95 * len(late)


def seconds_late(number: int) -> float:
    """From the second sighting in the new room until it is told, of a tag that is half a metre off; inf if never."""
    rng = random.Random(f"move {number}")
    old = rng.choice(ROOMS)
    new = rng.choice([room for room in ROOMS if 0 < math.dist(room.centre, old.centre) < 25])
    a, b = spot(rng, old, 1), spot(rng, new, 1)
    walk_s = math.dist(a, b) / WALK_M_S
    noise, track, room = Noise(Manner(0.5, 2.0), rng), Track(), RoomFilter()
    there: list[float] = []
    for at in moments(2.0, 300 + walk_s + 60, rng):
        way = min(max((at - 300) / walk_s, 0), 1)
        x, y = a[0] + way * (b[0] - a[0]), a[1] + way * (b[1] - a[1])
        if (seen := noise.seen(x, y, at)) is None:
            continue
        follow(track, Fix(1, *seen, 0.5), at)
        room.update(ZONES, track, at)
        if at > 300 and new.holds(x, y):
            there.append(at)
        if there and room.zone is not None and ROOMS[room.zone] is new:
            return at - there[min(1, len(there) - 1)]
    return math.inf
