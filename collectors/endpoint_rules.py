"""What makes an endpoint acceptable, besides what the database can say. Used by every form that saves one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db.models import Q

from collectors.dicom_rules import wrong_called, wrong_calling
from collectors.gateways import wrong_gateway
from collectors.guard import TargetRefused, check_target, parse_network, parse_ports
from collectors.modbus_rules import (
    wrong_kind_of_host,
    wrong_line_settings,
    wrong_port,
    wrong_tls,
    wrong_unit,
)
from collectors.profiles.library import UnknownProfileError, get_profile
from collectors.profiles.strict import ProfileError
from collectors.serial_lines import parse_lines

if TYPE_CHECKING:
    from collectors.models import Credential, Endpoint

NOTHING = "none"
"""In ``Credential.protocols``: a user without authentication or without privacy."""
WEAK_ALGORITHMS = {
    "md5": "MD5 is withdrawn: nobody vouches any more that what it signs cannot be forged.",
    "des": "DES has keys of 56 bits: whoever records what travels can try them all and read it.",
}
"""SHA-1 is not among them: as SNMP v3 uses it, keyed, it still holds (RFC 6194)."""
MAX_CONTEXT_OCTETS = 32
_WITHOUT_AUTHENTICATION = "Without authentication anyone on the way can forge its values and its silence."
_WITHOUT_PRIVACY = "Without privacy anyone on the way can read its values."
_COMMUNITY = (
    "{} sends the community and all values in the clear: anyone on the way can read both, and forge values."
)
_COMMUNITY_VERSIONS = {"snmp_v1": "SNMP v1", "snmp_v2c": "SNMP v2c"}
UNPROTECTED = ("modbus_tcp", "modbus_udp", "modbus_rtu_tcp", "modbus_rtu", "modbus_ascii")
"""Protocols that know no protection at all; what they carry is safe only where nobody else is on the way."""
_CREDENTIAL_KIND = {"snmp_v1": "snmp_community", "snmp_v2c": "snmp_community", "snmp_v3": "snmp_usm"}


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


def validate_serial_lines(value: object) -> None:
    """For a segment's serial lines: a list of paths."""
    if not isinstance(value, list):
        raise ValidationError("Give a list, as in [“/dev/ttyUSB0”].")
    try:
        parse_lines(value)
    except ValueError as error:
        raise ValidationError(str(error)) from None


def validate_endpoint(endpoint: Endpoint) -> None:
    """Raises ValidationError with everything that is wrong, field by field. Looks names up."""
    errors: dict[str, str] = {}
    for field, find in (
        ("profile", _wrong_profile),
        ("credential", _wrong_credential),
        ("exception_reason", _missing_reason),
        ("context_name", _wrong_context),
        ("driver", _wrong_driver),
        ("line_settings", wrong_line_settings),
        ("unit_id", wrong_unit),
        ("port", wrong_port),
        ("called_ae_title", wrong_called),
        ("calling_ae_title", wrong_calling),
        ("protocol", wrong_tls),
        ("behind", wrong_gateway),
        ("host", _wrong_target),
    ):
        if message := find(endpoint):
            errors[field] = message
    if errors:
        raise ValidationError(errors)


def weaknesses(endpoint: Endpoint) -> list[str]:
    """In words, what makes it weaker than SNMP v3 with sound authentication and privacy; empty: nothing.

    Reads the endpoint's credential, so select it along with many. :func:`weak_endpoints` is the same in SQL.
    """
    credential = endpoint.credential
    return weaknesses_of(endpoint.protocol, credential.protocols if credential else "")


def is_weak(protocol: str, credential: Credential | None) -> bool:
    """Weaker than SNMP v3 with sound authentication and privacy, where the protocol offers those."""
    return bool(weaknesses_of(protocol, credential.protocols if credential else ""))


def weak_endpoints() -> Q:
    """Endpoints of which :func:`weaknesses` has something to say."""
    words = "|".join([*WEAK_ALGORITHMS, NOTHING])
    return Q(protocol__in=list(_COMMUNITY_VERSIONS)) | Q(
        protocol="snmp_v3", credential__protocols__regex=rf"(^|/)({words})(/|$)"
    )


def weaknesses_of(protocol: str, algorithms: str) -> list[str]:
    """The same for a protocol and the text of ``Credential.protocols``."""
    if protocol in _COMMUNITY_VERSIONS:
        return [_COMMUNITY.format(_COMMUNITY_VERSIONS[protocol])]
    if protocol != "snmp_v3" or not algorithms:
        return []
    auth, _, priv = algorithms.partition("/")
    words = [WEAK_ALGORITHMS[name] for name in (auth, priv) if name in WEAK_ALGORITHMS]
    return [_WITHOUT_AUTHENTICATION] * (auth == NOTHING) + [_WITHOUT_PRIVACY] * (priv == NOTHING) + words


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
        language = "DICOM" if endpoint.protocol == "dicom" else "Modbus"
        return f"{language} knows no credentials; leave it empty." if endpoint.credential else ""
    if endpoint.credential is None or endpoint.credential.kind != needed:
        if needed == "snmp_usm":
            return "SNMP v3 needs a v3 user."
        return f"{_COMMUNITY_VERSIONS[endpoint.protocol]} needs a community."
    return ""


def _missing_reason(endpoint: Endpoint) -> str:
    words = weaknesses(endpoint)
    if not words or endpoint.exception_reason.strip():
        return ""
    return (
        f"Say why a protocol weaker than SNMP v3 with privacy is accepted for this device. {' '.join(words)}"
    )


def _wrong_context(endpoint: Endpoint) -> str:
    if endpoint.context_name and endpoint.protocol != "snmp_v3":
        return "Only SNMP v3 knows contexts; leave it empty."
    if len(endpoint.context_name.encode()) > MAX_CONTEXT_OCTETS:
        return f"A context name has at most {MAX_CONTEXT_OCTETS} octets."
    return ""


def _wrong_driver(endpoint: Endpoint) -> str:
    if endpoint.driver and not endpoint.protocol.startswith("snmp"):
        return "Only SNMP has drivers to choose from; leave it empty."
    return ""


def _wrong_target(endpoint: Endpoint) -> str:
    if message := wrong_kind_of_host(endpoint):
        return message
    try:
        check_target(endpoint.host, endpoint.port, endpoint.segment)
    except (TargetRefused, ValueError) as refusal:
        return str(refusal)
    return _polled_elsewhere(endpoint)


def _polled_elsewhere(endpoint: Endpoint) -> str:
    """One address belongs to one segment: its collectors see to it that it has one request under way."""
    if endpoint.segment._state.adding:
        return ""
    same = type(endpoint).objects.filter(host=endpoint.host, port=endpoint.port)
    other = same.exclude(segment=endpoint.segment_id).select_related("segment").first()
    return f"“{other.name}” in segment “{other.segment}” has this address; use that segment." if other else ""
