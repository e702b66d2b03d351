"""The form through which a device's secret goes in and never comes out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError

from collectors.credentials import AUTH_PROTOCOLS, PRIV_PROTOCOLS, check_secret, check_uses
from collectors.models import Credential

if TYPE_CHECKING:
    ModelForm = forms.ModelForm[Credential]
else:  # Django's own class takes no type in brackets
    ModelForm = forms.ModelForm

_USER_FIELDS = {
    "user_name": "name",
    "auth_protocol": "auth_protocol",
    "auth_key": "auth_key",
    "priv_protocol": "priv_protocol",
    "priv_key": "priv_key",
}
_FIELDS: dict[str, dict[str, str]] = {
    Credential.Kind.SNMP_COMMUNITY: {"community": "community"},
    Credential.Kind.LOGIN: {"user_name": "name", "password": "password"},
}
"""Of kinds other than SNMP v3 users: field → part of the secret."""
_LABELS = {
    "none": "none – a reason is needed at each endpoint",
    "md5": "md5 – a reason is needed at each endpoint",
    "des": "des – a reason is needed at each endpoint",
}
_PLAIN_FIELDS = frozenset({"auth_protocol", "priv_protocol"})


def _secret_field(label: str, **options: Any) -> forms.CharField:
    hidden = forms.PasswordInput(render_value=False, attrs={"autocomplete": "new-password"})
    return forms.CharField(label=label, required=False, strip=False, widget=hidden, **options)


def _choices(protocols: Sequence[str]) -> list[tuple[str, str]]:
    return [(name, _LABELS.get(name, name)) for name in protocols]


class CredentialForm(ModelForm):
    """Secrets are typed, never shown. Left empty, a stored secret stays as it is."""

    community = _secret_field("Community", help_text="For SNMP v1/v2c only.")
    password = _secret_field("Password", help_text="For a user name and password, as of a broker.")
    user_name = forms.CharField(
        label="User", required=False, help_text="Of SNMP v3, and the next four too; or of the password."
    )
    auth_protocol = forms.ChoiceField(
        label="Authentication", required=False, choices=_choices(AUTH_PROTOCOLS)
    )
    auth_key = _secret_field("Authentication passphrase")
    priv_protocol = forms.ChoiceField(label="Privacy", required=False, choices=_choices(PRIV_PROTOCOLS))
    priv_key = _secret_field("Privacy passphrase")

    class Meta:
        model = Credential
        fields = ["name", "kind"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        kind = cleaned.get("kind", "")
        names = _FIELDS.get(kind, _USER_FIELDS)
        given = {key: cleaned.get(field, "") for field, key in names.items()}
        if any(value for key, value in given.items() if key not in _PLAIN_FIELDS):
            self._check(kind, given, names)
        elif self.instance.sealed and "kind" not in self.changed_data:
            given = {}
        else:
            self.add_error(None, "Enter the secret: a new credential, or one of another kind, has none yet.")
        return cleaned | {"secret": given}

    def _check(self, kind: str, given: dict[str, str], names: dict[str, str]) -> None:
        try:
            checked = check_secret(kind=kind, secret=given)
        except ValidationError as error:
            for field, key in names.items():
                for message in error.message_dict.get(key, []):
                    self.add_error(field, message)
            return
        try:
            check_uses(credential=self.instance, kind=kind, secret=checked)
        except ValidationError as error:
            self.add_error(None, error)
