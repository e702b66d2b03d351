"""What the pages of work orders ask for."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from assets.maintenance.models import NOTE_LENGTH, OrderTemplate
from assets.maintenance.models.work import MOST_MINUTES
from assets.maintenance.words import DownReason, Impact, Kind, Percent
from assets.models import Asset


class NewOrderForm(forms.Form):
    """``user`` decides which equipment there is."""

    asset = forms.SlugField(max_length=40, label=_("Tag of the equipment"))
    kind = forms.ChoiceField(choices=Kind.choices, label=_("Kind"))
    impact = forms.ChoiceField(
        choices=[("", _("Not told")), *Impact.choices], required=False, label=_("What it does to care")
    )
    note = forms.CharField(max_length=NOTE_LENGTH, required=False, label=_("What is to be done"))
    due_at = forms.DateTimeField(
        required=False, label=_("Due"), widget=forms.DateTimeInput(attrs={"type": "datetime-local"})
    )
    is_down = forms.BooleanField(required=False, label=_("It is out of service from now on"))

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_asset(self) -> Asset:
        tag = self.cleaned_data["asset"]
        found: Asset | None = (
            Asset.objects.visible_to(self.user).in_service().filter(asset_tag__iexact=tag).first()
        )
        if found is None:
            raise forms.ValidationError(_("There is no such equipment in service."))
        return found


class LabourForm(forms.Form):
    minutes = forms.IntegerField(min_value=1, max_value=MOST_MINUTES, label=_("Minutes"))
    day = forms.DateField(required=False, label=_("Day"))
    note = forms.CharField(max_length=NOTE_LENGTH, required=False, label=_("Note"))


class PartForm(forms.Form):
    name = forms.CharField(max_length=120, label=_("Part"))
    quantity = forms.IntegerField(min_value=1, max_value=10_000, initial=1, label=_("Quantity"))
    part_number = forms.CharField(max_length=80, required=False, label=_("Part number"))
    unit_cost = forms.DecimalField(
        min_value=0, max_digits=12, decimal_places=2, required=False, label=_("Cost of one")
    )


class VisitForm(forms.Form):
    vendor = forms.CharField(max_length=120, label=_("Vendor"))
    day = forms.DateField(required=False, label=_("Day"))
    cost = forms.DecimalField(min_value=0, max_digits=12, decimal_places=2, required=False, label=_("Cost"))
    reference = forms.CharField(max_length=80, required=False, label=_("Their number"))


class DownForm(forms.Form):
    """Begins now without ``begin``; with ``end``, it is over."""

    percent = forms.TypedChoiceField(choices=Percent.choices, coerce=int, label=_("How far"))
    reason = forms.ChoiceField(choices=DownReason.choices, label=_("Reason"))
    begin = forms.DateTimeField(required=False, label=_("From"))
    end = forms.DateTimeField(required=False, label=_("To"))


ENTRY_FORMS: dict[str, type[forms.Form]] = {
    "labour": LabourForm,
    "part": PartForm,
    "visit": VisitForm,
    "down": DownForm,
}


def templates_offered() -> list[OrderTemplate]:
    return list(OrderTemplate.objects.filter(is_current=True))
