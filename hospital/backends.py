"""Signing in, and what a role may do."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import ModelBackend

from hospital.demo_access import accepts_demo_accounts
from hospital.roles import PERMISSIONS


class RoleBackend(ModelBackend):
    """Passwords as Django keeps them; permissions from :data:`hospital.roles.PERMISSIONS`."""

    def user_can_authenticate(self, user: Any) -> bool:
        """Asked at sign-in and at every request, so that a session ends with the account's right to one."""
        return super().user_can_authenticate(user) and (not user.is_demo or accepts_demo_accounts())

    def get_all_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        if not user_obj.is_active or user_obj.is_anonymous or obj is not None:
            return set()
        return set(PERMISSIONS.get(user_obj.role, ()))
