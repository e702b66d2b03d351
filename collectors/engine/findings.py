"""What a poll found: decoded, counted into the endpoint's health, and told where it is news."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from assets.observation import Observation
from assets.words import Quality
from collectors.decode import decode_poll
from collectors.engine.health import Health, Turn, Verdict, verdict_on
from collectors.engine.moments import after_last
from collectors.engine.roster import Assignment
from collectors.engine.swaps import Swaps
from collectors.plausibility import NOT_CONFIRMED, UNTRIED, doubt_about
from collectors.profiles.model import Profile
from collectors.requests import RawPoll

log = logging.getLogger(__name__)

Where = tuple[str, str, str]


class Findings:
    """Says it in the log once when an endpoint, or a value of it, goes bad, and once when it is well again."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._partly: set[int] = set()
        self._confirmed: dict[int, str] = {}
        """Endpoints whose first good poll bore out a profile that nobody tried, and its name."""
        self.swaps = Swaps()

    def note(
        self,
        assignment: Assignment,
        health: Health,
        raw: RawPoll,
        verdict: Verdict,
        groups: frozenset[str] | None,
    ) -> tuple[list[Observation], Verdict]:
        """The observations, and the verdict now that they are known."""
        raw = after_last(raw, health.attempted_at)
        observations, verdict = self._decode(assignment, health, raw, verdict, groups)
        observations, verdict = self.swaps.note(assignment, observations, verdict)
        where = (assignment.name, assignment.address, assignment.profile_name)
        failing_since = health.failing_since
        match health.note(verdict, raw):
            case Turn.WENT_BAD:
                log.warning("%s (%s, profile %s) went bad: %s", *where, verdict.detail)
            case Turn.RECOVERED:
                log.warning("%s (%s, profile %s) recovered; it was bad since %s", *where, failing_since)
        self._note_values(assignment, where, observations)
        return observations, verdict

    def forget(self, endpoint_id: int) -> None:
        self._partly.discard(endpoint_id)
        self._confirmed.pop(endpoint_id, None)
        self.swaps.forget(endpoint_id)

    def _note_values(self, assignment: Assignment, where: Where, observations: Sequence[Observation]) -> None:
        """Of single values of a device that answers."""
        own = own_observation(assignment, observations)
        if own is None:
            return
        if own.detail and assignment.endpoint_id not in self._partly:
            self._partly.add(assignment.endpoint_id)
            log.warning("%s (%s, profile %s) answers, but not all can be believed: %s", *where, own.detail)
        elif not own.detail and assignment.endpoint_id in self._partly:
            self._partly.discard(assignment.endpoint_id)
            log.warning("%s (%s, profile %s): all its values can be believed again", *where)

    def _decode(
        self,
        assignment: Assignment,
        health: Health,
        raw: RawPoll,
        verdict: Verdict,
        groups: frozenset[str] | None,
    ) -> tuple[list[Observation], Verdict]:
        if assignment.profile is None or not raw.answers:
            return [], verdict
        try:
            observations = decode_poll(
                assignment.profile,
                raw,
                source=assignment.source,
                subject=assignment.subject,
                received_at=max(self._now(), raw.at),  # our own clock may have been put back in between
                groups=groups,
            )
        except Exception as error:
            # A fault in how one profile is decoded must not end the polling of everything else.
            if health.failing_since is None:
                log.exception("What %s answered cannot be decoded", assignment.name)
            return [], Verdict(Quality.MALFORMED, f"Decoding failed ({type(error).__name__}); see the log.")
        verdict = verdict_on(verdict, observations)
        if assignment.profile.grade == UNTRIED and verdict.is_good:
            return self._confirm(assignment, assignment.profile, raw, observations, verdict)
        return observations, verdict

    def _confirm(
        self,
        assignment: Assignment,
        profile: Profile,
        raw: RawPoll,
        observations: list[Observation],
        verdict: Verdict,
    ) -> tuple[list[Observation], Verdict]:
        """Until a poll bears the profile out, its readings are shown but say nothing of the device's work."""
        if self._confirmed.get(assignment.endpoint_id) == profile.name:
            return observations, verdict
        doubt = doubt_about(profile, raw, observations)
        if doubt is None:
            self._confirmed[assignment.endpoint_id] = profile.name
            return observations, verdict
        unsaid = [replace(observation, activity=None) for observation in observations]
        return unsaid, Verdict(Quality.GOOD, f"{NOT_CONFIRMED}{doubt}. Check that the profile fits.")


def own_observation(assignment: Assignment, observations: Sequence[Observation]) -> Observation | None:
    """The good one about the endpoint's own device, if there is one."""
    for each in observations:
        if each.subject == assignment.subject:
            return each if each.quality is Quality.GOOD else None
    return None
