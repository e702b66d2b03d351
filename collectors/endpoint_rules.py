"""What makes an endpoint acceptable, besides what the database can say. Used by every form that saves one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError

from collectors.guard import TargetRefused, check_target, parse_network, parse_ports
from collectors.profiles.library import UnknownProfileError, get_profile
from collectors.profiles.strict import ProfileError

if TYPE_CHECKING:
    from collectors.models import Credential, Endpoint

_WEAK_PROTOCOLS = frozenset({"md5", "des"})
_CREDENTIAL_KIND = {"snmp_v2c": "snmp_community", "snmp_v3": "snmp_usm"}


def validate_networks(value: object) -> None:
    """For a segment's networks: a non-empty list in CIDR form."""
    if not isinstance(value, list) or not value:
        raise ValidationError("Name at least one network, as in [“10.20.0.0/16”].")
    try:
        for entry in value:
            parse_network(entry)
    except ValueError as error:
        raise ValidationError(str(error)) from None


def validate_ports(value: object) -> None:
    """For a segment's ports: a list of numbers and "from-to" ranges."""
    if not isinstance(value, list):
        raise ValidationError("Give a list, as in [1161, “16100-16199”].")
    try:
        parse_ports(value)
    except ValueError as error:
        raise ValidationError(str(error)) from None


def validate_endpoint(endpoint: Endpoint) -> None:
    """Raises ValidationError with everything that is wrong, field by field. Looks names up."""
    errors: dict[str, str] = {}
    for field, find in (
        ("profile", _wrong_profile),
        ("credential", _wrong_credential),
        ("exception_reason", _missing_reason),
        ("host", _wrong_target),
    ):
        if message := find(endpoint):
            errors[field] = message
    if errors:
        raise ValidationError(errors)


def is_weak(protocol: str, credential: Credential | None) -> bool:
    """Weaker than SNMP v3 with sound authentication and privacy, where the protocol offers those."""
    if protocol == "snmp_v2c":
        return True
    return credential is not None and not _WEAK_PROTOCOLS.isdisjoint(credential.protocols.split("/"))


def _wrong_profile(endpoint: Endpoint) -> str:
    try:
        profile = get_profile(endpoint.profile)
    except UnknownProfileError:
        return f"There is no device profile “{endpoint.profile}”."
    except ProfileError as error:
        return f"The profile cannot be used: {error}."
    if not endpoint.protocol.startswith(profile.protocol):
        return f"The profile “{endpoint.profile}” speaks {profile.protocol}, not {endpoint.protocol}."
    return ""


def _wrong_credential(endpoint: Endpoint) -> str:
    needed = _CREDENTIAL_KIND.get(endpoint.protocol)
    if needed is None:
        return "Modbus/TCP knows no credentials; leave it empty." if endpoint.credential else ""
    if endpoint.credential is None or endpoint.credential.kind != needed:
        return "SNMP v3 needs a v3 user." if needed == "snmp_usm" else "SNMP v2c needs a community."
    return ""


def _missing_reason(endpoint: Endpoint) -> str:
    if is_weak(endpoint.protocol, endpoint.credential) and not endpoint.exception_reason.strip():
        return "Say why a protocol weaker than SNMP v3 with privacy is accepted for this device."
    return ""


def _wrong_target(endpoint: Endpoint) -> str:
    try:
        check_target(endpoint.host, endpoint.port, endpoint.segment)
    except (TargetRefused, ValueError) as refusal:
        return str(refusal)
    return ""
