"""Serial lines that devices hang on: their settings, and which files may be opened as one."""

from __future__ import annotations

import posixpath
import re
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

SERIAL_PROTOCOLS = ("modbus_rtu", "modbus_ascii")
NO_PORT = 1
"""What stands in an endpoint's port where there is none."""
BAUDS = (300, 600, 1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200, 230400, 460800, 921600)
_FOLDER = "/dev/"


@dataclass(frozen=True, slots=True)
class LineSettings:
    """How a serial line is set: ``9600 8N1`` is 9600 baud, 8 data bits, no parity, 1 stop bit."""

    baud: int
    data_bits: int
    parity: str
    stop_bits: int

    @classmethod
    def parse(cls, text: str) -> LineSettings:
        """ValueError, in words for a person, if that is no setting of a line."""
        match = re.fullmatch(r"([1-9][0-9]{2,5}) ([78])([NEO])([12])", text)
        if match is None or int(match[1]) not in BAUDS:
            raise ValueError(f"“{text}” does not set a serial line; write it like 9600 8N1 or 19200 8E1.")
        return cls(int(match[1]), int(match[2]), match[3], int(match[4]))

    @property
    def character_s(self) -> float:
        """How long one character takes, with its start, parity and stop bits."""
        return (1 + self.data_bits + (self.parity != "N") + self.stop_bits) / self.baud


def is_path(host: str) -> bool:
    """Whether an endpoint's host is the path of a line rather than an address or a name."""
    return host.startswith("/")


def address_words(host: str, port: int) -> str:
    """Where a device is reached, for people: a line has no port."""
    return host if is_path(host) else f"{host}:{port}"


def parse_lines(entries: Iterable[object]) -> frozenset[str]:
    """Paths of lines; ValueError, in words for a person, at the first that is none."""
    return frozenset(_parse_line(entry) for entry in entries)


def _parse_line(entry: object) -> str:
    if not isinstance(entry, str) or not entry.startswith(_FOLDER) or posixpath.normpath(entry) != entry:
        raise ValueError(f"“{entry}” is not the path of a serial line; write it like /dev/ttyUSB0.")
    return entry


def is_there(path: str) -> bool:
    """Whether the path leads to a device that is read and written like a line, and to nothing else."""
    try:
        return stat.S_ISCHR(Path(path).stat().st_mode)
    except OSError:
        return False
