"""Spoiled HL7 messages, from their octets to observations and answers."""

from __future__ import annotations

import math
import random
import re
from collections import Counter
from zoneinfo import ZoneInfo

from assets.observation import Observation
from assets.vocabulary import TEXT_LIMIT, VOCABULARY
from collectors.engine.observation_codec import decode_observations, encode_observations
from collectors.receivers.hl7.answers import TAKEN, Verdict, write_answers
from collectors.receivers.hl7.codes import read_codes
from collectors.receivers.hl7.door import admit
from collectors.receivers.hl7.framing import Unwrapper, wrap
from collectors.receivers.hl7.header import Header, RejectedError, check_header, read_header
from collectors.receivers.hl7.meaning import Context, read_meaning
from collectors.receivers.hl7.places import Floor
from tests.collectors.receivers.hl7.messages import INFUSING, PLACE, RATE, message, pump, pump_message
from tests.collectors.recordings import AT
from tests.fuzz.faults import MADE_UP, UNUSABLE, require

USUAL = b"MSH|^~\\&|"
_FACTORS = (1.0, 60.0, 1000.0, 3600.0, 0.01, 0.001)
_WORK = (b"pump-", b"197288", b"196940", b"_PUMP_DELIV_", b"_OCCL")
MARKS = b"|^~\\&\r\n"
_PIECES = (
    b"|", b"^", b"~", b"\\", b"&", b"\r", b"\\X0D\\", b'""', b"\x0b", b"\x1c\r", b"-1", b"1e9", b"NaN", b"9" * 40,
    b"0", b"\xff", b"\0", b"99999999999999", b"20260230", b"OBX|1|", b"OBR|1|", b"PRT|1|", b"MDC", b"UCUM", b"mL/h",
    b"1.2.0.0", b"184519", b"EUI-64", b"X", b"NM", b"\xc3\xa4",
)  # fmt: skip
_ALARM = message(
    *pump(
        "CWE|196616^MDC_EVT_ALARM^MDC|1.1.0.0.1|196940^MDC_EVT_FLUID_LINE_OCCL^MDC||||||F",
        "ST|68482^MDC_ATTR_ALARM_STATE^MDC|1.1.0.0.4|active||||||F",
    ),
    event="R40",
)
_HONEST = (
    pump_message(),
    PLACE,
    _ALARM,
    message(*pump(INFUSING, RATE), *pump(RATE, label="P-2"), acks="AL|AL"),
)
_FLOORS = {"GENHOSP/NORTH/3": Floor("north-3", 2.0)}


class Messages:
    """Each of our own messages in turn, of which anything may be replaced, lost, doubled or put elsewhere."""

    def __init__(self) -> None:
        self.sent, self.taken = b"", 0
        self._codes = read_codes({})
        self._context = Context("source:5", ZoneInfo("Europe/Berlin"), AT, self._codes, _FLOORS)

    def try_one(self, chance: random.Random) -> None:
        which = chance.randrange(len(_HONEST))
        self.sent = _spoiled(_HONEST[which], chance)
        for octets in self._unwrapped(wrap(self.sent), chance):
            self.check(octets)
        if chance.randrange(10) == 0:
            require(self.check(_HONEST[which]), UNUSABLE, "an honest message says nothing")

    def check(self, octets: bytes) -> list[Observation]:
        """What the message says, which has to be possible, and its answers, which have to be whole."""
        header: Header | None = None
        found: list[Observation] = []
        verdict = TAKEN
        try:
            header = read_header(octets)
            check_header(header)
            admitted = admit(octets, header, self._codes)
            meant = read_meaning(admitted, self._context, header)
            found = [told.observation for told in meant.told]
            require(meant.troubles.total() >= 0 <= admitted.dropped, MADE_UP, "a count below nothing")
        except RejectedError as error:
            verdict = Verdict("R", error.code, error.reason)
        self.taken += len(found)
        self._check_observations(found)
        if octets.startswith(USUAL):
            _check_said(octets, found)
        _check_answers(write_answers(header, verdict, at=AT, name="n", always_application=False))
        return found

    def _unwrapped(self, stream: bytes, chance: random.Random) -> list[bytes]:
        unwrapper = Unwrapper(20_000)
        cut = chance.randrange(len(stream))
        frames = unwrapper.feed(stream[:cut]) + unwrapper.feed(stream[cut:])
        require(len(unwrapper._held) <= 20_000, UNUSABLE, "more is held than a message may have")
        return [frame.octets for frame in frames if frame.trouble is None]

    def _check_observations(self, found: list[Observation]) -> None:
        names = Counter((each.source, each.at, each.subject) for each in found)
        require(names.total() == len(names), MADE_UP, "two observations of one source and moment")
        require(
            decode_observations(encode_observations(found)) == found, UNUSABLE, "the spool tells it otherwise"
        )
        for each in found:
            require(len(each.source) <= 64, MADE_UP, f"{each.source} is too long")
            for reading in each.readings:
                require(
                    reading.value is None or _is_possible(reading.name, reading.value), MADE_UP, str(reading)
                )


