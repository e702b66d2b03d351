"""The wires that Modbus runs on, as pymodbus's transports open them: TCP, TLS, UDP and serial lines."""

from __future__ import annotations

import asyncio
import errno
import ssl
import termios
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import NoReturn

from pymodbus.transport import CommParams, CommType, ModbusProtocol

from collectors.drivers.modbus.framing import AsciiFraming, Framing, RtuFraming, TcpFraming, UdpFraming
from collectors.requests import Target
from collectors.serial_lines import SERIAL_PROTOCOLS, LineSettings, is_path, is_there

_FRAMINGS: dict[str, Callable[[], Framing]] = {
    "modbus_tcp": TcpFraming,
    "modbus_tls": TcpFraming,
    "modbus_udp": UdpFraming,
    "modbus_rtu_tcp": RtuFraming,
    "modbus_rtu": RtuFraming,
    "modbus_ascii": AsciiFraming,
}
MODBUS_PROTOCOLS = tuple(_FRAMINGS)
_TRANSPORTS = {
    "modbus_tls": CommType.TLS,
    "modbus_udp": CommType.UDP,
    "modbus_rtu": CommType.SERIAL,
    "modbus_ascii": CommType.SERIAL,
}
_LEAST_SILENCE_S = 0.00175
"""Between frames at more than 19200 baud; 3.5 characters below (Modbus over Serial Line V1.02, 2.5.1.1)."""


class Wire(ModbusProtocol):
    """One connection, from its opening to its end; a new one is a new object, so nothing late crosses over."""

    def __init__(
        self, params: CommParams, hear: Callable[[bytes], None], ended: Callable[[Exception | None], None]
    ) -> None:
        self._hear, self._ended = hear, ended
        super().__init__(params, is_server=False)

    def data_received(self, data: bytes) -> None:
        self._hear(data)

    def datagram_received(self, data: bytes, _addr: object) -> None:
        self._hear(data)

    def send(self, data: bytes, addr: tuple[str, int] | None = None) -> None:  # noqa: ARG002
        if self.comm_params.comm_type is CommType.UDP:
            self.transport.sendto(data)  # type: ignore[attr-defined]
        else:
            self.transport.write(data)  # type: ignore[attr-defined]

    def error_received(self, exc: Exception) -> None:
        """A datagram was refused on its way."""
        self._ended(exc)

    def callback_connected(self) -> None:
        """Whoever opened it knows."""

    def callback_disconnected(self, exc: Exception | None) -> None:
        self._ended(exc)

    def callback_data(self, data: bytes, addr: tuple[str, int] | None = None) -> int:  # noqa: ARG002
        return len(data)

    def callback_new_connection(self) -> ModbusProtocol:
        raise RuntimeError("a line is opened by us, and takes no connections")


async def _opened() -> NoReturn:
    raise RuntimeError("a wire is opened once")


@dataclass(frozen=True, slots=True)
class Link:
    """Where a line leads and how; all units behind it share it."""

    protocol: str
    host: str
    port: int
    server_name: str
    settings: str

    @classmethod
    def of(cls, target: Target) -> Link:
        name = target.server_name if target.protocol == "modbus_tls" else ""
        return cls(target.protocol, target.host, target.port, name, target.line_settings)

    def __str__(self) -> str:
        return self.host if self.is_serial else f"{self.host}:{self.port}"

    @property
    def is_serial(self) -> bool:
        return self.protocol in SERIAL_PROTOCOLS

    def make_framing(self) -> Framing:
        return _FRAMINGS[self.protocol]()

    def silence_s(self) -> float:
        """The least time between a reply and the next request that the line itself asks for."""
        if not self.is_serial:
            return 0.0
        settings = LineSettings.parse(self.settings)
        return _LEAST_SILENCE_S if settings.baud > 19200 else 3.5 * settings.character_s

    def travel_s(self, octets: int) -> float:
        """How long so many octets are under way on a serial line; ASCII sends two characters for each."""
        if not self.is_serial:
            return 0.0
        characters = 2 * octets + 3 if self.protocol == "modbus_ascii" else octets
        return characters * LineSettings.parse(self.settings).character_s

    async def open(
        self,
        hear: Callable[[bytes], None],
        ended: Callable[[Exception | None], None],
        tls: Callable[[], ssl.SSLContext],
    ) -> Wire:
        """A wire; raises OSError (among them ssl.SSLError) as network or line do, ValueError for bad settings."""
        if self.is_serial and not (is_path(self.host) and is_there(self.host)):
            raise FileNotFoundError(errno.ENODEV, "there is no such line")
        wire = Wire(self._parameters(), hear, ended)
        if self.protocol == "modbus_tls":
            wire.call_create = partial(
                asyncio.get_running_loop().create_connection,
                wire.handle_new_connection, self.host, self.port,
                ssl=tls(), server_hostname=self.server_name or self.host,
            )  # fmt: skip
        try:
            wire.transport, _ = await wire.call_create()
        except termios.error as error:  # which is no OSError
            raise OSError(*error.args) from error
        wire.call_create = _opened  # what it was made of is not needed any more
        return wire

    def _parameters(self) -> CommParams:
        params = CommParams(
            comm_name=str(self),
            comm_type=_TRANSPORTS.get(self.protocol, CommType.TCP),
            reconnect_delay=0.0,
            host=self.host,
            port=self.port,
        )
        if self.is_serial:
            settings = LineSettings.parse(self.settings)
            params.baudrate, params.bytesize = settings.baud, settings.data_bits
            params.parity, params.stopbits = settings.parity, settings.stop_bits
        return params
