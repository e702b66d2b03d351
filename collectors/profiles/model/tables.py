"""Tables in which each row is a device of its own, and what a row says of where it is."""

from __future__ import annotations

from dataclasses import dataclass

from assets.observation import SubjectKind
from collectors.profiles.model.places import Arcs, Cell, Encoding, Lookup, Where
from collectors.profiles.model.readings import Alarm, Reading, Rule
from collectors.profiles.model.words import ORDINARY


@dataclass(frozen=True, slots=True)
class Age:
    """How long ago a row was true, in seconds after scaling. One older than ``at_most_s`` says nothing."""

    source: Cell
    encoding: Encoding
    at_most_s: float | None = None


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