def _is_possible(name: str, value: float | str) -> bool:
    term = VOCABULARY[name]
    if term.kind == "number":
        return isinstance(value, float) and term.low <= value <= term.high
    if term.kind == "state":
        return value in term.states
    return isinstance(value, str) and value.isprintable() and 0 < len(value) <= TEXT_LIMIT


def _check_said(octets: bytes, found: list[Observation]) -> None:
    """By a second reading: a number stands between two separators, work has a word for it."""
    tokens = [token.strip() for token in re.split(rb"[|^~\\&\r\n]", octets) if len(token) < 40]
    numbers = {float(token) for token in tokens if re.fullmatch(rb"[+-]?(\d+\.?\d*|\.\d+)", token)}
    for each in found:
        claimed = [reading.value for reading in each.readings if isinstance(reading.value, float)]
        if each.position is not None:
            claimed += [each.position.x, each.position.y]
        for value in claimed:
            said = any(math.isclose(n * factor, value) for n in numbers for factor in _FACTORS)
            require(said, MADE_UP, f"{value}, which nobody said")
        if each.activity is not None:
            require(any(word in octets for word in _WORK), MADE_UP, f"{each.activity}, which nobody said")


def _check_answers(answers: list[bytes]) -> None:
    for answer in answers:
        require(answer.startswith(b"MSH") and answer.endswith(b"\r"), UNUSABLE, "an answer is no message")
        require(not {0x0B, 0x1C} & set(answer), UNUSABLE, "an answer ends its own frame")
        require(answer.count(b"\r") <= 3, UNUSABLE, "an answer has segments that are not ours")


def _spoiled(octets: bytes, chance: random.Random) -> bytes:
    found = bytearray(octets)
    for _ in range(chance.randrange(1, 7)):
        at = chance.randrange(len(found) + 1)
        end = min(len(found), at + chance.randrange(1, 40))
        match chance.randrange(7):
            case 0:
                del found[at:end]
            case 1:
                found[at:at] = found[at:end]
            case 2:
                found[at:end] = chance.choice(_PIECES)
            case 3:
                found[at:at] = chance.choice(_PIECES) * chance.choice((1, 1, 1, 70, 300))
            case 4:
                found[at:end] = chance.randbytes(end - at)
            case 5:
                _spoil_field(found, chance)
            case 6:
                lines = bytes(found).split(b"\r")
                chance.shuffle(lines)
                found[:] = b"\r".join(lines)
    return bytes(found[:20_000])


def _spoil_field(found: bytearray, chance: random.Random) -> None:
    """Another thing between two separators, which leaves the rest of the message as it was."""
    places = [at for at, octet in enumerate(found) if octet in MARKS]
    if len(places) > 1:
        which = chance.randrange(len(places) - 1)
        found[places[which] + 1 : places[which + 1]] = chance.choice(_PIECES)
