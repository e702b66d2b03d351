"""One poll of one endpoint: guarded, in its turn, within its time, and never an exception."""

from __future__ import annotations

import asyncio
import logging
import weakref
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from assets.words import Quality
from collectors.engine.health import Verdict, all_failed, verdict_of
from collectors.engine.lanes import Lanes
from collectors.engine.roster import Assignment
from collectors.guard import TargetRefused, check_target, is_numeric
from collectors.requests import Driver, Failure, RawPoll, Request

log = logging.getLogger(__name__)

POLL_LIMIT_S = 60.0
CHECK_HOLDS_S = 30.0
"""After this long, or a change of endpoint or segment, the name is looked up and the guard asked again. In
between the numeric address that was checked is polled, and no other."""


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
        self._turns: weakref.WeakValueDictionary[tuple[str, int], asyncio.Lock] = (
            weakref.WeakValueDictionary()
        )
        self._addresses: dict[int, _Held] = {}

    async def ask(
        self, assignment: Assignment, *, is_failing: bool, groups: frozenset[str] | None = None
    ) -> tuple[RawPoll, Verdict]:
        """``groups``: those of the profile to ask for besides the ordinary readings; None: all."""
        if assignment.problem:
            raw = all_failed((), assignment.problem, self._now())
            return raw, Verdict(assignment.problem.quality, assignment.problem.detail)
        turn = self._turns.setdefault(assignment.device, asyncio.Lock())
        async with turn, self._lanes.slot(is_failing=is_failing):
            raw = await self._poll(assignment, assignment.requests_for(groups), is_failing=is_failing)
        return raw, verdict_of(raw)

    async def _poll(
        self, assignment: Assignment, requests: tuple[Request, ...], *, is_failing: bool
    ) -> RawPoll:
        try:
            address = await self._address_of(assignment)
            async with asyncio.timeout(POLL_LIMIT_S):
                driver = self._drivers[assignment.protocol]
                return await driver.poll(assignment.target(address), requests)
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

    async def _address_of(self, assignment: Assignment) -> str:
        """The numeric address to poll now, which the guard let through; raises TargetRefused."""
        held = self._addresses.get(assignment.endpoint_id)
        now = self._clock()
        if held and held.assignment is assignment and now < held.until:
            return held.address
        target = assignment.host, assignment.port, assignment.policy
        if is_numeric(assignment.host):
            address = check_target(*target)
        else:
            address = await asyncio.to_thread(check_target, *target)
        self._addresses[assignment.endpoint_id] = _Held(assignment, address, now + CHECK_HOLDS_S)
        return address


@dataclass(frozen=True, slots=True)
class _Held:
    assignment: Assignment
    address: str
    until: float
