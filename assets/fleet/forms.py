"""What a report of fleet size is asked for beside the filters of every report, prices, and forecasts."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from assets.fleet.models import Measure, Prices
from assets.fleet.saving import NAMES as PRICES
from assets.models import Category
from assets.utilisation.forms import NAMES as REPORT_NAMES
from assets.utilisation.forms import ReportForm
from assets.utilisation.reports import Choice
from locations.models import Department, Site

MOST_PIECES = 100_000
FORM = "fleet-asked"
"""The form to which all fields of the page belong, wherever they stand."""
OWN = ("pieces", "pool", *PRICES)
NAMES = (*REPORT_NAMES, "least", *OWN)


@dataclass(frozen=True)
class Question:
    """``pieces`` is the size that is tried, ``pool`` the units that share one; ``prices`` are those of the address."""

    choice: Choice
    pieces: int | None = None
    pool: tuple[Department, ...] = ()
    prices: dict[str, Decimal | None] = field(default_factory=dict)


class FleetForm(ReportForm):
    """``pool`` may be told several times; where it is not told, all units share."""

    form_id = FORM

    def __init__(self, data: Any, *, user: Any, today: date, category: Category | None = None) -> None:
        super().__init__(data, user=user, today=today, category=category)
        told: Any = self.data
        told["pool"] = [code for code in data.getlist("pool") if code] if hasattr(data, "getlist") else []
        units: Any = self.fields["unit"]
        del self.fields["cost"]
        self.fields["pieces"] = forms.IntegerField(
            label=_("Pieces to try"), min_value=0, max_value=MOST_PIECES, required=False
        )
        self.fields["pool"] = _Units(
            units.queryset.order_by("name"),
            to_field_name="code",
            label=_("Units that share"),
            required=False,
            widget=forms.CheckboxSelectMultiple,
        )
        for name in PRICES:
            told_of: Any = Prices._meta.get_field(name)
            priced: Any = told_of.formfield()
            priced.validators += told_of.validators  # a form of no model does not ask them
            self.fields[name] = priced
        for name in OWN:
            self.fields[name].widget.attrs |= {"form": FORM, "id": f"report-{name}"}
            if name != "pool":
                self.fields[name].widget.attrs["class"] = "input"

    def about(self) -> list[forms.BoundField]:
        return [each for each in super().about() if each.name not in OWN]

    def own(self) -> list[forms.BoundField]:
        """What the page asks elsewhere than in its filters."""
        return [self[name] for name in OWN]

    def prices(self) -> list[forms.BoundField]:
        return [self[name] for name in PRICES]

    def question(self, category: Category) -> Question:
        told = self.cleaned_data
        choice = self.choice(category)
        return Question(choice, told["pieces"], tuple(told["pool"]), {name: told[name] for name in PRICES})

    def choice(self, category: Category | None = None) -> Choice:
        self.cleaned_data.setdefault("cost", None)
        return super().choice(category)


class _Units(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]  # Django lets nobody name it
    def label_from_instance(self, obj: Any) -> str:
        return str(obj.name)


class MomentForm(forms.Form):
    """``at`` such as 2026-03-02T09:30:00Z."""

    at = forms.DateTimeField(label=_("Moment"))

    def moment(self) -> datetime:
        found: datetime = self.cleaned_data["at"]
        return found


class PricesForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Prices
        fields = list(PRICES)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, each in self.fields.items():
            each.widget.attrs |= {"class": "input", "id": f"prices-{name}"}


class ForecastForm(forms.Form):
    """Of a site or one of its units; what of each day."""

    site = forms.ModelChoiceField(Site.objects.none(), to_field_name="slug", label=_("Site"))
    unit = forms.ModelChoiceField(
        Department.objects.none(),
        to_field_name="code",
        label=_("Unit"),
        required=False,
        empty_label=_("Whole site"),
    )
    measure = forms.ChoiceField(label=_("Of each day"), choices=Measure.choices)

    def __init__(self, data: Any, *, user: Any) -> None:
        sites = Site.objects.visible_to(user)
        asked = {key: value for key, value in data.items() if value}
        first = sites.filter(slug=asked.get("site", "")).first() or sites.first()
        super().__init__({"site": first.slug if first else "", "measure": Measure.P95.value, **asked})
        chosen: Any = self.fields["site"]
        chosen.queryset = sites
        units: Any = self.fields["unit"]
        units.queryset = Department.objects.filter(site=first).order_by("name")
        for name, each in self.fields.items():
            each.widget.attrs |= {"class": "select", "id": f"forecast-{name}"}
