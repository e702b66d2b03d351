"""One poll of one endpoint: guarded, in its turn, within its time, and never an exception."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from assets.words import Quality
from collectors.engine.ceiling import further_requests
from collectors.engine.health import Verdict, all_failed, verdict_of
from collectors.engine.lanes import Lanes
from collectors.engine.roster import Assignment
from collectors.engine.turns import Turns
from collectors.guard import TargetRefused, check_target, is_numeric
from collectors.requests import Driver, Failure, RawPoll, Request, Target

log = logging.getLogger(__name__)

POLL_LIMIT_S = 60.0
NAME_HOLDS_S = 30.0
CHECK_HOLDS_S = 600.0
"""After this long, or a change of endpoint or segment, a name is looked up, and the guard asked again about a
numeric address. In between the address that was checked is polled, and no other."""


class Asker:
    """Polls through the drivers: one request under way for each device, and only where the guard allows."""

    def __init__(
        self,
        drivers: Mapping[str, Driver],
        *,
        lanes: Lanes,
        now: Callable[[], datetime],
        clock: Callable[[], float],
    ) -> None:
        self._drivers, self._lanes, self._now, self._clock = drivers, lanes, now, clock
        self._turns = Turns()
        self._targets: dict[int, _Held] = {}
        self._forget_at = 0.0

    async def ask(
        self, assignment: Assignment, *, is_failing: bool, groups: frozenset[str] | None = None
    ) -> tuple[RawPoll, Verdict]:
        """``groups``: those of the profile to ask for besides the ordinary readings; None: all."""
        if assignment.problem:
            raw = all_failed((), assignment.problem, self._now())
            return raw, Verdict(assignment.problem.quality, assignment.problem.detail)
        requests = assignment.requests_for(groups)
        ceiling = assignment.ceiling
        if ceiling is not None and (wait_s := ceiling.reserve(len(requests), self._clock())):
            await asyncio.sleep(wait_s)
        raw = await self._in_turn(assignment, requests, is_failing=is_failing)
        if ceiling is not None and ceiling.requests_per_s:
            ceiling.reserve(further_requests(requests, raw.answers), self._clock())
        return raw, verdict_of(raw)

    async def _in_turn(
        self, assignment: Assignment, requests: tuple[Request, ...], *, is_failing: bool
    ) -> RawPoll:
        device, lane = assignment.device, self._lanes.lane(is_failing=is_failing)
        if not self._turns.take_at_once(device):
            await self._turns.take(device)
        try:
            ticket = await lane.enter()
            try:
                return await self._poll(assignment, requests, is_failing=is_failing)
            finally:
                lane.leave(ticket)
        finally:
            self._turns.give_back(device)

    async def _poll(
        self, assignment: Assignment, requests: tuple[Request, ...], *, is_failing: bool
    ) -> RawPoll:
        try:
            target = self._target_at_once(assignment) or await self._target_of(assignment)
            async with asyncio.timeout(POLL_LIMIT_S):
                return await self._drivers[assignment.protocol].poll(target, requests)
        except TargetRefused as refusal:
            failure = Failure(Quality.REFUSED, f"Not polled: {refusal}")
        except TimeoutError:
            failure = Failure(
                Quality.NO_ANSWER,
                f"The poll was not complete after {POLL_LIMIT_S:g} s: the device is too slow.",
            )
        except Exception as error:
            # A fault in a driver must not end the polling of everything else; it shows at the endpoint.
            if not is_failing:  # told once, as all that goes bad
                log.exception("Polling %s failed in the driver", assignment.name)
            failure = Failure(Quality.MALFORMED, f"The driver failed ({type(error).__name__}); see the log.")
        return all_failed(requests, failure, self._now())

    def _target_at_once(self, assignment: Assignment) -> Target | None:
        """The target that was checked a while ago, if that still holds."""
        held = self._targets.get(assignment.endpoint_id)
        if held and held.assignment is assignment and self._clock() < held.until:
            return held.target
        return None

    async def _target_of(self, assignment: Assignment) -> Target:
        """Whom to poll now, which the guard let through; raises TargetRefused."""
        target = assignment.host, assignment.port, assignment.policy
        if is_numeric(assignment.host):
            address, holds_s = check_target(*target), CHECK_HOLDS_S
        else:
            address, holds_s = await asyncio.to_thread(check_target, *target), NAME_HOLDS_S
        now = self._clock()
        self._forget_old(now)
        held = _Held(assignment, assignment.target(address), now + holds_s)
        self._targets[assignment.endpoint_id] = held
        return held.target

    def _forget_old(self, now: float) -> None:
        """What was checked too long ago is of endpoints that are gone, or will be checked anyway."""
        if now >= self._forget_at:
            self._forget_at = now + CHECK_HOLDS_S
            self._targets = {pk: held for pk, held in self._targets.items() if now < held.until}


@dataclass(frozen=True, slots=True)
class _Held:
    assignment: Assignment
    target: Target
    until: float
