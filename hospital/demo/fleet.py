"""Every piece of equipment of the demo hospital: its numbers, where it belongs and how it spends its day."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from hospital.demo.catalogue import KIND, KINDS, Kind, device_identifier


class Habit(enum.Enum):
    """How a piece of equipment spends its day."""

    PUMP = "pump"  # store → bed → soiled → decontamination → store
    ROUNDS = "rounds"  # from the store from patient to patient and back
    BED = "bed"  # in a room, to imaging or theatre and back
    CHAIR = "chair"  # between wheelchair bay, wards, imaging and entrance
    BEDSIDE = "bedside"  # stands with a patient, now and then with another
    POSTED = "posted"  # waits at its place
    FIXED = "fixed"  # installed


@dataclass(frozen=True, slots=True)
class Item:
    """One asset of the demo. ``home`` is a room's key; ``tag`` its location tag's identifier or ``None``."""

    asset_tag: str
    kind: Kind
    manufacturer: str
    model: str
    udi_di: str
    serial: str
    department: str
    home: str
    habit: Habit
    tag: str | None
    ownership: str = "owned"

    @property
    def is_pump(self) -> bool:
        return self.kind.shape == "pump"

    @property
    def reports_by_hl7(self) -> bool:
        """Whether its maker's server tells of it, instead of the pump gateway of its department."""
        return self.kind.slug == "syringe-pump"

    @property
    def has_wifi(self) -> bool:
        """Whether it has a network card, by which alone it is located, and no tag."""
        return self.kind.slug == "computer-on-wheels"


STORES = {
    "1w": "main-1/1w-store",
    "2w": "main-2/2w-store",
    "2e": "main-2/2e-store",
    "icu": "main-1/icu-store",
    "or": "main-1/or-store",
    "ed": "main-0/ed-store",
    "img": "main-0/img-store",
    "opd": "main-0/opd-store",
}
BAYS = {"1w": "main-1/1w-bay", "2w": "main-2/2w-bay", "2e": "main-2/2e-bay", "or": "main-1/or-anaesthesia"}
BASES = {
    "1w": "main-1/1w-base",
    "2w": "main-2/2w-base",
    "2e": "main-2/2e-base",
    "icu": "main-1/icu-base",
    "or": "main-1/or-base",
    "ed": "main-0/ed-base",
    "opd": "main-0/opd-desk",
}

_MOBILE: tuple[tuple[str, Habit, dict[str, int]], ...] = (
    ("infusion-pump", Habit.PUMP, {"1w": 18, "2w": 18, "2e": 18, "icu": 20, "ed": 12, "or": 10}),
    ("syringe-pump", Habit.PUMP, {"icu": 16, "or": 10, "ed": 4, "1w": 2, "2w": 2, "2e": 2}),
    ("pca-pump", Habit.PUMP, {"2w": 8, "or": 4}),
    ("feeding-pump", Habit.PUMP, {"icu": 6, "1w": 4, "2w": 4}),
    ("patient-monitor", Habit.BEDSIDE, {"icu": 11, "or": 8, "ed": 9, "2e": 12}),
    ("ventilator", Habit.BEDSIDE, {"icu": 12, "or": 4}),
    ("defibrillator", Habit.POSTED, {"1w": 2, "2w": 2, "2e": 2, "icu": 2, "or": 2, "ed": 2}),
    ("ecg-cart", Habit.ROUNDS, {"ed": 2, "2e": 3, "1w": 1, "2w": 1, "opd": 1}),
    ("ultrasound", Habit.ROUNDS, {"ed": 2, "img": 2, "icu": 2, "2e": 1, "or": 1}),
    ("bed", Habit.BED, {"1w": 16, "2w": 16, "2e": 16, "icu": 8}),
    ("wheelchair", Habit.CHAIR, {"fac": 24}),
    ("bladder-scanner", Habit.ROUNDS, {"1w": 2, "2w": 2, "2e": 2}),
    ("suction-unit", Habit.BEDSIDE, {"1w": 2, "2w": 2, "2e": 2, "icu": 2, "or": 2, "ed": 2}),
    ("vital-signs-monitor", Habit.ROUNDS, {"1w": 5, "2w": 5, "2e": 5, "ed": 5}),
    ("c-arm", Habit.ROUNDS, {"or": 3}),
    ("computer-on-wheels", Habit.ROUNDS, {"1w": 3, "2w": 3, "2e": 3, "ed": 1}),
)

