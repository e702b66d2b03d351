"""The requests that are ever sent, as octets, and what their replies say: functions 1 to 4 and 43/14 alone.

There is no other way from a request to octets than :func:`question_for`, and it knows nothing that writes.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from assets.words import Quality
from collectors.requests import Answer, Failure, ModbusRead

READING_FUNCTIONS = (1, 2, 3, 4)
MOST_BITS, MOST_REGISTERS = 2000, 125
_BIT_FUNCTIONS = (1, 2)
_ENCAPSULATED, _DEVICE_IDENTIFICATION, _BASIC = 43, 14, 1
_EXCEPTION = 0x80

VENDOR, PRODUCT, REVISION = 0, 1, 2
"""Objects of the basic device identification."""


@dataclass(frozen=True, slots=True)
class IdentityPage:
    """Objects of a device identification by number; ``next_object`` is the one to go on from, if any."""

    objects: Mapping[int, bytes]
    next_object: int | None


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """A request ready to be sent. ``octets`` is how many octets of values its reply holds; None: the reply says.

    ``read`` takes the whole of a reply after the unit, whatever it may be, and finds what is wrong with it.
    """

    pdu: bytes
    octets: int | None
    read: Callable[[bytes], Answer | IdentityPage]

    @property
    def function(self) -> int:
        return self.pdu[0]

    def could_be_answered_by(self, pdu: bytes) -> bool:
        """Whether a reply that does not say which request it is for may be one to this."""
        if len(pdu) == 2 and pdu[0] == self.pdu[0] | _EXCEPTION:
            return True
        if len(pdu) < 2 or pdu[0] != self.pdu[0]:
            return False
        return self.octets is None or (pdu[1] == self.octets and len(pdu) == 2 + self.octets)

    def length_of_reply(self, start: bytes) -> int | None:
        """Octets of the reply that begins so; 0 while too little of it is there; None if it is none."""
        if start[0] == self.pdu[0] | _EXCEPTION:
            return 2
        if start[0] != self.pdu[0]:
            return None
        if self.octets is not None:
            return 2 + self.octets if len(start) < 2 or start[1] == self.octets else None
        return _length_of_identity(start)


@lru_cache(maxsize=20_000)
def question_for(request: ModbusRead) -> Question:
    """ValueError for anything but one of the reading functions within the limits of the protocol."""
    function, address, count = request.function, request.address, request.count
    if function not in READING_FUNCTIONS:
        raise ValueError(f"only functions 1 to 4 read, not {function}")
    is_bits = function in _BIT_FUNCTIONS
    most = MOST_BITS if is_bits else MOST_REGISTERS
    if not (1 <= count <= most and 0 <= address <= 0x10000 - count):
        raise ValueError(f"function {function} cannot read {count} values from address {address}")
    octets = -(-count // 8) if is_bits else 2 * count
    unpack = _unpack_bits(count) if is_bits else struct.Struct(f">{count}H").unpack
    length = 2 + octets

    def read(pdu: bytes) -> Answer:
        if len(pdu) == length and pdu[0] == function and pdu[1] == octets:
            return unpack(pdu[2:])
        return _no_values(request, pdu)

    return Question(struct.pack(">BHH", function, address, count), octets, read)


@lru_cache(maxsize=256)
def identity_question(first_object: int) -> Question:
    """Function 43/14: the basic identification, as a stream from this object on."""
    pdu = bytes((_ENCAPSULATED, _DEVICE_IDENTIFICATION, _BASIC, first_object))
    return Question(pdu, None, lambda reply: _read_identity(first_object, reply))


def _unpack_bits(count: int) -> Callable[[bytes], tuple[int, ...]]:
    def unpack(octets: bytes) -> tuple[int, ...]:
        number = int.from_bytes(octets, "little")
        return tuple(number >> place & 1 for place in range(count))

    return unpack


def _no_values(request: ModbusRead, pdu: bytes) -> Failure:
    function, count, address = request.function, request.count, request.address
    if failure := exception_in(pdu, function, count=count, address=address):
        return failure
    if pdu[0] != function:
        return Failure(Quality.MALFORMED, f"The device answered function {function} with another one.")
    if len(pdu) < 2 or pdu[1] != len(pdu) - 2:
        return Failure(Quality.MALFORMED, "The device's reply contradicts its own length.")
    came = pdu[1] * 8 if function in _BIT_FUNCTIONS else pdu[1] // 2
    return Failure(
        Quality.MALFORMED,
        f"The device answered with {came} values where {count} were asked for, from address {address}.",
    )


# --- exceptions ---------------------------------------------------------------------------------------------

_EXCEPTIONS = {
    1: (Quality.DEVICE_ERROR, "does not know function {function}: check that the profile fits the device"),
    2: (
        Quality.MISSING,
        "has no {count} values from address {address} on: check that the profile fits the device",
    ),
    3: (
        Quality.DEVICE_ERROR,
        "rejects a request for {count} values at once: check that the profile fits the device",
    ),
    4: (Quality.DEVICE_ERROR, "failed to read its own values: see the device's own display or log"),
    5: (Quality.DEVICE_ERROR, "needs longer to answer than Modbus allows: poll it less often"),
    6: (Quality.DEVICE_ERROR, "is busy: poll it less often"),
    8: (Quality.DEVICE_ERROR, "reports a memory error: it needs service"),
    10: (Quality.DEVICE_ERROR, "is a gateway without a path to this unit: check the gateway's settings"),
    11: (
        Quality.NO_ANSWER,
        "is a gateway, and the unit behind it does not answer: check the unit and its line",
    ),
}


def exception_in(pdu: bytes, function: int, **values: int) -> Failure | None:
    """What a device says instead of an answer, in words; None if this is no exception to ``function``."""
    if len(pdu) != 2 or pdu[0] != function | _EXCEPTION:
        return None
    quality, words = _EXCEPTIONS.get(pdu[1], (Quality.DEVICE_ERROR, f"reports exception {pdu[1]}"))
    return Failure(quality, f"The device {words.format(function=function, **values)}.")


# --- identification -----------------------------------------------------------------------------------------

_HEAD = 7
"""Octets before the first object: function, type, code, conformity, more, next object, number of objects."""
_MORE = 0xFF


def _read_identity(first_object: int, pdu: bytes) -> IdentityPage | Failure:
    if len(pdu) == 2 and pdu[0] == _ENCAPSULATED | _EXCEPTION and pdu[1] in (1, 2, 3):
        return Failure(Quality.MISSING, "The device does not say what it is (function 43/14).")
    if failure := exception_in(pdu, _ENCAPSULATED, count=3, address=first_object):
        return failure
    garbled = Failure(Quality.MALFORMED, "The device's identification cannot be understood.")
    if len(pdu) < _HEAD or pdu[:3] != bytes((_ENCAPSULATED, _DEVICE_IDENTIFICATION, _BASIC)):
        return garbled
    if _length_of_identity(pdu) != len(pdu):
        return garbled
    objects, at = {}, _HEAD
    for _ in range(pdu[6]):
        number, size = pdu[at], pdu[at + 1]
        if number in objects or number < first_object:
            return garbled
        objects[number] = pdu[at + 2 : at + 2 + size]
        at += 2 + size
    goes_on = pdu[4] == _MORE and pdu[5] > max(objects, default=first_object)
    return IdentityPage(objects, pdu[5] if goes_on else None)


def _length_of_identity(start: bytes) -> int | None:
    """Octets of the whole reply; 0 while too little of it is there; None if it is no identification."""
    if start[1:2] not in (b"", bytes((_DEVICE_IDENTIFICATION,))):
        return None
    if len(start) < _HEAD:
        return 0
    at = _HEAD
    for _ in range(start[6]):
        if len(start) < at + 2:
            return 0
        at += 2 + start[at + 1]
    return at
