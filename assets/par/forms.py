"""The form of one level."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from assets.models import Category
from assets.par.units import Unit, unit_choices, unit_named

MOST = 999


class NumbersForm(forms.Form):
    target = forms.IntegerField(
        label=_("Target"), min_value=1, max_value=MOST, help_text=_("Restocked up to this many.")
    )
    critical = forms.IntegerField(
        label=_("Critical"), min_value=0, max_value=MOST, help_text=_("Fewer than this raise an alert.")
    )
    maximum = forms.IntegerField(
        label=_("Maximum"),
        min_value=1,
        max_value=MOST,
        required=False,
        help_text=_("More than this are picked up; empty for no limit."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs["class"] = "select" if isinstance(field, forms.ChoiceField) else "input"

    def numbers(self) -> tuple[int, int, int | None]:
        cleaned = self.cleaned_data
        return cleaned["target"], cleaned["critical"], cleaned["maximum"]


class LevelForm(NumbersForm):
    category = forms.ModelChoiceField(Category.objects.all(), label=_("Category"))
    unit = forms.ChoiceField(label=_("Unit"))
    field_order = ("category", "unit", "target", "critical", "maximum")

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._user = user
        unit: Any = self.fields["unit"]
        unit.choices = unit_choices(user)
        self.fields["category"].widget.attrs["class"] = unit.widget.attrs["class"] = "select"

    def clean_unit(self) -> Unit:
        unit = unit_named(self.cleaned_data["unit"], self._user)
        if unit is None:
            raise ValidationError(_("Choose one unit: a department, a room or a kind of room."))
        return unit
