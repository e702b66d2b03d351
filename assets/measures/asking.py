"""What the pages and the API of measures are asked by: period, site, category, department, model."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.utils.translation import gettext_lazy as _

from assets.measures.scope import BY, DAYS, Scope
from assets.models import Category, EquipmentModel
from assets.planning.calendar import DAY, day_at
from assets.planning.clock import models_of, zone_for
from locations.models import Department, Site

MOST_DAYS = 3660


class MeasuresForm(forms.Form):
    """``user`` decides which sites there are."""

    begin = forms.DateField(required=False, label=_("From"))
    end = forms.DateField(required=False, label=_("To"))
    site = forms.ModelChoiceField(Site.objects.none(), to_field_name="slug", required=False, label=_("Site"))
    category = forms.ModelChoiceField(
        Category.objects.all(), to_field_name="slug", required=False, label=_("Category")
    )
    group = forms.ModelChoiceField(Department.objects.none(), required=False, label=_("Department"))
    model = forms.ModelChoiceField(EquipmentModel.objects.none(), required=False, label=_("Model"))
    by = forms.ChoiceField(choices=list(BY.items()), required=False, label=_("Told by"))

    def __init__(self, told: Mapping[str, Any], *, user: Any) -> None:
        super().__init__(told)
        for field in self.fields.values():
            field.widget.attrs["class"] = "select" if isinstance(field.widget, forms.Select) else "input"
        sites = Site.objects.visible_to(user)
        self.fields["site"].queryset = sites  # type: ignore[attr-defined]  # a ModelChoiceField
        self.fields["model"].queryset = models_of(user)  # type: ignore[attr-defined]
        self.fields["group"].queryset = Department.objects.filter(site__in=sites)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        told: dict[str, Any] = super().clean() or {}
        begin, end = told.get("begin"), told.get("end")
        if begin and end and end < begin:
            self.add_error("end", _("It has to be on or after the first day."))
        elif begin and end and (end - begin).days > MOST_DAYS:
            self.add_error("end", _("At most ten years."))
        return told


def scope_of(form: MeasuresForm, *, user: Any, now: datetime) -> Scope:
    """Of a form that is valid; without days, the year up to today."""
    told = form.cleaned_data
    zone = zone_for(user, told["site"])
    end = told["end"] or day_at(now, zone)
    begin = told["begin"] or (end - (DAYS - 1) * DAY)
    return Scope(
        user, min(begin, end), end, now, zone,
        site=told["site"], category=told["category"], group=told["group"], model=told["model"],
    )  # fmt: skip


def address_of(scope: Scope, **more: str) -> str:
    """The query part of an address that means this scope."""
    told = {
        "begin": f"{scope.begin:%F}",
        "end": f"{scope.end:%F}",
        "site": scope.site and scope.site.slug,
        "category": scope.category and scope.category.slug,
        "group": scope.group and scope.group.pk,
        "model": scope.model and scope.model.pk,
    }
    return urlencode({name: value for name, value in (told | more).items() if value})
