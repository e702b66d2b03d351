"""Whether a rule opens an order, and which."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from assets.device_orders.models import OrderRule
from assets.maintenance.models import OrderTemplate


class OpensForm(forms.ModelForm):  # type: ignore[type-arg]  # Django lets nobody name it
    opens = forms.BooleanField(required=False, label=_("This rule opens a work order"))

    class Meta:
        model = OrderRule
        fields = ["kind", "template", "priority", "team", "when_clear"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["opens"].initial = self.instance.pk is not None and not self.instance._state.adding
        self.fields["template"].queryset = OrderTemplate.objects.filter(is_current=True)  # type: ignore[attr-defined]
        self.fields["template"].empty_label = _("none")  # type: ignore[attr-defined]
        for name, words in (("priority", _("by risk and impact")), ("team", _("that of the kind"))):
            field: Any = self.fields[name]
            field.choices = [("", words), *[choice for choice in field.choices if choice[0]]]
        for name in self.Meta.fields:
            self.fields[name].widget.attrs["class"] = "select"
