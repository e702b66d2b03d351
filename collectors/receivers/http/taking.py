"""A list of rows as one sender sent it: recorded in one transaction, and answered row by row."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from assets.record import Outcome, record_each
from collectors.models import Receipt, Source
from collectors.receivers.http.rows import Faults, RowError, read_row
from collectors.receivers.receipts import find_receipt, receipt_key

MOST_ROWS = 1000
RECORDED, DUPLICATE, REFUSED = "recorded", "duplicate", "refused"

REFUSALS: dict[Outcome, tuple[str, str]] = {
    Outcome.NOBODYS: ("unknown_equipment", "The site has no such equipment in service, or several."),
    Outcome.UNPLACED: ("unknown_place", "The site has no such floor or receiver."),
    Outcome.AHEAD: ("ahead", "Its time is still to come; compare the clocks."),
    Outcome.TOO_LATE: ("too_late", "It is older than what can still be put into the history."),
}
"""What becomes of a row that is sound and still is not recorded: a word for programs, and words for people."""
NOT_UNDERSTOOD = "not_understood"


class OtherBodyError(Exception):
    """The sender used this key already, for something else."""


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one row; ``reason`` and ``detail`` if it was refused, ``faults`` where it could not be read."""

    result: str
    reason: str = ""
    detail: str = ""
    faults: Faults = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answer:
    """One result for each row, in order. ``is_repeated``: it had been answered so before."""

    results: Sequence[Result]
    is_repeated: bool = False

    @property
    def counts(self) -> Counter[str]:
        return Counter(each.result for each in self.results)


def take_rows(*, source: Source, rows: Sequence[Any], body: bytes, key: str | None, now: datetime) -> Answer:
    """Record what can be recorded; the same ``key`` again is answered alike, and nothing is recorded anew.

    Raises :class:`OtherBodyError` if the key was used for another body. What the database says against it is raised as
    it is, and then nothing was recorded.
    """
    digest = hashlib.sha256(body).hexdigest()
    receipt = receipt_key(key) if key is not None else None
    if receipt is not None and (known := find_receipt(source_id=source.pk, key=receipt)):
        return _same_answer(known, digest)
    try:
        with transaction.atomic():
            results = _record(source, rows, now)
            if receipt is not None:
                Receipt.objects.create(
                    source=source, key=receipt, at=now, answer={"body": digest, **_pack(results)}
                )
    except IntegrityError:
        # The same key was on its way twice at once: the other one is committed, and this one undone.
        known = find_receipt(source_id=source.pk, key=receipt) if receipt is not None else None
        if known is None:
            raise
        return _same_answer(known, digest)
    return Answer(results)


def _record(source: Source, rows: Sequence[Any], now: datetime) -> list[Result]:
    results: list[Result | None] = []
    observations = []
    for row in rows:
        try:
            observations.append(read_row(row, source=f"source:{source.pk}", received_at=now))
            results.append(None)
        except RowError as error:
            results.append(Result(REFUSED, NOT_UNDERSTOOD, faults=error.faults))
    outcomes = iter(record_each(observations, site_id=source.site_id, now=now))
    return [result or _result(next(outcomes)) for result in results]


def _result(outcome: Outcome) -> Result:
    if outcome in REFUSALS:
        return Result(REFUSED, *REFUSALS[outcome])
    return Result(DUPLICATE if outcome is Outcome.DUPLICATE else RECORDED)


def _same_answer(known: Receipt, digest: str) -> Answer:
    if not known.answer or known.answer["body"] != digest:
        raise OtherBodyError
    return Answer(_unpack(known.answer), is_repeated=True)


def _pack(results: Sequence[Result]) -> dict[str, Any]:
    """Short: most rows are recorded, and need no word."""
    others = {
        str(place): [each.result, each.reason, each.detail, each.faults]
        for place, each in enumerate(results)
        if each.result != RECORDED
    }
    return {"rows": len(results), "others": others}


def _unpack(packed: dict[str, Any]) -> list[Result]:
    others = packed["others"]
    return [Result(*others.get(str(place), (RECORDED,))) for place in range(packed["rows"])]
