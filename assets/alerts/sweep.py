"""Looking at what changed and at what is due: the one place where rules become alerts.

An alert, what is remembered of its rule, and that the change was looked at are written in one transaction. A process
that dies leaves all of it to the next, which finds the same: episodes follow from the history alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from assets.alerts.conditions import Watch, evaluate
from assets.alerts.findings import Findings
from assets.alerts.histories import histories, things, watches
from assets.alerts.models import Rule, RuleState, Touched
from assets.alerts.scope import Thing
from assets.alerts.turns import end_turn, keep_turn, take_turn
from assets.alerts.words import TOLD

BATCH = 250
AT_ONCE = 20
"""About so many assets alerts are raised or resolved in one transaction: others want to write, too."""
TURN = "evaluate"


@dataclass(frozen=True, slots=True)
class Due:
    """Assets to look at, and from when on their history may say something new."""

    asset_ids: Collection[int]
    since: datetime
    touched: Collection[tuple[int, int]]
    """Rows of :class:`Touched`, each with its asset."""


def evaluate_rules(*, now: datetime) -> int:
    """Look at all that was touched and all that is due by ``now``; how many assets that were.

    Only one process at a time does this; where another does, there is nothing to do.
    """
    if not _has_work(now):
        return 0
    turn = take_turn(name=TURN, now=now)
    if turn is None:
        return 0
    count = 0
    try:
        # History is read before the database is locked for writing: recording goes on meanwhile, and what it changes
        # is touched anew.
        while due := _due(now):
            if not _write(_look_at(due, now), due, turn, now):
                break
            count += len(due.asset_ids)
    finally:
        end_turn(name=TURN, turn=turn)
    return count


def _write(findings: Findings, due: Due, turn: int, now: datetime) -> bool:
    """In transactions that are short; what a process that dies leaves out is touched still. False: the turn is lost."""
    for part in findings.parts(AT_ONCE):
        with transaction.atomic():
            if not keep_turn(name=TURN, turn=turn, now=now):
                return False
            findings.write(part)
            Touched.objects.filter(pk__in=[pk for pk, asset_id in due.touched if asset_id in part]).delete()
    return True


def _has_work(now: datetime) -> bool:
    """Asked before the database is locked for it."""
    return Touched.objects.exists() or RuleState.objects.filter(due_at__lte=now).exists()


def _due(now: datetime) -> Due | None:
    """What was touched, or else what the clock has come to. What was due for long is looked at from then on."""
    touched = list(Touched.objects.order_by("pk").values_list("pk", "asset_id", "since")[:BATCH])
    waiting = RuleState.objects.filter(due_at__lte=now).order_by("due_at")
    if touched:
        asset_ids = {asset_id for _, asset_id, _ in touched}
    else:
        asset_ids = set(waiting.values_list("asset_id", flat=True)[:BATCH])
    if not asset_ids:
        return None
    overdue = waiting.filter(asset__in=asset_ids).values_list("due_at", flat=True).first()
    since = min([now, *(since for *_, since in touched), *([overdue] if overdue else [])])
    return Due(asset_ids, since, [(pk, asset_id) for pk, asset_id, _ in touched])


def _look_at(due: Due, now: datetime) -> Findings:
    rules = {rule.pk: rule for rule in Rule.objects.enabled().exclude(kind__in=TOLD)}
    known = things(due.asset_ids)
    about = _about(known, watches(rules.values()))
    told = histories(about, since=due.since)
    states: dict[tuple[int, int], RuleState] = {
        (state.rule_id, state.asset_id): state for state in RuleState.objects.filter(asset__in=due.asset_ids)
    }
    findings = Findings(rules, states, due.asset_ids, now)
    for asset_id, watching in about.items():
        for watch in watching:
            since = findings.since(watch.rule, asset_id)
            outcome = evaluate(watch, known[asset_id], told[asset_id], until=now, since=since)
            findings.take(watch.rule, asset_id, outcome)
    return findings


def _about(known: Mapping[int, Thing], all_watches: Collection[Watch]) -> dict[int, list[Watch]]:
    """Asset → the watches that are about it."""
    by_category: dict[int | None, list[Watch]] = defaultdict(list)
    for watch in all_watches:
        for category in watch.scope.categories or (None,):
            by_category[category].append(watch)
    return {
        asset_id: [
            watch
            for watch in (*by_category.get(None, ()), *by_category.get(thing.category, ()))
            if watch.is_about(thing)
        ]
        for asset_id, thing in known.items()
    }
