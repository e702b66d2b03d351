"""Spoiled Modbus/TCP replies, through the whole driver: its framing, its line and its check of the answer."""

from __future__ import annotations

import asyncio
import random
import struct

from collectors.drivers.modbus_line import Line
from collectors.drivers.modbus_pymodbus import PymodbusDriver
from collectors.requests import Answer, ModbusRead, Target
from tests.collectors.test_snmp_hostile import spoiled
from tests.fuzz.faults import MADE_UP, UNUSABLE, require
from tests.fuzz.witness import holds_reply

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

    def __init__(self, target: Frames) -> None:
        super().__init__()
        self._target = target
        self.is_closed = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self._target.answer(bytes(data))

    def close(self) -> None:
        self.is_closed = True

    def is_closing(self) -> bool:
        return self.is_closed


class Frames:
    """One driver on one line that lives as long as the target."""

    def __init__(self) -> None:
        self.sent, self.taken = b"", 0
        self._loop = asyncio.new_event_loop()
        self._driver = PymodbusDriver()
        self._whom = Target(1, "modbus_tcp", "192.0.2.1", 502, 0.0, unit_id=UNIT)
        self._chance = random.Random(0)
        self._spoils = False
        self._values: tuple[int, ...] = ()
        self._number = 0
        self._loop.run_until_complete(self._connect())

    async def _connect(self) -> None:
        line = self._driver._lines[self._whom.host, self._whom.port] = Line(
            self._whom.host, self._whom.port, 0.0
        )
        self._context = line._client.ctx

        async def create():
            device = Device(self)
            self._context.connection_made(device)
            return device, self._context

        self._context.call_create = create

    def close(self) -> None:
        self._loop.run_until_complete(self._driver.close())
        self._loop.close()

    def try_one(self, chance: random.Random) -> None:
        self._chance = chance
        request = chance.choice(REQUESTS)
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
        require(
            any(
                holds_reply(
                    self.sent, tid=self._number, unit=UNIT, function=request.function,
                    payload=payload_of(request, values),
                )
                for values in possible
            ),
            MADE_UP,
            f"{answer}, which no frame says",
        )  # fmt: skip

    def answer(self, request: bytes) -> None:
        self._number = int.from_bytes(request[:2], "big")
        function = request[7]
        asked = ModbusRead(function, *struct.unpack(">HH", request[8:12]))
        payload = payload_of(asked, self._values)
        octets = self._frame(request, bytes((function, len(payload))) + payload)
        if self._spoils:
            if self._chance.randrange(8) == 0:
                octets = self._frame(request, bytes((function | 0x80, self._chance.randrange(256))))
            octets = self.sent = spoiled(octets, self._chance)
        cut = self._chance.randrange(len(octets) + 1)
        for part in (octets[:cut], octets[cut:]):
            if part:
                self._context.data_received(part)

    @staticmethod
    def _frame(request: bytes, pdu: bytes) -> bytes:
        return request[:4] + (len(pdu) + 1).to_bytes(2, "big") + request[6:7] + pdu


def _bits(number: int, count: int) -> tuple[int, ...]:
    return tuple(number >> place & 1 for place in range(count))
