"""Searches as people ask for them and collectors carry them out. Everything here blocks on the database."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from collectors.credentials import CredentialUnreadableError, open_credential
from collectors.discovery.matching import asset_of
from collectors.discovery.meeting import Key, Met
from collectors.discovery.places import USUAL_PORTS, Place, SearchRefused, places_in
from collectors.guard import Policy
from collectors.models import Credential, Discovery, Endpoint, Find, Segment
from collectors.requests import Login, SnmpUser
from collectors.serials import plain_serial

TAKEN_WITHIN = timedelta(seconds=20)
"""A collector that runs takes a search well within this."""
LOST_AFTER = timedelta(seconds=60)
"""A search of which nothing was heard for so long died with its collector."""


@dataclass(frozen=True, slots=True)
class Task:
    """A search as a collector needs it."""

    discovery_id: UUID
    segment_id: int
    places: list[Place]
    keys: list[Key]


@transaction.atomic
def request_discovery(
    *,
    segment: Segment,
    network: str,
    ports: Sequence[int] = USUAL_PORTS,
    credentials: Iterable[Credential] = (),
    by: Any,
    now: datetime,
) -> Discovery:
    """Ask for a search; a collector of the segment begins it. Raises SearchRefused, in words for people."""
    places = places_in(network, ports, Policy.of(segment))
    if running := in_progress(now).filter(segment=segment).first():
        raise SearchRefused(f"{running.network} is being searched; one search at a time for each segment.")
    discovery = Discovery.objects.create(
        segment=segment,
        network=network,
        ports=list(ports),
        requested_by=by,
        requested_at=now,
        total=len(places),
    )
    discovery.credentials.set(credentials)
    return discovery


def in_progress(now: datetime) -> Any:
    """Searches that wait for a collector, or of which one tells."""
    waiting = Q(taken_at=None, requested_at__gt=now - TAKEN_WITHIN)
    return Discovery.objects.filter(waiting | Q(told_at__gt=now - LOST_AFTER), finished_at=None)


def take_discovery(*, segment_ids: Collection[int] | None, now: datetime) -> UUID | None:
    """Claim the oldest search that waits in these segments (None: in any), whatever other collectors do."""
    waiting = Discovery.objects.filter(taken_at=None, finished_at=None, requested_at__gt=now - LOST_AFTER)
    if segment_ids is not None:
        waiting = waiting.filter(segment__in=segment_ids)
    for pk in waiting.order_by("requested_at").values_list("pk", flat=True):
        if waiting.filter(pk=pk).update(taken_at=now, told_at=now):
            return UUID(str(pk))
    return None


def task_of(discovery_id: UUID) -> Task:
    """What to ask and with what. Who is polled already is left alone: two would ask at once. Raises SearchRefused."""
    discovery = Discovery.objects.select_related("segment").get(pk=discovery_id)
    segment = discovery.segment
    polled = set(Endpoint.objects.filter(is_enabled=True).values_list("host", "port"))
    every = places_in(discovery.network, discovery.ports, Policy.of(segment))
    places = [place for place in every if (place.host, place.port) not in polled]
    Discovery.objects.filter(pk=discovery_id).update(total=len(every), left_alone=len(every) - len(places))
    keys = [key for credential in discovery.credentials.order_by("name") for key in _keys(credential)]
    return Task(discovery_id, segment.pk, places, keys)


def _keys(credential: Credential) -> list[Key]:
    """A user is tried by SNMP v3, a community by v2c and then by v1."""
    try:
        secret = open_credential(credential)
    except CredentialUnreadableError:
        return []
    if isinstance(secret, Login):
        return []
    protocols = ["snmp_v3"] if isinstance(secret, SnmpUser) else ["snmp_v2c", "snmp_v1"]
    return [Key(str(credential.pk), protocol, secret) for protocol in protocols]


def note_progress(
    *, discovery_id: UUID, asked: int, answered: int, met: Sequence[Met], now: datetime
) -> bool:
    """Tell how far it is, and propose who was met; whether to go on."""
    discovery = Discovery.objects.select_related("segment__site").get(pk=discovery_id)
    for each in met:
        propose(segment=discovery.segment, met=each, now=now)
    Discovery.objects.filter(pk=discovery_id).update(
        asked=asked + discovery.left_alone, answered=answered, told_at=now
    )
    return discovery.stop_at is None


def finish_discovery(*, discovery_id: UUID, now: datetime, detail: str = "") -> None:
    Discovery.objects.filter(pk=discovery_id).update(finished_at=now, told_at=now, detail=detail[:300])


def stop_discovery(*, discovery: Discovery, now: datetime) -> None:
    """Ask a search to end early; what was met stays proposed. One that nobody has begun ends at once."""
    discovery.stop_at = now
    if discovery.taken_at is None:
        discovery.finished_at = now
    discovery.save(update_fields=["stop_at", "finished_at"])


@transaction.atomic
def propose(*, segment: Segment, met: Met, now: datetime) -> Find | None:
    """Propose a device that was met; None if it is read already, or somebody said to leave this one alone."""
    place = {"host": met.place.host, "port": met.place.port, "unit_id": met.unit_id}
    if Endpoint.objects.filter(**place).exists():
        return None
    dismissed = Find.objects.filter(segment=segment, decision=Find.Decision.DISMISSED, **place).first()
    if dismissed is not None and _is_the_same(dismissed.facts, met):
        return None
    asset, known_by = asset_of(site=segment.site, facts=met.facts, macs=met.macs)
    said = {
        "protocol": met.protocol,
        "credential_id": met.credential_id,
        "facts": dict(met.facts) | ({"mac": met.macs[0]} if met.macs else {}),
        "profiles": [profile.name for profile in met.profiles],
        "asset": asset,
        "known_by": known_by,
        "seen_at": now,
    }
    find, _ = Find.objects.update_or_create(
        segment=segment,
        kind=Find.Kind.NEW,
        decision="",
        **place,
        defaults=said,
        create_defaults=said | {"first_seen_at": now},
    )
    return find


def _is_the_same(facts: dict[str, str], met: Met) -> bool:
    before, now = (plain_serial(each.get("serial_number", "")) for each in (facts, dict(met.facts)))
    if before or now:
        return before == now
    return facts.get("name") == met.facts.get("name") and facts.get("object_id") == met.facts.get("object_id")
