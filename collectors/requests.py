"""What a driver is asked, and what it gives back: the whole language between planning, drivers and decoding.

There is no request that writes, so nothing above a driver can even express one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from assets.words import Quality

MAX_DATAGRAM = 65_507
"""Octets of the largest UDP datagram."""


@dataclass(frozen=True, slots=True)
class SnmpGet:
    """GET of these instances, at most as many as fit into one message."""

    oids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SnmpTable:
    """GETBULK of these columns until they end, ``max_rows`` at the most.

    ``max_columns`` are how many one message may ask for side by side. Two faults of agents are allowed for: that
    they know no GETBULK (``by_bulk``), and that their rows do not come in the order of their identifiers
    (``is_ordered``).
    """

    columns: tuple[str, ...]
    max_rows: int = 1000
    max_repetitions: int = 20
    max_columns: int = 20
    by_bulk: bool = True
    is_ordered: bool = True


@dataclass(frozen=True, slots=True)
class ModbusRead:
    """Function 1 to 4 (coils, discrete inputs, holding registers, input registers) from ``address``, counted from 0."""

    function: int
    address: int
    count: int


@dataclass(frozen=True, slots=True)
class ModbusIdentify:
    """Function 43/14: the basic device identification, which is vendor, product and revision."""


@dataclass(frozen=True, slots=True)
class DicomEcho:
    """C-ECHO: whether an application of DICOM is there. Nothing else of DICOM can be asked."""


Request = SnmpGet | SnmpTable | ModbusRead | ModbusIdentify | DicomEcho


@dataclass(frozen=True, slots=True)
class SnmpValue:
    """One value as it came. ``type`` is the ASN.1 name in lower case: integer, counter32, gauge32, timeticks,
    counter64, octets, oid, ipaddress, opaque, null, no_such_object, no_such_instance or end_of_mib.
    Numbers are ``int``, octet strings ``bytes``, object identifiers and IP addresses dotted ``str``; exceptions and
    null carry None.
    """

    type: str
    value: int | bytes | str | None


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a request has no answer. ``quality`` is never GOOD; ``detail`` says it in words."""

    quality: Quality
    detail: str


class GetAnswer(Mapping[str, SnmpValue]):
    """What a GET brought in the usual form: for each of its ``oids`` a value, in their order. ``kinds`` are the types
    and ``raws`` the values, as :class:`SnmpValue` has them, which is made only for who asks for one by name.
    """

    __slots__ = ("kinds", "oids", "raws")

    def __init__(
        self, oids: tuple[str, ...], kinds: tuple[str, ...], raws: Sequence[int | bytes | str | None]
    ) -> None:
        self.oids, self.kinds, self.raws = oids, kinds, raws

    def __getitem__(self, oid: str) -> SnmpValue:
        try:
            place = self.oids.index(oid)
        except ValueError:
            raise KeyError(oid) from None
        return SnmpValue(self.kinds[place], self.raws[place])

    def __iter__(self) -> Iterator[str]:
        return iter(self.oids)

    def __len__(self) -> int:
        return len(self.oids)

    def __repr__(self) -> str:
        return f"GetAnswer({dict(self)!r})"


SnmpAnswer = Mapping[str, SnmpValue]
"""Instance OID → value. For a table: every instance below the columns asked for."""
ModbusAnswer = tuple[int, ...]
"""Registers as 0..65535, coils and discrete inputs as 0 or 1; exactly as many as were asked for."""


@dataclass(frozen=True, slots=True)
class ModbusIdentity:
    """What a device says that it is, as it came; None for what it leaves out."""

    vendor: bytes | None
    product: bytes | None
    revision: bytes | None


@dataclass(frozen=True, slots=True)
class DicomEchoed:
    """The status of a C-ECHO, and what the device calls its implementation; None if it does not say."""

    status: int
    implementation_version: bytes | None


Answer = SnmpAnswer | ModbusAnswer | ModbusIdentity | DicomEchoed | Failure


@dataclass(frozen=True, slots=True)
class RawPoll:
    """What one poll of one endpoint brought, request by request.

    ``refused`` counts by reason what came in the device's name meanwhile and was not believed; None: nothing did.
    """

    at: datetime
    latency_ms: float
    answers: Mapping[Request, Answer]
    refused: Mapping[str, int] | None = None


@dataclass(frozen=True, slots=True)
class SnmpUser:
    """SNMP v3 user; protocol names as in RFC 3414 and 7860: sha256, aes128; empty: without that protection.

    Secrets do not print.
    """

    name: str
    auth_protocol: str
    auth_key: str
    priv_protocol: str
    priv_key: str

    def __repr__(self) -> str:
        return f"SnmpUser({self.name!r}, {self.auth_protocol}, {self.priv_protocol}, secrets masked)"


@dataclass(frozen=True, slots=True)
class Login:
    """Who we are to a broker. The password does not print."""

    name: str
    password: str

    def __repr__(self) -> str:
        return f"Login({self.name!r}, password masked)"


@dataclass(frozen=True, slots=True)
class Target:
    """Whom to ask: an address that the guard has let through, and how.

    ``driver`` names one of those that speak the protocol; empty: the default. ``context`` is that of SNMP v3.
    ``max_message_bytes`` is the largest message of SNMP that the device can take and send. ``pause_s`` is the
    least time between an answer of the device and the next request to it. ``server_name`` is what a certificate
    has to name where ``host`` was looked up. ``line_settings`` are those of a serial line, as in ``9600 8N1``;
    ``host`` is its path then. ``hangs_up``: the connection is closed as soon as nobody waits for it. ``called`` and
    ``calling`` are the application entity titles of DICOM: whom we call, and as whom.
    """

    endpoint_id: int
    protocol: str  # Endpoint.Protocol
    host: str  # numeric address
    port: int
    timeout_s: float
    unit_id: int = 1
    community: bytes | None = None
    user: SnmpUser | None = None
    driver: str = ""
    context: str = ""
    max_message_bytes: int = MAX_DATAGRAM
    pause_s: float = 0.0
    server_name: str = ""
    line_settings: str = ""
    hangs_up: bool = False
    called: str = ""
    calling: str = ""

    def __repr__(self) -> str:
        return f"Target({self.endpoint_id}, {self.protocol}, {self.host}:{self.port}/{self.unit_id})"


class Driver(Protocol):
    """One way to ask. Every failure of a device comes back as :class:`Failure`; a driver raises only when misused."""

    name: str

    async def open(self) -> None: ...

    async def poll(self, target: Target, requests: Sequence[Request]) -> RawPoll: ...

    async def close(self) -> None: ...
