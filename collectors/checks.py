"""What must hold before anything is polled."""

from __future__ import annotations

from typing import Any

from django.core.checks import CheckMessage, Error

from collectors.profiles.library import broken_profiles
from collectors.receivers.mqtt.library import broken_mappings


def profiles_can_be_read(**_: Any) -> list[CheckMessage]:
    """System check: names file and key of each device profile that cannot be used."""
    return [Error(f"Device profile {problem}", id="collectors.E001") for problem in broken_profiles()]


def mappings_can_be_read(**_: Any) -> list[CheckMessage]:
    """System check: names file and key of each mapping of MQTT topics that cannot be used."""
    return [Error(f"MQTT mapping {problem}", id="collectors.E002") for problem in broken_mappings()]
