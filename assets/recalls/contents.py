"""What a notice says, as one form for all files; and one row of openFDA's files in that form."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from assets.recalls.words import Class, Source, Status

FDA = "FDA"
LONGEST = {"authority": 40, "number": 60, "firm": 200, "event": 60, "address": 500}
MOST_TEXT = 200_000
"""Letters of a text; the longest list of serial numbers seen has some 60,000."""


class RowRefusedError(ValueError):
    """A row cannot be taken; ``field`` is the name of its column or key."""

    def __init__(self, field_name: str, words: str) -> None:
        super().__init__(words)
        self.field = field_name


@dataclass(frozen=True, slots=True)
class Content:
    """Dates as ISO text, so that it is kept as JSON as it is; empty where the file says nothing."""

    authority: str
    number: str
    description: str = ""
    firm: str = ""
    reason: str = ""
    action: str = ""
    codes: str = ""
    product_codes: list[str] = field(default_factory=list)
    classification: int | None = None
    status: str = ""
    event: str = ""
    address: str = ""
    initiated_on: str = ""
    posted_on: str = ""
    ended_on: str = ""

    def __post_init__(self) -> None:
        for each in fields(self):
            value = getattr(self, each.name)
            most = LONGEST.get(each.name, MOST_TEXT)
            if isinstance(value, str) and len(value) > most:
                raise RowRefusedError(each.name, _("It is longer than %s characters.") % most)

    def as_told(self) -> dict[str, Any]:
        """Without what the file does not say, and without what names it."""
        told = asdict(self)
        return {name: value for name, value in told.items() if value and name not in {"authority", "number"}}


def read_openfda(row: Any) -> tuple[Source, Content]:
    """One result of ``device/enforcement`` or ``device/recall``. Raises :class:`RowRefusedError`, naming the key."""
    if not isinstance(row, Mapping):
        raise RowRefusedError("results", _("A notice is an object with names and values."))
    if "recall_number" in row or "classification" in row:
        return Source.ENFORCEMENT, _enforcement(row)
    return Source.RECALL, _recall(row)


def _enforcement(row: Mapping[str, Any]) -> Content:
    return Content(
        authority=FDA,
        number=_needed(row, "recall_number"),
        description=_needed(row, "product_description"),
        firm=_text(row, "recalling_firm"),
        reason=_text(row, "reason_for_recall"),
        codes="\n".join(filter(None, (_text(row, "code_info"), _text(row, "more_code_info")))),
        classification=read_class(_text(row, "classification"), "classification"),
        status=read_status(_text(row, "status")),
        event=_text(row, "event_id"),
        initiated_on=_date(row, "recall_initiation_date"),
        posted_on=_date(row, "report_date"),
        ended_on=_date(row, "termination_date"),
    )


def _recall(row: Mapping[str, Any]) -> Content:
    code = _text(row, "product_code")
    return Content(
        authority=FDA,
        number=_needed(row, "product_res_number"),
        description=_needed(row, "product_description"),
        firm=_text(row, "recalling_firm"),
        reason=_text(row, "reason_for_recall"),
        action=_text(row, "action"),
        codes=_text(row, "code_info"),
        product_codes=[code] if code else [],
        status=read_status(_text(row, "recall_status")),
        event=_text(row, "res_event_number"),
        initiated_on=_date(row, "event_date_initiated"),
        posted_on=_date(row, "event_date_posted"),
        ended_on=_date(row, "event_date_terminated"),
    )


def _text(row: Mapping[str, Any], name: str) -> str:
    value = row.get(name)
    if value is None:
        return ""
    if not isinstance(value, str | int):
        raise RowRefusedError(name, _("A text is needed."))
    return str(value).replace("\0", "").strip()


def _needed(row: Mapping[str, Any], name: str) -> str:
    text = _text(row, name)
    if not text:
        raise RowRefusedError(name, _("It is missing."))
    return text


def _date(row: Mapping[str, Any], name: str) -> str:
    return read_date(_text(row, name), name)


_FORMS = (
    re.compile(r"(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})"),
    re.compile(r"(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})(?:[T ].*)?"),
    re.compile(r"(?P<d>\d{1,2})\.(?P<m>\d{1,2})\.(?P<y>\d{4})"),
)


def read_date(text: str, name: str) -> str:
    """``20190517``, ``2019-05-17`` or ``17.5.2019`` as ISO text. With strokes, nobody knows which is the month."""
    if not text:
        return ""
    for form in _FORMS:
        if found := form.fullmatch(text):
            try:
                return date(int(found["y"]), int(found["m"]), int(found["d"])).isoformat()
            except ValueError:
                break
    raise RowRefusedError(name, _("“%s” is no date as 2019-05-17.") % text[:40])


def read_class(text: str, name: str) -> int | None:
    """``Class II``, ``II`` or ``2``; nothing for what is not classified yet."""
    word = text.casefold().removeprefix("class").strip()
    if not word or word.startswith(("not yet", "unclassified", "n/a")):
        return None
    number = {"i": 1, "ii": 2, "iii": 3, "1": 1, "2": 2, "3": 3}.get(word)
    if number is None:
        raise RowRefusedError(name, _("“%s” is no class: I, II or III.") % text[:40])
    return Class(number).value


_ENDED = ("terminated", "completed", "closed", "ended", "abgeschlossen", "cerrado")


def read_status(text: str) -> str:
    """What is not said to be over, is not."""
    if not text:
        return ""
    return Status.ENDED if text.casefold().startswith(_ENDED) else Status.OPEN
