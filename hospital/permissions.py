"""The API's door: signed in, and allowed by role to see the model behind the view."""

from __future__ import annotations

from typing import Any

from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request


class RolePermission(BasePermission):
    """Reading needs ``view_<model>``; a view names more in ``required_permission``."""

    def has_permission(self, request: Request, view: Any) -> bool:
        if not request.user.is_authenticated:
            return False
        required = getattr(view, "required_permission", None)
        if required is None and request.method in SAFE_METHODS and hasattr(view, "queryset"):
            meta = view.queryset.model._meta
            required = f"{meta.app_label}.view_{meta.model_name}"
        return required is not None and request.user.has_perm(required)
