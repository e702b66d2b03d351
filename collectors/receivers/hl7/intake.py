"""One message from its octets to its answer: taken once, and acknowledged when it is safe."""

from __future__ import annotations

import logging
import secrets
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, tzinfo

from collectors.receivers.hl7.answers import TAKEN, Verdict, write_answers
from collectors.receivers.hl7.codes import Codes
from collectors.receivers.hl7.database import Database
from collectors.receivers.hl7.door import admit
from collectors.receivers.hl7.framing import Trouble
from collectors.receivers.hl7.header import Header, RejectedError, check_header, read_header
from collectors.receivers.hl7.meaning import Context, Meant, read_meaning
from collectors.receivers.hl7.naming import Naming
from collectors.receivers.hl7.standing import StandingAlarms
from collectors.receivers.receipts import Remembered, find_receipt, receipt_key, write_receipts
from collectors.receivers.receiver import Keep, Spec
from collectors.receivers.settings import Mllp
from collectors.receivers.tally import Tally

log = logging.getLogger(__name__)

UNKNOWN_CODE = "part of a message whose code is not known"
NOT_KEPT = "could be kept neither in the database nor on disk"
OURS = "an error of ours"
NOW_NOT = Verdict("E", 207, "it cannot be kept now; send it again")


@dataclass(frozen=True, slots=True)
class Means:
    """What messages are taken with."""

    spec: Spec
    keep: Keep
    tally: Tally
    database: Database
    naming: Naming
    codes: Codes
    zone: tzinfo
    now: Callable[[], datetime]

    @property
    def settings(self) -> Mllp:
        settings: Mllp = self.spec.settings
        return settings


class Intake:
    def __init__(self, means: Means) -> None:
        self._means = means
        self._remembered = Remembered()
        self._standing = StandingAlarms()

    async def take(self, octets: bytes) -> list[bytes]:
        """The answers to a message; everything that it says is recorded or on disk if they say so."""
        header: Header | None = None
        tally = self._means.tally
        try:
            header = read_header(octets)
            check_header(header)
            verdict = await self._take_once(octets, header)
        except RejectedError as error:
            tally.refused(error.reason)
            verdict = Verdict("R", error.code, error.reason)
        except Exception as error:  # noqa: BLE001  whatever is wrong with us, the sender still has the message
            _log_without_content(self._means.spec.name, error)
            tally.refused(OURS)
            verdict = NOW_NOT
        return self._answers(header, verdict)

    def refuse_too_large(self, head: bytes) -> list[bytes]:
        """The answers to a message of which only the beginning was read."""
        self._means.tally.refused(Trouble.TOO_LARGE)
        header: Header | None = None
        try:
            header = read_header(head)
        except RejectedError:
            header = None
        return self._answers(header, Verdict("R", 207, Trouble.TOO_LARGE))

    def _answers(self, header: Header | None, verdict: Verdict) -> list[bytes]:
        means = self._means
        return write_answers(
            header,
            verdict,
            at=means.now(),
            name=secrets.token_hex(8),
            always_application=means.settings.always_application,
        )

    async def _take_once(self, octets: bytes, header: Header) -> Verdict:
        """What was taken already is answered alike.

        The time of a message (MSH-7) is part of what it is known by: there are senders that count from one after each
        start, and what they send then is new.
        """
        means = self._means
        key = receipt_key(*(header.field(number) for number in (3, 4, 7, 10)))
        if key in self._remembered or await self._is_noted(key):
            means.tally.repeated()
            return TAKEN
        meant = self._read(octets, header)
        observations = await means.naming.name([self._standing.settle(each) for each in meant.told])
        if observations and not await means.keep(observations):
            means.tally.refused(NOT_KEPT)
            return NOW_NOT
        self._remembered.add(key)
        await means.database.ask(
            write_receipts, source_id=means.spec.source_id, receipts=[(key, None)], at=means.now()
        )
        means.tally.took(len(observations))
        return TAKEN

    async def _is_noted(self, key: str) -> bool:
        source_id = self._means.spec.source_id
        return await self._means.database.ask(find_receipt, source_id=source_id, key=key) is not None

    def _read(self, octets: bytes, header: Header) -> Meant:
        means = self._means
        admitted = admit(octets, header, means.codes)
        context = Context(
            observed_by=means.spec.observed_by,
            zone=means.zone,
            received_at=means.now(),
            codes=means.codes,
            floors=means.settings.floors,
        )
        meant = read_meaning(admitted, context, header)
        means.tally.stripped(admitted.dropped)
        meant.troubles[UNKNOWN_CODE] += admitted.unknown
        for reason, count in meant.troubles.items():
            for _ in range(count):
                means.tally.refused(reason)
        return meant


def _log_without_content(name: str, error: Exception) -> None:
    """Where it happened, and not what it says: that may quote the message."""
    place = traceback.extract_tb(error.__traceback__)[-1]
    log.error("%s: a message met a %s at %s:%s", name, type(error).__name__, place.filename, place.lineno)
