"""The forms of the equipment pool."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from assets.models import Asset, Category
from assets.pool.words import MOST_PIECES, NOTE_LENGTH
from locations.models import Zone

_MOMENT = {"invalid": _("A day and a time are needed."), "required": _("A day and a time are needed.")}


class _WithZones(forms.Form):
    """Gets ``user``; ``zones`` are the rooms that the person may name."""

    zone_field = "unit"

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        zones = Zone.objects.visible_to(user).current().select_related("floor__building__site", "department")
        self.fields[self.zone_field].queryset = zones  # type: ignore[attr-defined]  # a ModelChoiceField


class ReservationForm(_WithZones):
    begin = forms.DateTimeField(error_messages=_MOMENT)
    end = forms.DateTimeField(error_messages=_MOMENT)
    unit = forms.ModelChoiceField(
        queryset=Zone.objects.none(),
        required=False,
        error_messages={"invalid_choice": _("There is no such unit.")},
    )
    note = forms.CharField(max_length=NOTE_LENGTH, required=False)


class KindReservationForm(ReservationForm):
    """One of a category is kept for a unit."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].required = True
        self.fields["unit"].error_messages["required"] = _("Say for which unit.")


class DeliveryForm(_WithZones):
    zone_field = "to_zone"

    category = forms.ModelChoiceField(
        queryset=Category.objects.filter(is_mobile=True),
        to_field_name="slug",
        error_messages={
            "required": _("Say what is needed."),
            "invalid_choice": _("There is no such kind of equipment."),
        },
    )
    quantity = forms.IntegerField(
        min_value=1,
        max_value=MOST_PIECES,
        error_messages={
            "required": _("Say how many."),
            "invalid": _("A whole number is needed."),
            "min_value": _("At least one."),
            "max_value": _("At most %s.") % MOST_PIECES,
        },
    )
    to_zone = forms.ModelChoiceField(
        queryset=Zone.objects.none(),
        error_messages={
            "required": _("Say where to."),
            "invalid_choice": _("There is no such room at your sites."),
        },
    )
    needed_by = forms.DateTimeField(required=False, error_messages=_MOMENT)
    note = forms.CharField(max_length=NOTE_LENGTH, required=False)


class HandOverForm(_WithZones):
    zone_field = "to_zone"

    to_zone = forms.ModelChoiceField(
        queryset=Zone.objects.none(),
        error_messages={
            "required": _("Say where to."),
            "invalid_choice": _("There is no such room at your sites."),
        },
    )
    note = forms.CharField(max_length=NOTE_LENGTH, required=False)

    def __init__(self, *args: Any, asset: Asset, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["to_zone"]
        field.queryset = field.queryset.in_site(asset.site.pk)
