"""What the pages of stocktakes ask for."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from assets.models import Category
from assets.stocktake.opening import Scope
from locations.models import Building, Floor, Site, Zone

MOST_ROOMS = 500
"""A longer list is of no use: there, a floor is chosen."""


class _RoomsField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]  # Django lets nobody name it
    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.floor.building.name}, {obj.floor.name}: {obj.name}"


class _FloorField(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.building.name}, {obj.name}"


class OpenForm(forms.Form):
    """``user`` decides which places there are."""

    name = forms.CharField(max_length=120, label=_("Name"))
    site = forms.ModelChoiceField(Site.objects.none(), label=_("Site"))
    building = forms.ModelChoiceField(
        Building.objects.none(), required=False, label=_("Building"), empty_label=_("All buildings")
    )
    floor = _FloorField(Floor.objects.none(), required=False, label=_("Floor"), empty_label=_("All floors"))
    zones = _RoomsField(Zone.objects.none(), required=False, label=_("Only these rooms"))
    categories = forms.ModelMultipleChoiceField(
        Category.objects.order_by("name"), required=False, label=_("Only these kinds")
    )

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        sites = Site.objects.visible_to(user).order_by("name")
        fields: dict[str, Any] = self.fields
        fields["site"].queryset = sites
        fields["site"].initial = sites.first()
        fields["building"].queryset = Building.objects.filter(site__in=sites).order_by("name")
        floors = Floor.objects.visible_to(user).select_related("building").defer("outline")
        fields["floor"].queryset = floors.order_by("building__name", "level")
        rooms = Zone.objects.visible_to(user).current().select_related("floor__building")
        self.has_rooms = rooms.count() <= MOST_ROOMS
        if self.has_rooms:
            fields["zones"].queryset = rooms.defer("polygon", "floor__outline").order_by(
                "floor__building__name", "floor__level", "name"
            )
        for each in fields.values():
            is_text = isinstance(each, forms.CharField)
            each.widget.attrs["class"] = "input" if is_text else "select"

    def clean(self) -> dict[str, Any]:
        told: dict[str, Any] = super().clean() or {}
        site, building, floor = (told.get(name) for name in ("site", "building", "floor"))
        if site and building and building.site_id != site.pk:
            self.add_error("building", _("It is not of this site."))
        if site and floor and floor.building.site_id != site.pk:
            self.add_error("floor", _("It is not of this site."))
        elif building and floor and floor.building_id != building.pk:
            self.add_error("floor", _("It is not in this building."))
        if site and any(zone.floor.building.site_id != site.pk for zone in told.get("zones") or ()):
            self.add_error("zones", _("Not all of these are of this site."))
        return told

    @property
    def scope(self) -> Scope:
        told = self.cleaned_data
        return Scope(
            told["site"], told["building"], told["floor"], list(told["zones"]), list(told["categories"])
        )
