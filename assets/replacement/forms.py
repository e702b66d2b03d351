"""What the pages of replacement ask for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from assets.models import Category
from assets.replacement.models import Budget, Weights
from locations.models import Department, Site


class WeightsForm(forms.ModelForm):  # type: ignore[type-arg]  # generic only for checkers
    """The six weights of a site, and its budget of each of some years; an empty one means no limit."""

    class Meta:
        model = Weights
        fields = ["age", "reliability", "support", "cost", "recall", "risk"]

    def __init__(self, *args: Any, years: range, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.years = years
        self.known = {row.year: row for row in Budget.objects.filter(site=self.instance.site)}
        for year in years:
            budget = self.known.get(year)
            self.fields[f"budget_{year}"] = forms.DecimalField(
                label=_("Budget of %s") % year, required=False, min_value=0, max_digits=14, decimal_places=2,
                initial=budget and budget.amount,
            )  # fmt: skip
        for field in self.fields.values():
            field.widget.attrs["class"] = "input"

    @property
    def weight_fields(self) -> list[Any]:
        return [field for field in self if not field.name.startswith("budget_")]

    @property
    def budget_fields(self) -> list[Any]:
        return [field for field in self if field.name.startswith("budget_")]

    @transaction.atomic
    def keep(self) -> None:
        """Weights and budgets together, or neither."""
        self.save()
        for year in self.years:
            amount, row = self.cleaned_data[f"budget_{year}"], self.known.get(year)
            if amount is None:
                if row is not None:
                    row.delete()
            elif row is None:
                Budget.objects.create(site=self.instance.site, year=year, amount=amount)
            elif row.amount != amount:
                row.amount = amount
                row.save()


class ScoresForm(forms.Form):
    """Which scores a list shows; ``user`` decides which sites there are."""

    q = forms.CharField(max_length=100, required=False, label=_("Text"))
    site = forms.ModelChoiceField(
        Site.objects.none(), to_field_name="slug", required=False, label=_("Site"), empty_label=_("All sites")
    )
    category = forms.ModelChoiceField(
        Category.objects.all(),
        to_field_name="slug",
        required=False,
        label=_("Category"),
        empty_label=_("All categories"),
    )
    unit = forms.ModelChoiceField(
        Department.objects.none(), required=False, label=_("Department"), empty_label=_("All departments")
    )

    def __init__(self, told: Mapping[str, Any], *, user: Any) -> None:
        super().__init__(told)
        sites = Site.objects.visible_to(user)
        self.fields["site"].queryset = sites  # type: ignore[attr-defined]  # a ModelChoiceField
        self.fields["unit"].queryset = Department.objects.filter(site__in=sites)  # type: ignore[attr-defined]
        if len(sites[:2]) < 2:  # nothing to choose
            self.fields["site"].widget = forms.HiddenInput()
        for field in self.fields.values():
            field.widget.attrs["class"] = "select" if isinstance(field.widget, forms.Select) else "input"
