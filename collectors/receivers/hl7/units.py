"""Numbers with their units: in the unit of the vocabulary, or a failure."""

from __future__ import annotations

from assets.words import Quality
from collectors.decoding.values import Decoded, parse_number
from collectors.receivers.hl7.codes import Codes, Unit
from collectors.receivers.hl7.marks import Marks, component
from collectors.requests import Failure

NO_UNIT = Failure(Quality.WRONG_TYPE, "its unit is missing, or is none that it can have")


def read_number(text: str, unit: str, wanted: str, codes: Codes, marks: Marks) -> Decoded:
    """In the unit ``wanted``. MDC and UCUM may both name the unit; if they do they have to mean the same."""
    number = parse_number(text)
    if isinstance(number, Failure):
        return number
    if not wanted:
        return number
    found = _units(unit, codes, marks)
    if len(found) != 1 or (only := found.pop()) is None or only.unit != wanted:
        return NO_UNIT
    return number * only.times if only.times >= 1 else number / round(1 / only.times)  # 406 / 100 is 4.06


def _units(field: str, codes: Codes, marks: Marks) -> set[Unit | None]:
    """What each way of naming it means; ``None`` stands for one that is not known."""
    parts = marks.components(marks.repetitions(field)[0])
    found: set[Unit | None] = set()
    for first in (1, 4):
        code, name, system = (component(parts, first + at) for at in range(3))
        if not code and not name:
            continue
        if system == "MDC":
            found.add(codes.units.find(code, name, system))
        elif system in ("UCUM", ""):
            found.add(codes.ucum.get(code))
    return found
