"""What a person says of an asset, recorded on the same timeline as everything that devices say."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from assets.activity import SECOND
from assets.holds import held_by
from assets.live.publish import publish_changes
from assets.models import Asset, Statement
from assets.recording import store
from assets.recording.facts import Facts, facts_of
from assets.recording.folding import Folding, Told
from assets.recording.items import Item
from assets.recording.moments import to_us
from assets.recording.timeline import unpack_timeline
from assets.sql import Dialect, dialect
from assets.words import Activity

STATABLE = (Activity.AVAILABLE, Activity.DIRTY, Activity.DOWN)
TAKEN_BACK_WITHIN = timedelta(seconds=30)
"""Pages offer ten seconds; what travels slowly, or is tapped by a slow hand, still counts."""


class StatementRefusedError(ValueError):
    """A person cannot say this, or not of that time any more; the text says why."""


def state_activity(*, asset: Asset, activity: Activity, by: Any, at: datetime | None = None) -> Statement:
    """A person says that an asset is cleaned (AVAILABLE), dirty or broken (DOWN).

    Refused, but for DOWN, while anything keeps it out of service (:mod:`assets.holds`).
    Holds until evidence of a higher row of the table in :mod:`assets.activity`, or a newer statement. One transaction;
    published on commit.
    """
    if activity not in STATABLE:
        words = gettext("A person cannot state “%(activity)s”.")
        raise StatementRefusedError(words % {"activity": Activity(activity).label})
    moment = at or timezone.now()
    item = Item(at=to_us(moment), source=f"person:{by.pk}", is_alive=False, stated=activity.value)
    facts = facts_of([asset.pk])
    with transaction.atomic():
        sql = dialect()
        before = _known_before(sql, asset, facts[asset.pk], item.at)
        # Asked behind the lock, so that whoever holds it back at the same moment is not overlooked.
        if activity != Activity.DOWN and (reason := held_by(asset)):
            raise StatementRefusedError(reason)
        _fold(sql, asset, facts, item)
        return Statement.objects.create(asset=asset, activity=activity, at=moment, by=by, before=before)


def withdraw_statement(*, statement: Statement, by: Any, now: datetime) -> None:
    """Its author takes it back at once: what was known before it counts again, and both stay in the history.

    Refused (:class:`StatementRefusedError`) to others, after :data:`TAKEN_BACK_WITHIN`, twice, and where something
    newer has been stated of the asset. One transaction; published on commit.
    """
    with transaction.atomic():
        told = Statement.objects.select_for_update(of=("self",)).select_related("asset").get(pk=statement.pk)
        if words := _obstacle(told, by, now):
            raise StatementRefusedError(words)
        stated_at = to_us(told.at)
        stated, before_at, soiled = told.before
        item = Item(
            # In the same microsecond it would be the statement's own replay.
            at=max(to_us(now), stated_at + 1),
            source=f"person:{by.pk}",
            is_alive=False,
            withdrawn=(stated_at, stated, before_at, soiled),
        )
        _fold(dialect(), told.asset, facts_of([told.asset.pk]), item)
        told.withdrawn_at = now
        told.save(update_fields=["withdrawn_at"])


def _obstacle(told: Statement, by: Any, now: datetime) -> str:
    if told.by_id != by.pk:
        return gettext("Somebody else said that.")
    if told.withdrawn_at is not None:
        return gettext("That is taken back already.")
    if now > told.at + TAKEN_BACK_WITHIN or len(told.before) != 3:
        return gettext("It is too late to take that back. Say what is so now.")
    if Statement.objects.filter(asset=told.asset, withdrawn_at=None, pk__gt=told.pk).exists():
        return gettext("Something newer has been said of it since.")
    return ""


def _known_before(sql: Dialect, asset: Asset, facts: Facts, at: int) -> list[str | int | None]:
    """What was stated, when, and by what it was not clean, the moment before ``at``."""
    head = store.lock_heads(sql, [asset.pk])[asset.pk]
    timeline = unpack_timeline(head.state)
    timeline.run_clock(facts.rules, timeline.begin_trail(), before=at)
    known = timeline.known
    return [known.stated, known.stated_at, known.soiled]


def _fold(sql: Dialect, asset: Asset, facts: dict[int, Facts], item: Item) -> None:
    """Into its timeline; raises where that moment is past correcting. Within a transaction."""
    folding = Folding(sql, facts, item.at, settings.EVIDENCE_WINDOW_S * SECOND)
    folding.fold({asset.pk: Told([item])})
    if folding.tally.too_late:
        raise StatementRefusedError(gettext("That moment is too long ago to be corrected."))
    folding.ledger.write(sql)
    publish_changes(folding.ledger.changes)
