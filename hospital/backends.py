"""Signing in, and what a role may do."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import ModelBackend

from hospital.roles import PERMISSIONS


class RoleBackend(ModelBackend):
    """Passwords as Django keeps them; permissions from :data:`hospital.roles.PERMISSIONS`."""

    def get_all_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        if not user_obj.is_active or user_obj.is_anonymous or obj is not None:
            return set()
        return set(PERMISSIONS.get(user_obj.role, ()))
