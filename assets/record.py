"""The one way by which anything that was observed becomes current state and history."""

from __future__ import annotations

import enum
import logging
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from django.conf import settings
from django.db import transaction

from assets.activity import SECOND
from assets.live.publish import publish_changes
from assets.observation import AHEAD, Observation, Subject
from assets.recording.facts import Register
from assets.recording.folding import Folding, Told
from assets.recording.heard import note_receivers
from assets.recording.items import read_readings
from assets.recording.moments import to_us
from assets.recording.plans import FloorPlans
from assets.sql import dialect
from assets.words import Quality
from locations.radio_maps import MapNotDrawnError, radio_map

logger = logging.getLogger(__name__)
T = TypeVar("T")


@dataclass(slots=True)
class Recorded:
    """What became of a batch: every observation is counted in exactly one of the numbers.

    ``unknown`` names the subjects that no asset in service answers to, or several do.
    """

    recorded: int = 0
    failures: int = 0
    duplicates: int = 0
    too_late: int = 0
    ahead: int = 0
    nobodys: int = 0
    unknown: set[Subject] = field(default_factory=set)
    unplaced: int = 0  # among those recorded: floor or receiver not known here

    @property
    def total(self) -> int:
        return self.recorded + self.failures + self.duplicates + self.too_late + self.ahead + self.nobodys


class Outcome(enum.StrEnum):
    """What became of one observation."""

    RECORDED = "recorded"
    DUPLICATE = "duplicate"
    TOO_LATE = "too_late"
    AHEAD = "ahead"
    NOBODYS = "nobodys"
    UNPLACED = "unplaced"  # its floor or receiver is not known there


def record_observations(observations: Sequence[Observation], *, now: datetime | None = None) -> Recorded:
    """Record a batch in one transaction, and publish what changed once it is committed.

    Idempotent: source and time at the device identify an observation of an asset, so that replays, duplicates and late
    arrivals leave the same history as one orderly pass. What is older than the window of
    ``settings.EVIDENCE_WINDOW_S`` is refused and counted. ``now`` is up to when the clock alone is let decide;
    without it, the latest moment at which one of these observations was received.
    """
    if not observations:
        return Recorded()
    moment = now or max(observation.received_at for observation in observations)

    def record() -> Recorded:
        outcome = Recorded()
        _record(observations, Register(observations), to_us(moment), outcome)
        return outcome

    return _in_one_transaction(record)


def record_each(observations: Sequence[Observation], *, site_id: int, now: datetime) -> list[Outcome]:
    """Record a batch of one site in one transaction, and say of each what became of it, in the same order.

    As :func:`record_observations` does, but strictly: equipment of other sites is nobody's, and what names a floor or
    a receiver that the site does not have is not recorded at all.
    """
    if not observations:
        return []

    def record() -> tuple[Register, list[Outcome | None], Folding]:
        register = Register(observations)
        register.keep_to_site(site_id)
        outcomes = [_obstacle(observation, register) for observation in observations]
        admitted = [each for each, outcome in zip(observations, outcomes, strict=True) if outcome is None]
        return register, outcomes, _record(admitted, register, to_us(now), Recorded())

    register, outcomes, folding = _in_one_transaction(record)
    seen: set[tuple[int | None, int, str]] = set()
    for place, observation in enumerate(observations):
        if outcomes[place] is None:
            key = (register.asset_id(observation.subject), to_us(observation.at), observation.origin)
            is_known = key in seen or key in folding.tally.known
            outcomes[place] = Outcome.DUPLICATE if is_known else Outcome.RECORDED
            if key in folding.tally.late:
                outcomes[place] = Outcome.TOO_LATE
            seen.add(key)
    return [outcome for outcome in outcomes if outcome is not None]


def _in_one_transaction(work: Callable[[], T]) -> T:
    """Do it, or begin it anew once a radio map is drawn that it needs: drawing takes seconds, and nobody else could
    write meanwhile."""
    while True:
        try:
            with transaction.atomic():
                return work()
        except MapNotDrawnError as missing:
            radio_map(missing.floor_id)


def _obstacle(observation: Observation, register: Register) -> Outcome | None:
    if observation.at > observation.received_at + AHEAD:
        return Outcome.AHEAD
    if register.asset_id(observation.subject) is None:
        return Outcome.NOBODYS
    return Outcome.UNPLACED if register.lacks_place(observation) else None


def _record(observations: Sequence[Observation], register: Register, now: int, outcome: Recorded) -> Folding:
    sql = dialect()
    told: dict[int, Told] = defaultdict(Told)
    for observation in observations:
        asset_id = _admit(observation, register, outcome)
        if asset_id is None:
            continue
        said = read_readings(observation)
        asset = told[asset_id]
        asset.readings.append(said)
        if observation.quality is Quality.GOOD:
            asset.items.append(register.make_item(observation, said, register.facts[asset_id]))
            outcome.unplaced += register.lacks_place(observation)
        else:
            outcome.failures += 1
    plan = FloorPlans(may_draw=False)
    folding = Folding(sql, register.facts, now, settings.EVIDENCE_WINDOW_S * SECOND, plan)
    if told:
        folding.fold(told)
    folding.ledger.write(sql)
    note_receivers(sql, register.receivers, now)
    outcome.recorded, outcome.duplicates = folding.tally.recorded, folding.tally.duplicates
    outcome.too_late = folding.tally.too_late
    publish_changes(folding.ledger.changes)
    return folding


def _admit(observation: Observation, register: Register, outcome: Recorded) -> int | None:
    """The asset that an observation is about, or ``None`` with the reason counted."""
    if observation.at > observation.received_at + AHEAD:
        outcome.ahead += 1
        return None
    asset_id = register.asset_id(observation.subject)
    if asset_id is None:
        outcome.nobodys += 1
        outcome.unknown.add(observation.subject)
    return asset_id
