"""A trap in words: what its sender's profile calls it, or the standard, or another profile, or its bare number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from collectors.models import Endpoint, EndpointHealth, Trap
from collectors.profiles.library import UnknownProfileError, all_profiles, get_profile
from collectors.profiles.model import Profile
from collectors.profiles.strict import ProfileError
from collectors.profiles.traps import STANDARD, plain_oid


@dataclass(frozen=True, slots=True)
class TrapLine:
    """A trap as its endpoint's page shows it. ``is_polled``: the device was asked since."""

    at: datetime
    words: str
    oid: str
    kind: str
    is_authenticated: bool
    is_polled: bool


def trap_words(oid: str, profile_name: str) -> str:
    """What a trap of a device with this profile is called; its identifier if nobody has named it."""
    plain = plain_oid(oid)
    own = _own(profile_name)
    return own.get(plain) or STANDARD.get(plain) or _of_others().get(plain) or oid


def trap_lines(endpoint: Endpoint, count: int) -> list[TrapLine]:
    """The last traps of an endpoint, newest first."""
    health: EndpointHealth | None = getattr(endpoint, "health", None)
    asked_at = health.attempted_at if health else None
    return [_line(trap, endpoint.profile, asked_at) for trap in endpoint.traps.all()[:count]]


def _line(trap: Trap, profile_name: str, asked_at: datetime | None) -> TrapLine:
    return TrapLine(
        at=trap.at,
        words=trap_words(trap.oid, profile_name),
        oid=trap.oid,
        kind=f"{'inform' if trap.is_inform else 'trap'}, SNMP {trap.version}",
        is_authenticated=trap.is_authenticated,
        is_polled=asked_at is not None and asked_at >= trap.at,
    )


def _own(profile_name: str) -> Mapping[str, str]:
    try:
        return get_profile(profile_name).traps
    except (UnknownProfileError, ProfileError):
        return {}


def _of_others() -> Mapping[str, str]:
    """Names that other profiles have: a device may well send what it is not polled for."""
    try:
        return _names_in(all_profiles())
    except ProfileError:
        return {}


@cache
def _names_in(profiles: tuple[Profile, ...]) -> Mapping[str, str]:
    return {oid: words for profile in profiles for oid, words in profile.traps.items()}
