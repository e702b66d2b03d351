"""What makes a way in acceptable, besides what the database can say. Used by every form that saves one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError

from collectors.guard import TargetRefused, parse_network
from collectors.profiles.strict import ProfileError
from collectors.receivers.mqtt.broker import check_broker
from collectors.receivers.mqtt.library import UnknownMappingError, get_mapping
from collectors.receivers.settings import KINDS, Broker, read_settings

if TYPE_CHECKING:
    from collectors.models import Source

LISTENING = frozenset({"traps", "hl7", "mpps"})
"""Kinds that anybody on the network can reach, and so need a list of who may send."""


def validate_sources_networks(value: object) -> None:
    """A list of networks in CIDR form, which may be empty."""
    if not isinstance(value, list):
        raise ValidationError("Give a list, as in [“10.20.0.0/16”].")
    try:
        for entry in value:
            parse_network(entry)
    except ValueError as error:
        raise ValidationError(str(error)) from None


def validate_source(source: Source) -> None:
    """Raises ValidationError with everything that is wrong, field by field."""
    errors: dict[str, str] = {}
    if source.kind in LISTENING and not source.networks:
        errors["networks"] = "Name who may send, as in [“10.20.0.0/16”]; nobody else is heard."
    try:
        if source.kind in KINDS:  # another one is told at its own field
            settings = read_settings(source.kind, source.settings)
            if isinstance(settings, Broker):
                errors |= _wrong_broker(source, settings)
    except ProfileError as error:
        errors["settings"] = f"{error.key}: {error.problem}."
    if errors:
        raise ValidationError(errors)


def _wrong_broker(source: Source, broker: Broker) -> dict[str, str]:
    """Whether it may be spoken to, and whether all is there that says what its messages mean."""
    try:
        for name in broker.mappings:
            get_mapping(name)
        check_broker(broker, source.networks)
    except UnknownMappingError as error:
        return {"settings": f"mappings: {error}."}
    except ProfileError as error:
        return {"settings": f"mappings: {error}."}
    except (TargetRefused, ValueError) as refusal:
        return {"networks" if isinstance(source.networks, list) else "settings": str(refusal)}
    return {}
