"""What a person says of an asset, recorded on the same timeline as everything that devices say."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from assets.activity import SECOND
from assets.live.publish import publish_changes
from assets.models import Asset, Statement
from assets.recording.facts import facts_of
from assets.recording.folding import Folding, Told
from assets.recording.items import Item
from assets.recording.moments import to_us
from assets.sql import dialect
from assets.words import Activity

STATABLE = (Activity.AVAILABLE, Activity.DIRTY, Activity.DOWN)


class StatementRefusedError(ValueError):
    """A person cannot say this, or not of that time any more."""


def state_activity(*, asset: Asset, activity: Activity, by: Any, at: datetime | None = None) -> Statement:
    """A person says that an asset is cleaned (AVAILABLE), dirty or broken (DOWN).

    Holds until evidence of a higher row of the table in :mod:`assets.activity`, or a newer statement. One transaction;
    published on commit.
    """
    if activity not in STATABLE:
        raise StatementRefusedError(f"A person cannot state “{Activity(activity).label}”.")
    moment = at or timezone.now()
    item = Item(at=to_us(moment), source=f"person:{by.pk}", is_alive=False, stated=activity.value)
    with transaction.atomic():
        sql = dialect()
        folding = Folding(sql, facts_of([asset.pk]), item.at, settings.EVIDENCE_WINDOW_S * SECOND)
        folding.fold({asset.pk: Told([item])})
        if folding.tally.too_late:
            raise StatementRefusedError("That moment is too long ago to be corrected.")
        folding.ledger.write(sql)
        publish_changes(folding.ledger.changes)
        return Statement.objects.create(asset=asset, activity=activity, at=moment, by=by)
