"""Writing the trail."""

from __future__ import annotations

from typing import Any

from django.db import models

from hospital.audit.context import Actor, current_actor
from hospital.audit.models import Action, AuditRecord, Result

NOBODY = Actor(name="")


def record_event(
    *,
    action: Action,
    actor: Actor | None = None,
    obj: models.Model | None = None,
    object_type: str = "",
    object_id: str = "",
    object_text: str = "",
    changes: dict[str, Any] | None = None,
    detail: str = "",
    result: Result = Result.OK,
) -> AuditRecord:
    """Adds one record, in the caller's transaction. Texts that are too long are cut, never refused.

    ``obj`` names the object by itself; ``actor`` defaults to whoever is acting.
    """
    who = actor or current_actor() or NOBODY
    if obj is not None:
        object_type, object_id, object_text = obj._meta.label_lower, str(obj.pk), str(obj)
    return AuditRecord.objects.create(
        actor_id=who.user_id,
        actor_name=who.name[:190],
        action=action,
        result=result,
        object_type=object_type,
        object_id=object_id[:64],
        object_text=object_text[:200],
        changes=changes or {},
        detail=detail[:300],
        address=who.address,
        request_id=who.request_id,
    )
