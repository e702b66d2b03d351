"""Which lots and serial numbers a notice is about, read from its text; what cannot be read is kept as a doubt.

Makers write lists, ranges and sentences. Whatever is not understood here makes the answer open, never “no”.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property

from assets.recalls.matching.names import compact, devices_in, words_of
from assets.recalls.matching.spans import Span, number_of, span_of, split

_TOKEN = re.compile(
    r"(?P<item>(?=[A-Za-z0-9._/-]*\d)[A-Za-z0-9](?:[A-Za-z0-9._/]|-(?=[A-Za-z0-9]))*)"
    r"|(?P<word>[A-Za-z][A-Za-z]*(?:[/'-][A-Za-z]+)*)"
    r"|(?P<stop>\r?\n|;|\.(?=\s|$))"
    r"|(?P<dash>[-–—~])"
    r"|(?P<colon>:)"
    r"|(?P<mark>[,&()\[\]\"'“”’.])"
    r"|(?P<strange>\S)"
)
_LOT = {"lot", "lots", "batch", "batches", "lot/batch", "batch/lot"}
_SERIAL = {"serial", "serials", "s/n", "s/ns", "sn", "sns", "ser"}
_EITHER = {"lot/serial", "serial/lot"}
_OTHER = {
    "ref", "refs", "catalog", "catalogue", "cat", "model", "models", "part", "parts", "item", "items", "product",
    "products", "udi", "udi-di", "di", "gtin", "upc", "exp", "expiration", "expiry", "sku", "reference", "p/n", "pn",
}  # fmt: skip
_NOISE = {
    "number", "numbers", "no", "nos", "nr", "nrs", "code", "codes", "and", "or", "the", "of", "with", "following",
    "affected", "are", "is", "include", "includes", "including", "unit", "units", "device", "devices", "list", "from",
    "for", "date", "dates", "a", "these", "range", "ranges", "inclusive", "id", "identifier", "identifiers", "in",
    "listed", "below", "information", "only",
}  # fmt: skip
"""What changes nothing about which numbers are meant."""
_TO = {"to", "through", "thru", "until"}
_WHOLE = (
    _LOT | _SERIAL | _EITHER | {"unit", "units", "device", "devices", "code", "codes", "product", "products"}
)


@dataclass(frozen=True, slots=True)
class Entry:
    """A number, or a range of them, of the list of ``kind``: lot, serial, any (not said which), other."""

    kind: str
    span: Span
    begin: int
    end: int


@dataclass
class Scope:
    """``everything`` is where the text says that all are meant; ``doubts`` where it says what was not understood."""

    text: str
    entries: list[Entry] = field(default_factory=list)
    everything: tuple[int, int] | None = None
    doubts: list[tuple[int, int]] = field(default_factory=list)

    _ranges: list[Entry] = field(default_factory=list)
    _singles: dict[int | str, list[Entry]] = field(default_factory=dict)
    _indexed: int = -1

    def entries_for(self, number: str) -> list[Entry]:
        """Those that hold, or may hold, a number: all ranges, and the single ones with the same last digits."""
        if self._indexed != len(self.entries):
            self._index()
        return [*self._ranges, *self._singles.get(_place(number), ())]

    def _index(self) -> None:
        self._ranges, self._singles, self._indexed = [], {}, len(self.entries)
        for entry in self.entries:
            if entry.span.first != entry.span.last:
                self._ranges.append(entry)
            else:
                self._singles.setdefault(_place(entry.span.first), []).append(entry)

    @cached_property
    def whole(self) -> str:
        """All letters and digits of the text, without anything between them."""
        return compact(self.text)

    @cached_property
    def bare_words(self) -> frozenset[str]:
        """Its words in upper case, without leading zeros."""
        return frozenset(word.upper().lstrip("0") for word in words_of(self.text))

    @cached_property
    def listed(self) -> str:
        """What it lists, in short."""
        pieces = (self.piece((each.begin, each.end)) for each in self.entries[:40] if each.kind != "other")
        return ", ".join(pieces)[:160]

    def piece(self, where: tuple[int, int]) -> str:
        """That part of the text, on one line."""
        return " ".join(self.text[where[0] : where[1]].split())[:160]


def _place(number: str) -> int | str:
    parts = split(number)
    return int(parts[1]) if parts else number


def read_scope(text: str) -> Scope:
    """Never raises: what is no list leads to doubts, and an empty text to nothing."""
    plain = text
    for begin, end in devices_in(text).values():
        plain = plain[:begin] + " " * (end - begin) + plain[end:]
    return _Reader(Scope(text), list(_TOKEN.finditer(plain))).read()


class _Reader:
    """Goes through the words once, remembering under which heading it is."""

    def __init__(self, scope: Scope, tokens: list[re.Match[str]]) -> None:
        self.scope, self.tokens = scope, tokens
        self.kind = "any"
        self.at = 0
        self.has_all: tuple[int, int] | None = None

    def read(self) -> Scope:
        while self.at < len(self.tokens):
            token = self.tokens[self.at]
            getattr(self, f"_{token.lastgroup}")(token)
            self.at += 1
        self._settle()
        return self.scope

    def _settle(self) -> None:
        """“All” counts where nothing around it narrows it down."""
        if self.has_all is None:
            return
        narrowing = [entry for entry in self.scope.entries if entry.kind != "other"]
        if self.scope.doubts or narrowing:
            self.scope.doubts.append(self.has_all)
        else:
            self.scope.everything = self.has_all

    def _word(self, token: re.Match[str]) -> None:
        word = token.group().lower()
        kinds = ((_LOT, "lot"), (_SERIAL, "serial"), (_EITHER, "any"), (_OTHER, "other"))
        heading = next((kind for words, kind in kinds if word in words), None)
        if word == "all":
            self._all(token)
        elif heading is not None:
            self._head(heading)
        elif word not in _NOISE and word not in {"between"} | _TO:
            self.scope.doubts.append(token.span())

    def _head(self, kind: str) -> None:
        before = self._neighbour(-1)
        # “Lot or serial numbers 1, 2”: they may be of either kind
        is_beside = before in {"or", "and", "/"} and self._neighbour(-2) in _LOT | _SERIAL
        self.kind = "any" if is_beside and kind in {"lot", "serial"} and kind != self.kind else kind

    def _neighbour(self, step: int) -> str:
        at = self.at + step
        return self.tokens[at].group().lower() if 0 <= at < len(self.tokens) else ""

    def _all(self, token: re.Match[str]) -> None:
        for follower in self.tokens[self.at + 1 : self.at + 6]:
            if follower.lastgroup in {"stop", "item"}:
                break
            if follower.group().lower() in _WHOLE:
                self.has_all = (token.start(), follower.end())
                return
        if len(self.tokens) - self.at <= 2:
            self.has_all = token.span()
        else:
            self.scope.doubts.append(token.span())

    def _item(self, token: re.Match[str]) -> None:
        text = token.group().rstrip("./")
        if re.search(r"[Xx]{2,}|\*", text):
            self.scope.doubts.append(token.span())
            return
        if re.match(r"(?i)sn-?\d", text):
            self.kind = "serial"
        last = self._far_end()
        if last is not None:
            self._add(span_of(text, last.group().rstrip("./")), token.start(), last.end())
            return
        self._add(Span(number_of(text), number_of(text)), token.start(), token.start() + len(text))
        self._tight(text, token.start())

    def _far_end(self) -> re.Match[str] | None:
        """The other end of a range that begins here; goes on behind it."""
        link, far = self._neighbour(1), self.at + 2
        is_between = link == "and" and self._neighbour(-1) == "between"
        is_link = link in _TO or link in {"-", "–", "—", "~"} or is_between
        while far < len(self.tokens) and self.tokens[far].group().lower() in _SERIAL | _LOT | {
            "number", "no", ".", "#", ":"
        }:  # fmt: skip
            far += 1
        if not is_link or far >= len(self.tokens) or self.tokens[far].lastgroup != "item":
            return None
        self.at = far
        return self.tokens[far]

    def _tight(self, text: str, begin: int) -> None:
        """“100-200” may be a range, or one number with a hyphen: it is taken for both."""
        left, _, right = text.partition("-")
        if right and "-" not in right and any(each.isdecimal() for each in left):
            span = span_of(left, right)
            if span.is_plain:
                is_sure = span.is_sure and len(left) == len(right)
                self._add(Span(span.first, span.last, is_sure=is_sure), begin, begin + len(text))

    def _add(self, span: Span, begin: int, end: int) -> None:
        self.scope.entries.append(Entry(self.kind, span, begin, end))

    def _dash(self, token: re.Match[str]) -> None:
        """Between words it is no more than a stroke; before a number whose range has no beginning, a doubt."""
        if self._neighbour(1)[:1].isdigit() and self._neighbour(-1)[:1].isdigit():
            self.scope.doubts.append(token.span())

    def _colon(self, _token: re.Match[str]) -> None:
        """“REF 4711: 13F18, 13F19” lists something else than references."""
        if self.kind == "other" and self.tokens[self.at - 1].lastgroup == "item":
            self.kind = "any"

    def _stop(self, _token: re.Match[str]) -> None:
        if self.kind == "other":
            self.kind = "any"

    def _mark(self, _token: re.Match[str]) -> None:
        """Commas, brackets and quotation marks say nothing about which numbers are meant."""

    def _strange(self, token: re.Match[str]) -> None:
        if token.group() not in "#/+•|":
            self.scope.doubts.append(token.span())
