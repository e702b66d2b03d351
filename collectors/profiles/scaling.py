"""How a number is written, where the device says so itself: the keys that name what stands beside it."""

from __future__ import annotations

from collections.abc import Callable

from assets.vocabulary import Term
from collectors.profiles.model import Beside, Limits, Scalar, Scaling, Source, oids_beside
from collectors.profiles.strict import Section
from collectors.profiles.units import OTHER, words_for

KEYS = ("digits_from", "power_from", "unit_from", "only_if")
MOST_SHARED = 128
LARGEST_POWER = 24

ReadPlace = Callable[[Section, str], str]
"""Takes the place that a key names: an instance or a column, whichever the value itself is."""


def read_scaling(
    section: Section, term: Term | None, read_place: ReadPlace, *, in_rows: bool
) -> Scaling | None:
    """None if the reading has none of the keys; a guard, which has no term, may not have them."""
    present = [key for key in KEYS if key in section]
    if not present or term is None:
        return None
    if term.kind != "number":
        section.fail(present[0], f"{term.name} is no number, which alone has digits, a power or a unit")
    places: dict[str, Beside] = {}
    powers: dict[int | str, int] = {}
    units: dict[int | str, str] = {}
    states: tuple[int | str, ...] = ()
    for key in present:
        inner = section.section(key)
        assert inner is not None  # noqa: S101 - for the type checker; the key is present
        shared = inner.integer("shared", 0, MOST_SHARED) if in_rows and "shared" in inner else None
        places[key] = Beside(read_place(inner, "at"), shared)
        if key == "power_from":
            powers = _powers(_means(inner))
        elif key == "unit_from":
            units = _units(_means(inner), term)
        elif key == "only_if":
            states = accepted(inner)
        inner.done()
    digits, power, unit, state = (places.get(key) for key in KEYS)
    return Scaling(digits, power, powers, unit, units, term.unit, state, states)


def accepted(section: Section) -> tuple[int | str, ...]:
    """``is``: one raw value or a list of them."""
    value = section.take("is")
    values = value if isinstance(value, list) else [value]
    if not values or not all(type(v) in (int, str) for v in values):
        section.fail("is", "must be a whole number or a text, or a list of them")
    return tuple(values)


def _means(section: Section) -> Section:
    meanings = section.section("means")
    if meanings is None or not meanings.keys():
        section.fail("means", "is missing: what the device's raw values mean")
    return meanings


def _powers(section: Section) -> dict[int | str, int]:
    return {
        _raw(section, key): section.integer(key, -LARGEST_POWER, LARGEST_POWER)
        for key in section.keys()  # noqa: SIM118 - a section, not a dict
    }


def _units(section: Section, term: Term) -> dict[int | str, str]:
    words = words_for(term)
    units = {_raw(section, key): section.choice(key, words) for key in section.keys()}  # noqa: SIM118
    if set(units.values()) == {OTHER}:
        section.fail("", f"names no unit of {term.name}")
    return units


def _raw(section: Section, key: object) -> int | str:
    if type(key) not in (int, str):
        section.fail(key, "a raw value is a whole number or a text")
    return key  # type: ignore[return-value]


def check_together(section: Section, sources: list[Source], limits: Limits, quirks: frozenset[str]) -> None:
    """What says how an instance is written is asked for in the same message, so it has to fit into one."""
    for index, source in enumerate(sources):
        wanted = 1 + len(set(oids_beside(source)))
        if isinstance(source, Scalar) and wanted > 1:
            if "single-gets" in quirks:
                section.fail(
                    f"readings[{index}]", "needs several objects at once, which single-gets excludes"
                )
            if wanted > limits.varbinds:
                section.fail("limits.varbinds", f"too few: {wanted} objects are one value together")
