"""Whether the device that answers is the one that the register has there: by its serial number, where it tells one.

What another device says is recorded as a failure of the one that should answer, until a person has decided.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from assets.observation import Observation, ReadingValue
from assets.words import Quality
from collectors.engine.health import Verdict
from collectors.engine.roster import Assignment
from collectors.serials import plain_serial

SERIAL = "serial_number"


@dataclass(frozen=True, slots=True)
class Swap:
    """What an endpoint's device says of its serial number now; empty: it is the one that it should be."""

    endpoint_id: int
    serial: str


class Swaps:
    """A serial number that was told holds until another is: it is not asked for with every poll."""

    def __init__(self) -> None:
        self._others: dict[int, str] = {}
        self._news: dict[int, Swap] = {}
        self._checked: set[int] = set()

    def note(
        self, assignment: Assignment, observations: list[Observation], verdict: Verdict
    ) -> tuple[list[Observation], Verdict]:
        """The same, unless another device answers."""
        if not assignment.serial or assignment.subject is None:
            self.forget(assignment.endpoint_id)
            return observations, verdict
        told = self._told_serial(assignment, observations)
        if told:
            self._take(assignment, told)
        other = self._others.get(assignment.endpoint_id)
        if other is None or not verdict.is_good or plain_serial(other) == assignment.serial:
            return observations, verdict
        detail = f"Another device answers: serial number {other}, not the one that is registered."
        # Rows name their devices by themselves; what a gateway says of them is as true as before.
        kept = [_fail(each, detail) if each.subject == assignment.subject else each for each in observations]
        return kept, Verdict(Quality.OTHER_DEVICE, detail)

    def forget(self, endpoint_id: int) -> None:
        self._others.pop(endpoint_id, None)
        self._checked.discard(endpoint_id)

    def take_news(self) -> list[Swap]:
        """What is to be told to people, each once."""
        news, self._news = self._news, {}
        return list(news.values())

    def give_back(self, swap: Swap) -> None:
        """It could not be told now."""
        self._news.setdefault(swap.endpoint_id, swap)

    @staticmethod
    def _told_serial(assignment: Assignment, observations: Sequence[Observation]) -> str:
        for each in observations:
            if each.subject == assignment.subject:
                for reading in each.readings:
                    if reading.name == SERIAL and isinstance(reading.value, str):
                        return reading.value if plain_serial(reading.value) else ""
        return ""

    def _take(self, assignment: Assignment, told: str) -> None:
        pk, is_other = assignment.endpoint_id, plain_serial(told) != assignment.serial
        if is_other and self._others.get(pk) != told:
            self._others[pk] = told
            self._news[pk] = Swap(pk, told)
        elif not is_other and (self._others.pop(pk, None) is not None or pk not in self._checked):
            self._news[pk] = Swap(pk, "")  # also once after a start: it may have been otherwise before
        self._checked.add(pk)


def _fail(observation: Observation, detail: str) -> Observation:
    readings = tuple(ReadingValue(each.name, None, Quality.OTHER_DEVICE) for each in observation.readings)
    return replace(
        observation,
        quality=Quality.OTHER_DEVICE,
        readings=readings,
        activity=None,
        position=None,
        sighting=None,
        placed=None,
        detail=detail,
    )
