"""Which row speaks for a device, where several name it."""

from __future__ import annotations

import math

from assets.observation import ReadingValue
from assets.words import Quality
from collectors.decoding.row import Row
from collectors.requests import Failure


def settle_names(rows: list[Row]) -> None:
    """A name that two rows claim is given to neither of them."""
    for key, claimants in _claims(rows).items():
        if len(claimants) > 1:
            places = ", ".join(row.index for row in claimants)
            _disown(claimants, Failure(Quality.MALFORMED, f"rows {places} all claim to be {key}"))


def settle_addresses(rows: list[Row], *, says_more: bool) -> None:
    """Leave one row of each address: that of the strongest signal, or any if all name one receiver.

    Rows that differ and tell no strength say nothing but that they differ. Nor does a row speak of its device if it
    has nothing to say of it (``says_more``: its table tells of other things than receivers).
    """
    for claimants in _claims(rows).values():
        sound = [row for row in claimants if row.failure is None and (row.sighting or says_more)]
        seen = [row for row in sound if row.sighting]
        if seen and len({row.sighting.receiver for row in seen if row.sighting}) > 1 and not _all_told(seen):
            _disown(claimants, Failure(Quality.MALFORMED, f"{len(claimants)} rows name several receivers"))
            continue
        failed = [row for row in claimants if row.failure is not None]
        kept = max(seen, key=_strength) if seen else next(iter([*sound, *failed]), None)
        for row in claimants:
            if row is not kept:
                row.key = None


def _claims(rows: list[Row]) -> dict[str, list[Row]]:
    claims: dict[str, list[Row]] = {}
    for row in rows:
        if row.key is not None:
            claims.setdefault(row.key, []).append(row)
    return claims


def _strength(row: Row) -> float:
    rssi = row.sighting.rssi_dbm if row.sighting else None
    return -math.inf if rssi is None else rssi


def _all_told(rows: list[Row]) -> bool:
    return all(row.sighting is not None and row.sighting.rssi_dbm is not None for row in rows)


def _disown(claimants: list[Row], failure: Failure) -> None:
    for number, row in enumerate(claimants):
        row.failure, row.activity, row.position, row.sighting, row.age_s = failure, None, None, None, None
        row.readings = tuple(ReadingValue(reading.name, None, failure.quality) for reading in row.readings)
        if number:
            row.key = None
