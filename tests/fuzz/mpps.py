"""Spoiled performed procedure steps, from the octets of their data sets to evidence and statuses."""

from __future__ import annotations

import random
import re
from collections.abc import Coroutine, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from pydicom.dataset import Dataset
from pynetdicom.dsutils import encode

from assets.observation import Evidence, Observation
from collectors.receivers.doorway import Doorway
from collectors.receivers.mpps.ledger import BEGIN_AFTER, END_AFTER, Ended, Outcome
from collectors.receivers.mpps.receiver import SUCCESS, StepReceiver
from collectors.receivers.mpps.step import BEGAN, ENDED, STATION, WANTED, ZONE
from collectors.receivers.receiver import Spec
from collectors.receivers.settings import DicomListen
from collectors.receivers.tally import Tally
from tests.collectors.dicom_peers import CANARY, CANARY_NUMBER, begun, ended
from tests.collectors.receivers.test_mpps_receiver import Ledger
from tests.collectors.test_snmp_hostile import spoiled
from tests.fuzz.faults import MADE_UP, UNUSABLE, require

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
_PLACE = DicomListen("127.0.0.1", 0, ae_title="TRACKER", most_associations=5)
BERLIN = ZoneInfo("Europe/Berlin")
_PERSONAL = [word.encode() for word in (CANARY, CANARY_NUMBER, "Patricia", "19620714")]
_VALUES = (
    b"", b"CT_ROOM_2", b"CT\\2", b"A" * 16, b"A" * 65, b"20260302", b"20261302", b"99991231", b"00010101",
    b"110000", b"250000", b"11", b"IN PROGRESS ", b"COMPLETED ", b"DISCONTINUED", b"LOST", b"+1400",
    b"-9900", b"\xc3\xa4",
)  # fmt: skip
_UNENDED = b"\xff\xff\xff\xff"
_PIECES = (
    _UNENDED, b"SQ\0\0" + _UNENDED, b"\xfe\xff\x00\xe0" + _UNENDED, b"\xfe\xff\x0d\xe0\0\0\0\0",
    b"\xfe\xff\xdd\xe0\0\0\0\0", b"UN\0\0", b"CS\xff\xff", b"\x10\x00\x10\x00PN\x0a\x00Canary^Pat",
)  # fmt: skip


class Steps:
    """A begin and an end in turn, of which an element, its length or any octet may be replaced, doubled or lost."""

    def __init__(self) -> None:
        self.sent, self.taken = b"", 0
        self._kept: list[Observation] = []
        self._ledger = _Ledger()
        self._receiver = StepReceiver(
            Spec(7, "MPPS", "mpps", 3, ("10.0.0.0/8",), _PLACE, (), 1e9, 1_048_576),
            keep=self._keep,
            tally=Tally(lambda: NOW),
            doorway=Doorway(("10.0.0.0/8",), 1e9, 1_048_576, clock=lambda: 0.0),
            database=self._ledger,  # type: ignore[arg-type]
            now=lambda: NOW,
        )
        self._receiver._zone = BERLIN
        self._honest = {
            explicit: (_octets(begun(), explicit=explicit), _octets(ended(), explicit=explicit))
            for explicit in (True, False)
        }

    def try_one(self, chance: random.Random) -> None:
        explicit, ends = chance.random() < 0.5, chance.random() < 0.5
        honest = self._honest[explicit]
        self.sent = _spoiled(honest[ends], chance, explicit=explicit)
        if ends:
            self._ask(honest[0], explicit=explicit, ends=False)
            self._kept.clear()
        status = self._ask(self.sent, explicit=explicit, ends=ends)
        self._check(status)
        self._ledger.steps.clear()
        told = [self._ask(octets, explicit=explicit, ends=place > 0) for place, octets in enumerate(honest)]
        require(told == [SUCCESS, SUCCESS], UNUSABLE, f"an honest begin and end were answered by {told}")
        self._ledger.steps.clear()
        self._kept.clear()

    def _ask(self, octets: bytes, *, explicit: bool, ends: bool) -> int:
        take = self._receiver._change if ends else self._receiver._begin
        return _finish(self._receiver._take(take, "1.2.3", octets, "10.0.0.1", is_explicit=explicit))

    async def _keep(self, observations: Sequence[Observation]) -> bool:
        self._kept.extend(observations)
        return True

    def _check(self, status: int) -> None:
        """Either nothing is kept, or one observation whose station and moment the octets hold."""
        stored = f"{self._kept} {self._ledger.steps} {vars(self._receiver.tally)}".encode()
        require(not any(word in stored for word in _PERSONAL), MADE_UP, "a person is stored")
        require(len(self._kept) <= (status == SUCCESS), UNUSABLE, "refused, and yet something is kept")
        if status != SUCCESS:
            return
        self.taken += 1
        for observation in self._kept:
            began = observation.activity is Evidence.IN_USE
            at = observation.at - (BEGIN_AFTER if began else END_AFTER)
            require(
                at == NOW or self._says_moment(at, BEGAN if began else ENDED),
                MADE_UP,
                f"{at}, which nobody said",
            )
            if began:
                said = [text.upper() for text in _texts(self.sent, STATION)]
                is_said = any(text.startswith(observation.subject.key.upper()) for text in said)
                require(is_said, MADE_UP, f"{observation.subject}, which nobody said")

    def _says_moment(self, at: datetime, tags: tuple[int, int]) -> bool:
        """Whether a day and a time stand behind their tags; in which zone, only where the message names none."""
        days, times = (_texts(self.sent, tag) for tag in tags)
        if _tag(ZONE) in self.sent:
            return bool(days and times)
        local = at.astimezone(BERLIN)
        digits = {re.match(r"\d{0,6}", text)[0].ljust(6, "0") for text in times}  # type: ignore[index]
        is_day = any(text.startswith(f"{local.year:04}{local:%m%d}") for text in days)
        return is_day and bool(digits & {f"{local:%H%M%S}", f"{local:%H%M}60"})


