"""How polling an endpoint goes, in words: what is known and since when, and never that silence is well."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from assets.words import Quality
from collectors.models import Endpoint, EndpointHealth


class State(enum.StrEnum):
    ANSWERING = "answering"
    FAILING = "failing"
    UNATTENDED = "unattended"  # due for longer than a collector that runs would let it be
    WAITING = "waiting"  # never asked
    OFF = "off"


TITLES: dict[State, str] = {
    State.FAILING: "Failing",
    State.UNATTENDED: "Not asked lately",
    State.WAITING: "Not asked yet",
    State.ANSWERING: "Answering",
    State.OFF: "Switched off",
}
"""In the order of concern."""

FAILURES: dict[Quality, str] = {
    Quality.NO_ANSWER: "No answer",
    Quality.REFUSED: "Connection refused",
    Quality.AUTHENTICATION: "Does not accept our credentials",
    Quality.DEVICE_ERROR: "Answers with an error",
    Quality.MISSING: "Does not have what its profile asks for",
    Quality.WRONG_TYPE: "Answers with the wrong type",
    Quality.MALFORMED: "Answers cannot be understood",
    Quality.OUT_OF_RANGE: "Answers with impossible values",
    Quality.NO_VALUE: "Says that it has no value",
}

ADVICE: dict[Quality, str] = {
    Quality.NO_ANSWER: "Is it switched on, is the address right, and may this network reach it?",
    Quality.REFUSED: "The device is there, but nothing listens on this port: check both.",
    Quality.AUTHENTICATION: "Compare the user, the protocols and the keys with the device.",
    Quality.DEVICE_ERROR: "Its own log says more; the profile may ask for something that it does not allow.",
    Quality.MISSING: "Is this the right profile for the model and its firmware?",
    Quality.WRONG_TYPE: "Is this the right profile for the model and its firmware?",
    Quality.MALFORMED: "Does another kind of device stand at this address?",
    Quality.OUT_OF_RANGE: "Compare with the device's own display; its sensor or the profile is wrong.",
    Quality.NO_VALUE: "The device says so itself; look at its display.",
}

UNATTENDED_AFTER = timedelta(seconds=60)
"""How long a poll may be overdue before nobody seems to attend to it."""


@dataclass(frozen=True, slots=True)
class Standing:
    state: State
    words: str
    advice: str = ""


def standing_of(endpoint: Endpoint, now: datetime) -> Standing:
    """Takes the endpoint with its segment, the segment's site and, where there is one, its health."""
    if not endpoint.is_enabled:
        return Standing(State.OFF, "Switched off")
    if endpoint.segment.is_paused:
        return Standing(State.OFF, "Paused with its network segment")
    health: EndpointHealth | None = getattr(endpoint, "health", None)
    if health is None or health.attempted_at is None:
        return Standing(State.WAITING, "Not asked yet", "Is a collector running?")
    zone = ZoneInfo(endpoint.segment.site.timezone)
    if is_unattended(endpoint, health, now):
        since = clock_words(health.attempted_at, now, zone)
        return Standing(State.UNATTENDED, f"Not asked since {since}", "Is a collector running?")
    if health.failing_since is not None:
        return _failing(health, clock_words(health.failing_since, now, zone))
    return Standing(State.ANSWERING, "Answering")


def is_unattended(endpoint: Endpoint, health: EndpointHealth, now: datetime) -> bool:
    """Whether the next poll is long overdue."""
    if health.attempted_at is None:
        return True
    due = health.next_poll_at or health.attempted_at + timedelta(seconds=2 * endpoint.interval_s)
    return now - max(due, health.attempted_at) > UNATTENDED_AFTER


def _failing(health: EndpointHealth, since: str) -> Standing:
    quality = Quality(health.quality or Quality.NO_ANSWER)
    quality = Quality.NO_ANSWER if quality == Quality.GOOD else quality
    tries = f"{health.failures_in_a_row} {'try' if health.failures_in_a_row == 1 else 'tries'}"
    return Standing(State.FAILING, f"{FAILURES[quality]} since {since} · {tries}", ADVICE[quality])


def clock_words(at: datetime, now: datetime, zone: ZoneInfo) -> str:
    """Hour and minute; with the day when that was not today."""
    local, today = at.astimezone(zone), now.astimezone(zone).date()
    if local.date() == today:
        return f"{local:%H:%M}"
    if today - local.date() < timedelta(days=6):
        return f"{local:%a %H:%M}"
    return f"{local.day} {local:%b %Y, %H:%M}"
