"""The forms behind duties and maintenance windows: once, between two moments of the site, or every week."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django import forms
from django.contrib.auth import get_user_model
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _

from assets.alerts.models import MaintenanceWindow, OnCall, Rule
from assets.alerts.models.duty import ROLES
from assets.models import Asset, Category
from locations.models import Department, Site, Zone

_MOMENT = "%Y-%m-%dT%H:%M"


class WeekdaysField(forms.TypedMultipleChoiceField):
    """Days of the week as numbers, 0 for Monday."""

    def __init__(self, **named: Any) -> None:
        super().__init__(
            choices=list(WEEKDAYS.items()),
            coerce=int,
            required=False,
            widget=forms.CheckboxSelectMultiple,
            **named,
        )


class MomentField(forms.DateTimeField):
    """A moment in a site's time, as browsers give it: naive until the form knows the site."""

    def __init__(self, **named: Any) -> None:
        widget = forms.DateTimeInput(attrs={"type": "datetime-local", "class": "input"}, format=_MOMENT)
        super().__init__(required=False, input_formats=[_MOMENT, f"{_MOMENT}:%S"], widget=widget, **named)

    def clean(self, value: Any) -> Any:
        told = super().clean(value)
        return told.replace(tzinfo=None) if isinstance(told, datetime) else told


class TimeField(forms.TimeField):
    def __init__(self, **named: Any) -> None:
        widget = forms.TimeInput(attrs={"type": "time", "class": "input"}, format="%H:%M")
        super().__init__(required=False, widget=widget, **named)


class _DutyForm(forms.Form):
    """``build(duty)`` brings what was told into a duty, unsaved."""

    model: ClassVar[Any]
    what: ClassVar[tuple[str, ...]]
    """Its fields besides those that say when."""
    when: ClassVar = ("begin", "end", "weekdays", "time_from", "time_to")

    def __init__(self, data: Any = None, *, duty: Any, user: Any) -> None:
        self.duty = duty
        super().__init__(data, initial=self._initial())
        seen = Site.objects.visible_to(user)
        for name, field in self.fields.items():
            if isinstance(field, forms.ModelChoiceField):
                field.queryset = self.choices_of(name, seen)
                field.widget.attrs["class"] = "select"
            elif isinstance(field, forms.ChoiceField) and not isinstance(field, WeekdaysField):
                field.widget.attrs["class"] = "select"
            elif isinstance(field, forms.CharField):
                field.widget.attrs["class"] = "input"
        if self.duty.site_id is None and (only := list(seen[:2])) and len(only) == 1:
            self.initial["site"] = only[0].pk

    def choices_of(self, name: str, seen: Any) -> Any:  # noqa: ARG002  forms with more than a site look at it
        """What the field of that name offers; ``seen`` are the sites that the person sees."""
        return seen

    @property
    def what_fields(self) -> list[Any]:
        return [self[name] for name in self.what]

    def build(self) -> Any:
        for name in self.what:
            setattr(self.duty, name, self.cleaned_data[name])
        zone = ZoneInfo(self.cleaned_data["site"].timezone)
        for name in ("begin", "end"):
            moment = self.cleaned_data[name]
            setattr(self.duty, name, moment and moment.replace(tzinfo=zone))
        for name in ("weekdays", "time_from", "time_to"):
            setattr(self.duty, name, self.cleaned_data[name])
        return self.duty

    def _initial(self) -> dict[str, Any]:
        duty = self.duty
        initial = {
            name: getattr(duty, f"{name}_id", getattr(duty, name, None)) for name in self.what if duty.pk
        }
        if duty.pk:
            initial |= {name: getattr(duty, name) for name in ("weekdays", "time_from", "time_to")}
            zone = ZoneInfo(duty.site.timezone)
            for name in ("begin", "end"):
                moment = getattr(duty, name)
                initial[name] = moment and moment.astimezone(zone).replace(tzinfo=None)
        return initial


class _When(forms.Form):
    begin = MomentField(label=_("From"))
    end = MomentField(label=_("Until"))
    weekdays = WeekdaysField(label=_("On these days"))
    time_from = TimeField(label=_("From (time)"))
    time_to = TimeField(label=_("Until (time)"), help_text=_("Earlier than “from” means the next morning."))


class _PersonField(forms.ModelChoiceField):  # type: ignore[type-arg]  # Django lets nobody name it
    def label_from_instance(self, obj: Any) -> str:
        return str(obj.get_full_name() or obj.username)


class _ZoneField(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.floor.name}: {obj.name}"


class OnCallForm(_DutyForm, _When):
    model = OnCall
    what = ("person", "role", "site")

    person = _PersonField(None, label=_("Who"))
    role = forms.ChoiceField(label=_("Answers for"), choices=ROLES)
    site = forms.ModelChoiceField(Site.objects.none(), label=_("Site"))

    def choices_of(self, name: str, seen: Any) -> Any:
        if name != "person":
            return super().choices_of(name, seen)
        people = get_user_model().objects.filter(is_active=True)
        return people.exclude(role="display").order_by("username")


class WindowForm(_DutyForm, _When):
    model = MaintenanceWindow
    what = ("name", "site", "rule", "category", "department", "zone", "asset")

    name = forms.CharField(label=_("What is done"), max_length=80, help_text=_("No patient names."))
    site = forms.ModelChoiceField(Site.objects.none(), label=_("Site"))
    rule = forms.ModelChoiceField(
        Rule.objects.none(), label=_("Only this rule"), required=False, empty_label=_("all rules")
    )
    category = forms.ModelChoiceField(
        Category.objects.none(), label=_("Only this category"), required=False, empty_label=_("all equipment")
    )
    department = forms.ModelChoiceField(
        Department.objects.none(),
        label=_("Only this department"),
        required=False,
        empty_label=_("all departments"),
    )
    zone = _ZoneField(None, label=_("Only in this zone"), required=False, empty_label=_("all zones"))
    asset = forms.ModelChoiceField(
        Asset.objects.none(), label=_("Only this piece"), required=False, to_field_name="asset_tag",
        widget=forms.TextInput(attrs={"class": "input", "autocomplete": "off"}),
        help_text=_("Its asset tag; empty for all."),
        error_messages={"invalid_choice": _("There is no equipment with this asset tag.")},
    )  # fmt: skip

    def _initial(self) -> dict[str, Any]:
        initial = super()._initial()
        if self.duty.asset is not None:
            initial["asset"] = self.duty.asset.asset_tag
        return initial

    def choices_of(self, name: str, seen: Any) -> Any:
        match name:
            case "rule":
                return Rule.objects.all()
            case "category":
                return Category.objects.all()
            case "department":
                return Department.objects.filter(site__in=seen)
            case "zone":
                return Zone.objects.filter(floor__building__site__in=seen).current().select_related("floor")
            case "asset":
                return Asset.objects.filter(site__in=seen).in_service()
        return super().choices_of(name, seen)
