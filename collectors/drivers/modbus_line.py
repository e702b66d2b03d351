"""One Modbus/TCP connection: kept open, one request at a time, and strict about what counts as a reply."""

from __future__ import annotations

import asyncio
import logging

from pymodbus.client import AsyncModbusTcpClient
from pymodbus.exceptions import ConnectionException, ModbusException, ModbusIOException
from pymodbus.framer import FramerSocket
from pymodbus.pdu import DecodePDU, ModbusPDU

from collectors.requests import ModbusRead

_UNANSWERED_BEFORE_RECONNECT = 2
_BUFFER_BYTES = 4096
"""More than any reply: what is longer than one is for the framer to see, and to drop."""

# pymodbus logs every miss as an error; here a miss is data, and the engine logs when a device goes bad.
logging.getLogger("pymodbus").setLevel(logging.CRITICAL)


class LineClosedError(Exception):
    """The device ended the connection while a request waited."""


class NoReplyError(Exception):
    """Nothing usable came in time. ``garbled``: something came, but no reply to the request."""

    def __init__(self, *, garbled: bool) -> None:
        super().__init__()
        self.garbled = garbled


_READS = (1, 2, 3, 4)
"""Functions whose replies say how many octets of values follow."""


class StrictFramer(FramerSocket):
    """pymodbus's framer, but nonsense is dropped and noted instead of ending in the loop's error handler."""

    def __init__(self) -> None:
        super().__init__(DecodePDU(is_server=False))
        self.heard_nonsense = False

    def decode(self, data: bytes) -> tuple[int, int, int, bytes]:
        used, unit, number, pdu = super().decode(data)
        if pdu and pdu[0] in _READS and (len(pdu) < 2 or pdu[1] != len(pdu) - 2):
            return used, unit, number, b""  # header and count of octets contradict each other
        return used, unit, number, pdu

    def handleFrame(self, data: bytes, exp_devid: int, exp_tid: int) -> tuple[int, ModbusPDU | None]:  # noqa: N802
        self.heard_nonsense = True  # until a reply comes of it
        if len(data) >= 4 and data[2:4] != b"\x00\x00":
            return len(data), None  # not Modbus; pymodbus would wait for more of it for ever
        try:
            used, pdu = super().handleFrame(data, exp_devid, exp_tid)
        except ModbusException:
            return len(data), None
        if pdu is not None and pdu.transaction_id != exp_tid:
            return used, None  # pymodbus lets the number 0 pass
        self.heard_nonsense = pdu is None
        return used, pdu


class Line:
    """The connection to one address. Units behind it take turns by :attr:`turn`."""

    def __init__(self, host: str, port: int, timeout_s: float) -> None:
        self.turn = asyncio.Lock()
        self._unanswered = 0
        self._waiting = False
        self._framer = StrictFramer()
        self._client = AsyncModbusTcpClient(
            host,
            port=port,
            timeout=timeout_s,
            retries=0,
            reconnect_delay=0,
            trace_connect=self._note_connection,
        )
        self._client.ctx.framer = self._framer
        self._client.ctx.max_buffer_size = _BUFFER_BYTES

    @property
    def is_open(self) -> bool:
        return self._client.connected

    async def open(self, timeout_s: float) -> None:
        """Connect unless connected; raises OSError or TimeoutError as the network does."""
        self._client.comm_params.timeout_connect = timeout_s
        self._client.ctx.comm_params.timeout_connect = timeout_s
        if self.is_open:
            return
        context = self._client.ctx
        context.is_closing = False
        # Not client.connect(): that one tells nobody why it failed.
        async with asyncio.timeout(timeout_s):
            context.transport, _protocol = await context.call_create()
        self._unanswered = 0

    async def read(self, request: ModbusRead, unit_id: int) -> ModbusPDU:
        """The reply, which may be an exception reply; raises LineClosedError or NoReplyError."""
        self._framer.heard_nonsense = False
        self._waiting = True
        try:
            reply = await self._reading(request, unit_id)
        except ModbusIOException:
            self._give_up_after_silence()
            raise NoReplyError(garbled=self._framer.heard_nonsense) from None
        except ConnectionException:
            raise LineClosedError from None
        finally:
            self._waiting = False
        self._unanswered = 0
        return reply

    async def _reading(self, request: ModbusRead, unit_id: int) -> ModbusPDU:
        read = {
            1: self._client.read_coils,
            2: self._client.read_discrete_inputs,
            3: self._client.read_holding_registers,
            4: self._client.read_input_registers,
        }[request.function]
        return await read(request.address, count=request.count, device_id=unit_id)

    def _note_connection(self, is_connected: bool) -> None:  # noqa: FBT001  pymodbus calls it so
        waiting = self._client.ctx.response_future
        if not is_connected and self._waiting and not waiting.done():
            waiting.set_exception(ConnectionException("closed by the device"))

    def _give_up_after_silence(self) -> None:
        """A connection that stays silent may be dead at the other end: a new one is tried next time."""
        self._unanswered += 1
        if self._unanswered >= _UNANSWERED_BEFORE_RECONNECT:
            self.close()

    def close(self) -> None:
        self._client.close()
        self._unanswered = 0
