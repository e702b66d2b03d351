"""How installed equipment spends its day: scanners scan, fridges are opened, one UPS loses its mains."""

from __future__ import annotations

from hospital.demo.fleet import Item
from hospital.demo.quantities import Approach, randomness
from hospital.demo.units import Fridge, Scanner, ScannerState, Ups
from hospital.demo.world import Routine, World

UPS_ON_BATTERY = "UPS-02"
"""The one whose mains fails every few minutes."""

ROOM_C = 21.0
_KW = {
    # standby, preparing, scanning
    "ct-scanner": (3.2, 9.5, 52.0),
    "mri-scanner": (6.5, 10.4, 34.0),
    "xray-system": (0.6, 9.0, 14.0),
}
_SET_POINT_C = {"medicine-fridge": 5.0, "blood-fridge": 4.0, "ult-freezer": -80.0}
_HOT_C = {"ct-scanner": 78.0, "mri-scanner": 31.0, "xray-system": 55.0}


def scanner_kw(scanner: Scanner) -> float:
    """Power that a modality draws in its present state, in kW."""
    standby, preparing, scanning = _KW[scanner.item.kind.slug]
    by_state = {ScannerState.PREPARING: preparing, ScannerState.SCANNING: scanning, ScannerState.OFF: 0.05}
    return by_state.get(scanner.state, standby)


def scan(world: World, scanner: Scanner, seed: int) -> Routine:
    """Patient after patient: the door opens, the machine is made ready, it scans."""
    rng = randomness(seed, scanner.item.asset_tag)
    scanner.exams_today = rng.randint(4, 14)
    _change(world, scanner, ScannerState.STANDBY)
    yield rng.uniform(5, 120)
    while True:
        scanner.door_open = True
        yield rng.uniform(15, 40)
        _change(world, scanner, ScannerState.PREPARING)
        scanner.door_open = False
        yield rng.uniform(25, 70)
        _change(world, scanner, ScannerState.SCANNING)
        yield rng.uniform(60, 200)
        scanner.exams_today += 1
        _change(world, scanner, ScannerState.STANDBY)
        yield rng.uniform(40, 240)


def _change(world: World, scanner: Scanner, state: ScannerState) -> None:
    scanner.state = state
    is_hot = state is ScannerState.SCANNING
    scanner.tube_c = scanner.tube_c.turn(
        world.now, _HOT_C[scanner.item.kind.slug] if is_hot else 24.0, 160.0 if is_hot else 420.0
    )
    scanner.energy_kwh = scanner.energy_kwh.turn(world.now, scanner_kw(scanner) / 3600)


def make_fridge(item: Item, seed: int, since: float) -> Fridge:
    """A fridge or freezer near its set point."""
    set_point = _SET_POINT_C[item.kind.slug]
    start = set_point + randomness(seed, item.asset_tag).uniform(-0.4, 0.4)
    return Fridge(
        item, set_point, Approach(start, set_point, 300.0, since), Approach(start, set_point, 60.0, since)
    )


def cool(world: World, fridge: Fridge, seed: int) -> Routine:
    """The door is opened now and then, and once in a while forgotten."""
    rng = randomness(seed, fridge.item.asset_tag, "doors")
    fridge.openings = rng.randint(200, 9000)
    yield rng.uniform(5, 180)
    while True:
        fridge.open_since, fridge.openings = world.now, fridge.openings + 1
        fridge.air_c = fridge.air_c.turn(world.now, ROOM_C, 90.0)
        fridge.inside_c = fridge.inside_c.turn(world.now, ROOM_C, 1500.0)
        yield rng.uniform(150, 260) if rng.random() < 0.05 else rng.uniform(8, 30)
        fridge.open_since = None
        fridge.air_c = fridge.air_c.turn(world.now, fridge.set_point_c, 60.0)
        fridge.inside_c = fridge.inside_c.turn(world.now, fridge.set_point_c, 240.0)
        yield rng.uniform(60, 420)


def supply(world: World, ups: Ups, seed: int) -> Routine:
    """Mains, and for one of them a failure of a minute and a half every few minutes."""
    rng = randomness(seed, ups.item.asset_tag)
    if ups.item.asset_tag != UPS_ON_BATTERY:
        return
    yield rng.uniform(60, 150)
    while True:
        ups.on_battery_since, ups.disturbances = world.now, ups.disturbances + 1
        ups.charge = ups.charge.turn(world.now, -0.35)
        yield rng.uniform(75, 120)
        ups.on_battery_since = None
        ups.charge = ups.charge.turn(world.now, 0.12)
        yield rng.uniform(360, 540)
