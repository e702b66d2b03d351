"""What is kept of where one asset is outlives a restart, and a version."""

from __future__ import annotations

import orjson

from assets.activity import SECOND
from assets.recording.items import Heard, Item
from assets.recording.place import Place, unpack_place
from locations.positioning import Fix
from tests.locations.test_stillness import Floor


def heard(place: Place, receiver: str, level: float, second: int) -> None:
    item = Item(second * SECOND, "radio", heard=Heard(receiver, level, Fix(1, 2.0, 3.0, 5.0, 7)))
    if place.take(item, Floor()) is not None:
        place.enter(item, Floor())


def test_it_goes_on_from_what_was_packed():
    place = Place()
    for second in range(0, 200, 20):
        heard(place, "bay", -60, second)
        heard(place, "hall", -70, second)

    again = unpack_place(orjson.loads(orjson.dumps(place.pack())))

    assert orjson.dumps(again.pack()) == orjson.dumps(place.pack())


def test_what_the_version_before_packed_tells_where_it_was():
    place = Place()
    heard(place, "bay", -60, 0)
    track, room, _, by, belief, *rest, error, _ = place.pack()
    before = (
        (*track[:-2], track[-1]),
        room,
        ({"bay": [-60, 0.0]}, "bay", None, 0.0, 0),
        by,
        belief,
        *rest,
        None,
        error,
    )

    again = unpack_place(orjson.loads(orjson.dumps(before)))

    assert (again.track.x, again.track.y, again.hearing.chosen) == (2.0, 3.0, "bay")
    heard(again, "bay", -60, 20)
    assert again.track.zone == 7
