"""How polling an endpoint goes, in words: what is known and since when, and never that silence is well."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from assets.words import Quality
from collectors.clock_words import clock_words
from collectors.models import Endpoint, EndpointHealth, Pause
from collectors.pauses import Pauses, short_words
from collectors.reachability import Cause


class State(enum.StrEnum):
    ANSWERING = "answering"
    FAILING = "failing"
    BEHIND = "behind"  # silent, and not its own doing
    UNATTENDED = "unattended"  # due for longer than a collector that runs would let it be
    WAITING = "waiting"  # never asked
    PAUSED = "paused"
    OFF = "off"


TITLES: dict[State, str] = {
    State.FAILING: "Failing",
    State.UNATTENDED: "Not asked lately",
    State.BEHIND: "Behind a gateway that fails",
    State.WAITING: "Not asked yet",
    State.PAUSED: "Paused",
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
    Quality.OTHER_DEVICE: "Another device answers",
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
    Quality.OTHER_DEVICE: "Say which one it is: nothing of it is recorded until then.",
}

UNATTENDED_AFTER = timedelta(seconds=60)
"""How long a poll may be overdue before nobody seems to attend to it."""


NOBODY_ASKS = "Is a collector running?"


@dataclass(frozen=True, slots=True)
class Facts:
    """What the state of an endpoint depends on, without the rest of it: light enough for a whole hospital."""

    pk: int
    segment_id: int
    is_enabled: bool
    interval_s: float
    attempted_at: datetime | None = None
    next_poll_at: datetime | None = None
    failing_since: datetime | None = None

    @classmethod
    def of(cls, endpoint: Endpoint) -> Facts:
        health: EndpointHealth | None = getattr(endpoint, "health", None)
        told = (health.attempted_at, health.next_poll_at, health.failing_since) if health else ()
        return cls(endpoint.pk, endpoint.segment_id, endpoint.is_enabled, endpoint.interval_s, *told)

    def is_unattended(self, now: datetime) -> bool:
        """Whether the next poll is long overdue."""
        if self.attempted_at is None:
            return True
        due = self.next_poll_at or self.attempted_at + timedelta(seconds=2 * self.interval_s)
        return now - max(due, self.attempted_at) > UNATTENDED_AFTER


@dataclass(frozen=True, slots=True)
class Situation:
    """What is known besides the endpoint itself: who holds what back, and what is silent for another's sake."""

    pauses: Pauses = field(default_factory=Pauses)
    causes: Mapping[int, Cause] = field(default_factory=dict)
    titles: Mapping[int, str] = field(default_factory=dict)
    """Names of the endpoints that the causes lead to."""


def state_of(facts: Facts, now: datetime, situation: Situation) -> State:
    """The one word for it."""
    if not facts.is_enabled:
        return State.OFF
    if situation.pauses.on(endpoint_id=facts.pk, segment_id=facts.segment_id):
        return State.PAUSED
    if facts.attempted_at is None:
        return State.WAITING
    if facts.is_unattended(now):
        return State.UNATTENDED
    if facts.failing_since is None:
        return State.ANSWERING
    return State.BEHIND if facts.pk in situation.causes else State.FAILING


@dataclass(frozen=True, slots=True)
class Standing:
    state: State
    words: str
    advice: str = ""
    gateway_id: int | None = None
    """The endpoint that is to blame, where it is another."""


def standing_of(endpoint: Endpoint, now: datetime, situation: Situation | None = None) -> Standing:
    """Takes the endpoint with its segment, the segment's site and, where there is one, its health."""
    situation = situation or Situation()
    state = state_of(Facts.of(endpoint), now, situation)
    zone = ZoneInfo(endpoint.segment.site.timezone)
    if state is State.OFF:
        return Standing(state, "Switched off")
    if state is State.PAUSED and (pause := _pause_of(endpoint, situation)):
        return Standing(state, short_words(pause, now, zone))
    health: EndpointHealth | None = getattr(endpoint, "health", None)
    if health is None or health.attempted_at is None:
        return Standing(state, "Not asked yet", NOBODY_ASKS)
    if state is State.UNATTENDED:
        return Standing(state, f"Not asked since {clock_words(health.attempted_at, now, zone)}", NOBODY_ASKS)
    if health.failing_since is None:
        return Standing(state, "Answering")
    since = clock_words(health.failing_since, now, zone)
    if state is State.BEHIND:
        return _behind(situation, situation.causes[endpoint.pk], since)
    return _failing(health, since)


def _pause_of(endpoint: Endpoint, situation: Situation) -> Pause | None:
    return situation.pauses.on(endpoint_id=endpoint.pk, segment_id=endpoint.segment_id)


def _behind(situation: Situation, cause: Cause, since: str) -> Standing:
    if cause.pk is None:
        return Standing(
            State.BEHIND,
            f"No answer since {since}; the way to it is being tried",
            "Whether it is the device or its gateway shows when both have been asked again.",
        )
    gateway = "{}:{}".format(*cause.place) if cause.place else situation.titles.get(cause.pk, "before it")
    return Standing(
        State.BEHIND,
        f"Unreachable: gateway {gateway} does not answer, since {since}",
        "Look after the gateway; the device itself may be well.",
        cause.pk,
    )


def _failing(health: EndpointHealth, since: str) -> Standing:
    quality = Quality(health.quality or Quality.NO_ANSWER)
    quality = Quality.NO_ANSWER if quality == Quality.GOOD else quality
    tries = f"{health.failures_in_a_row} {'try' if health.failures_in_a_row == 1 else 'tries'}"
    return Standing(State.FAILING, f"{FAILURES[quality]} since {since} · {tries}", ADVICE[quality])
