"""Which messages were taken already: the same one, sent again, is answered alike and kept once.

While the database is away the process remembers by itself; what it could not write down then is still known again
by its observations, whose source and time are their identity.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from collectors.models import Receipt

KEPT_FOR = timedelta(days=7)
REMEMBERED = 20_000
AT_A_TIME = 5_000


def receipt_key(*names: str) -> str:
    """The key of a message that its sender calls by these names, whatever is in them."""
    digest = hashlib.sha256()
    for name in names:
        octets = name.encode()
        digest.update(len(octets).to_bytes(4, "big") + octets)
    return digest.hexdigest()


class Remembered:
    """The receipts of one source that this process has seen, newest last; bounded."""

    def __init__(self, most: int = REMEMBERED) -> None:
        self._most = most
        self._answers: OrderedDict[str, Any] = OrderedDict()

    def __contains__(self, key: str) -> bool:
        return key in self._answers

    def answer(self, key: str) -> Any:
        return self._answers[key]

    def add(self, key: str, answer: Any = None) -> None:
        self._answers[key] = answer
        self._answers.move_to_end(key)
        while len(self._answers) > self._most:
            self._answers.popitem(last=False)


def find_receipt(*, source_id: int, key: str) -> Receipt | None:
    """Blocks on the database."""
    return Receipt.objects.filter(source=source_id, key=key).first()


def write_receipts(*, source_id: int, receipts: Sequence[tuple[str, Any]], at: datetime) -> None:
    """Note messages as taken; who was noted already stays as it was. Blocks on the database."""
    Receipt.objects.bulk_create(
        [Receipt(source_id=source_id, key=key, at=at, answer=answer) for key, answer in receipts],
        ignore_conflicts=True,
    )


def forget_old_receipts(now: datetime) -> int:
    """Delete what nobody sends again; some thousand at a time, so that nobody waits for it."""
    old = Receipt.objects.filter(at__lt=now - KEPT_FOR).values_list("pk", flat=True)[:AT_A_TIME]
    return Receipt.objects.filter(pk__in=list(old)).delete()[0]
