"""Adding what is polled. Pages, API, admin and the demo hospital all come through here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypedDict, Unpack

from django.db import transaction

from collectors.models import Credential, Endpoint, Segment
from collectors.profiles.library import UnknownProfileError, get_profile


class Manner(TypedDict, total=False):
    """How a device wants to be asked: fields of :class:`Endpoint`, each of which may be left out."""

    driver: str
    context_name: str
    max_varbinds: int | None
    max_repetitions: int | None
    max_message_bytes: int | None
    pause_between_ms: int
    interval_in_use_s: float | None
    behind: Endpoint | None
    line_settings: str
    called_ae_title: str
    calling_ae_title: str


@transaction.atomic
def register_segment(
    *,
    name: str,
    site: Any,
    networks: Sequence[str],
    ports: Sequence[int | str] = (),
    serial_lines: Sequence[str] = (),
) -> Segment:
    """A part of the network that may be polled; ValidationError says what is wrong with it."""
    segment = Segment(
        name=name, site=site, networks=list(networks), ports=list(ports), serial_lines=list(serial_lines)
    )
    segment.full_clean()
    segment.save()
    return segment


@transaction.atomic
def register_endpoint(
    *,
    name: str,
    segment: Segment,
    host: str,
    port: int,
    profile: str,
    protocol: str = Endpoint.Protocol.SNMP_V3,
    credential: Credential | None = None,
    asset: Any = None,
    unit_id: int = 1,
    interval_s: float | None = None,
    timeout_s: float = 2.0,
    exception_reason: str = "",
    is_enabled: bool = True,
    **manner: Unpack[Manner],
) -> Endpoint:
    """A new endpoint, polled from now on; the profile names the interval unless one is given.

    ValidationError says, field by field, what is wrong: a target that the guard refuses, a profile that is
    unknown or for another protocol, a credential of the wrong kind, a weak protocol without a reason.
    """
    endpoint = Endpoint(
        name=name,
        segment=segment,
        host=host,
        port=port,
        profile=profile,
        protocol=protocol,
        credential=credential,
        asset=asset,
        unit_id=unit_id,
        interval_s=_interval_of(profile) if interval_s is None else interval_s,
        timeout_s=timeout_s,
        exception_reason=exception_reason,
        is_enabled=is_enabled,
        **manner,
    )
    endpoint.full_clean()
    endpoint.save()
    return endpoint


def _interval_of(profile: str) -> float:
    try:
        return get_profile(profile).interval_s
    except UnknownProfileError:
        return 30.0  # full_clean tells
