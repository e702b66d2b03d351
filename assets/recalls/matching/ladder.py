"""The ladder from a notice to a piece: device identifier, product code with firm, model as a whole word with firm;
then its lot and serial numbers. Pure: everything it knows is in its arguments."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from assets.recalls.matching.names import device_keys, devices_in, firm_words, phrase_of, words_of
from assets.recalls.matching.scope import Scope, read_scope
from assets.recalls.matching.verdict import Answer, Reason, judge
from assets.recalls.words import Certainty, Rung


@dataclass(frozen=True)
class Told:
    """What a notice says, as far as matching goes."""

    firm: str
    description: str
    codes: str
    product_codes: frozenset[str] = frozenset()

    @cached_property
    def text(self) -> str:
        return f"{self.description}\n{self.codes}"

    @cached_property
    def devices(self) -> dict[str, str]:
        """Key of each device identifier → as it stands in the text."""
        return {key: self.text[begin:end] for key, (begin, end) in devices_in(self.text).items()}

    @cached_property
    def device_names(self) -> frozenset[str]:
        return frozenset().union(*(device_keys(said) for said in self.devices.values()))

    @cached_property
    def words(self) -> tuple[str, ...]:
        return tuple(words_of(self.text))

    @cached_property
    def places(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for at, word in enumerate(self.words):
            found.setdefault(word, []).append(at)
        return found

    @cached_property
    def firm_words(self) -> tuple[str, ...]:
        return firm_words(self.firm)

    @cached_property
    def scope(self) -> Scope:
        return read_scope(self.codes)

    def says(self, phrase: tuple[str, ...]) -> bool:
        """Whether these words stand in the text, one after the other."""
        return bool(phrase) and any(
            self.words[at : at + len(phrase)] == phrase for at in self.places.get(phrase[0], ())
        )


@dataclass(frozen=True, slots=True)
class Product:
    """What a piece is one of. ``names`` are its model and catalogue numbers, ``firms`` its maker as written here and
    there, ``product_codes`` those of the device database."""

    device: str = ""
    firms: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    product_codes: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Piece:
    """One asset; ``serial`` and ``lot`` are empty where the register does not know them."""

    pk: int
    product: Product
    serial: str = ""
    lot: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """How a product was recognised. ``is_weak``: it may be another one, so that a person has to look."""

    rung: Rung
    reasons: tuple[Reason, ...]
    is_weak: bool = False
    is_of_any_model: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    certainty: Certainty
    rung: Rung
    reasons: tuple[Reason, ...] = field(default=())


def recognise(told: Told, product: Product) -> Step | None:
    """The highest rung on which the notice names the product; ``None`` if on none."""
    own = device_keys(product.device)
    if own & told.device_names:
        said = next(text for text in told.devices.values() if device_keys(text) & own)
        return Step(Rung.DEVICE, (Reason("device", said, product.device),))
    firm, name = _firm(told, product), _name(told, product)
    shared = sorted(told.product_codes & product.product_codes)
    other = (Reason("other_device", ", ".join(told.devices.values())[:160], product.device),)
    others = other if own and told.devices else ()
    if shared and firm:
        code = Reason("product_code", shared[0])
        named = (name,) if name else ()
        return Step(Rung.CODE, (code, firm, *named, *others), bool(others), is_of_any_model=not name)
    if name and firm:
        return Step(Rung.MODEL, (name, firm, *others), bool(others))
    if name and _is_telling(name.value):
        return Step(
            Rung.NAME, (name, Reason("firm_differs", told.firm, _first(product.firms)), *others), is_weak=True
        )
    return None


def find(told: Told, piece: Piece, step: Step | None = None) -> Finding | None:
    """What the notice means for one piece; ``step`` where its product was recognised before."""
    step = step or recognise(told, piece.product)
    if step is None:
        return None
    verdict = judge(told.scope, serial=piece.serial, lot=piece.lot)
    return Finding(
        _certainty(step, verdict.answer, verdict.reasons), step.rung, (*step.reasons, *verdict.reasons)
    )


def _certainty(step: Step, answer: Answer, reasons: tuple[Reason, ...]) -> Certainty:
    if answer == Answer.OUTSIDE:
        return Certainty.OUTSIDE
    is_by_all = any(reason.key == "all" for reason in reasons)
    if answer == Answer.OPEN or step.is_weak or (step.is_of_any_model and is_by_all):
        return Certainty.REVIEW
    return Certainty.CERTAIN if step.rung == Rung.DEVICE else Certainty.LIKELY


def _firm(told: Told, product: Product) -> Reason | None:
    """Equal after normalising; or one name is the beginning of the other, which is said."""
    theirs = told.firm_words
    alike = None
    for name in product.firms:
        ours = firm_words(name)
        if not ours or not theirs:
            continue
        if ours == theirs:
            return Reason("firm", told.firm, name)
        shorter, longer = sorted((ours, theirs), key=len)
        if longer[: len(shorter)] == shorter:
            alike = alike or Reason("firm_alike", told.firm, name)
        elif told.says(ours):
            alike = alike or Reason("firm_in_text", " ".join(ours), name)
    return alike


def _name(told: Told, product: Product) -> Reason | None:
    for name in product.names:
        phrase = phrase_of(name)
        if sum(map(len, phrase)) >= 2 and told.says(phrase):
            return Reason("model", name, name)
    return None


def _is_telling(name: str) -> bool:
    """Whether hardly any other maker has a model of that name: letters and digits, five at the least."""
    plain = "".join(phrase_of(name))
    return len(plain) >= 5 and any(map(str.isdigit, plain)) and any(map(str.isalpha, plain))


def _first(names: tuple[str, ...]) -> str:
    return names[0] if names else ""
