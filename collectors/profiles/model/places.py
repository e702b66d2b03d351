"""Where a device keeps a value, and how it is written there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

Conversion = Callable[[float], float]
"""From one unit to another."""


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
class Guard:
    """A setting of the device without which its values, or one of them, mean something else than the profile says."""

    source: Source
    encoding: Encoding
    values: tuple[int | str, ...]
    because: str
