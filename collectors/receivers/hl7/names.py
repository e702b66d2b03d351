"""By what names the equipment of a message may stand in the register.

In this order, and the first that the register knows is taken: an EUI-64, a serial number, the asset tag, a location
tag, and the address of a network card. A label that does not say what it is (OBX-18.1) may be any of asset tag, serial
number and location tag.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from assets.identifiers import canonical
from assets.observation import Subject, SubjectKind
from collectors.receivers.hl7.marks import Marks, component

LONGEST = 64
_ORDER = (SubjectKind.EUI64, SubjectKind.SERIAL, SubjectKind.ASSET_TAG, SubjectKind.TAG, SubjectKind.MAC)
_OF_MAKERS = re.compile(r"[0-9A-F]{6}0{10}")
"""An EUI-64 without a number of its own: it names who made a device, and all that are made there have it."""
_SERIAL_IN_UDI = re.compile(r"\(21\)([^(]{1,20})")
_SERIAL_TYPES = frozenset({"SN", "SNO", "SERIAL"})


def names_in_equipment(field: str, marks: Marks) -> list[Subject]:
    """Of OBX-18: label, system, universal identifier and its type; each repetition is another name."""
    names: list[Subject] = []
    for repetition in marks.repetitions(field):
        parts = marks.components(repetition)
        label, universal, kind = component(parts, 1), component(parts, 3), component(parts, 4).upper()
        if kind.replace("-", "") == "EUI64":
            names += _eui64(universal) or _eui64(label)
            label = "" if _eui64(label) else label
        elif not label:
            label = universal
        names += _label(label, is_serial=kind in _SERIAL_TYPES)
    return names


def names_in_device(device: tuple[str, ...], marks: Marks) -> list[Subject]:
    """Of PRT-10 and PRT-16 to 20: an entity, perhaps a UDI, and the parts of a UDI."""
    entity, *_, serial = device
    text = marks.plain(entity.partition(marks.component)[0])
    found = _SERIAL_IN_UDI.search(text)
    named = [marks.plain(serial), found[1] if found else ""]
    names = [Subject(SubjectKind.SERIAL, each) for each in named if _is_name(each)]
    if text.startswith(("(", "+", "=", "&")) or found:
        return names  # a UDI says the same for itself, but is nobody's label
    return names + names_in_equipment(entity, marks)


def name_told(part: str, text: str) -> list[Subject]:
    """Of an observation that tells a name."""
    if part == "mac":
        return _canonical(SubjectKind.MAC, text)
    return _eui64(text) or [Subject(SubjectKind.SERIAL, text)] * _is_name(text)


def in_order(names: Iterable[Subject]) -> tuple[Subject, ...]:
    """Each once, the best first."""
    return tuple(sorted(dict.fromkeys(names), key=lambda name: _ORDER.index(name.kind)))


def _label(text: str, *, is_serial: bool) -> list[Subject]:
    if not _is_name(text):
        return []
    kinds = (
        (SubjectKind.SERIAL,) if is_serial else (SubjectKind.ASSET_TAG, SubjectKind.TAG, SubjectKind.SERIAL)
    )
    return _eui64(text) + [Subject(kind, text) for kind in kinds]


def _eui64(text: str) -> list[Subject]:
    return [name for name in _canonical(SubjectKind.EUI64, text) if not _OF_MAKERS.fullmatch(name.key)]


def _canonical(kind: SubjectKind, text: str) -> list[Subject]:
    try:
        return [Subject(kind, canonical(kind, text))]
    except ValueError:
        return []


def _is_name(text: str) -> bool:
    return 0 < len(text) <= LONGEST and text.isprintable() and "\ufffd" not in text
