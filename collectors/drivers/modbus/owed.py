"""Late replies on lines whose replies have no number: which ones may still come, and how to be sure again."""

from __future__ import annotations

from collectors.drivers.modbus.pdus import Question, question_for
from collectors.requests import ModbusRead

FORGOTTEN_AFTER_S = 60.0
"""A reply later than this is lost, or the line is none that anybody could use."""


class Owed:
    """Replies that a line still owes, unit by unit.

    A unit answers in the order in which it was asked. So once it answered a request whose reply cannot be
    confused with any that is owed, everything that it owed is past.
    """

    __slots__ = ("_shapes", "_until")

    def __init__(self) -> None:
        self._shapes: dict[int, set[tuple[int, int | None]]] = {}
        self._until = 0.0

    def add(self, unit: int, question: Question, now: float) -> None:
        """The reply to this did not come in time, or nobody knows whether what came was it."""
        self._shapes.setdefault(unit, set()).add(_shape(question))
        self._until = now + FORGOTTEN_AFTER_S

    def add_probe(self, unit: int, probe: Question) -> None:
        """The same for a probe, by which nothing is owed any longer than without it."""
        self._shapes.setdefault(unit, set()).add(_shape(probe))

    def settle(self, unit: int) -> None:
        """The unit answered something that only a later request asked for."""
        self._shapes.pop(unit, None)

    def confuses(self, unit: int, question: Question, now: float) -> bool:
        """Whether a late reply of the unit could be taken for one to this."""
        if self._shapes and now > self._until:
            self._shapes.clear()
        return _shape(question) in self._shapes.get(unit, ())

    def owes(self, unit: int) -> bool:
        return unit in self._shapes

    def probe(self, unit: int, request: ModbusRead) -> Question | None:
        """A read near the one wanted whose reply cannot be confused with what is owed; None if there is none."""
        most, step = (2000, 8) if request.function < 3 else (125, 1)
        for count in range(1, most, step):
            probe = question_for(ModbusRead(request.function, min(request.address, 0x10000 - count), count))
            if _shape(probe) not in self._shapes.get(unit, ()):
                return probe
        return None


def _shape(question: Question) -> tuple[int, int | None]:
    return question.function, question.octets
