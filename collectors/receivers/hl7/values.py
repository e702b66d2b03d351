"""What one observation says: a typed value, or a failure that says why there is none."""

from __future__ import annotations

from assets.vocabulary import TEXT_LIMIT, Term
from assets.words import Quality
from collectors.decoding.values import EMPTY, TOO_LONG, UNPRINTABLE, Decoded
from collectors.receivers.hl7.codes import Codes, Meaning
from collectors.receivers.hl7.door import Row
from collectors.receivers.hl7.marks import Marks, component
from collectors.receivers.hl7.units import read_number
from collectors.requests import Failure

TAKEN = frozenset({"", "F", "R", "C", "P", "U", "A", "B", "V", "S"})
"""Of OBX-11. With any other, such as X or W, there is no value, or it is wrong."""
NOT_OBTAINED = Failure(Quality.NO_VALUE, "the device says that it has no value")
NO_NUMBER_TYPE = Failure(Quality.WRONG_TYPE, "it is not sent as a number")
REPLACED = Failure(Quality.MALFORMED, "the text is not in the character set that its message names")


def read_term(row: Row, meaning: Meaning, term: Term, codes: Codes, marks: Marks) -> Decoded | None:
    """The value as the vocabulary has it; ``None`` if this observation means nothing to us after all."""
    if (failure := why_no_value(row)) is not None:
        return failure
    if term.kind == "number":
        return read_in_unit(row, term.unit, codes, marks, low=term.low, high=term.high)
    parts = marks.components(marks.repetitions(row.value)[0])
    if term.kind == "text":
        return _text(
            " ".join((component(parts, 2) or parts[0]).split()) if _is_coded(row) else plain(row, marks)
        )
    word = next((meaning.states[part] for part in parts if part in meaning.states), None)
    if word is None and not meaning.others_say_nothing:
        return Failure(Quality.OUT_OF_RANGE, "it is none of the words that are known")
    return word


def why_no_value(row: Row) -> Failure | None:
    is_empty = row.value.strip() in ("", '""')
    return NOT_OBTAINED if is_empty or row.status.strip() not in TAKEN else None


def read_in_unit(
    row: Row, unit: str, codes: Codes, marks: Marks, *, low: float = float("-inf"), high: float = float("inf")
) -> Decoded:
    text = row.value  # with its escapes: no number has any
    if row.kind == "SN":  # comparator and number
        comparator, _, text = row.value.partition(marks.component)
        if comparator not in ("", "="):
            return NO_NUMBER_TYPE
    elif row.kind != "NM":
        return NO_NUMBER_TYPE
    number = read_number(text.strip(), row.unit, unit, codes, marks)
    if isinstance(number, float) and not low <= number <= high:
        return Failure(Quality.OUT_OF_RANGE, "it is outside of what can be")
    return number


def plain(row: Row, marks: Marks) -> str:
    """A text as it was meant, its white space evened."""
    return " ".join(marks.plain(marks.repetitions(row.value)[0]).split())


def _is_coded(row: Row) -> bool:
    return row.kind in ("CE", "CWE", "CNE", "CF")


def _text(text: str) -> Decoded:
    if not text:
        return EMPTY
    if "\ufffd" in text:
        return REPLACED
    if not text.isprintable():
        return UNPRINTABLE
    return text if len(text) <= TEXT_LIMIT else TOO_LONG
