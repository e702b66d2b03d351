"""How a way in does, in words: what is known and since when, and never that silence is well."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from collectors.clock_words import clock_words
from collectors.models import Source, SourceHealth
from collectors.segment_health import LOST_AFTER


class SourceState(enum.StrEnum):
    TROUBLED = "troubled"
    UNSERVED = "unserved"  # nobody tells of it
    QUIET = "quiet"  # open, and silent for longer than it should be
    UNHEARD = "unheard"  # open, and nothing came yet
    OPEN = "open"
    OFF = "off"


TITLES: dict[SourceState, str] = {
    SourceState.TROUBLED: "Not open",
    SourceState.UNSERVED: "Served by nobody",
    SourceState.QUIET: "Silent for too long",
    SourceState.UNHEARD: "Nothing came yet",
    SourceState.OPEN: "Open",
    SourceState.OFF: "Switched off",
}
"""In the order of concern."""

_SERVES = "Whoever serves it is gone, or was never started: manage.py receive_{kind}, or the embedded mode."
_SILENT = "It is open. Look at the senders: are they on, do they know the address, may they send?"
_UNHEARD = {
    Source.Kind.HTTP.value: "Make a token with manage.py make_source_token, and give it to the sender.",
    Source.Kind.MQTT.value: "Does anybody publish to the topics of its mappings?",
}
_NOBODY_SENDS = "Point the senders to it, and see that their addresses are listed."


@dataclass(frozen=True, slots=True)
class SourceStanding:
    state: SourceState
    words: str
    advice: str = ""


def source_state(source: Source, now: datetime) -> SourceState:
    """Takes the source with its health, where there is one."""
    health = health_of(source)
    if not source.is_enabled:
        return SourceState.OFF
    if source.kind != Source.Kind.HTTP and not _is_served(health, now):
        return SourceState.UNSERVED
    if health is None:
        return SourceState.UNHEARD
    if health.state == SourceHealth.State.TROUBLED:
        return SourceState.TROUBLED
    if silent_since(source, now):
        return SourceState.QUIET
    return SourceState.UNHEARD if health.heard_at is None else SourceState.OPEN


def source_standing(source: Source, now: datetime) -> SourceStanding:
    """The same in words, with what to do; takes its site besides."""
    state, health, zone = source_state(source, now), health_of(source), ZoneInfo(source.site.timezone)
    words, advice = TITLES[state], ""
    match state:
        case SourceState.TROUBLED if health is not None and health.since:
            words = f"Not open since {clock_words(health.since, now, zone)}"
            advice = health.detail
        case SourceState.UNSERVED:
            if health is not None and health.told_at:
                words = f"Served by nobody since {clock_words(health.told_at, now, zone)}"
            advice = _SERVES.format(kind=source.kind)
        case SourceState.QUIET if since := silent_since(source, now):
            words, advice = f"Silent since {clock_words(since, now, zone)}", _SILENT
        case SourceState.UNHEARD:
            advice = _UNHEARD.get(source.kind, _NOBODY_SENDS)
    return SourceStanding(state, words, advice)


def silent_since(source: Source, now: datetime) -> datetime | None:
    """Since when nothing was heard, if that is longer than it may be."""
    health = health_of(source)
    since = (health.heard_at or health.since) if health else None
    if source.quiet_after_s is None or since is None:
        return None
    return since if now - since > timedelta(seconds=source.quiet_after_s) else None


def unserved_since(source: Source) -> datetime | None:
    """When whoever served it told last; None if nobody ever did."""
    health = health_of(source)
    return health.told_at if health else None


def health_of(source: Source) -> SourceHealth | None:
    found: SourceHealth | None = getattr(source, "health", None)
    return found


def _is_served(health: SourceHealth | None, now: datetime) -> bool:
    if health is None or health.told_at is None or health.state == SourceHealth.State.CLOSED:
        return False
    return now - health.told_at <= LOST_AFTER
