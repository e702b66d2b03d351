"""Which alarms of a device are on: when one of several ends, the device is not said to be without any."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import replace

from assets.observation import ReadingValue, Subject
from collectors.receivers.hl7.meaning import Told

REMEMBERED = 20_000
MOST_OF_ONE = 64
CLEAR, ON = ReadingValue("general_alarm", "clear"), ReadingValue("general_alarm", "alarm")


class StandingAlarms:
    """What this process has heard of them; bounded. After a start the first end that comes clears all."""

    def __init__(self) -> None:
        self._on: OrderedDict[tuple[Subject, ...], set[str]] = OrderedDict()

    def settle(self, told: Told) -> Told:
        """The same, but without "clear" while another alarm of the device is on."""
        source, readings = told.observation.source, told.observation.readings
        if ON in readings:
            on = self._on.setdefault(told.names, set())
            self._on.move_to_end(told.names)
            if len(on) < MOST_OF_ONE:
                on.add(source)
            if len(self._on) > REMEMBERED:
                self._on.popitem(last=False)
        elif CLEAR in readings:
            on = self._on.get(told.names, set())
            on.discard(source)
            if on:
                left = tuple(reading for reading in readings if reading != CLEAR)
                return replace(told, observation=replace(told.observation, readings=left))
            self._on.pop(told.names, None)
        return told
