"""Spoiled Modbus replies, through the whole driver: its framings, its line and its check of the answer."""

from __future__ import annotations

import asyncio
import random
import struct
from collections.abc import Callable
from functools import partial

from pymodbus.transport import CommParams, CommType

from collectors.drivers.modbus.driver import PymodbusDriver
from collectors.drivers.modbus.framing import AsciiFraming, RtuFraming
from collectors.drivers.modbus.line import Line
from collectors.drivers.modbus.link import Link, Wire
from collectors.requests import Answer, ModbusRead, Target
from tests.collectors.test_snmp_hostile import spoiled
from tests.fuzz.faults import MADE_UP, UNUSABLE, require
from tests.fuzz.witness import holds_ascii_reply, holds_reply, holds_rtu_reply

UNIT = 17
REQUESTS = (ModbusRead(3, 0, 4), ModbusRead(4, 100, 60), ModbusRead(1, 0, 11), ModbusRead(2, 8, 8))


def payload_of(request: ModbusRead, values: tuple[int, ...]) -> bytes:
    """What follows the count of octets; bits fill octets from the lowest."""
    if request.function > 2:
        return struct.pack(f">{len(values)}H", *values)
    number = sum(bit << place for place, bit in enumerate(values))
    return number.to_bytes(-(-len(values) // 8), "little")


class Device(asyncio.Transport):
    """The other end of a connection: answers at once, and one of its replies is spoiled.

    It takes the place of the socket's transport, so that no test waits for a network.
    """

    def __init__(self, answer: Callable[[bytes], None]) -> None:
        super().__init__()
        self._answer = answer

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self._answer(bytes(data))

    def close(self) -> None:
        """There is no socket."""


class LoopLink(Link):
    """A link to a :class:`Device`, on which nothing takes time."""

    def silence_s(self) -> float:
        return 0.0

    def travel_s(self, octets: int) -> float:
        return 0.0


class Frames:
    """One driver on one line that lives as long as the target."""

    def __init__(self, protocol: str) -> None:
        self.sent, self.taken = b"", 0
        self._protocol = protocol
        self._loop = asyncio.new_event_loop()
        self._driver = PymodbusDriver()
        self._whom = Target(1, protocol, "192.0.2.1", 502, 0.0, unit_id=UNIT)
        self._chance = random.Random(0)
        self._request = REQUESTS[0]
        self._values: tuple[int, ...] = ()
        self._spoils = False
        self._number = 0
        self._loop.run_until_complete(self._connect())

    async def _connect(self) -> None:
        link = LoopLink(self._protocol, "192.0.2.1", 502, "", "")
        line = self._driver._lines[Link.of(self._whom)] = Line(link, self._driver._tls)

        async def open_link(_link, hear, ended, _tls):
            self._hear = hear
            wire = Wire(CommParams(comm_type=CommType.TCP, host=link.host, port=link.port), hear, ended)
            wire.transport = Device(self.answer)
            return wire

        LoopLink.open = open_link  # type: ignore[method-assign,assignment]
        await line.open(1.0)

    def close(self) -> None:
        self._loop.run_until_complete(self._driver.close())
        self._loop.close()

    def try_one(self, chance: random.Random) -> None:
        self._chance = chance
        request = self._request = chance.choice(REQUESTS)
        highest = 2 if request.function < 3 else 0x10000
        self._values = tuple(chance.randrange(highest) for _ in range(request.count))
        self._spoils = True
        answer = self._ask(request)
        if isinstance(answer, tuple):
            self.taken += 1
            self._is_told(request, answer)
        self._spoils = False
        require(self._ask(request) == self._values, UNUSABLE, "an honest reply was not taken")

    def _ask(self, request: ModbusRead) -> Answer:
        return self._loop.run_until_complete(self._driver.poll(self._whom, [request])).answers[request]

    def _is_told(self, request: ModbusRead, answer: tuple[int, ...]) -> None:
        require(len(answer) == request.count, MADE_UP, f"{answer} where {request.count} were asked for")
        padding = -len(answer) % 8 if request.function < 3 else 0
        possible = (
            [answer] if not padding else [answer + _bits(rest, padding) for rest in range(1 << padding)]
        )
        holds = {
            "modbus_tcp": partial(holds_reply, self.sent, tid=self._number),
            "modbus_rtu_tcp": partial(holds_rtu_reply, self.sent),
            "modbus_ascii": partial(holds_ascii_reply, self.sent),
        }[self._protocol]
        require(
            any(
                holds(unit=UNIT, function=request.function, payload=payload_of(request, values))
                for values in possible
            ),
            MADE_UP,
            f"{answer}, which no frame says",
        )

    def answer(self, request: bytes) -> None:
        """The device's side; what is asked for to get into step again is answered with zeros, and honestly."""
        pdu = self._pdu_of(request)
        asked = ModbusRead(pdu[0], *struct.unpack(">HH", pdu[1:5]))
        values = self._values if asked == self._request else (0,) * asked.count
        payload = payload_of(asked, values)
        octets = self._frame(request, bytes((asked.function, len(payload))) + payload)
        if self._spoils and asked == self._request:
            if self._chance.randrange(8) == 0:
                octets = self._frame(request, bytes((asked.function | 0x80, self._chance.randrange(256))))
            octets = self.sent = spoiled(octets, self._chance)
        cut = self._chance.randrange(len(octets) + 1)
        for part in (octets[:cut], octets[cut:]):
            if part:
                self._hear(part)

    def _pdu_of(self, request: bytes) -> bytes:
        match self._protocol:
            case "modbus_tcp":
                self._number = int.from_bytes(request[:2], "big")
                return request[7:]
            case "modbus_ascii":
                return bytes.fromhex(request[1:-2].decode())[1:-1]
        return request[1:-2]

    def _frame(self, request: bytes, pdu: bytes) -> bytes:
        match self._protocol:
            case "modbus_tcp":
                return request[:4] + (len(pdu) + 1).to_bytes(2, "big") + request[6:7] + pdu
            case "modbus_ascii":
                return AsciiFraming()._frame(bytes((UNIT,)) + pdu)
        return RtuFraming()._frame(bytes((UNIT,)) + pdu)


def _bits(number: int, count: int) -> tuple[int, ...]:
    return tuple(number >> place & 1 for place in range(count))
