"""Every endpoint that is asked in a way weaker than SNMP v3 with sound authentication and privacy: what and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from collectors.endpoint_rules import weak_endpoints, weaknesses
from collectors.models import Endpoint

UNPROTECTED = "Modbus protects nothing: anyone on the way can read and forge values."
_BARE_MODBUS = (
    Endpoint.Protocol.MODBUS_TCP,
    Endpoint.Protocol.MODBUS_UDP,
    Endpoint.Protocol.MODBUS_RTU_TCP,
)
"""Over a network; a serial line is protected by who can touch it."""


@dataclass(frozen=True, slots=True)
class Risk:
    """``is_exception``: somebody had to accept it, and said why; else the protocol knows nothing better."""

    endpoint: Endpoint
    weaknesses: Sequence[str]
    what_to_do: str
    is_exception: bool


def risks_for(user: Any) -> list[Risk]:
    """The exceptions first, by segment and name."""
    exceptions = _endpoints(user).filter(weak_endpoints())
    bare = _endpoints(user).filter(protocol__in=_BARE_MODBUS)
    return [
        *(Risk(each, weaknesses(each), _remedy(each), is_exception=True) for each in exceptions),
        *(Risk(each, [UNPROTECTED], _MODBUS_REMEDY, is_exception=False) for each in bare),
    ]


def exceptions_count(user: Any) -> int:
    """How many endpoints somebody accepted as weaker."""
    return int(Endpoint.objects.visible_to(user).filter(weak_endpoints()).count())


def _endpoints(user: Any) -> QuerySet[Endpoint]:
    found: QuerySet[Endpoint] = (
        Endpoint.objects.visible_to(user)
        .select_related(
            "credential", "segment__site", "asset__model", "asset__now__zone", "asset__now__floor",
            "asset__home_zone__floor",
        )
        .order_by("segment__name", "name")
    )  # fmt: skip
    return found


_MODBUS_REMEDY = (
    "If the device or its gateway speaks Modbus/TCP Security, use that; else keep it in a segment of its own."
)


def _remedy(endpoint: Endpoint) -> str:
    if endpoint.protocol != Endpoint.Protocol.SNMP_V3:
        return "Give the device an SNMP v3 user with SHA-256 and AES-128, and let the endpoint use that."
    return "Give its user SHA-256 and AES-128 on the device, then replace the credential."
