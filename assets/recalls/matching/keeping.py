"""Comparing notices with the register and keeping what was found; what people decided stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F, Q, TextField, Value
from django.db.models.functions import Cast, Coalesce, Concat

from assets.models import Asset
from assets.recalls.matching.ladder import Finding, Told, find
from assets.recalls.matching.register import Catalogue, Recogniser, Row, rows_of
from assets.recalls.models import Looked, Match, Notice
from assets.recalls.words import Certainty

BATCH = 1000
CHUNK = 2000
"""So many new pieces are compared with the open notices at a time."""


def match_notice(notice: Notice, *, now: datetime, catalogue: Catalogue | None = None) -> int:
    """Compares a notice with all equipment; how many pieces it is, or may be, about. Kept in one transaction.

    Matches that nobody decided follow the latest version of the notice; decided ones stay, and are marked where they
    would be found otherwise now.
    """
    catalogue = catalogue or Catalogue.read()
    told = notice.to_match()
    possible = catalogue.candidates(told)
    rows = rows_of(Asset.objects.in_service().filter(possible.as_condition()))
    found = _findings(told, catalogue, rows)
    with transaction.atomic():
        Notice.objects.select_for_update(no_key=True).get(pk=notice.pk)
        _keep(notice, found, now, among=None)
        notice.matched_at = now
        notice.save(update_fields=["matched_at"])
    return sum(finding.certainty < Certainty.OUTSIDE for finding in found.values())


def _findings(told: Told, catalogue: Catalogue, rows: Any) -> dict[int, Finding]:
    recogniser, found = Recogniser(catalogue, told), {}
    for row in rows:
        recognised = recogniser.piece(row)
        finding = find(told, *recognised) if recognised else None
        if finding is not None:
            found[row[0]] = finding
    return found


@dataclass(frozen=True, slots=True)
class _Sorted:
    new: list[Match]
    changed: list[Match]
    gone: list[int]


def _keep(notice: Notice, found: dict[int, Finding], now: datetime, among: Sequence[int] | None) -> None:
    """``among``: only these pieces were looked at."""
    there = Match.objects.filter(notice=notice)
    if among is not None:
        there = there.filter(asset__in=among)
    rows = _sorted(notice, {match.asset_id: match for match in there}, found, now)
    Match.objects.bulk_create(rows.new, batch_size=BATCH)
    Match.objects.bulk_update(rows.changed, ["certainty", "rung", "reasons", "is_outdated"], batch_size=200)
    Match.objects.filter(pk__in=rows.gone).delete()


def _sorted(notice: Notice, there: dict[int, Match], found: dict[int, Finding], now: datetime) -> _Sorted:
    rows = _Sorted([], [], [])
    for asset, finding in found.items():
        reasons = [reason.as_row() for reason in finding.reasons]
        match = there.get(asset)
        if match is None:
            rows.new.append(
                Match(
                    notice=notice, asset_id=asset, certainty=finding.certainty, rung=finding.rung,
                    reasons=reasons, found_at=now,
                )
            )  # fmt: skip
        elif (match.certainty, match.rung, match.reasons) != (finding.certainty, finding.rung, reasons):
            match.is_outdated = bool(match.decision) and match.certainty != finding.certainty
            match.certainty, match.rung, match.reasons = finding.certainty, finding.rung, reasons
            rows.changed.append(match)
    for asset, match in there.items():
        if asset not in found and not match.decision:
            rows.gone.append(match.pk)
        elif asset not in found and not match.is_outdated:
            match.is_outdated = True
            rows.changed.append(match)
    return rows


def match_new_equipment(*, now: datetime, most: int = CHUNK) -> int:
    """Compares pieces that are new, or told otherwise, with all open notices; how many pieces it looked at."""
    rows = list(_not_looked_at()[:most])
    if not rows:
        return 0
    catalogue = Catalogue.read()
    pieces: list[Row] = [row[:-1] for row in rows]
    among = [row[0] for row in pieces]
    matched = set(Match.objects.filter(asset__in=among).values_list("notice", flat=True))
    for notice in Notice.objects.open().iterator(chunk_size=200):
        told = notice.to_match()
        possible = catalogue.candidates(told)
        found = _findings(told, catalogue, filter(possible.hold, pieces))
        if found or notice.pk in matched:
            with transaction.atomic():
                Notice.objects.select_for_update(no_key=True).get(pk=notice.pk)
                _keep(notice, found, now, among)
    Looked.objects.bulk_create(
        [Looked(asset_id=row[0], identity=row[-1]) for row in rows],
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=["asset"],
        update_fields=["identity"],
    )
    return len(rows)


def _not_looked_at() -> Any:
    """Equipment in service whose identity is another than when it was looked at last; with that identity."""
    said = Concat(
        Cast("model_id", TextField()), Value("\n"), "udi_di", Value("\n"), "serial_number", Value("\n"),
        Coalesce("production__lot", Value("")), output_field=TextField(),
    )  # fmt: skip
    assets = Asset.objects.in_service().annotate(said=said)
    stale = assets.filter(Q(looked__isnull=True) | ~Q(looked__identity=F("said"))).order_by("pk")
    return stale.values_list("pk", "model_id", "udi_di", "serial_number", "production__lot", "said")
