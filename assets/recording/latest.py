"""The latest of each reading, failures included."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from assets.observation import Observation, Value
from assets.recording import store
from assets.sql import Dialect
from assets.vocabulary import TEXT_LIMIT, VOCABULARY
from assets.words import Quality


@dataclass(slots=True)
class Latest:
    """One row of ``ReadingNow`` in the making."""

    value: Value | None
    quality: str
    source: str
    at: datetime
    good_at: datetime | None


@dataclass(slots=True)
class LatestReadings:
    """What a batch says of the latest readings; the newest by the device's time stands."""

    rows: dict[tuple[int, str], Latest] = field(default_factory=dict)
    failures: list[tuple[int, Observation]] = field(default_factory=list)

    def note(self, asset_id: int, observation: Observation) -> None:
        if observation.quality is not Quality.GOOD:
            self.failures.append((asset_id, observation))
        at, source = observation.at, observation.source
        for reading in observation.readings:
            if reading.name not in VOCABULARY:
                continue
            good_at = at if reading.quality is Quality.GOOD else None
            self._put(
                asset_id, reading.name, Latest(reading.value, reading.quality.value, source, at, good_at)
            )

    def write(self, sql: Dialect) -> None:
        if self.failures:
            self._fail_known(sql)
        sql.upsert(
            store.READINGS_NOW,
            [
                (
                    asset_id,
                    name,
                    _number(row.value),
                    _text(row.value),
                    row.quality,
                    row.source,
                    row.good_at,
                    row.at,
                )
                for (asset_id, name), row in sorted(self.rows.items())
            ],
        )

    def _fail_known(self, sql: Dialect) -> None:
        """A poll that failed as a whole is a failure of everything that its source used to tell."""
        known: Mapping[tuple[int, str], list[str]] = _names_by_source(
            sql, {asset_id for asset_id, _ in self.failures}
        )
        for asset_id, failed in self.failures:
            for name in known.get((asset_id, failed.source), ()):
                self._put(asset_id, name, Latest(None, failed.quality.value, failed.source, failed.at, None))

    def _put(self, asset_id: int, name: str, row: Latest) -> None:
        before = self.rows.get((asset_id, name))
        if before is None:
            self.rows[asset_id, name] = row
            return
        newest = row if row.at >= before.at else before
        newest.good_at = max(filter(None, (before.good_at, row.good_at)), default=None)
        self.rows[asset_id, name] = newest


def _names_by_source(sql: Dialect, asset_ids: Iterable[int]) -> dict[tuple[int, str], list[str]]:
    query = f'SELECT asset_id, source, name FROM "{store.READINGS_NOW.name}" WHERE asset_id IN {{ids}}'  # noqa: S608
    names: dict[tuple[int, str], list[str]] = {}
    for asset_id, source, name in sql.select(query, sorted(asset_ids)):
        names.setdefault((asset_id, source), []).append(name)
    return names


def _number(value: Value | None) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _text(value: Value | None) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value[:TEXT_LIMIT] if isinstance(value, str) else None
