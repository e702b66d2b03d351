"""What is kept of traps: the last few of each endpoint. All here blocks on the database."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import F, Window
from django.db.models.functions import RowNumber

from collectors.models import Endpoint, Trap

KEPT = 20
"""Traps of each endpoint."""


@dataclass(frozen=True, slots=True)
class Note:
    """One trap, as far as it is kept. ``hosts`` are the sender's address, and the names that stand for it."""

    hosts: tuple[str, ...]
    at: datetime
    oid: str
    version: str
    is_inform: bool
    is_authenticated: bool


@transaction.atomic
def note_traps(*, site_id: int, notes: Sequence[Note]) -> list[tuple[int, ...]]:
    """Keep each trap at the endpoints of its sender; for each note which those are: none, one, or several."""
    known = _endpoints_at(site_id, {host for note in notes for host in note.hosts})
    found = [tuple(sorted({pk for host in note.hosts for pk in known[host]})) for note in notes]
    last: dict[int, list[Note]] = defaultdict(list)
    for note, pks in zip(notes, found, strict=True):
        for pk in pks:
            last[pk].append(note)
    Trap.objects.bulk_create(_trap(pk, note) for pk, mine in last.items() for note in mine[-KEPT:])
    _forget_older(last)
    return found


def named_hosts(*, site_id: int, most: int) -> list[str]:
    """The hosts of the site's endpoints that are names, each once."""
    hosts = Endpoint.objects.filter(segment__site=site_id, host__regex=r"[a-zA-Z]")
    hosts = hosts.exclude(host__contains="/").exclude(host__contains=":").order_by("host")
    return list(hosts.values_list("host", flat=True).distinct()[:most])


def _endpoints_at(site_id: int, hosts: Iterable[str]) -> Mapping[str, list[int]]:
    known: dict[str, list[int]] = defaultdict(list)
    rows = Endpoint.objects.filter(host__in=list(hosts), segment__site=site_id).order_by("pk")
    for host, pk in rows.values_list("host", "pk"):
        known[host].append(pk)
    return known


def _trap(pk: int, note: Note) -> Trap:
    return Trap(
        endpoint_id=pk,
        at=note.at,
        oid=note.oid,
        version=note.version,
        is_inform=note.is_inform,
        is_authenticated=note.is_authenticated,
    )


def _forget_older(endpoint_ids: Iterable[int]) -> None:
    nth = Window(RowNumber(), partition_by=F("endpoint"), order_by=F("pk").desc())
    older = Trap.objects.filter(endpoint__in=list(endpoint_ids)).annotate(nth=nth).filter(nth__gt=KEPT)
    if pks := list(older.order_by().values_list("pk", flat=True)):
        Trap.objects.filter(pk__in=pks).delete()
