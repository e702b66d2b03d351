"""What a device profile says, once it has been read: plain, frozen, complete."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from assets.observation import Evidence, SubjectKind
from assets.vocabulary import Term

Protocol = Literal["snmp", "modbus", "dicom"]
Conversion = Callable[[float], float]
"""From one unit to another."""

SNMP_TYPES: dict[str, frozenset[str]] = {
    "integer": frozenset({"integer", "gauge32"}),
    "counter": frozenset({"counter32", "counter64"}),
    "timeticks": frozenset({"timeticks"}),
    "text": frozenset({"octets"}),
    "number-text": frozenset({"octets"}),
    "oid": frozenset({"oid"}),
}
"""What a profile may call a type, and the ASN.1 types that it stands for."""

REGISTER_TYPES: dict[str, int] = {
    "uint16": 1, "int16": 1, "uint32": 2, "int32": 2, "float32": 2, "uint64": 4, "int64": 4, "float64": 4,
    "bcd16": 1, "bcd32": 2, "bit": 1, "bits": 1, "ascii": 0, "digits16": 1, "digits32": 2, "version16": 1,
    "flags": 0, "flags16": 1, "flags32": 2, "flags-float32": 2,
}  # fmt: skip
"""Types of register values and how many registers each fills; a text, and flags that are coils or inputs, say
their own length."""
FLAGS: dict[str, int] = {"flags": 32, "flags16": 16, "flags32": 32, "flags-float32": 31}
"""Types of several flags taken together, and how many each may have."""

ORDERS = ("abcd", "cdab", "badc", "dcba")
"""How the octets of a 32-bit value travel; 64-bit values order their words and octets alike."""
SHORT_ORDERS = ("ab", "ba")
"""How the two octets of each register travel, for values of one register and for texts."""
IDENTITY_PARTS = ("vendor", "product", "revision")
ECHO_PARTS = ("status", "implementation_version")

GRADES = ("vendor-verified", "standard", "capture", "community", "reference")
"""What stands behind a map, best first: the maker's word for this very device; a public standard; what such a device
was seen to answer; what others wrote down and nobody of us saw; or, without any of these, a map of our own."""

ACTIVITIES = {
    "in_use": Evidence.IN_USE, "idle": Evidence.IDLE, "charging": Evidence.IDLE, "fault": Evidence.FAULT,
}  # fmt: skip
"""What an activity rule may say, and what it is to the timeline: a device that charges is ready."""
SEVERITIES = ("information", "warning", "critical")
"""Of alarms, the mildest first."""

PICKS = ("first", "max", "min", "mean", "sum", "count", "worst")
PICKS_OF = {"number": PICKS[:6], "state": ("first", "worst"), "text": ("first",)}
"""How one value is made of a column, by what kind it is; the worst state is the last that the vocabulary names."""
FORMS = ("text", "mac")
"""How the name of a receiver is written where it is found."""
QUIRKS = ("single-gets", "single-rows", "no-getbulk", "unordered-rows", "hang-up")

ORDINARY = ""
"""The group of readings that every poll brings."""


@dataclass(frozen=True, slots=True)
class Beside:
    """A raw value that says how another one is written.

    ``oid`` is an instance where that one is an instance. Where that one is in a column it is a column as well, and
    ``shared`` says how many numbers at the beginning of the row's identifier name its row; None: all of them.
    """

    oid: str
    shared: int | None = None


@dataclass(frozen=True, slots=True)
class Scaling:
    """What the device itself says about how a number is written: ``digits`` behind the decimal point, the power of
    ten that it is in (``powers``, by raw value) and its unit (``units``, by raw value: words of
    :mod:`collectors.profiles.units`). A raw value that is not listed leaves no value; nor does the device vouch for
    one unless ``state`` is among ``accepted``.
    """

    digits: Beside | None = None
    power: Beside | None = None
    powers: Mapping[int | str, int] = field(default_factory=dict)
    unit: Beside | None = None
    units: Mapping[int | str, str] = field(default_factory=dict)
    into: str = ""
    """The unit of the vocabulary that the value is to be in."""
    state: Beside | None = None
    accepted: tuple[int | str, ...] = ()

    @property
    def besides(self) -> tuple[Beside, ...]:
        """What has to be read along."""
        return tuple(each for each in (self.state, self.digits, self.power, self.unit) if each is not None)


@dataclass(frozen=True, slots=True)
class Scalar:
    """One SNMP instance."""

    oid: str
    scaling: Scaling | None = None


@dataclass(frozen=True, slots=True)
class Where:
    """Only rows in which ``column`` holds one of ``values``."""

    column: str
    values: tuple[int | str, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """An SNMP column made into one value by ``pick``.

    With ``share_of`` each row is its percentage of that column's row.
    """

    oid: str
    pick: str
    where: tuple[Where, ...] = ()
    share_of: str | None = None
    scaling: Scaling | None = None


@dataclass(frozen=True, slots=True)
class Cell:
    """The column of a table whose rows are devices of their own; the full OID without the row."""

    oid: str
    scaling: Scaling | None = None


@dataclass(frozen=True, slots=True)
class Arcs:
    """Part of a row's index: its numbers from ``first`` to ``last``, counted from 1."""

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Via:
    """One step of a :class:`Lookup`: the row of ``column`` that the value found so far is the index of.

    With ``by_value`` it is the one row in which ``column`` holds that value, and what is found is that row's index.
    """

    column: str
    by_value: bool = False


