"""Parts of a profile in words: where a value stands, how it is written, what a rule says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from assets.vocabulary import term
from collectors.profiles.model import (
    Cell,
    Column,
    Condition,
    Echo,
    Encoding,
    Identity,
    Match,
    Profile,
    Reading,
    Registers,
    Scalar,
    Source,
)

_PICKS = {
    "first": "first of", "max": "highest of", "min": "lowest of", "mean": "mean of", "sum": "sum of",
    "count": "number of rows in", "worst": "worst of",
}  # fmt: skip
_FUNCTIONS = {1: "coil", 2: "discrete input", 3: "holding register", 4: "input register"}
_OPERATORS = {"above": "above", "at_least": "at least", "below": "below", "at_most": "at most"}
_ACTIVITIES = {
    "in_use": "In use",
    "idle": "Idle, that is ready",
    "charging": "Charging, that is ready",
    "fault": "Fault",
}
_QUIRKS = {
    "single-gets": "one object is asked for at a time",
    "single-rows": "tables are read row by row",
    "no-getbulk": "tables are read by GETNEXT",
    "unordered-rows": "rows may come in any order",
    "hang-up": "the connection is closed after each poll",
}


def place_words(source: Source) -> str:
    """What kind of place it is, in words."""
    match source:
        case Scalar():
            return "object"
        case Column(pick=pick):
            return f"{_PICKS[pick]} column"
        case Cell():
            return "column"
        case Registers(function=function, count=count):
            return _FUNCTIONS[function] + ("s" if count > 1 else "")
        case Identity():
            return "identification"
        case Echo():
            return "answer to C-ECHO"


def writing_words(reading: Reading) -> str:
    """How the value is written there, as far as it is not a plain number in the unit of the vocabulary."""
    parts = [*_writing(reading.encoding, reading.source), *_besides(reading.source)]
    return "; ".join(parts)


def _writing(encoding: Encoding, source: Source) -> Iterator[str]:
    if isinstance(source, Registers):
        yield encoding.type + (f" {encoding.order}" if encoding.order != "abcd" else "")
        if source.exponent is not None:
            yield f"× 10 to the power in {source.exponent}"
    if encoding.bit is not None:
        last = f" to {encoding.bit + encoding.bits - 1}" if encoding.bits > 1 else ""
        yield f"bit {encoding.bit}{last}"
    if encoding.scale != 1:
        yield f"× {encoding.scale:g}"
    if encoding.offset:
        yield f"{encoding.offset:+g}"
    if encoding.states:
        yield ", ".join(f"{raw} = {word.replace('_', ' ')}" for raw, word in encoding.states.items())
    if encoding.missing:
        yield f"none if {', '.join(sorted(map(str, encoding.missing)))}"


def _besides(source: Source) -> Iterator[str]:
    """What else of the device decides about the value."""
    if isinstance(source, Column):
        for where in source.where:
            yield f"rows in which {where.column} is {' or '.join(map(str, where.values))}"
        if source.share_of:
            yield f"as a share of {source.share_of}"
    if isinstance(source, Scalar | Column | Cell) and source.scaling:
        yield from _units(source)


def _units(source: Scalar | Column | Cell) -> Iterator[str]:
    scaling = source.scaling
    if scaling and scaling.units:
        yield "unit " + ", ".join(f"{raw} = {word}" for raw, word in scaling.units.items())
    if scaling and scaling.accepted:
        yield f"only while {scaling.state.oid if scaling.state else ''} is {' or '.join(map(str, scaling.accepted))}"


def condition_words(condition: Condition) -> str:
    word = term(condition.reading)
    if isinstance(condition.operand, tuple):
        return f"{word.label} is {' or '.join(state.replace('_', ' ') for state in condition.operand)}"
    return f"{word.label} is {_OPERATORS[condition.operator]} {condition.operand:g} {word.unit}".rstrip()


def when_words(when: Sequence[Condition]) -> str:
    return " and ".join(map(condition_words, when))


def activity_words(word: str) -> str:
    return _ACTIVITIES[word]


def manner_words(profile: Profile) -> list[str]:
    """What is minded when the device is asked."""
    limits = profile.limits
    if profile.protocol == "dicom":
        return ["One association for each poll, in which nothing but Verification is proposed."]
    usual = (
        f"At most {limits.varbinds} objects in a message, {limits.repetitions} rows of a table at once."
        if profile.protocol == "snmp"
        else f"At most {limits.registers} registers in a read; gaps of up to {limits.gap} are read along."
    )
    return [usual, *(f"{_QUIRKS[quirk][0].upper()}{_QUIRKS[quirk][1:]}." for quirk in sorted(profile.quirks))]


def match_words(match: Match) -> list[str]:
    """How the device may be recognised."""
    words = [f"sysObjectID begins with {prefix}" for prefix in match.sys_object_id]
    if match.sys_descr:
        words.append(f"sysDescr is like {match.sys_descr}")
    if match.probe:
        words.append(f"it answers {match.probe}")
    words += [f"its {part} is like {pattern}" for part, pattern in match.identity.items()]
    return words
