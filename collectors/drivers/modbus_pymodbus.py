"""Modbus/TCP through pymodbus: functions 1 to 4, on connections that stay open."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from pymodbus.pdu import ExceptionResponse, ModbusPDU

from assets.words import Quality
from collectors.drivers.modbus_line import Line, LineClosedError, NoReplyError
from collectors.drivers.turns import ask_in_turn
from collectors.requests import Answer, Failure, ModbusRead, RawPoll, Request, Target

READING_FUNCTIONS = (1, 2, 3, 4)
_BIT_FUNCTIONS = (1, 2)


class PymodbusDriver:
    """One connection for each address, shared by the units behind it; device failures come as Failure."""

    name = "pymodbus"

    def __init__(self) -> None:
        self._lines: dict[tuple[str, int], Line] = {}

    async def open(self) -> None:
        """Connections open with the first request."""

    async def close(self) -> None:
        lines, self._lines = self._lines, {}
        for line in lines.values():
            line.close()
        await asyncio.sleep(0)  # the loop closes sockets on its next turn

    async def poll(self, target: Target, requests: Sequence[Request]) -> RawPoll:
        line = self._lines.setdefault(
            (target.host, target.port), Line(target.host, target.port, target.timeout_s)
        )
        session = Session(line, target)
        async with line.turn:
            return await ask_in_turn(requests, session.ask)


class Session:
    """One poll of one unit."""

    def __init__(self, line: Line, target: Target) -> None:
        self._line, self._target = line, target
        self._where = f"{target.host}:{target.port}"

    async def ask(self, request: Request) -> Answer:
        if not isinstance(request, ModbusRead):
            raise TypeError(f"Modbus does not know {type(request).__name__}")
        if request.function not in READING_FUNCTIONS:
            raise ValueError(f"only functions 1 to 4 read, not {request.function}")
        was_open = self._line.is_open
        try:
            return await self._attempt(request)
        except LineClosedError:
            if not was_open:
                return self._closed()
        try:  # devices drop idle connections, and restart: one fresh connection before calling it bad
            return await self._attempt(request)
        except LineClosedError:
            return self._closed()

    async def _attempt(self, request: ModbusRead) -> Answer:
        if failure := await self._connect():
            return failure
        try:
            reply = await self._line.read(request, self._target.unit_id)
        except NoReplyError as none:
            return self._no_reply(garbled=none.garbled)
        return _answer(request, reply)

    async def _connect(self) -> Failure | None:
        try:
            await self._line.open(self._target.timeout_s)
        except ConnectionRefusedError:
            return Failure(
                Quality.REFUSED,
                f"{self._where} refuses the connection: check the port, and that Modbus/TCP is on there.",
            )
        except TimeoutError:
            return Failure(
                Quality.NO_ANSWER,
                f"No connection to {self._where} within {self._target.timeout_s:g} s: check that the device "
                "is on, the address, and firewalls between.",
            )
        except OSError as error:
            return Failure(
                Quality.NO_ANSWER, f"{self._where} cannot be reached ({error.strerror}): check the route."
            )
        return None

    def _closed(self) -> Failure:
        return Failure(
            Quality.NO_ANSWER,
            f"{self._where} closed the connection while a request waited: it may allow too few connections.",
        )

    def _no_reply(self, *, garbled: bool) -> Failure:
        if garbled:
            return Failure(
                Quality.MALFORMED,
                f"{self._where} sends something, but no valid reply to this request: check that it speaks "
                "Modbus/TCP and that no other device answers in its place.",
            )
        return Failure(
            Quality.NO_ANSWER,
            f"{self._where} accepts the connection, but unit {self._target.unit_id} does not answer within "
            f"{self._target.timeout_s:g} s: check the unit number and the device's own line.",
        )


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


def _answer(request: ModbusRead, reply: ModbusPDU) -> Answer:
    if isinstance(reply, ExceptionResponse) or reply.isError():
        quality, words = _EXCEPTIONS.get(
            reply.exception_code, (Quality.DEVICE_ERROR, f"reports exception {reply.exception_code}")
        )
        told = words.format(function=request.function, count=request.count, address=request.address)
        return Failure(quality, f"The device {told}.")
    if reply.function_code != request.function:
        return Failure(
            Quality.MALFORMED, f"The device answered function {request.function} with another one."
        )
    if request.function in _BIT_FUNCTIONS:
        return _exactly(request, [int(bit) for bit in reply.bits], padded_to=8)
    return _exactly(request, list(reply.registers), padded_to=1)


def _exactly(request: ModbusRead, values: Sequence[int], *, padded_to: int) -> Answer:
    expected = -(-request.count // padded_to) * padded_to
    if len(values) != expected:
        return Failure(
            Quality.MALFORMED,
            f"The device answered with {len(values)} values where {request.count} were asked for, "
            f"from address {request.address}.",
        )
    return tuple(values[: request.count])