@dataclass(frozen=True, slots=True)
class Lookup:
    """A value of another table of the same agent, which a row leads to.

    ``start`` is a column of the row or part of its index, and ``missing`` what stands there for nothing.
    """

    start: Cell | Arcs
    via: tuple[Via, ...]
    missing: frozenset[int | float | str] = frozenset()


@dataclass(frozen=True, slots=True)
class Registers:
    """``count`` registers, or bits for function 1 and 2, from ``address``, counted from 0.

    ``exponent`` is the address of the register that holds the power of ten that the value is in, ``unit`` that of
    the register that says its unit. ``only_if``: what registers of the same function have to hold, or else these
    hold no value.
    """

    function: int
    address: int
    count: int = 1
    exponent: int | None = None
    unit: int | None = None
    only_if: tuple[Guard, ...] = ()

    @property
    def beside(self) -> tuple[int, ...]:
        """Addresses of what says how the value is written."""
        return tuple(address for address in (self.exponent, self.unit) if address is not None)

    @property
    def span(self) -> tuple[int, int]:
        """The first address, and the one after the last, of what has to be read at once."""
        first, last = self.address, self.address + self.count - 1
        spans = [(min((first, *self.beside)), max((last, *self.beside)) + 1)]
        spans += [guard.source.span for guard in self.only_if if isinstance(guard.source, Registers)]
        return min(begin for begin, _ in spans), max(stop for _, stop in spans)


@dataclass(frozen=True, slots=True)
class Identity:
    """A part of what a Modbus device says that it is: vendor, product or revision."""

    part: str


@dataclass(frozen=True, slots=True)
class Echo:
    """A part of what comes of a C-ECHO: its status, or what the device calls its implementation."""

    part: str


Source = Scalar | Column | Cell | Registers | Identity | Echo


def oids_beside(source: Source | None) -> tuple[str, ...]:
    """What has to be read along with a value of SNMP to know how it is written."""
    if not isinstance(source, Scalar | Column | Cell) or source.scaling is None:
        return ()
    return tuple(beside.oid for beside in source.scaling.besides)


@dataclass(frozen=True, slots=True)
class Encoding:
    """How the raw value is written, and which of its values mean something else than a number.

    ``bit`` is the lowest of ``bits`` bits of a register that are a value together. ``mask`` are the flags that
    count. ``units``: by what the register of the unit holds, how a value in that unit becomes one in the
    vocabulary's, in which ``low`` and ``high`` are. ``ranks`` are the states of the term, the worst one last.
    """

    type: str
    scale: float = 1.0
    offset: float = 0.0
    low: float = float("-inf")
    high: float = float("inf")
    missing: frozenset[int | float | str] = frozenset()
    states: Mapping[int | str, str] | None = None
    order: str = "abcd"
    bit: int | None = None
    bits: int = 1
    mask: int = 0
    units: Mapping[int, Conversion] = field(default_factory=dict)
    ranks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """One word of the vocabulary and where the device keeps it."""

    term: Term
    source: Source
    encoding: Encoding
    group: str = ORDINARY

    @property
    def name(self) -> str:
        return self.term.name


