"""The state of each simulated piece of equipment. Routines change it; device faces read it."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field

from hospital.demo.fleet import Item
from hospital.demo.plan import Point
from hospital.demo.quantities import Approach, Ramp, randomness, unit
from hospital.demo.walks import Place, Walk


class PumpState(enum.IntEnum):
    """As in the map of the pump gateway, column 2."""

    OFF = 1
    STANDBY = 2
    INFUSING = 3
    ALARM = 4
    FAULT = 5
    CHARGING = 6


class ScannerState(enum.IntEnum):
    """As in the map of the imaging modality, object 2."""

    OFF = 1
    STANDBY = 2
    PREPARING = 3
    SCANNING = 4
    FAULT = 5


class Mobile:
    """Equipment with wheels; most of it has a location tag."""

    def __init__(self, item: Item, seed: int) -> None:
        self.item = item
        self.rng = randomness(seed, item.asset_tag)
        self.lane = (unit(seed, item.asset_tag, "lane") - 0.5) * 1.6
        self.lift = "lift-3" if item.kind.shape == "bed" else self.rng.choice(("lift-1", "lift-2", "lift-3"))
        self.room: str = ""
        self.spot: Point = (0.0, 0.0)
        self.walk: Walk | None = None
        self.standing: Place | None = None
        self.still_since = 0.0
        self.tag_battery = Ramp(25 + 75 * unit(seed, item.asset_tag, "tag"), -1 / 86400, 0.0)

    def place(self, moment: float) -> Place:
        """Where it truly is."""
        if self.walk is not None:
            return self.walk.at(moment)
        if self.standing is None:
            raise RuntimeError(f"{self.item.asset_tag} has not been placed yet")
        return self.standing


class Pump(Mobile):
    """A pump that reports to the gateway of its department."""

    def __init__(self, item: Item, seed: int) -> None:
        super().__init__(item, seed)
        self.state = PumpState.CHARGING
        self.rate_ml_h = 0.0
        self.alarm_code = 0
        self.battery = Ramp(60 + 40 * unit(seed, item.asset_tag, "battery"), 0.0, 0.0)
        self.off_since: float | None = None

    def become(self, state: PumpState, moment: float, *, drain: float = 0.0) -> None:
        """Change state; ``drain`` is the battery's change in percent a second from now on."""
        self.state = state
        self.alarm_code = _ALARM_CODES.get(state, 0)
        self.battery = self.battery.turn(moment, drain)
        self.off_since = moment if state is PumpState.OFF else None
        if state is not PumpState.INFUSING:
            self.rate_ml_h = 0.0

    def heard_s_ago(self, moment: float) -> int:
        """Seconds since its gateway last heard it: it reports every five, and not while it is off."""
        quiet = 0.0 if self.off_since is None else moment - self.off_since
        return int((moment + 5 * self.lane) % 5 + quiet)


_ALARM_CODES = {PumpState.ALARM: 12, PumpState.FAULT: 90}


@dataclass
class Scanner:
    """An imaging modality and the power that it draws."""

    item: Item
    state: ScannerState = ScannerState.STANDBY
    exams_today: int = 0
    tube_c: Approach = field(default_factory=lambda: Approach(24.0, 24.0, 240.0, 0.0))
    door_open: bool = False
    energy_kwh: Ramp = field(default_factory=lambda: Ramp(48211.4, 0.0, 0.0, high=1e9))


@dataclass
class Fridge:
    """A medicine or blood fridge, or a freezer."""

    item: Item
    set_point_c: float
    inside_c: Approach
    air_c: Approach
    open_since: float | None = None
    openings: int = 0


@dataclass
class Ups:
    """An uninterruptible power supply."""

    item: Item
    charge: Ramp = field(default_factory=lambda: Ramp(100.0, 0.0, 0.0))
    on_battery_since: float | None = None
    disturbances: int = 0
