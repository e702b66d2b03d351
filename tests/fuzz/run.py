"""Blocks of spoiled replies, each repeatable alone, spread over processes."""

from __future__ import annotations

import gc
import multiprocessing
import random
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from types import FrameType
from typing import NamedTuple

from collectors.snmp import messages
from tests.fuzz.faults import CRASH, HANG, FaultError, Target
from tests.fuzz.hl7 import Messages as Hl7Messages
from tests.fuzz.modbus import Frames
from tests.fuzz.mpps import Steps
from tests.fuzz.mqtt import Messages as MqttMessages
from tests.fuzz.polls import Polls
from tests.fuzz.rows import Rows
from tests.fuzz.snmp import V3, Community, Table
from tests.fuzz.traps import Traps

TARGETS: dict[str, tuple[Callable[[], Target], int]] = {
    "snmp-v1-v2c": (Community, 15),
    "snmp-v3": (V3, 15),
    "snmp-table": (Table, 8),
    "traps": (Traps, 8),
    "modbus-tcp": (partial(Frames, "modbus_tcp"), 8),
    "modbus-rtu": (partial(Frames, "modbus_rtu_tcp"), 4),
    "modbus-ascii": (partial(Frames, "modbus_ascii"), 4),
    "profiles": (Polls, 11),
    "rows": (Rows, 8),
    "hl7": (Hl7Messages, 10),
    "mqtt": (MqttMessages, 6),
    "mpps": (Steps, 3),
}
"""What is fuzzed, and its share of all replies in per cent."""
BLOCK = 5_000
PROCESSES = 2
LONGEST_S = 1.0
"""Processor time, so that a busy machine is not called a hang; nothing here waits for anything."""


class HangError(BaseException):
    """Not an Exception, so that nothing on the way takes it for one of its own."""


class Block(NamedTuple):
    target: str
    seed: int
    number: int
    size: int


class Outcome(NamedTuple):
    """``fault`` is empty or its kind; ``octets`` is what was sent then, ``case`` which of the block it was."""

    block: Block
    tried: int
    taken: int
    fault: str = ""
    detail: str = ""
    octets: bytes = b""
    case: int = 0


def blocks(target: str, seed: int, count: int) -> list[Block]:
    return [
        Block(target, seed, number, min(BLOCK, count - number * BLOCK))
        for number in range(-(-count // BLOCK))
    ]


def run_block(block: Block, *, longest_s: float = LONGEST_S) -> Outcome:
    """Tries until the first fault."""
    chance = random.Random(f"{block.seed} {block.target} {block.number}")
    with _repeatable_numbers(chance.randrange(2**32)):
        target = TARGETS[block.target][0]()
        try:
            with _alarm(), _uncollected():
                return _run(block, target, chance, longest_s)
        finally:
            getattr(target, "close", lambda: None)()


def _run(block: Block, target: Target, chance: random.Random, longest_s: float) -> Outcome:
    for case in range(block.size):
        try:
            signal.setitimer(signal.ITIMER_VIRTUAL, longest_s)
            target.try_one(chance)
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        except (Exception, HangError) as error:  # noqa: BLE001 - finding these is the purpose
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
            octets = getattr(target, "said", lambda: target.sent)()
            kind, detail = _kind(error, longest_s)
            return Outcome(block, case + 1, target.taken, kind, detail, octets, case)
    return Outcome(block, block.size, target.taken)


def _kind(error: BaseException, longest_s: float) -> tuple[str, str]:
    if isinstance(error, FaultError):
        return error.kind, error.detail
    if isinstance(error, HangError):
        return HANG, f"more than {longest_s:g} s of processor time"
    return CRASH, f"{type(error).__name__}: {error}"


@contextmanager
def _alarm() -> Iterator[None]:
    def ring(_number: int, _frame: FrameType | None) -> None:
        raise HangError

    before = signal.signal(signal.SIGVTALRM, ring)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Without collecting garbage, which takes as long as the whole process is large, whatever is read."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()


@contextmanager
def _repeatable_numbers(seed: int) -> Iterator[None]:
    """Numbers of requests that are the same in each run; those of the product are secret."""
    chance = random.Random(seed)
    before = messages._ids
    messages._ids = iter(lambda: (0x40000000 | chance.getrandbits(30)).to_bytes(4, "big"), None)
    try:
        yield
    finally:
        messages._ids = before


def fuzz(count: int, seed: int, only: str = "", processes: int = PROCESSES) -> Iterator[Outcome]:
    """The outcome of each block as it comes, of ``count`` replies over all targets; of ``only`` one's share."""
    work = [
        block
        for target, (_, share) in TARGETS.items()
        if only in ("", target)
        for block in blocks(target, seed, -(-count * share // 100))
    ]
    with multiprocessing.get_context("fork").Pool(processes) as pool:
        yield from pool.imap_unordered(run_block, work)