@dataclass(frozen=True, slots=True)
class Condition:
    """One comparison of a reading; ``operator`` is in, above, at_least, below or at_most."""

    reading: str
    operator: str
    operand: float | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """``evidence`` if all of ``when`` hold; ``word`` is how the file says it."""

    evidence: Evidence
    when: tuple[Condition, ...]
    word: str = ""


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something that people should know of while all of ``when`` hold; ``words`` are theirs."""

    words: str
    severity: str
    when: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Guard:
    """A setting of the device without which its values, or one of them, mean something else than the profile says."""

    source: Source
    encoding: Encoding
    values: tuple[int | str, ...]
    because: str


@dataclass(frozen=True, slots=True)
class Age:
    """How long ago a row was true, in seconds after scaling. One older than ``at_most_s`` says nothing."""

    source: Cell
    encoding: Encoding
    at_most_s: float | None = None


@dataclass(frozen=True, slots=True)
class RegisterAge:
    """How long ago all that a device answers was true, in seconds after scaling."""

    source: Registers
    encoding: Encoding


@dataclass(frozen=True, slots=True)
class PositionColumns:
    """Columns of a position, scaled to metres. ``default_error_m`` is what the maker states."""

    floor: Cell
    x: Cell
    y: Cell
    coordinate: Encoding
    error: Cell | None
    error_encoding: Encoding
    default_error_m: float


@dataclass(frozen=True, slots=True)
class ReceiverName:
    """How a row names what hears its device: what is found, as a text or as a MAC address, behind ``prefix:``.

    ``within`` is the instance that holds the agent's own name, for receivers that are named only within it, as the
    ports of a switch are.
    """

    source: Cell | Lookup
    form: str = "text"
    prefix: str = ""
    within: str | None = None


@dataclass(frozen=True, slots=True)
class SightingColumns:
    """``max_macs``: a receiver that hears more addresses than that is a way to other receivers, and places nothing."""

    receiver: ReceiverName
    rssi: Cell | Lookup | None
    rssi_encoding: Encoding
    max_macs: int | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """A table in which each row is a device of its own.

    Rows that do not fulfil ``where`` are no device's; of one that does not fulfil ``present`` the device is absent.
    """

    name: str
    title: str
    entry: str
    max_rows: int
    subject_kind: SubjectKind
    subject: Cell | Arcs
    readings: tuple[Reading, ...] = ()
    age: Age | None = None
    where: tuple[Where, ...] = ()
    present: tuple[Where, ...] = ()
    position: PositionColumns | None = None
    sighting: SightingColumns | None = None
    activity: tuple[Rule, ...] = ()
    group: str = ORDINARY
    alarms: tuple[Alarm, ...] = ()


@dataclass(frozen=True, slots=True)
class Limits:
    """What one message may ask: values per GET, rows per GETBULK, registers per read, and the longest run of
    registers nobody wants that is still read to save a request."""

    varbinds: int = 20
    repetitions: int = 20
    registers: int = 100
    gap: int = 8


@dataclass(frozen=True, slots=True)
class Match:
    """How a device of this type may be recognised: to propose a profile, never to choose one unasked.

    ``identity``: regular expressions for parts of what a Modbus device says that it is.
    """

    sys_object_id: tuple[str, ...] = ()
    sys_descr: str | None = None
    probe: str | None = None
    identity: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Profile:
    """A device type. ``reference``: no public map exists, docs/reference-gateways.md defines ours.

    ``groups``: names of groups of readings that are asked for less often than the rest, and each one's
    interval in seconds. ``age``: how long ago its own readings were true, where the device says so. ``traps``: what
    the device's traps are called, by their identifiers.
    """

    name: str
    title: str
    protocol: Protocol
    interval_s: float
    document: str
    grade: str
    evidence: str
    reference: bool = False
    caveats: tuple[str, ...] = ()
    match: Match = field(default_factory=Match)
    limits: Limits = field(default_factory=Limits)
    quirks: frozenset[str] = frozenset()
    groups: Mapping[str, float] = field(default_factory=dict)
    guards: tuple[Guard, ...] = ()
    age: RegisterAge | None = None
    readings: tuple[Reading, ...] = ()
    tables: tuple[Table, ...] = ()
    activity: tuple[Rule, ...] = ()
    alarms: tuple[Alarm, ...] = ()
    caveats_stated: bool = False
    """Whether the file speaks of caveats at all, if only to say that there are none."""
    traps: Mapping[str, str] = field(default_factory=dict)
