"""Whether a piece with these numbers is meant by a notice: yes, no, or for a person to say; always with the reason."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import Any

from assets.recalls.matching.scope import Entry, Scope
from assets.recalls.matching.spans import number_of


class Answer(enum.StrEnum):
    LISTED = "listed"
    OUTSIDE = "outside"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Reason:
    """A key of :data:`assets.recalls.words.REASONS`; ``piece`` is the text that it rests on, ``value`` is ours."""

    key: str
    piece: str = ""
    value: str = ""

    def as_row(self) -> dict[str, str]:
        return {"key": self.key, "piece": self.piece, "value": self.value}


@dataclass(frozen=True, slots=True)
class Verdict:
    answer: Answer
    reasons: tuple[Reason, ...] = field(default=())


def judge(scope: Scope, *, serial: str, lot: str) -> Verdict:
    """``serial`` and ``lot`` as the register has them, empty where it does not know."""
    if scope.everything is not None:
        return Verdict(Answer.LISTED, (Reason("all", scope.piece(scope.everything)),))
    open_reasons: list[Reason] = []
    for kind, own in (("serial", serial), ("lot", lot)):
        found = _look_up(scope, kind, own, open_reasons)
        if found is not None:
            return Verdict(Answer.LISTED, (found,))
    return _not_found(scope, serial, lot, open_reasons)


def _look_up(scope: Scope, kind: str, own: str, open_reasons: list[Reason]) -> Reason | None:
    """The entry that holds the number; entries that may hold it are noted."""
    number = number_of(own)
    if not number:
        return None
    for entry in scope.entries_for(number):
        held, is_of_kind = entry.span.holds(number), entry.kind in {kind, "any"}
        piece = scope.piece((entry.begin, entry.end))
        if held and is_of_kind:
            return Reason(f"{kind}_{_shape(entry)}", piece, own)
        if (held is None and is_of_kind) or (held and entry.kind == "other"):
            open_reasons.append(Reason(f"{kind}_unclear", piece, own))
    return None


def _shape(entry: Entry) -> str:
    return "listed" if entry.span.first == entry.span.last else "in_range"


def _not_found(scope: Scope, serial: str, lot: str, open_reasons: list[Reason]) -> Verdict:
    kinds = {entry.kind for entry in scope.entries} - {"other"}
    reasons = list(open_reasons)
    if scope.doubts:
        reasons.append(Reason("not_read", _around(scope, scope.doubts[0])))
    if not kinds:
        reasons.append(Reason("no_numbers", " ".join(scope.text.split())[:160]))
    if "any" in kinds:
        entry = next(entry for entry in scope.entries if entry.kind == "any")
        reasons.append(Reason("kind_not_said", scope.piece((entry.begin, entry.end))))
    owned: dict[str, Any] = {"serial": number_of(serial), "lot": number_of(lot)}
    reasons += [
        Reason(f"{kind}_not_known") for kind in ("serial", "lot") if kind in kinds and not owned[kind]
    ]
    reasons += _stands_elsewhere(scope, serial, lot) if not open_reasons else []
    if reasons:
        return Verdict(Answer.OPEN, tuple(dict.fromkeys(reasons)))
    outside = [
        Reason(f"{kind}_outside", scope.listed, {"serial": serial, "lot": lot}[kind])
        for kind in sorted(kinds)
    ]
    return Verdict(Answer.OUTSIDE, tuple(outside))


def _stands_elsewhere(scope: Scope, serial: str, lot: str) -> list[Reason]:
    """Our number, or the same but for zeros or blanks, where no list was read."""
    found = []
    for kind, own in (("serial", serial), ("lot", lot)):
        bare = number_of(own).lstrip("0")
        if bare and (bare in scope.bare_words or (len(bare) >= 4 and bare in scope.whole)):
            found.append(Reason(f"{kind}_unclear", bare, own))
    return found


def _around(scope: Scope, where: tuple[int, int]) -> str:
    """A few words to both sides, so that a person sees what is meant."""
    begin = max(scope.text.rfind("\n", 0, where[0]) + 1, where[0] - 50)
    end = min(len(scope.text), where[1] + 60)
    return scope.piece((begin, end))
