"""What a device database says of the identifiers that the hospital owns, taken from its files line by line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import orjson
from django.db import transaction

from assets.models import Asset
from assets.recalls.matching.names import device_keys
from assets.recalls.models import DeviceRecord

_NAMES = {
    "device": ("di", "PrimaryDI"),
    "company": ("company", "companyName"),
    "brand": ("brand", "brandName"),
    "model": ("model", "versionModelNumber"),
    "catalogue": ("catalog", "catalogNumber"),
}
"""Our field → what files call it: first the JSON lines, then AccessGUDID's table."""


@transaction.atomic
def bring_in_records(lines: Iterable[bytes]) -> tuple[int, int]:
    """Reads JSON lines, or AccessGUDID's ``device.txt`` (columns parted by ``|``); how many lines, and how many of
    devices that the hospital owns were kept. One line at a time: these files are large. One transaction."""
    owned = _owned()
    count, kept, columns = 0, [], None
    for line in lines:
        text = line.strip().removeprefix(b"\xef\xbb\xbf")
        if not text:
            continue
        if not text.startswith(b"{") and columns is None:
            columns = text.decode().split("|")
            continue
        count += 1
        row = (
            orjson.loads(text)
            if columns is None
            else dict(zip(columns, text.decode().split("|"), strict=False))
        )
        record = _record(row)
        if device_keys(record.device) & owned:
            kept.append(record)
    DeviceRecord.objects.bulk_create(
        {record.device: record for record in kept}.values(),
        update_conflicts=True,
        unique_fields=["device"],
        update_fields=["company", "brand", "model", "catalogue", "product_codes"],
        batch_size=500,
    )
    return count, len(kept)


def _owned() -> frozenset[str]:
    devices = (
        Asset.objects.in_service().exclude(udi_di="").order_by().values_list("udi_di", flat=True).distinct()
    )
    return frozenset().union(*map(device_keys, devices))


def _record(row: Mapping[str, Any]) -> DeviceRecord:
    fields = {
        ours: str(next((row[name] for name in theirs if row.get(name)), ""))[:200]
        for ours, theirs in _NAMES.items()
    }
    return DeviceRecord(**fields, product_codes=list(row.get("product_codes") or []))
