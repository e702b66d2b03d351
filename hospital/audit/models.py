"""The trail as data. Rows are only ever added: model, query set and database each refuse anything else."""

from __future__ import annotations

from typing import Any, NoReturn

from django.db import models
from django.utils import timezone


class Action(models.TextChoices):
    SIGN_IN = "sign_in", "Signed in"
    SIGN_IN_FAILED = "sign_in_failed", "Sign-in failed"
    SIGN_IN_DELAYED = "sign_in_delayed", "Sign-in delayed"
    SIGN_OUT = "sign_out", "Signed out"
    CREATE = "create", "Created"
    CHANGE = "change", "Changed"
    DELETE = "delete", "Deleted"
    RIGHTS = "rights", "Rights changed"
    SECRET = "secret", "Secret replaced"
    POLL = "poll", "Polled by hand, with its credential"
    VIEW_HISTORY = "view_history", "Looked at location history"
    EXPORT = "export", "Exported"
    COMMAND = "command", "Ran a command"
    DENIED = "denied", "Denied"


class Result(models.TextChoices):
    OK = "ok", "Done"
    REFUSED = "refused", "Refused"


class AppendOnlyError(Exception):
    """Somebody tried to change or delete the trail."""


def _refuse() -> NoReturn:
    raise AppendOnlyError("audit records are never changed or deleted")


class AuditQuerySet(models.QuerySet["AuditRecord"]):
    def update(self, **_kwargs: Any) -> int:
        _refuse()

    def delete(self) -> tuple[int, dict[str, int]]:
        _refuse()

    def bulk_update(self, *_args: Any, **_kwargs: Any) -> int:
        _refuse()


class AuditRecord(models.Model):
    """One event. The actor is kept by name, so that the record outlives the account."""

    at = models.DateTimeField(default=timezone.now)
    actor_id = models.BigIntegerField(null=True)
    actor_name = models.CharField(max_length=190)
    action = models.CharField(max_length=20, choices=Action.choices)
    result = models.CharField(max_length=10, choices=Result.choices, default=Result.OK)
    object_type = models.CharField(max_length=60, blank=True, help_text="As in assets.asset.")
    object_id = models.CharField(max_length=64, blank=True)
    object_text = models.CharField(max_length=200, blank=True, help_text="What it was called at that moment.")
    changes = models.JSONField(default=dict, help_text="Field → [before, after]; secrets are never in it.")
    detail = models.CharField(max_length=300, blank=True)
    address = models.GenericIPAddressField(null=True)
    request_id = models.CharField(max_length=32, blank=True)

    objects = AuditQuerySet.as_manager()

    class Meta:
        app_label = "hospital"
        ordering = ["-at", "-id"]
        indexes = [
            models.Index(fields=["at"], name="audit_at"),
            models.Index(fields=["object_type", "object_id", "at"], name="audit_object"),
            models.Index(fields=["actor_id", "action", "at"], name="audit_actor"),
        ]

    def __str__(self) -> str:
        who, what = self.actor_name or "nobody", self.get_action_display()
        return f"{self.at:%F %T} {who}: {what} {self.object_text}".strip()

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            _refuse()
        super().save(*args, **kwargs)

    def delete(self, *_args: Any, **_kwargs: Any) -> tuple[int, dict[str, int]]:
        _refuse()