_FIXED: tuple[tuple[str, str, str], ...] = (
    ("ct-scanner", "img", "main-0/ct-1"),
    ("ct-scanner", "img", "main-0/ct-2"),
    ("mri-scanner", "img", "main-0/mri"),
    ("xray-system", "img", "main-0/xray-1"),
    ("xray-system", "img", "main-0/xray-2"),
    ("medicine-fridge", "ed", "main-0/ed-meds"),
    ("medicine-fridge", "pha", "main-0/pharmacy"),
    ("medicine-fridge", "pha", "main-0/pharmacy"),
    ("medicine-fridge", "pha", "main-0/cold-store"),
    ("medicine-fridge", "pha", "main-0/cold-store"),
    ("medicine-fridge", "1w", "main-1/1w-meds"),
    ("medicine-fridge", "icu", "main-1/icu-meds"),
    ("medicine-fridge", "2w", "main-2/2w-meds"),
    ("medicine-fridge", "2e", "main-2/2e-meds"),
    ("blood-fridge", "lab", "main-0/blood-bank"),
    ("blood-fridge", "lab", "main-0/blood-bank"),
    ("blood-fridge", "icu", "main-1/blood-gas"),
    ("ups", "fac", "main-0/electrical-0"),
    ("ups", "it", "main-0/servers"),
    ("ups", "img", "main-0/img-plant"),
    ("ups", "fac", "main-1/electrical-1"),
    ("ups", "fac", "main-2/electrical-2"),
    ("workstation", "it", "main-0/servers"),
    ("workstation", "img", "main-0/reporting"),
    ("workstation", "img", "main-0/reporting"),
    ("workstation", "icu", "main-1/icu-base"),
    ("network-switch", "it", "main-1/switch-1"),
    ("network-switch", "it", "main-2/switch-2"),
    ("helium-compressor", "img", "main-0/img-plant"),
    ("ult-freezer", "lab", "main-0/blood-bank"),
    ("ups", "it", "main-1/switch-1"),
)
_TOLD_SERIALS = {"HEC-01": "42107"}
"""Of devices that can tell a number of five digits at most."""


def _home(habit: Habit, department: str, number: int) -> str:
    if habit is Habit.CHAIR:
        return "main-0/chair-bay" if number % 2 else "main-0/bed-store"
    if habit is Habit.BED:
        return "main-0/bed-store"
    if habit is Habit.POSTED:
        return BASES[department]
    if habit in (Habit.ROUNDS, Habit.BEDSIDE) and department in BAYS:
        return BAYS[department]
    return STORES[department]


def _numbered(kind: Kind, number: int, **rest: object) -> Item:
    index = number * 7 % 10 % len(kind.models)
    manufacturer, model = kind.models[index]
    asset_tag = f"{kind.prefix}-{number:03d}" if kind.is_mobile else f"{kind.prefix}-{number:02d}"
    serial = f"{manufacturer[:2].upper()}{KINDS.index(kind) + 10}{19 + number % 6}-{41207 + number * 397:06d}"
    return Item(
        asset_tag=asset_tag,
        kind=kind,
        manufacturer=manufacturer,
        model=model,
        udi_di=device_identifier(kind, index) if kind.emdn else "",
        serial=_TOLD_SERIALS.get(asset_tag, serial),
        **rest,  # type: ignore[arg-type]
    )


def _mobile_items() -> Iterator[Item]:
    tag_number = 20001
    for slug, habit, counts in _MOBILE:
        kind, number = KIND[slug], 0
        for department, count in counts.items():
            for _ in range(count):
                number += 1
                has_tag = slug != "computer-on-wheels"
                yield _numbered(
                    kind,
                    number,
                    department=department,
                    home=_home(habit, department, number),
                    habit=habit,
                    tag=f"T-{tag_number}" if has_tag else None,
                    ownership="rented" if slug == "bed" and number % 14 == 0 else "owned",
                )
                tag_number += has_tag


def _fixed_items() -> Iterator[Item]:
    numbers: dict[str, int] = {}
    for slug, department, room in _FIXED:
        numbers[slug] = numbers.get(slug, 0) + 1
        yield _numbered(
            KIND[slug], numbers[slug], department=department, home=room, habit=Habit.FIXED, tag=None
        )


@cache
def the_fleet() -> tuple[Item, ...]:
    """All equipment, mobile first."""
    return (*_mobile_items(), *_fixed_items())
