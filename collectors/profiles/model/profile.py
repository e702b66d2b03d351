"""A whole profile: how a device type is known, asked and understood."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from collectors.profiles.model.places import Encoding, Guard, Registers
from collectors.profiles.model.readings import Alarm, Reading, Rule
from collectors.profiles.model.tables import Table
from collectors.profiles.model.words import Protocol


@dataclass(frozen=True, slots=True)
class RegisterAge:
    """How long ago all that a device answers was true, in seconds after scaling."""

    source: Registers
    encoding: Encoding


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
