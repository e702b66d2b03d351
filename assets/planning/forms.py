"""What the pages of planning ask for."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from assets.models import Asset, EquipmentModel
from assets.planning.clock import models_of
from assets.planning.models import Plan

_FIELDS = [
    "name", "kind", "unit", "every", "nth", "weekday", "begins_on", "is_floating", "meter", "meter_every",
    "days_before", "days_after", "late_days", "days_ahead", "note",
]  # fmt: skip


class PlanForm(forms.ModelForm):  # type: ignore[type-arg]  # generic only for checkers
    """For one asset or one model; ``user`` decides which there are. Each error names its field."""

    tag = forms.SlugField(max_length=40, required=False, label=_("Tag of the equipment"))
    model = forms.ModelChoiceField(
        EquipmentModel.objects.none(), required=False, label=_("Or every piece of the model")
    )
    field_order = ["tag", "model", *_FIELDS]

    class Meta:
        model = Plan
        fields = _FIELDS
        widgets = {"begins_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")}

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["model"].queryset = models_of(user)  # type: ignore[attr-defined]  # a ModelChoiceField
        self.fields["unit"].choices = [("", _("Only by the meter")), *Plan._meta.get_field("unit").choices]  # type: ignore[attr-defined,misc]
        self.fields["meter"].choices = [("", _("None")), *Plan._meta.get_field("meter").choices]  # type: ignore[attr-defined,misc]
        self.fields["days_before"].help_text = _(
            "Empty: the customary window. Yearly 30 days, half-yearly 20, quarterly the calendar quarter, else a tenth."
        )
        for field in self.fields.values():
            if not isinstance(field, forms.BooleanField):
                field.widget.attrs["class"] = "select" if isinstance(field.widget, forms.Select) else "input"
        if self.instance.pk is not None:
            del self.fields["tag"], self.fields["model"]

    def clean_tag(self) -> Asset | None:
        tag = self.cleaned_data["tag"]
        if not tag:
            return None
        found: Asset | None = (
            Asset.objects.visible_to(self.user).in_service().filter(asset_tag__iexact=tag).first()
        )
        if found is None:
            raise forms.ValidationError(_("There is no such equipment in service."))
        return found

    def clean(self) -> dict[str, Any]:
        told: dict[str, Any] = super().clean() or {}
        if self.instance.pk is None:
            self._check_subject(told)
        self._check_rule(told)
        self._check_windows(told)
        return told

    def _check_subject(self, told: dict[str, Any]) -> None:
        if "tag" in self.errors or "model" in self.errors:
            return
        if bool(told.get("tag")) == bool(told.get("model")):
            self.add_error("tag", _("Either one piece of equipment, or a model."))
        else:
            self.instance.asset, self.instance.model = told.get("tag"), told.get("model")

    def _check_rule(self, told: dict[str, Any]) -> None:
        if told.get("unit") and not told.get("every") and "every" not in self.errors:
            self.add_error("every", _("How often: a number from 1."))
        if not told.get("unit"):
            told["every"] = None
            if not told.get("meter"):
                self.add_error("unit", _("By the calendar, by a meter, or both."))
        if told.get("meter"):
            if not (told.get("meter_every") or 0) > 0 and "meter_every" not in self.errors:
                self.add_error("meter_every", _("By how much the meter has to grow: more than nothing."))
        else:
            told["meter_every"] = None

    def _check_windows(self, told: dict[str, Any]) -> None:
        after, late = told.get("days_after"), told.get("late_days")
        if late is not None and late < 1:
            self.add_error("late_days", _("At least one day after it is due."))
        elif late is not None and after is not None and late <= after:
            self.add_error("late_days", _("It is out of compliance after its window, not inside it."))


class MoveForm(forms.Form):
    day = forms.DateField(label=_("Day"))
