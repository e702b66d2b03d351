"""What the pages of parts ask for."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from assets.stock.models import MOST, NOTE_LENGTH, Part, Stock
from locations.models import Zone
from locations.zones import ZoneKind

STORES = (ZoneKind.CLEAN_STORE, ZoneKind.WORKSHOP)


class StoreField(forms.ModelChoiceField):  # type: ignore[type-arg]  # Django lets nobody name it
    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.floor.name}: {obj.name}"


def stores_for(user: Any) -> Any:
    """Clean stores and workshops, and wherever parts are kept already."""
    zones = Zone.objects.visible_to(user).current()
    kept = zones.filter(pk__in=Stock.objects.values("store"))
    return (zones.filter(kind__in=STORES) | kept).select_related("floor").order_by("floor__name", "name")


class PartForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Part
        fields = ["number", "name", "maker", "unit", "unit_cost", "is_current"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, each in self.fields.items():
            if name != "is_current":
                each.widget.attrs["class"] = "input"


class MoveForm(forms.Form):
    """``user`` decides which stores there are; ``what`` is done with the number: receive or count."""

    store = StoreField(Zone.objects.none(), label=_("Store"))
    quantity = forms.IntegerField(min_value=0, max_value=MOST, label=_("How many"))
    note = forms.CharField(max_length=NOTE_LENGTH, required=False, label=_("Note"))

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["store"].queryset = stores_for(user)  # type: ignore[attr-defined]
        for name, each in self.fields.items():
            each.widget.attrs["class"] = "select" if name == "store" else "input"


class KeepForm(forms.ModelForm):  # type: ignore[type-arg]
    """Of one stock: bin, minimum, up to what is ordered."""

    class Meta:
        model = Stock
        fields = ["bin", "minimum", "reorder_to"]
