"""The short way through a profile's readings, by place: no value is wrapped, looked up or looked at twice.

It goes for whatever the devices answer in the usual form (:class:`GetAnswer`), and ends at the same values and
failures as the way by name, :attr:`Step.read`. It is closed to profiles with an object that several others say the
writing of: those go by name.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import itemgetter
from typing import Any

from collectors.decoding.snmp import raw_decoder
from collectors.decoding.values import Decoded
from collectors.profiles.model import Reading, Scalar
from collectors.requests import Failure, GetAnswer, Request, SnmpGet

Read = Callable[[Any], Decoded]

MOST_REMEMBERED = 256
"""Combinations of types: a device that answers has one or two of them, one that lies as many as it likes."""


class Straight:
    """``readings``: each with the request that answers it, by its place, and its way by name."""

    def __init__(self, requests: Sequence[Request], readings: Sequence[tuple[Reading, int, Read]]) -> None:
        self._is_open = not any(
            isinstance(reading.source, Scalar) and reading.source.scaling for reading, _, _ in readings
        )
        self._oids = [request.oids if isinstance(request, SnmpGet) else None for request in requests]
        self._readings = readings
        self._places = [self._place_of(reading, slot) for reading, slot, _ in readings]
        self._pick = _picker(self._places, sum(len(oids) if oids else 1 for oids in self._oids))
        self._reads_by_kinds: dict[tuple[str, ...], tuple[Read, ...]] = {}

    def _place_of(self, reading: Reading, slot: int) -> int:
        """Where its operand stands when all objects, tables and registers that were read stand in a row."""
        before = sum(len(oids) if oids else 1 for oids in self._oids[:slot])
        oids = self._oids[slot]
        return before + (oids.index(reading.source.oid) if oids and isinstance(reading.source, Scalar) else 0)

    def decode(self, answers: Sequence[Any]) -> list[Decoded] | None:
        """What became of each reading. None if an answer is none, or not in the usual form."""
        if not self._is_open:
            return None
        kinds: tuple[str, ...] = ()
        operands: list[Any] = []
        for answer, oids in zip(answers, self._oids, strict=True):
            if answer.__class__ is GetAnswer:
                if answer.oids != oids:
                    return None
                kinds = kinds + answer.kinds if kinds else answer.kinds
                operands += answer.raws
            elif oids is None and answer.__class__ is not Failure:
                operands.append(answer)
                kinds += ("",)
            else:
                return None
        reads = self._reads_by_kinds.get(kinds) or self._choose(kinds)
        chosen = self._pick(operands) if self._pick else operands
        return [read(operand) for read, operand in zip(reads, chosen, strict=True)]

    def _choose(self, kinds: tuple[str, ...]) -> tuple[Read, ...]:
        """How to read objects of these types."""
        reads = tuple(
            raw_decoder(reading.encoding, kinds[place]) if isinstance(reading.source, Scalar) else by_name
            for (reading, _, by_name), place in zip(self._readings, self._places, strict=True)
        )
        if len(self._reads_by_kinds) >= MOST_REMEMBERED:
            self._reads_by_kinds.clear()
        self._reads_by_kinds[kinds] = reads
        return reads


def _picker(places: Sequence[int], count: int) -> Callable[[list[Any]], Sequence[Any]] | None:
    if list(places) == list(range(count)):
        return None
    if len(places) > 1:
        return itemgetter(*places)
    return lambda operands: [operands[place] for place in places]
