"""What the pages of contracts ask for."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _

from assets.contracts.models import Contract
from assets.models import Asset, EquipmentModel
from assets.planning.clock import models_of
from assets.utilisation.staffing import as_windows
from locations.models import Site

MOST_TAGS = 5000
USUAL = "08:00-17:00"
_FIELDS = [
    "site", "number", "vendor", "phone", "cover", "response_h", "begins_on", "ends_on", "yearly_cost",
    "is_left_to_end", "note",
]  # fmt: skip
_APART = re.compile(r"[\s,;]+")


class ContractForm(forms.ModelForm):  # type: ignore[type-arg]  # generic only for checkers
    """``user`` decides which sites, models and equipment there are.

    The hours of a day are written as 08:00-12:00, 13:00-17:00.
    """

    is_around_the_clock = forms.BooleanField(
        required=False, label=_("Around the clock"), help_text=_("Then the hours below mean nothing.")
    )
    for_models = forms.ModelMultipleChoiceField(
        EquipmentModel.objects.none(), required=False, label=_("Every piece of these models at the site")
    )
    tags = forms.CharField(
        required=False, label=_("And these pieces, by tag"), widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Parted by commas or spaces."),
    )  # fmt: skip

    class Meta:
        model = Contract
        fields = _FIELDS
        widgets = {
            name: forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
            for name in ("begins_on", "ends_on")
        }

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        sites = Site.objects.visible_to(user)
        self.fields["site"].queryset = sites  # type: ignore[attr-defined]  # a ModelChoiceField
        self.fields["site"].initial = sites.first()
        self.fields["for_models"].queryset = models_of(user)  # type: ignore[attr-defined]
        for number, name in WEEKDAYS.items():
            usual = USUAL if number < 5 else ""
            self.fields[f"day_{number}"] = forms.CharField(
                required=False, max_length=100, label=name, initial=usual
            )
        self.fields["is_around_the_clock"].initial = True
        self.order_fields(
            [*_FIELDS[:6], "is_around_the_clock", *(f"day_{number}" for number in WEEKDAYS), *_FIELDS[6:],
             "for_models", "tags"]
        )  # fmt: skip
        self._fill(kwargs.get("initial"))
        for field in self.fields.values():
            if not isinstance(field, forms.BooleanField):
                field.widget.attrs["class"] = "select" if isinstance(field.widget, forms.Select) else "input"

    def _fill(self, initial: Any) -> None:
        """With what the contract has, or one that it is to follow."""
        one = self.instance if self.instance.pk else (initial or {}).get("former")
        if one is None:
            return
        self.initial["is_around_the_clock"] = one.week is None
        for number, windows in enumerate(one.week or ()):
            self.initial[f"day_{number}"] = ", ".join(windows)
        self.initial["for_models"] = list(one.for_models.all())
        self.initial["tags"] = ", ".join(one.for_assets.values_list("asset_tag", flat=True))

    def clean_tags(self) -> list[Asset]:
        wanted = {tag.casefold() for tag in _APART.split(self.cleaned_data["tags"]) if tag}
        if len(wanted) > MOST_TAGS:
            raise forms.ValidationError(_("At most %s at once: name their models.") % f"{MOST_TAGS:,}")
        if not wanted:
            return []
        seen = Asset.objects.visible_to(self.user).only("pk", "asset_tag", "site")
        found = {
            asset.asset_tag.casefold(): asset for asset in seen.filter(asset_tag__in=self._spelled(wanted))
        }
        missing = sorted(wanted - found.keys())
        if missing:
            raise forms.ValidationError(_("There is no such equipment: %s.") % ", ".join(missing[:10]))
        return list(found.values())

    def _spelled(self, wanted: set[str]) -> list[str]:
        """Tags as typed, and in capitals: what labels have."""
        typed = [tag for tag in _APART.split(self.cleaned_data["tags"]) if tag]
        return [*typed, *(tag.upper() for tag in typed), *wanted]

    def clean(self) -> dict[str, Any]:
        told: dict[str, Any] = super().clean() or {}
        if told.get("is_around_the_clock"):
            self.instance.week = None
        else:
            week = self._week(told)
            self.instance.week = None if any(f"day_{number}" in self.errors for number in WEEKDAYS) else week
        elsewhere = [
            each.asset_tag
            for each in told.get("tags") or ()
            if each.site_id != getattr(told.get("site"), "pk", 0)
        ]
        if elsewhere and told.get("site"):
            self.add_error("tags", _("At another site: %s.") % ", ".join(sorted(elsewhere)[:10]))
        if (
            not told.get("for_models")
            and not told.get("tags")
            and not {"for_models", "tags"} & self.errors.keys()
        ):
            self.add_error("for_models", _("Say what it covers: models, pieces, or both."))
        return told

    def _week(self, told: dict[str, Any]) -> list[list[str]]:
        week = [
            [window.strip() for window in (told.get(f"day_{number}") or "").split(",") if window.strip()]
            for number in WEEKDAYS
        ]
        for number in WEEKDAYS:
            alone: list[list[str]] = [[] for _each in WEEKDAYS]
            alone[number] = week[number]
            try:
                as_windows(alone)
            except ValueError as error:
                self.add_error(f"day_{number}", str(error))
        if not any(week):
            self.add_error("is_around_the_clock", _("Either around the clock, or some hours of the week."))
        return week
