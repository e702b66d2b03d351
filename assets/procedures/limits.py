"""Limits of IEC 62353 for recurrent tests of medical electrical equipment, as data.

Source: IEC 62353:2014 (DIN EN 62353, VDE 0751-1), “Medical electrical equipment – Recurrent test and test after repair
of medical electrical equipment”: protective earth resistance 5.3.2; leakage currents 5.3.3 with Table 2, as RMS values
of alternating current; insulation resistance 5.3.4, measured with 500 V DC, for which the standard asks no measurement
of its own and testers ship 2, 7 and 70 MΩ. A maker's own limits go before these where they are told; what is
permanently installed, mobile X-ray generators and systems with several sockets have others, which are not here.

Of these, 2, 7 and 70 MΩ were confirmed by the manual of a maker of testers. The other limits, and the numbers of
clauses, have not been compared with the text of the standard yet.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from assets.procedures.words import AppliedPart, Cord, Method, ProtectionClass

STANDARD = "IEC 62353"


@dataclass(frozen=True, slots=True)
class Limit:
    """One value that is measured; ``low`` and ``high`` in ``unit``, both included.

    It is for equipment of one of the classes with one of the applied parts, measured by that method, or for any where
    the set is empty. ``is_required``: without it there is no result.
    """

    key: str
    words: str | Promise
    unit: str
    low: Decimal | None = None
    high: Decimal | None = None
    classes: frozenset[str] = frozenset()
    parts: frozenset[str] = frozenset()
    method: str = ""
    cord: str = ""
    is_required: bool = True

    def is_for(self, protection: str, part: str, method: str, cord: str) -> bool:
        return (
            (not self.classes or protection in self.classes)
            and (not self.parts or part in self.parts)
            and (not self.method or method == self.method)
            and (not self.cord or cord == self.cord)
        )


_I, _II = frozenset({ProtectionClass.ONE.value}), frozenset({ProtectionClass.TWO.value})
_BF, _CF = frozenset({AppliedPart.BF.value}), frozenset({AppliedPart.CF.value})
_F = _BF | _CF
_EARTH = _("Protective earth resistance")
_EQUIPMENT = _("Equipment leakage current")
_APPLIED = _("Applied part leakage current")


def _least(key: str, words: str | Promise, mohm: str, **of: frozenset[str]) -> Limit:
    return Limit(key, words, "MΩ", low=Decimal(mohm), is_required=False, **of)  # type: ignore[arg-type]


def _most(key: str, words: str | Promise, ua: str, method: Method, **of: frozenset[str]) -> Limit:
    return Limit(key, words, "µA", high=Decimal(ua), method=method.value, **of)  # type: ignore[arg-type]


LIMITS: tuple[Limit, ...] = (
    Limit("earth", _EARTH, "Ω", high=Decimal("0.3"), classes=_I, cord=Cord.WITH.value),
    Limit("earth", _EARTH, "Ω", high=Decimal("0.2"), classes=_I, cord=Cord.WITHOUT.value),
    _least("insulation", _("Insulation resistance, mains part to protective earth"), "2", classes=_I),
    _least("insulation", _("Insulation resistance, mains part to accessible parts"), "7", classes=_II),
    _least("insulation_part", _("Insulation resistance, mains part to applied part"), "70", parts=_F),
    _most("equipment", _EQUIPMENT, "1000", Method.ALTERNATIVE, classes=_I),
    _most("equipment", _EQUIPMENT, "500", Method.ALTERNATIVE, classes=_II),
    _most("equipment", _EQUIPMENT, "500", Method.DIRECT, classes=_I),
    _most("equipment", _EQUIPMENT, "100", Method.DIRECT, classes=_II),
    _most("applied", _APPLIED, "5000", Method.ALTERNATIVE, parts=_BF),
    _most("applied", _APPLIED, "100", Method.ALTERNATIVE, parts=_CF),
    _most("applied", _APPLIED, "5000", Method.DIRECT, parts=_BF),
    _most("applied", _APPLIED, "50", Method.DIRECT, parts=_CF),
)
"""Each value at most once for one kind of equipment."""


def limits_for(protection: str, part: str, method: str, cord: str) -> list[Limit]:
    """What is measured of such equipment, in the order of the standard: nothing dangerous before the earth is well."""
    return [limit for limit in LIMITS if limit.is_for(protection, part, method, cord)]
