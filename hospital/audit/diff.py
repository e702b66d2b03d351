"""What a change changed, as JSON: field → [before, after]."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

SECRETS = frozenset({"password", "sealed", "digest"})
"""Fields whose content is never written down, only that it was replaced."""
UNINTERESTING = frozenset({"last_login"})
"""Fields that change by events which have a record of their own."""
SECRET_SET, SECRET_REPLACED = "secret set", "secret replaced"

State = dict[str, Any]


def state_of(instance: models.Model) -> State:
    """Every stored field of ``instance`` as JSON can hold it, secrets as they are (for comparing only)."""
    return {field.name: _value(instance, field) for field in instance._meta.concrete_fields}


def difference(before: State | None, after: State | None, *, only: Collection[str] | None = None) -> State:
    """Field → [before, after] of the fields that differ, ``only`` those where given; secrets masked."""
    old, new = before or {}, after or {}
    names = [name for name in (new or old) if name not in UNINTERESTING and (only is None or name in only)]
    changed = {name: [old.get(name), new.get(name)] for name in names if old.get(name) != new.get(name)}
    return {name: _masked(name, pair) for name, pair in changed.items()}


def _masked(name: str, pair: list[Any]) -> list[Any]:
    if name not in SECRETS:
        return pair
    before, after = pair
    now = SECRET_REPLACED if before else SECRET_SET
    return [SECRET_SET if before else None, now if after else None]


def _value(instance: models.Model, field: models.Field[Any, Any]) -> Any:
    value = getattr(instance, field.attname)
    if isinstance(value, bytes | memoryview):
        return bytes(value).hex()
    return json.loads(json.dumps(value, cls=DjangoJSONEncoder))
