"""What a mapping says, once it has been read: plain, frozen, complete."""

from __future__ import annotations

from collections.abc import Mapping as Table
from dataclasses import dataclass

from assets.observation import SubjectKind
from assets.vocabulary import Term
from collectors.profiles.model import Encoding, Rule
from collectors.receivers.mqtt.topics import Template

Path = tuple[str, ...]
"""Keys of objects and places in lists, from the outside in; empty for a payload that is the value itself."""


@dataclass(frozen=True, slots=True)
class Part:
    """A level of the topic, by the name that the template gives it."""

    name: str


Place = Part | Path
"""Where a name stands: in the topic, or in the payload."""


@dataclass(frozen=True, slots=True)
class MappedReading:
    """One word of the vocabulary, where in the payload it stands and how it is written."""

    term: Term
    path: Path
    encoding: Encoding

    @property
    def name(self) -> str:
        return self.term.name


@dataclass(frozen=True, slots=True)
class Moment:
    """Where the payload says when it was true, and as what: ``iso``, ``unix_s`` or ``unix_ms``."""

    path: Path
    form: str


@dataclass(frozen=True, slots=True)
class MappedPosition:
    """A position in the payload; ``scale`` makes metres."""

    floor: Place
    x: Path
    y: Path
    error: Path | None
    default_error_m: float
    scale: float


@dataclass(frozen=True, slots=True)
class MappedSighting:
    """What hears a tag; ``range_scale`` makes metres of the distance that it measures, and of its error."""

    receiver: Place
    rssi: Path | None
    range: Path | None = None
    range_error: Path | None = None
    range_scale: float = 1.0


@dataclass(frozen=True, slots=True)
class Presence:
    """Birth and last will: which words say that the sender is there, and that it is gone."""

    path: Path
    words: Table[str, bool]


@dataclass(frozen=True, slots=True)
class MessageMap:
    """One kind of message. Without ``moment`` it is true when it arrives, and says nothing once it has been kept."""

    name: str
    template: Template
    is_json: bool
    subject_kind: SubjectKind
    subject: Place
    moment: Moment | None = None
    readings: tuple[MappedReading, ...] = ()
    activity: tuple[Rule, ...] = ()
    position: MappedPosition | None = None
    sighting: MappedSighting | None = None
    presence: Presence | None = None


@dataclass(frozen=True, slots=True)
class Mapping:
    """How one kind of sender uses its topics."""

    name: str
    title: str
    document: str
    grade: str
    evidence: str
    caveats: tuple[str, ...]
    messages: tuple[MessageMap, ...]

    @property
    def reading_names(self) -> tuple[str, ...]:
        """Everything that its messages tell of, each once."""
        return tuple(dict.fromkeys(each.name for message in self.messages for each in message.readings))
