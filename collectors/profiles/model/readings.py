"""What is read of a device, and what follows from it."""

from __future__ import annotations

from dataclasses import dataclass

from assets.observation import Evidence
from assets.vocabulary import Term
from collectors.profiles.model.places import Encoding, Source
from collectors.profiles.model.words import ORDINARY


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
