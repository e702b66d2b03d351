"""What each simulated Modbus device answers: the fridge of docs/reference-gateways.md, Eastron's SDM630."""

from __future__ import annotations

from collections.abc import Callable

from hospital.demo import plant_faces
from hospital.demo.day import Day
from hospital.demo.endpoints import EndpointSpec
from hospital.demo.installed import scanner_kw
from hospital.demo.quantities import wave
from hospital.demo.registers import Registers, ascii_words, float_words, signed

DOOR_ALARM_AFTER_S = 120.0
SERIAL_AT, SERIAL_REGISTERS = 100, 8
METER_END, METER_ENERGY = 90, 342
"""The meter answers its registers up to 89 as one block, like the real one; what it does not measure is 0."""

_HIGH_TEMPERATURE, _LOW_TEMPERATURE, _DOOR = 1, 2, 4


Face = Callable[[float], Registers]


def face_of(spec: EndpointSpec, day: Day) -> Face:
    """How an endpoint answers, from the day's present."""
    if spec.item is None:
        raise ValueError(f"{spec.key} is no device")
    item, tag = spec.item, spec.item.asset_tag
    if spec.profile == "medical-fridge":
        return lambda moment: _fridge(day, tag, moment)
    if spec.profile == "helium-compressor-cpa-3xxx":
        return lambda moment: plant_faces.compressor(item, moment)
    if spec.profile == "freezer-thermo-tsx":
        return lambda moment: plant_faces.freezer(item, day, moment)
    return lambda moment: _meter(day, tag, moment)


def _fridge(day: Day, tag: str, moment: float) -> Registers:
    fridge = day.fridges[tag]
    is_open = fridge.open_since is not None
    ripple = 0.25 * wave(moment, tag + "compressor", 340)
    inside = fridge.inside_c.at(moment) + ripple
    air = fridge.air_c.at(moment) + 2 * ripple
    duty = min(
        100.0, max(8.0, 35 + 12 * (inside - fridge.set_point_c) + 10 * wave(moment, tag + "duty", 200))
    )
    limit = 6.0 if fridge.item.kind.slug == "blood-fridge" else 8.0
    alarms = (_HIGH_TEMPERATURE if inside > limit else 0) | (_LOW_TEMPERATURE if inside < 2.0 else 0)
    if fridge.open_since is not None and moment - fridge.open_since > DOOR_ALARM_AFTER_S:
        alarms |= _DOOR
    inputs = [
        signed(inside * 10),
        signed(fridge.set_point_c * 10),
        signed(air * 10),
        round(duty),
        96,
        alarms,
        fridge.openings >> 16,
        fridge.openings & 0xFFFF,
    ]
    return Registers(
        inputs=dict(enumerate(inputs)),
        holdings=dict(enumerate(ascii_words(fridge.item.serial, SERIAL_REGISTERS), start=SERIAL_AT)),
        discretes={0: int(is_open), 1: 1},
        coils={0: 0},
    )


def _meter(day: Day, tag: str, moment: float) -> Registers:
    scanner = day.scanners[tag]
    watts = scanner_kw(scanner) * 1000 * (1 + 0.03 * wave(moment, tag + "power", 9))
    shares = (0.34, 0.33, 0.33)
    volts = [230 + 2.5 * wave(moment, f"{tag}u{phase}", 120) - watts / 2e4 for phase in range(3)]
    values = dict.fromkeys([*range(0, METER_END, 2), METER_ENERGY], 0.0)
    values |= {52: watts, 56: watts / 0.96, 60: watts * 0.28, 62: 0.96}
    values |= {70: 50 + 0.02 * wave(moment, "grid", 60), METER_ENERGY: scanner.energy_kwh.at(moment)}
    values[72] = values[METER_ENERGY]
    for phase, (share, volt) in enumerate(zip(shares, volts, strict=True)):
        values[2 * phase] = volt
        values[6 + 2 * phase] = watts * share / volt
        values[12 + 2 * phase] = watts * share
        values[30 + 2 * phase] = 0.96
    return Registers(
        inputs={
            address + at: word
            for address, value in values.items()
            for at, word in enumerate(float_words(value))
        }
    )
