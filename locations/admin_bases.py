"""Parts that the admin pages of every floor share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.http import HttpRequest

if TYPE_CHECKING:
    EditableAdmin = admin.ModelAdmin[Any]
else:  # Django's own class takes no type in brackets
    EditableAdmin = admin.ModelAdmin


class KeptAdmin(EditableAdmin):
    """Things that history names: they are retired or renamed, never deleted here."""

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        return False


class ReadOnlyAdmin(KeptAdmin):
    """What only the product itself writes: to look at, not to change."""

    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        return False
