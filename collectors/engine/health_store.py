"""How polling each endpoint goes, as it is stored: loaded once, and written in bulk with every batch."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields

import orjson
from django.db import transaction

from assets.sql import Table, dialect
from collectors.engine.health import Health
from collectors.models import Endpoint, EndpointHealth

_FIELDS = [field.name for field in fields(Health)]
_EVERY_TIME = [name for name in _FIELDS if name != "refused"]
"""What each poll changes: hardly any device ever gives cause to write the rest."""
_POLLED = Table(EndpointHealth, ("endpoint_id", *_EVERY_TIME), ("endpoint_id",))
_REFUSED = Table(EndpointHealth, ("endpoint_id", "refused"), ("endpoint_id",))


def load_health(endpoint_ids: Iterable[int]) -> dict[int, Health]:
    """What is stored, by endpoint; endpoints that were never polled are left out."""
    rows = EndpointHealth.objects.in_bulk(list(endpoint_ids))
    return {pk: Health(**{name: getattr(row, name) for name in _FIELDS}) for pk, row in rows.items()}


def save_health(healths: Mapping[int, Health]) -> None:
    """Write these rows, nearly always in one statement; endpoints that are gone by now are left out."""
    if not healths:
        return
    rows = [(pk, *[getattr(health, name) for name in _EVERY_TIME]) for pk, health in sorted(healths.items())]
    refused = [
        (pk, orjson.dumps(health.refused).decode()) for pk, health in healths.items() if health.refused
    ]
    with transaction.atomic():
        sql = dialect()
        if sql.update(_POLLED, rows) < len(rows):
            _make_missing(list(healths))
            sql.update(_POLLED, rows)
        sql.update(_REFUSED, refused)


def _make_missing(endpoint_ids: list[int]) -> None:
    """Rows for endpoints that are polled for the first time."""
    unknown = Endpoint.objects.filter(pk__in=endpoint_ids, health=None).values_list("pk", flat=True)
    EndpointHealth.objects.bulk_create(
        [EndpointHealth(endpoint_id=pk) for pk in unknown], ignore_conflicts=True
    )