class _Ledger(Ledger):
    """An end is no later than now, as in the database."""

    def change_procedure(self, *, source_id: int, key: str, step: Any, now: datetime, zone: Any) -> Ended:
        found: Ended = super().change_procedure(source_id=source_id, key=key, step=step, now=now, zone=zone)
        return (
            found if found.outcome is Outcome.UNKNOWN else replace(found, at=min(step.ended_at or now, now))
        )


def _octets(data: Dataset, *, explicit: bool) -> bytes:
    return encode(data, not explicit, True) or b""


def _finish(taking: Coroutine[Any, Any, int]) -> int:
    """The coroutine's result; nothing here waits for anything."""
    try:
        taking.send(None)
    except StopIteration as stop:
        return int(stop.value)
    raise AssertionError("it waits for something that never comes")


def _tag(tag: int) -> bytes:
    return (tag >> 16).to_bytes(2, "little") + (tag & 0xFFFF).to_bytes(2, "little")


def _texts(octets: bytes, tag: int) -> list[str]:
    """By a second, lenient reading: whatever stands where a value begins, behind each place that looks like the tag."""
    places = [found.start() for found in re.finditer(re.escape(_tag(tag)), octets)]
    return [octets[at + lead :][:64].decode("latin-1").lstrip() for at in places for lead in (8, 12)]


def _spoiled(octets: bytes, chance: random.Random, *, explicit: bool) -> bytes:
    match chance.randrange(4):
        case 0:
            return spoiled(octets, chance)
        case 1:
            at = chance.randrange(len(octets) + 1)
            return octets[:at] + chance.choice(_PIECES) * chance.choice((1, 1, 20, 2000)) + octets[at:]
    found = octets
    for _ in range(chance.randrange(1, 4)):
        found = _replaced(found, chance, explicit=explicit)
    return found


def _replaced(octets: bytes, chance: random.Random, *, explicit: bool) -> bytes:
    """With another value in an element that is wanted, its length right, or without the element, or with it twice."""
    head = _tag(chance.choice(sorted(WANTED)))
    at = octets.find(head)
    if at < 0:
        return octets
    where = at + 6 if explicit else at + 4
    end = at + 8 + int.from_bytes(octets[where : at + 8], "little")
    match chance.randrange(6):
        case 0:
            return octets[:at] + octets[end:]
        case 1:
            return octets[:end] + octets[at:]
    value = chance.choice(_VALUES)
    length = len(value).to_bytes(at + 8 - where, "little")
    return octets[:where] + length + value + octets[end:]
