"""The Wi-Fi of the demo hospital: its access points, and which of them each network card talks to."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from hospital.demo.day import Day
from hospital.demo.floors import the_plan
from hospital.demo.names import MAC_PREFIX, mac
from hospital.demo.quantities import randomness
from hospital.demo.walks import Place

REACH_M = 12.0
CHOOSES_EVERY_S = 20.0
"""How often a card looks for a better access point."""
PHONES = 6
PHONE_RENAMES_EVERY_S = 900.0
_ALONG_M, _ACROSS_M = (10.0, 30.0, 50.0, 70.0), (8.5, 36.5)
_FIRST_RADIO = 0x80


@dataclass(frozen=True, slots=True)
class AccessPoint:
    """``radio`` is the address by which the controller knows it; metres."""

    name: str
    label: str
    radio: bytes
    room: str
    x: float
    y: float

    @property
    def identifier(self) -> str:
        """As reports name it."""
        return f"ap:{self.name}"


@dataclass(frozen=True, slots=True)
class Client:
    """A network card, the access point that it talks to, and how strongly it is heard there."""

    card: bytes
    at: AccessPoint
    rssi_dbm: int


@cache
def access_points() -> tuple[AccessPoint, ...]:
    """Eight on each floor, along the two long corridors."""
    found: list[AccessPoint] = []
    for storey in the_plan().storeys:
        rooms = the_plan().on_floor(storey.slug)
        for number, (x, y) in enumerate(((x, y) for y in _ACROSS_M for x in _ALONG_M), start=1):
            room = next(room for room in rooms if room.holds(x, y))
            name = f"AP-{storey.level}-{number}"
            label = f"{storey.level}-{number}, {room.name}"
            radio = MAC_PREFIX + bytes([_FIRST_RADIO + len(found)])
            found.append(AccessPoint(name, label, radio, room.key, x, y))
    return tuple(found)


class Wifi:
    """What the controller knows at the day's present: equipment, and telephones that people carry."""

    def __init__(self, day: Day) -> None:
        self._day = day
        self._points: dict[str, list[AccessPoint]] = {}
        for point in access_points():
            self._points.setdefault(point.room.partition("/")[0], []).append(point)

    def clients(self, moment: float) -> list[Client]:
        return [self._join(card, place, moment) for card, place in self._cards(moment)]

    def _cards(self, moment: float) -> Iterator[tuple[bytes, Place]]:
        for mobile in self._day.mobiles.values():
            if mobile.item.has_wifi:
                yield bytes.fromhex(mac(mobile.item).replace(":", "")), mobile.place(moment)
        for number in range(1, PHONES + 1):  # in the pockets of those who push wheelchairs
            carrier = self._day.mobiles[f"WCH-{number:03d}"]
            yield _made_up(number, moment), carrier.place(moment)

    def _join(self, card: bytes, place: Place, moment: float) -> Client:
        """The one that it hears best: -40 dBm at 1 m, 28 dB less per decade, noise of 3."""
        rng = randomness(self._day.seed, card.hex(), moment // CHOOSES_EVERY_S)
        strengths = {
            point: -40
            - 28 * math.log10(max(1.0, math.hypot(point.x - place.x, point.y - place.y)))
            + rng.gauss(0, 3)
            for point in self._points[place.floor]
        }
        best = max(strengths, key=strengths.__getitem__)
        return Client(card, best, round(strengths[best]))


def _made_up(number: int, moment: float) -> bytes:
    """An address that a telephone makes up for itself, and changes now and then."""
    made_up = randomness("phone", number, moment // PHONE_RENAMES_EVERY_S).randbytes(6)
    return bytes([made_up[0] & 0xFC | 0x02]) + made_up[1:]
