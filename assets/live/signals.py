"""Hearing of changed rights as they happen; the recheck of every quarter minute catches what no signal tells."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import SESSION_KEY, get_user_model
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models.signals import m2m_changed, post_delete, post_save

from assets.live.feed import send_question


def connect() -> None:
    user_model = get_user_model()
    post_save.connect(_on_user, sender=user_model, dispatch_uid="live.user")
    post_delete.connect(_on_user, sender=user_model, dispatch_uid="live.user_gone")
    post_delete.connect(_on_session, sender=Session, dispatch_uid="live.session")
    sites: Any = user_model._meta.get_field("sites")
    m2m_changed.connect(_on_sites, sender=sites.remote_field.through, dispatch_uid="live.sites")


def _on_user(instance: Any, **_: Any) -> None:
    _question([instance.pk])


def _on_session(instance: Session, **_: Any) -> None:
    user_id = instance.get_decoded().get(SESSION_KEY)
    if user_id is not None:
        _question([int(user_id)])


def _on_sites(instance: Any, pk_set: set[int] | None, *, reverse: bool, action: str, **_: Any) -> None:
    if action.startswith("post_"):
        _question(sorted(pk_set or ()) if reverse else [instance.pk])


def _question(user_ids: list[int]) -> None:
    transaction.on_commit(lambda: send_question(user_ids), robust=True)
