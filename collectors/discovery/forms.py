"""The forms behind searching and deciding."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from assets.models import Asset, EquipmentModel
from collectors.discovery.places import USUAL_PORTS
from collectors.models import Credential, Endpoint, Find, Segment
from collectors.profiles.library import UnknownProfileError, all_profiles, get_profile

MOST_PORTS = 16
SAME, OTHER, NEW_ASSET, GATEWAY = "same", "other", "new", "gateway"


class SearchForm(forms.Form):
    """Where to look, and with which credentials. ``user`` sees the segments of their own sites."""

    segment = forms.ModelChoiceField(
        Segment.objects.none(), label="Segment", error_messages={"required": "Choose where to search."}
    )
    network = forms.CharField(
        label="Network", max_length=50, error_messages={"required": "Name it, as in 10.20.3.0/24."}
    )
    ports = forms.CharField(label="Ports", required=False, max_length=100)
    credentials = forms.ModelMultipleChoiceField(
        Credential.objects.exclude(kind=Credential.Kind.LOGIN), label="Credentials to try", required=False
    )

    def __init__(self, *args: Any, user: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        segments: Any = self.fields["segment"]
        segments.queryset = Segment.objects.visible_to(user).select_related("site")
        # Whom the devices of these segments believe already; never a community unasked.
        self.initial.setdefault(
            "credentials",
            list(
                Credential.objects.filter(
                    kind=Credential.Kind.SNMP_USM, endpoints__segment__in=segments.queryset
                ).distinct()
            ),
        )

    def clean_ports(self) -> tuple[int, ...]:
        text = self.cleaned_data["ports"].strip()
        if not text:
            return USUAL_PORTS
        parts = re.split(r"[,\s]+", text)
        if len(parts) > MOST_PORTS or not all(re.fullmatch(r"[0-9]{1,5}", part) for part in parts):
            raise ValidationError(f"Numbers with commas between, {MOST_PORTS} at the most, as in 161, 502.")
        return tuple(dict.fromkeys(map(int, parts)))


class TakeOnForm(forms.Form):
    """How a device that was met is to be read, and as what."""

    name = forms.CharField(
        label="Name", max_length=80, error_messages={"required": "Give the endpoint a name."}
    )
    profile = forms.ChoiceField(
        label="Profile", error_messages={"required": "Choose what kind of device it is."}
    )
    speaks_of = forms.ChoiceField(label="It is", required=False)
    other = forms.CharField(label="Asset tag", required=False, max_length=40)
    model = forms.ModelChoiceField(
        EquipmentModel.objects.select_related("category"), label="Model", required=False
    )
    exception_reason = forms.CharField(label="Why that is accepted", required=False, max_length=200)

    def __init__(self, *args: Any, find: Find, **options: Any) -> None:
        super().__init__(*args, **options)
        self._find = find
        profiles: Any = self.fields["profile"]
        profiles.choices = profile_choices(find)
        speaks_of: Any = self.fields["speaks_of"]
        speaks_of.choices = [
            *([(SAME, str(find.asset))] if find.asset else []),
            (OTHER, "equipment that is registered"),
            (NEW_ASSET, "equipment that nobody has entered yet"),
            (GATEWAY, "a gateway: its table names the devices"),
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        choice = cleaned.get("speaks_of") or (SAME if self._find.asset else GATEWAY)
        cleaned["speaks_of"], cleaned["asset"] = choice, None
        if choice == SAME:
            cleaned["asset"] = self._find.asset
        elif choice == OTHER:
            cleaned["asset"] = registered(self, cleaned.get("other", ""), self._find)
        elif choice == NEW_ASSET:
            self._check_new(cleaned)
        if self._find.protocol in ("snmp_v1", "snmp_v2c") and not cleaned.get("exception_reason"):
            self.add_error(
                "exception_reason", "SNMP v1 and v2c send all in the clear: say why it is accepted."
            )
        return cleaned

    def _check_new(self, cleaned: dict[str, Any]) -> None:
        if not cleaned.get("other"):
            self.add_error("other", "Name the hospital's own number of it.")
        if not cleaned.get("model"):
            self.add_error("model", "Choose its model.")


class OtherDeviceForm(forms.Form):
    """Which piece of equipment stands there now."""

    other = forms.CharField(
        label="Asset tag", max_length=40, error_messages={"required": "Name what stands there now."}
    )

    def __init__(self, *args: Any, find: Find, **options: Any) -> None:
        super().__init__(*args, **options)
        self._find = find

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("other"):
            cleaned["asset"] = registered(self, cleaned["other"], self._find)
        return cleaned


def registered(form: forms.Form, asset_tag: str, find: Find) -> Asset | None:
    """The equipment of that number at the find's site; tells the field if there is none."""
    in_service = Asset.objects.in_service().filter(site=find.segment.site)
    asset: Asset | None = in_service.filter(asset_tag=asset_tag.strip()).first()
    if asset is None:
        form.add_error("other", f"No equipment in service at {find.segment.site} has that number.")
    return asset


def profile_choices(find: Find) -> list[tuple[str, str]]:
    """Those that fit first, then all others of its protocol."""
    fitting = []
    for name in find.profiles:
        try:
            fitting.append((name, get_profile(name).title))
        except UnknownProfileError:
            continue
    kind = "snmp" if find.protocol.startswith("snmp") else "modbus"
    others = [
        (profile.name, profile.title)
        for profile in all_profiles()
        if profile.protocol == kind and profile.name not in find.profiles
    ]
    return [*fitting, *sorted(others, key=lambda choice: choice[1].lower())]


def free_name(find: Find) -> str:
    """A name to begin with: what it calls itself, or where it stands; one that no endpoint has."""
    facts = find.facts
    wanted = (facts.get("name") or facts.get("model_name") or facts.get("product") or "")[:60]
    wanted = wanted or f"Device at {find.host}"
    if Endpoint.objects.filter(name=wanted).exists():
        wanted = f"{wanted} ({find.host})"
    return wanted[:80]
