"""What the pages of loans ask for."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from assets.loans.models import Programme
from assets.loans.words import NOTE_LENGTH, LoanKind
from locations.models import Department, Site

_MOMENT = {"invalid": _("A day and a time are needed."), "required": _("A day and a time are needed.")}
FIELDS: dict[str, tuple[str, ...]] = {
    LoanKind.DEPARTMENT: ("department", "note"),
    LoanKind.SITE: ("to_site", "note"),
    LoanKind.HOME: ("programme", "reference"),
    LoanKind.LOANER: ("partner", "daily_rate", "note"),
    LoanKind.RENTAL: ("partner", "daily_rate", "note"),
}
"""Kind → what is asked for besides the equipment and the times."""
_ALWAYS = ("asset", "begin", "due_at", "booking", "key")


class _Moment(forms.DateTimeField):
    def __init__(self, **kwargs: Any) -> None:
        widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
        super().__init__(widget=widget, error_messages=_MOMENT, **kwargs)


class CheckOutForm(forms.Form):
    """``user`` decides which departments and sites there are; ``kind`` which fields."""

    asset = forms.CharField(max_length=40, label=_("Asset tag"))
    department = forms.ModelChoiceField(Department.objects.none(), label=_("To which department"))
    to_site = forms.ModelChoiceField(Site.objects.none(), label=_("To which site"))
    partner = forms.CharField(max_length=80, label=_("Vendor or lender"))
    programme = forms.ModelChoiceField(Programme.objects.filter(is_current=True), label=_("Programme"))
    reference = forms.CharField(
        max_length=200, label=_("Reference"),
        help_text=_("The programme's code, a hyphen and five digits, as in HM-00421. We hold no patient data: no "
                    "names, no dates of birth, no numbers of patients."),
    )  # fmt: skip
    begin = _Moment(label=_("From"), required=False, help_text=_("Empty for now."))
    due_at = _Moment(label=_("Due back"), required=False)
    daily_rate = forms.DecimalField(
        max_digits=8, decimal_places=2, min_value=0, required=False, label=_("Cost of a day"),
        help_text=_("In the hospital's currency; empty if nobody knows."),
    )  # fmt: skip
    note = forms.CharField(
        max_length=NOTE_LENGTH, required=False, label=_("What for"), help_text=_("No patient names.")
    )
    booking = forms.IntegerField(required=False, min_value=1, max_value=2**62, widget=forms.HiddenInput)
    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, user: Any, kind: LoanKind, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        sites = Site.objects.visible_to(user)
        self.fields["department"].queryset = Department.objects.filter(site__in=sites)  # type: ignore[attr-defined]
        # Equipment goes to sites, too, where the person sees nothing.
        self.fields["to_site"].queryset = Site.objects.all()  # type: ignore[attr-defined]
        for name in set(self.fields) - {*FIELDS[kind], *_ALWAYS}:
            del self.fields[name]
        if kind == LoanKind.HOME:
            self.fields["due_at"].help_text = _("Empty for the usual length of the programme.")
        for each in self.fields.values():
            if not isinstance(each.widget, forms.HiddenInput):
                is_choice = isinstance(each, forms.ModelChoiceField)
                each.widget.attrs.setdefault("class", "select" if is_choice else "input")
        for name in ("asset", "partner", "reference", "note"):
            if name in self.fields:
                self.fields[name].widget.attrs["autocomplete"] = "off"


class ProgrammeForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Programme
        fields = ["name", "code", "default_days", "is_current"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, each in self.fields.items():
            if name != "is_current":
                each.widget.attrs["class"] = "input"


class MoveForm(forms.Form):
    """What is told with a step of a loan."""

    transition = forms.CharField(max_length=12)
    version = forms.IntegerField(required=False, min_value=1)
    due_at = _Moment(required=False)
    at = _Moment(required=False)
    condition = forms.CharField(required=False, max_length=8)
    note = forms.CharField(required=False, max_length=NOTE_LENGTH)
    photo = forms.FileField(required=False, allow_empty_file=False)
