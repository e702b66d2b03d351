"""What the plant of the demo hospital answers over Modbus: a helium compressor (Cryomech CPA) and a −80 °C freezer
(Thermo Scientific TSX)."""

from __future__ import annotations

from hospital.demo.day import Day
from hospital.demo.fleet import Item
from hospital.demo.quantities import wave
from hospital.demo.registers import Registers, ascii_words, float_words, int32_words, signed

_RUNNING, _ON, _PSI, _CELSIUS = 3, 1, 0, 1
_LAST_OF_COMPRESSOR = 60
_READY = 0x0001


def compressor(item: Item, moment: float) -> Registers:
    """It runs day and night. What it does not measure is 0, and no alarm is up."""
    tag = item.asset_tag
    oil = 41 + 2 * wave(moment, tag + "oil", 1100)
    low, high = 88 + 3 * wave(moment, tag + "low", 160), 301 + 5 * wave(moment, tag + "high", 160)
    hours = round((21_340 + moment / 3600) * 10)
    values = dict.fromkeys(range(_LAST_OF_COMPRESSOR + 1), 0)
    values |= {1: _RUNNING, 2: _ON, 29: _PSI, 30: _CELSIUS, 31: int(item.serial), 33: 0x0112}
    tenths = (
        18 + 0.5 * wave(moment, tag + "in", 900),
        27 + wave(moment, tag + "out", 900),
        oil,
        oil + 25,
        low,
        low,
        high,
        high,
        high - low,
        17 + 0.4 * wave(moment, tag + "motor", 70),
    )
    values |= {address: signed(value * 10) for address, value in enumerate(tenths, start=40)}
    values |= {50: hours & 0xFFFF, 51: hours >> 16}  # the low word first
    return Registers(inputs=values)


def freezer(item: Item, day: Day, moment: float) -> Registers:
    """Set points, part number and thermocouples; of its chamber it says nothing: that a probe does."""
    inside = day.freezers[item.asset_tag].inside_c.at(moment)
    numbers = {0x0530: int32_words(-800), 0x0538: int32_words(-700), 0x053C: int32_words(-900)}
    # Evaporator, heat exchanger, condenser, room
    celsius = (inside - 6, -38 + 2 * wave(moment, item.asset_tag + "stage", 400), 34.0, 22.5)
    couples = {0x04CC + 4 * at: float_words(value) for at, value in enumerate(celsius)}
    blocks = {**numbers, **couples, 0x0570: ascii_words("TSX60086V", 10), 0x0671: (_READY,)}
    return Registers(
        inputs={},
        holdings={start + at: word for start, block in blocks.items() for at, word in enumerate(block)},
    )
