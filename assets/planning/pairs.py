"""Which piece is under which plan, and how far each has come: one statement for the whole hospital."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from assets.planning.words import Standing

_UNDER = """
SELECT p.id AS plan_id, a.id AS asset_id, a.site_id, a.created_at
FROM planning_plan p JOIN assets_asset a ON a.{link}
WHERE p.ended_at IS NULL AND a.retired_at IS NULL {only}
"""
_PAIRS = """
SELECT under.plan_id, under.asset_id, under.site_id, under.created_at,
  o.standing, o.scheduled_on, o.due_on, o.done_on
FROM ({own} UNION ALL {of_model}) AS under
LEFT JOIN (SELECT plan_id, asset_id, MAX(id) AS id FROM planning_occurrence
  WHERE standing <> 'withdrawn' {which} GROUP BY plan_id, asset_id) AS last
  ON last.plan_id = under.plan_id AND last.asset_id = under.asset_id
LEFT JOIN planning_occurrence o ON o.id = last.id
ORDER BY under.plan_id, under.asset_id
"""


@dataclass(frozen=True, slots=True)
class Pair:
    """A piece under a plan, with its latest occurrence; ``standing`` nothing if there was none."""

    plan_id: int
    asset_id: int
    site_id: int
    created_at: datetime
    standing: Standing | None
    scheduled_on: date | None
    due_on: date | None
    done_on: date | None


def pairs(plan_id: int | None = None) -> Iterator[Pair]:
    """Of all current plans, or of one; pieces that the hospital still has."""
    only, which = ("AND p.id = %(plan)s", "AND plan_id = %(plan)s") if plan_id is not None else ("", "")
    statement = _PAIRS.format(
        own=_UNDER.format(link="id = p.asset_id", only=only),
        of_model=_UNDER.format(link="model_id = p.model_id", only=only),
        which=which,
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, {"plan": plan_id} if plan_id is not None else {})
        for plan, asset, site, created, standing, scheduled, due, done in cursor.fetchall():
            yield Pair(
                plan, asset, site, _moment(created), Standing(standing) if standing else None,
                _day(scheduled), _day(due), _day(done),
            )  # fmt: skip


def _day(told: Any) -> date | None:
    """SQLite tells text."""
    return date.fromisoformat(told) if isinstance(told, str) else told


def _moment(told: Any) -> datetime:
    found: datetime = (parse_datetime(told) if isinstance(told, str) else told) or timezone.now()
    return found if found.tzinfo else found.replace(tzinfo=timezone.get_default_timezone())
