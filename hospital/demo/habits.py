"""How mobile equipment spends its day. All durations in seconds, compressed: minutes stand for hours."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from hospital.demo.fleet import STORES, Habit, Item
from hospital.demo.units import Mobile, Pump, PumpState
from hospital.demo.world import Routine, World

JITTERING = "VSM-005"
"""Its tag reports positions up to 1.5 m off although it never moves."""
JITTER_ROOM = "main-1/r103"

DECONTAMINATION = "main-0/decon"
WORKSHOP = "main-0/workshop"
CENTRAL_STORE = "main-0/store"
BROKEN_FROM_THE_START = "INF-007"
WANDERING = "INF-019"
"""It is taken along with a patient to the ambulance entrance, again and again, and brought back."""
WAY_OUT = "main-0/ambulance"
RESTING = frozenset({"INF-033", "INF-049", "INF-052", "INF-053", "INF-094", "SYR-024", "FED-013"})
"""Nobody has wanted them for weeks: they lie in their stores."""

SOILED = {
    "1w": "main-1/1w-soiled",
    "2w": "main-2/2w-soiled",
    "2e": "main-2/2e-soiled",
    "icu": "main-1/icu-soiled",
    "or": "main-1/or-soiled",
    "ed": "main-0/ed-soiled",
    "img": "main-0/img-soiled",
    "opd": "main-0/ed-soiled",
}
EXAMINATIONS = ("main-0/ct-1", "main-0/ct-2", "main-0/mri", "main-0/xray-1", "main-0/xray-2", "main-0/us-1")
OPERATIONS = tuple(f"main-1/theatre-{number}" for number in (1, 2, 3, 4))
PICK_UPS = ("main-0/lobby", "main-0/opd-wait", "main-0/triage", "main-1/waiting-1", "main-2/waiting-2")

_WALK_M_S = {Habit.PUMP: 1.2, Habit.ROUNDS: 1.1, Habit.BED: 0.9, Habit.CHAIR: 1.0}


def start(world: World, item: Item, seed: int) -> tuple[Mobile, Routine]:
    """The unit of a mobile item and the routine that it lives by."""
    unit = Pump(item, seed) if item.is_pump else Mobile(item, seed)
    if item.asset_tag == JITTERING:
        return unit, _still(world, unit)
    if isinstance(unit, Pump):
        return unit, _pump(world, unit)
    return unit, _ROUTINES[item.habit](world, unit)


def arrive(world: World, unit: Mobile, room: str) -> Routine:
    """Walk to ``room``, or simply stand there if the unit is nowhere yet."""
    spot = world.take_spot(room)
    if not unit.room:
        unit.room, unit.spot, unit.standing = room, spot, world.place(room, spot)
        return
    world.free_spot(unit.room, unit.spot)
    unit.walk = world.routes.walk(
        unit.place(world.now),
        room,
        spot,
        begin=world.now,
        speed=_WALK_M_S.get(unit.item.habit, 1.0) * unit.rng.uniform(0.9, 1.15),
        lane=unit.lane,
        lift=unit.lift,
    )
    yield unit.walk.end - world.now
    unit.room, unit.spot, unit.walk, unit.standing = room, spot, None, world.place(room, spot)
    unit.still_since = world.now


def _still(world: World, unit: Mobile) -> Routine:
    unit.room = JITTER_ROOM
    room = world.plan.rooms[JITTER_ROOM]
    unit.spot = (room.x + 1.3, room.y + 3.0)
    unit.standing = world.place(JITTER_ROOM, unit.spot)
    while True:
        yield 3600.0


# --- Pumps ------------------------------------------------------------------------------------------------
def _pump(world: World, pump: Pump) -> Routine:
    stages = [_in_store, _in_use, _soiled, _cleaned]
    stage = pump.rng.choices(range(4), weights=(28, 42, 12, 12))[0]
    if pump.item.asset_tag == BROKEN_FROM_THE_START:
        pump.become(PumpState.FAULT, world.now)
        yield from arrive(world, pump, WORKSHOP)
        yield 3600.0
        stage = 3
    if pump.item.asset_tag in RESTING:
        yield from arrive(world, pump, STORES[pump.item.department])
        while True:
            yield 3600.0
    if pump.item.asset_tag == WANDERING:
        yield from _wander(world, pump)
    while True:
        yield from stages[stage](world, pump)
        stage = (stage + 1) % 4


def _wander(world: World, pump: Pump) -> Routine:
    while True:
        yield from arrive(world, pump, STORES[pump.item.department])
        yield pump.rng.uniform(120, 240)
        yield from arrive(world, pump, WAY_OUT)
        yield pump.rng.uniform(120, 200)


def _in_store(world: World, pump: Pump) -> Routine:
    is_pooled = pump.rng.random() < 0.2
    yield from arrive(world, pump, CENTRAL_STORE if is_pooled else STORES[pump.item.department])
    pump.become(PumpState.CHARGING, world.now, drain=0.08)
    yield pump.rng.uniform(240, 900)


def _in_use(world: World, pump: Pump) -> Routine:
    rng = pump.rng
    pump.become(PumpState.STANDBY, world.now, drain=-0.01)
    yield from arrive(world, pump, _roomy(world, rng.choices(world.care_rooms(pump.item.department), k=3)))
    yield rng.uniform(30, 90)
    drain = rng.choice((0.0, -0.03))
    for is_first in (True, False):
        if not is_first and rng.random() > 0.25:
            break
        pump.become(PumpState.INFUSING, world.now, drain=drain)
        pump.rate_ml_h = round(rng.choice((1.0, 2.5, 5.0, 21.0, 42.0, 63.0, 84.0, 125.0)), 1)
        yield rng.uniform(240, 900)
        if rng.random() < 0.2:
            pump.become(PumpState.ALARM, world.now, drain=drain)
            yield rng.uniform(20, 60)
    pump.become(PumpState.STANDBY, world.now, drain=-0.01)
    yield rng.uniform(40, 120)
    if rng.random() < 0.03:
        yield from _repair(world, pump)


def _soiled(world: World, pump: Pump) -> Routine:
    pump.become(PumpState.STANDBY, world.now, drain=-0.01)
    yield from arrive(world, pump, SOILED[pump.item.department])
    yield pump.rng.uniform(90, 300)


def _cleaned(world: World, pump: Pump) -> Routine:
    pump.become(PumpState.STANDBY, world.now, drain=-0.01)
    yield from arrive(world, pump, DECONTAMINATION)
    yield pump.rng.uniform(15, 45)
    pump.become(PumpState.OFF, world.now)
    yield pump.rng.uniform(90, 210)
    pump.become(PumpState.STANDBY, world.now, drain=-0.01)


def _repair(world: World, pump: Pump) -> Routine:
    pump.become(PumpState.FAULT, world.now)
    yield pump.rng.uniform(30, 90)
    yield from arrive(world, pump, WORKSHOP)
    yield pump.rng.uniform(420, 900)
    pump.become(PumpState.STANDBY, world.now)
    yield pump.rng.uniform(30, 90)


# --- Everything else on wheels ----------------------------------------------------------------------------
def _rounds(world: World, unit: Mobile) -> Routine:
    """From patient to patient, then back; now and then by way of the soiled utility."""
    rng, department = unit.rng, unit.item.department
    yield from arrive(world, unit, unit.item.home)
    yield rng.uniform(5, 400)
    while True:
        for room in rng.sample(_patients_of(world, department), k=rng.randint(1, 3)):
            yield from arrive(world, unit, room)
            yield rng.uniform(60, 240)
        if rng.random() < 0.3:
            yield from arrive(world, unit, SOILED[department])
            yield rng.uniform(60, 150)
        yield from arrive(world, unit, unit.item.home)
        yield rng.uniform(120, 500)


def _bed(world: World, unit: Mobile) -> Routine:
    rng, department = unit.rng, unit.item.department
    rooms = world.care_rooms(department)
    room = _roomy(world, rng.sample(rooms, k=3))
    if rng.random() < 0.12:
        yield from arrive(world, unit, unit.item.home)
        yield rng.uniform(60, 600)
    while True:
        yield from arrive(world, unit, room)
        yield rng.uniform(600, 2400)
        fate = rng.random()
        if fate < 0.65:
            yield from arrive(world, unit, rng.choice((*EXAMINATIONS, *OPERATIONS)))
            yield rng.uniform(180, 420)
        elif fate < 0.9:
            yield from arrive(world, unit, DECONTAMINATION)
            yield rng.uniform(120, 240)
            yield from arrive(world, unit, unit.item.home)
            yield rng.uniform(120, 600)
            room = _roomy(world, rng.sample(rooms, k=3))
        else:
            room = _roomy(world, rng.sample(rooms, k=3))


def _chair(world: World, unit: Mobile) -> Routine:
    rng = unit.rng
    yield from arrive(world, unit, unit.item.home)
    yield rng.uniform(5, 900)
    while True:
        ward = rng.choice(("1w", "2w", "2e"))
        bed, examination = rng.choice(world.care_rooms(ward)), rng.choice(EXAMINATIONS)
        for room, stay in _trip(bed, examination, rng.choice(PICK_UPS)):
            yield from arrive(world, unit, room)
            yield rng.uniform(*stay)
        yield from arrive(world, unit, unit.item.home)
        yield rng.uniform(200, 900)


def _trip(room: str, examination: str, pick_up: str) -> Iterator[tuple[str, tuple[float, float]]]:
    """A patient is fetched, examined and brought back; the chair then waits where the next may ask for it."""
    yield room, (30, 90)
    yield examination, (120, 300)
    yield room, (30, 60)
    yield pick_up, (60, 400)


def _bedside(world: World, unit: Mobile) -> Routine:
    rng, department = unit.rng, unit.item.department
    rooms = world.care_rooms(department)
    if rng.random() < 0.3:
        yield from arrive(world, unit, unit.item.home)
        yield rng.uniform(60, 900)
    while True:
        yield from arrive(world, unit, _roomy(world, rng.choices(rooms, k=3)))
        yield rng.uniform(900, 3000)
        if rng.random() < 0.5:
            yield from arrive(world, unit, SOILED[department])
            yield rng.uniform(60, 180)
            yield from arrive(world, unit, unit.item.home)
            yield rng.uniform(240, 900)


def _posted(world: World, unit: Mobile) -> Routine:
    rng = unit.rng
    while True:
        yield from arrive(world, unit, unit.item.home)
        yield rng.uniform(1200, 5400)
        yield from arrive(world, unit, rng.choice(world.care_rooms(unit.item.department)))
        yield rng.uniform(180, 400)


def _patients_of(world: World, department: str) -> list[str]:
    """Imaging goes to the patients of the wards."""
    return world.care_rooms(department if department != "img" else "1w")


def _roomy(world: World, rooms: list[str]) -> str:
    return max(rooms, key=world.crowding)


_ROUTINES: dict[Habit, Callable[[World, Mobile], Routine]] = {
    Habit.ROUNDS: _rounds,
    Habit.BED: _bed,
    Habit.CHAIR: _chair,
    Habit.BEDSIDE: _bedside,
    Habit.POSTED: _posted,
}
