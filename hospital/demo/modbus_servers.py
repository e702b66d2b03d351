"""Modbus/TCP servers, one port each, that answer with what a device holds. Writing is refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pymodbus.constants import ExcCodes
from pymodbus.server import ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice

from hospital.demo.endpoints import HOST, EndpointSpec
from hospital.demo.registers import Registers

Snapshot = Callable[[], Registers]

_COILS, _DISCRETES, _HOLDINGS, _INPUTS = 1, 2, 3, 4
_NOTHING_THERE = 65000
"""The library wants each of the four blocks to hold something; requests never get to see it."""


class Server:
    """One simulated Modbus device; it accepts connections but answers nothing while ``is_silent()``."""

    def __init__(
        self, spec: EndpointSpec, port: int, snapshot: Snapshot, is_silent: Callable[[], bool]
    ) -> None:
        self.spec = spec
        self.port = port
        self._snapshot = snapshot
        self._is_silent = is_silent
        self._server: Any = None  # pymodbus types neither its transport nor its shutdown

    async def open(self) -> None:
        """Listen. OSError if the port is taken."""
        self._server = ModbusTcpServer(
            SimDevice(1, simdata=_blocks(self._snapshot()), action=self._answer),
            address=(HOST, self.port),
            trace_packet=self._hush,
        )
        try:
            await self._server.serve_forever(background=True)
        except RuntimeError as failure:
            raise OSError(f"port {self.port} is taken") from failure
        self.port = self._server.transport.sockets[0].getsockname()[1]

    async def close(self) -> None:
        if self._server is not None:
            await self._server.shutdown()

    def _hush(self, _is_sending: bool, packet: bytes) -> bytes:  # noqa: FBT001  # called by pymodbus
        return b"" if self._is_silent() else packet

    async def _answer(
        self,
        function: int,
        start: int,
        address: int,
        count: int,
        memory: list[int],
        written: list[int] | list[bool] | None,
    ) -> ExcCodes | None:
        """Called by the library before it reads ``memory``: refuses, or brings it up to date."""
        if written is not None:
            return ExcCodes.ILLEGAL_FUNCTION
        values = _block(self._snapshot(), function)
        if function in (_COILS, _DISCRETES):
            if address not in values:
                return ExcCodes.ILLEGAL_ADDRESS
            for word in range(len(memory)):
                memory[word] = _word(values, (start + word) * 16)
            return None
        if not all(asked in values for asked in range(address, address + count)):
            return ExcCodes.ILLEGAL_ADDRESS
        for register, value in values.items():
            memory[register - start] = value
        return None


def _block(registers: Registers, function: int) -> Mapping[int, int]:
    blocks = {
        _COILS: registers.coils,
        _DISCRETES: registers.discretes,
        _HOLDINGS: registers.holdings,
        _INPUTS: registers.inputs,
    }
    return blocks[function]


def _word(bits: Mapping[int, int], first: int) -> int:
    return sum(bits.get(first + i, 0) << i for i in range(16))


def _blocks(registers: Registers) -> Any:
    """The four memories as the library wants them declared."""
    bits = [_declare(registers.coils, DataType.BITS), _declare(registers.discretes, DataType.BITS)]
    words = [_declare(registers.holdings, DataType.REGISTERS), _declare(registers.inputs, DataType.REGISTERS)]
    return (*bits, *words)


def _declare(values: Mapping[int, int], datatype: DataType) -> list[SimData]:
    if not values:
        return [SimData(_NOTHING_THERE, values=False if datatype is DataType.BITS else 0, datatype=datatype)]
    runs: list[tuple[int, list[int]]] = []
    for address in sorted(values):
        if runs and address == runs[-1][0] + len(runs[-1][1]):
            runs[-1][1].append(values[address])
        else:
            runs.append((address, [values[address]]))
    if datatype is DataType.BITS:
        return [SimData(at, values=[bool(v) for v in run], datatype=datatype) for at, run in runs]
    return [SimData(at, values=run, datatype=datatype) for at, run in runs]
