"""What a report is asked for, as its address says it; what cannot be is refused with the field named."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from assets.models import Asset, Category, EquipmentModel
from assets.utilisation.figures import Clock, Policy, UseBasis
from assets.utilisation.reports import LONGEST_DAYS, Choice
from locations.models import Department, Site

DEFAULT_DAYS = 30
MOST_BUFFER = 100
LEAST_HEARD = 50
"""Percent of the time: of a fleet that is heard less there is no figure, unless the address asks for one."""
NAMES = (
    "site",
    "from",
    "to",
    "unit",
    "model",
    "ownership",
    "basis",
    "policy",
    "hours",
    "demand",
    "buffer",
    "cost",
)

HOW = ("basis", "policy", "hours", "demand", "buffer", "least")
"""How it is counted, beside what is asked about."""


class ReportForm(forms.Form):
    """``from`` and ``to`` are days, both included; what is left out is the last thirty days that are over."""

    site = forms.ModelChoiceField(Site.objects.none(), to_field_name="slug", label=_("Site"), required=False)
    unit = forms.ModelChoiceField(
        Department.objects.none(),
        to_field_name="code",
        label=_("Unit"),
        required=False,
        empty_label=_("Whole site"),
    )
    model = forms.ModelChoiceField(
        EquipmentModel.objects.none(), label=_("Model"), required=False, empty_label=_("All models")
    )
    ownership = forms.ChoiceField(
        label=_("Ownership"), choices=[("", _("All")), *Asset.Ownership.choices], required=False
    )
    basis = forms.ChoiceField(label=_("Use"), choices=UseBasis.choices, required=False)
    policy = forms.ChoiceField(label=_("Downtime"), choices=Policy.choices, required=False)
    hours = forms.ChoiceField(label=_("Hours"), choices=Clock.choices, required=False)
    demand = forms.ChoiceField(
        label=_("Fleet size by"),
        choices=[("p95", _("95th percentile")), ("peak", _("peak"))],
        required=False,
    )
    buffer = forms.IntegerField(label=_("Buffer in %"), min_value=0, max_value=MOST_BUFFER, required=False)

    least = forms.IntegerField(label=_("Heard at least, %"), min_value=0, max_value=100, required=False)
    cost = forms.DecimalField(
        label=_("Cost of a day, to try"), min_value=0, max_digits=10, decimal_places=2, required=False
    )

    def __init__(self, data: Any, *, user: Any, today: date, category: Category | None = None) -> None:
        sites = Site.objects.visible_to(user)
        asked = {key: value for key, value in data.items() if value}
        first_site = sites.filter(slug=asked.get("site", "")).first() or sites.first()
        defaults = {
            "site": first_site.slug if first_site else "",
            "from": (today - timedelta(days=DEFAULT_DAYS)).isoformat(),
            "to": (today - timedelta(days=1)).isoformat(),
            "basis": UseBasis.PRESUMED.value,
            "policy": Policy.INSTALLED.value,
            "hours": Clock.CALENDAR.value,
            "demand": "p95",
            "buffer": "10",
            "least": str(LEAST_HEARD),
        }
        super().__init__({**defaults, **asked})
        self.today = today
        self.is_counted_otherwise = any(asked.get(name, defaults[name]) != defaults[name] for name in HOW)
        self.fields["from"] = forms.DateField(label=_("From"), input_formats=["%Y-%m-%d"])
        self.fields["to"] = forms.DateField(label=_("To"), input_formats=["%Y-%m-%d"])
        self.order_fields(list(NAMES))
        chosen: Any = self.fields["site"]
        chosen.queryset = sites
        units: Any = self.fields["unit"]
        units.queryset = Department.objects.filter(site=first_site)
        models: Any = self.fields["model"]
        models.queryset = _models_at(first_site, category)
        for name, field in self.fields.items():
            is_choice = isinstance(field, forms.ChoiceField)
            field.widget.attrs |= {"class": "select" if is_choice else "input", "id": f"report-{name}"}
            if name in {"from", "to"}:
                field.widget = forms.DateInput(
                    format="%Y-%m-%d", attrs={"type": "date", "class": "input", "id": f"report-{name}"}
                )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        first, last = cleaned.get("from"), cleaned.get("to")
        if first is None or last is None:
            return cleaned
        if last < first:
            self.add_error("to", ValidationError(_("The period ends before it begins.")))
        elif first > self.today:
            self.add_error("from", ValidationError(_("The period has not begun yet.")))
        elif (last - first).days >= LONGEST_DAYS:
            self.add_error(
                "from",
                ValidationError(_("At most %(days)d days are reported at once.") % {"days": LONGEST_DAYS}),
            )
        if cleaned.get("site") is None and "site" not in self.errors:
            self.add_error("site", ValidationError(_("There is no site that you may see.")))
        return cleaned

    def how(self) -> list[forms.BoundField]:
        return [self[name] for name in HOW]

    def about(self) -> list[forms.BoundField]:
        return [field for field in self if field.name not in HOW]

    def choice(self, category: Category | None = None) -> Choice:
        cleaned = self.cleaned_data
        return Choice(
            site=cleaned["site"],
            first=cleaned["from"],
            last=cleaned["to"],
            category=category,
            department=cleaned["unit"],
            basis=UseBasis(cleaned["basis"]),
            policy=Policy(cleaned["policy"]),
            clock=Clock(cleaned["hours"]),
            demand=cleaned["demand"],
            buffer=cleaned["buffer"] / 100,
            model=cleaned["model"],
            ownership=cleaned["ownership"],
            cost=cleaned["cost"],
            least=cleaned["least"] / 100,
        )


def _models_at(site: Site | None, category: Category | None) -> Any:
    """Those that there are at the site, of one category or of any."""
    rows = EquipmentModel.objects.filter(assets__site=site).distinct().order_by("manufacturer", "name")
    return rows if category is None else rows.filter(category=category)
