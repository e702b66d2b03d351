"""What a target of the fuzzer is, and how it says that something went wrong."""

from __future__ import annotations

import random
from typing import Protocol

CRASH, HANG, MADE_UP, UNUSABLE = "crash", "hang", "made-up value", "not usable afterwards"


class FaultError(Exception):
    """The product did what it never may; ``kind`` is one of the words above."""

    def __init__(self, kind: str, detail: str) -> None:
        super().__init__(f"{kind}: {detail}")
        self.kind, self.detail = kind, detail


class Target(Protocol):
    """Something that takes what devices send.

    ``sent`` is what it was given last, ``taken`` how often that was understood as an answer.
    """

    sent: bytes
    taken: int

    def try_one(self, chance: random.Random) -> None:
        """Give it one spoiled answer, then an honest one; raises :class:`FaultError`, or whatever it crashes by."""


def require(holds: object, kind: str, detail: str) -> None:
    if not holds:
        raise FaultError(kind, detail)
