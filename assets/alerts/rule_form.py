"""The form behind a rule: what every rule has, and the parameters of its kind."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from assets.alerts.models import Rule
from assets.alerts.models.duty import ROLES
from assets.alerts.parameters import PARAMETERS, Parameter, check_parameters
from assets.alerts.scope import RELATIONS, Scope
from assets.alerts.words import Kind, Severity
from assets.models import Asset, Category
from assets.vocabulary import VOCABULARY
from locations.models import Department, Site, Zone
from locations.zones import ZoneKind

CALLED = [("", _("nobody")), *ROLES]
PREFIX = "p_"
_SCOPE = ("categories", "departments", "ownerships", "zone_kinds", "zones", "sites")


class ZoneField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]  # Django lets nobody name it
    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.floor.name}: {obj.name}"


class RuleForm(forms.Form):
    """``build(rule)`` brings what was told into a rule, unsaved; errors of parameters stand at their fields."""

    name = forms.CharField(label=_("Name"), max_length=80)
    severity = forms.ChoiceField(label=_("How grave"), choices=Severity.choices)
    is_enabled = forms.BooleanField(label=_("In force"), required=False)
    advice = forms.CharField(
        label=_("What to do"), max_length=200, required=False, help_text=_("Shown and told with it. No patient names.")
    )  # fmt: skip
    categories = forms.ModelMultipleChoiceField(Category.objects.all(), label=_("Categories"), required=False)
    departments = forms.ModelMultipleChoiceField(
        Department.objects.none(), label=_("Departments"), required=False
    )
    zones = ZoneField(Zone.objects.none(), label=_("Zones"), required=False)
    zone_kinds = forms.MultipleChoiceField(label=_("Kinds of zone"), choices=ZoneKind.choices, required=False)
    ownerships = forms.MultipleChoiceField(
        label=_("Ownership"), choices=Asset.Ownership.choices, required=False
    )
    sites = forms.ModelMultipleChoiceField(Site.objects.none(), label=_("Sites"), required=False)
    reopen_within_s = forms.IntegerField(
        label=_("The same alert again, within"), min_value=0, max_value=7 * 86400, help_text=_("Seconds.")
    )
    escalate_after_s = forms.IntegerField(
        label=_("Call whoever is on call after"), min_value=0, max_value=7 * 86400, required=False,
        help_text=_("Seconds in which nobody acknowledged it; empty for never."),
    )  # fmt: skip
    escalate_to = forms.ChoiceField(label=_("On call"), choices=CALLED, required=False)

    def __init__(self, data: Any = None, *, rule: Rule, user: Any) -> None:
        self.rule = rule
        super().__init__(data, initial=self._initial(rule))
        sites: Any = self.fields["sites"]
        departments: Any = self.fields["departments"]
        zones: Any = self.fields["zones"]
        sites.queryset = Site.objects.visible_to(user)
        departments.queryset = Department.objects.filter(site__in=sites.queryset)
        zones.queryset = Zone.objects.visible_to(user).current().select_related("floor")
        for parameter in PARAMETERS[rule.kind]:
            self.fields[PREFIX + parameter.name] = _field(parameter)
        for field in self.fields.values():
            if not isinstance(field.widget, forms.CheckboxInput):
                is_choice = isinstance(field.widget, forms.Select)
                field.widget.attrs["class"] = "select" if is_choice else "input"
        for name in _SCOPE:
            self.fields[name].widget.attrs["size"] = "5"

    @property
    def parameter_fields(self) -> list[Any]:
        return [field for field in self if field.name.startswith(PREFIX)]

    @property
    def scope_fields(self) -> list[Any]:
        return [self[name] for name in _SCOPE]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        told = {
            name.removeprefix(PREFIX): value
            for name, value in cleaned.items()
            if name.startswith(PREFIX) and value not in (None, "")
        }
        try:
            cleaned["parameters"] = check_parameters(self.rule.kind, told)
        except ValidationError as error:
            for name, problems in error.message_dict.items():
                self.add_error(PREFIX + name if PREFIX + name in self.fields else None, problems)
        return cleaned

    def build(self) -> Rule:
        told, rule = self.cleaned_data, self.rule
        for name in (
            "name",
            "severity",
            "is_enabled",
            "advice",
            "zone_kinds",
            "ownerships",
            "reopen_within_s",
            "parameters",
        ):
            setattr(rule, name, told[name])
        rule.escalate_after_s, rule.escalate_to = told["escalate_after_s"], told["escalate_to"]
        return rule

    def scope(self) -> dict[str, list[Any]]:
        return {name: list(self.cleaned_data[name]) for name in RELATIONS}

    def unsaved_scope(self) -> Scope:
        keys = {name: frozenset(each.pk for each in members) for name, members in self.scope().items()}
        words = {name: frozenset(self.cleaned_data[name]) for name in ("zone_kinds", "ownerships")}
        return Scope(**keys, **words)

    @staticmethod
    def _initial(rule: Rule) -> dict[str, Any]:
        initial = {
            name: getattr(rule, name)
            for name in (
                "name", "severity", "is_enabled", "advice", "zone_kinds", "ownerships", "reopen_within_s",
                "escalate_after_s", "escalate_to",
            )
        }  # fmt: skip
        if rule.pk is not None:
            initial |= {name: list(getattr(rule, name).all()) for name in RELATIONS}
        for parameter in PARAMETERS[rule.kind]:
            initial[PREFIX + parameter.name] = rule.parameters.get(parameter.name, parameter.default)
        return initial


def _field(parameter: Parameter) -> forms.Field:
    label = f"{parameter.label} ({parameter.unit})" if parameter.unit else parameter.label
    is_required = parameter.default is None and not parameter.is_optional
    common: dict[str, Any] = {"label": label, "required": is_required, "help_text": parameter.help}
    if parameter.choices:
        named = [
            (name, f"{VOCABULARY[name].label} ({VOCABULARY[name].unit or '–'})") for name in parameter.choices
        ]
        return forms.ChoiceField(choices=[(n, w) for w, n in sorted((w, n) for n, w in named)], **common)
    if parameter.is_seconds:
        return forms.IntegerField(min_value=int(parameter.low), max_value=int(parameter.high), **common)
    return forms.FloatField(**common)


def kinds() -> list[tuple[str, Any]]:
    return list(Kind.choices)
