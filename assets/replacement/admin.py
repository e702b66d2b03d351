"""Weights and budgets, for administrators."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone

from assets.replacement.models import Budget, Weights
from assets.replacement.scoring import ask_anew
from locations.admin_bases import EditableAdmin


class WorkedOutAgainAdmin(EditableAdmin):
    """What is changed here is worked out anew by the clock."""

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:  # noqa: FBT001 Django's
        super().save_model(request, obj, form, change)
        ask_anew(obj.site, now=timezone.now())

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        site = obj.site
        super().delete_model(request, obj)
        ask_anew(site, now=timezone.now())


@admin.register(Weights)
class WeightsAdmin(WorkedOutAgainAdmin):
    list_display = ["site", "age", "reliability", "support", "cost", "recall", "risk"]
    list_select_related = ["site"]


@admin.register(Budget)
class BudgetAdmin(WorkedOutAgainAdmin):
    list_display = ["site", "year", "amount"]
    list_select_related = ["site"]
    list_filter = ["site"]
