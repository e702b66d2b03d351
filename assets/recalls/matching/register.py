"""The equipment of the hospital as matching sees it: few queries for any number of pieces."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Q, QuerySet

from assets.models import Asset, EquipmentModel
from assets.recalls.matching.ladder import Piece, Product, Step, Told, recognise
from assets.recalls.matching.names import device_keys, phrase_of, spellings_of
from assets.recalls.models import DeviceRecord

MOST_SPELLINGS = 900
"""In one query; SQLite takes about a thousand."""


Row = tuple[int, int, str, str, str | None]
"""Asset, model, UDI-DI, serial number, lot (``None`` where it is not entered)."""


@dataclass(frozen=True, slots=True)
class Candidates:
    """What a notice can be about at the most: these models, and pieces with one of these device keys."""

    models: frozenset[int]
    devices: frozenset[str]

    def as_condition(self) -> Q:
        """On assets; of nothing, nothing."""
        condition = Q(model__in=self.models)
        listed = sorted({spelling for key in self.devices for spelling in spellings_of(key)})
        for begin in range(0, len(listed), MOST_SPELLINGS):
            condition |= Q(udi_di__in=listed[begin : begin + MOST_SPELLINGS])
        return condition

    def hold(self, row: Row) -> bool:
        return row[1] in self.models or not self.devices.isdisjoint(device_keys(row[2]))


@dataclass(slots=True)
class Catalogue:
    """All models of the register, and what device databases say of their identifiers; for one import or sweep."""

    models: dict[int, tuple[str, str]] = field(default_factory=dict)
    records: dict[str, DeviceRecord] = field(default_factory=dict)
    by_code: dict[str, set[str]] = field(default_factory=dict)
    by_word: dict[str, list[tuple[Product, int, str]]] = field(default_factory=dict)
    """First word of a name → the product as far as it is known, its model or 0, its device or nothing."""

    @classmethod
    def read(cls) -> Catalogue:
        found = cls()
        for pk, maker, name in EquipmentModel.objects.values_list("pk", "manufacturer", "name"):
            found.models[pk] = (maker, name)
            found._list(Product("", (maker,), (name,)), pk, "")
        for record in DeviceRecord.objects.all().iterator(chunk_size=2000):
            found.records |= dict.fromkeys(device_keys(record.device), record)
            for code in record.product_codes:
                found.by_code.setdefault(code, set()).add(record.device)
            names = tuple(filter(None, (record.model, record.catalogue, record.brand)))
            found._list(Product("", (record.company,), names), 0, record.device)
        return found

    def _list(self, product: Product, model: int, device: str) -> None:
        for word in {phrase[0] for name in product.names if (phrase := phrase_of(name))}:
            self.by_word.setdefault(word, []).append((product, model, device))

    def product(self, model: int, device: str) -> Product:
        maker, name = self.models.get(model) or self._late(model)
        record = next((self.records[key] for key in device_keys(device) if key in self.records), None)
        if record is None:
            return Product(device, (maker,), (name,))
        names = filter(None, (name, record.model, record.catalogue, record.brand))
        firms = filter(None, (maker, record.company))
        return Product(device, tuple(firms), tuple(names), frozenset(record.product_codes))

    def _late(self, model: int) -> tuple[str, str]:
        """One that was entered since this catalogue was read."""
        late = EquipmentModel.objects.get(pk=model)
        self.models[model] = (late.manufacturer, late.name)
        return self.models[model]

    def candidates(self, told: Told) -> Candidates:
        models: set[int] = set()
        devices = set(told.device_names)
        for code in told.product_codes:
            devices |= {key for device in self.by_code.get(code, ()) for key in device_keys(device)}
        for word in told.places:
            for product, model, device in self.by_word.get(word, ()):
                if model and model not in models and recognise(told, product):
                    models.add(model)
                elif device and any(told.says(phrase_of(name)) for name in product.names):
                    devices |= device_keys(
                        device
                    )  # whose maker the register may name otherwise than its record
        return Candidates(frozenset(models), frozenset(devices))


def rows_of(assets: QuerySet[Asset]) -> Iterable[Row]:
    columns = ("pk", "model_id", "udi_di", "serial_number", "production__lot")
    return assets.values_list(*columns).iterator(chunk_size=5000)


class Recogniser:
    """Pieces of one notice, each product looked at once."""

    def __init__(self, catalogue: Catalogue, told: Told) -> None:
        self._catalogue, self._told = catalogue, told
        self._known: dict[tuple[int, str], tuple[Product, Step | None]] = {}

    def piece(self, row: Row) -> tuple[Piece, Step] | None:
        pk, model, device, serial, lot = row
        known = self._known.get((model, device))
        if known is None:
            product = self._catalogue.product(model, device)
            known = self._known[model, device] = (product, recognise(self._told, product))
        product, step = known
        return (Piece(pk, product, serial, lot or ""), step) if step else None
