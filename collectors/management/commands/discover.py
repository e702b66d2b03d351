"""``manage.py discover NETWORK``: search a network from this machine, and propose what was met."""

from __future__ import annotations

import asyncio
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from collectors.discovery.discoverer import Discoverer
from collectors.discovery.places import USUAL_PORTS, SearchRefused, places_in
from collectors.discovery.runs import request_discovery, take_discovery
from collectors.engine.database_thread import DatabaseThread
from collectors.guard import Policy
from collectors.models import Credential, Discovery, Find, Segment


class Command(BaseCommand):
    help = (
        "Search a network inside a segment for devices that are not read yet. What answers is proposed under "
        "Collectors, Discovery; nothing is taken on before a person says so."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("network", help="in CIDR form, as in 10.20.3.0/24")
        parser.add_argument("--segment", help="its name; needed where several contain the network")
        parser.add_argument(
            "--credential",
            action="append",
            default=[],
            dest="credentials",
            metavar="NAME",
            help="to try over SNMP; may be given several times, tried in the order of their names",
        )
        parser.add_argument(
            "--port", action="append", type=int, dest="ports", metavar="NUMBER", help="instead of 161 and 502"
        )

    def handle(self, *_args: Any, network: str, **options: Any) -> None:
        now = timezone.now()
        ports = tuple(options["ports"] or USUAL_PORTS)
        segment = _segment(network, ports, options["segment"])
        try:
            request_discovery(
                segment=segment,
                network=network,
                ports=ports,
                credentials=[_credential(name) for name in options["credentials"]],
                by=None,
                now=now,
            )
        except SearchRefused as refusal:
            raise CommandError(str(refusal)) from None
        taken = take_discovery(segment_ids=[segment.pk], now=now)
        if taken is None:
            raise CommandError("A collector of the segment was quicker and searches now; see Discovery.")
        asyncio.run(_search(taken, self.stdout.write))
        self._report(Discovery.objects.get(pk=taken), since=now)

    def _report(self, discovery: Discovery, *, since: Any) -> None:
        finds = Find.objects.undecided().filter(segment=discovery.segment_id, seen_at__gte=since)
        for find in finds.select_related("asset"):
            what = (
                find.facts.get("model_name") or find.facts.get("product") or find.facts.get("description", "")
            )
            known = f", seems to be {find.asset.asset_tag} by its {find.known_by}" if find.asset else ""
            fits = f", fits {', '.join(find.profiles[:3])}" if find.profiles else ", fits no profile"
            self.stdout.write(f"{find.host}:{find.port}  {what[:60]}{fits}{known}")
        self.stdout.write(
            f"{discovery.answered} of {discovery.asked} places answered, {discovery.left_alone} are read already; "
            f"{finds.count()} to decide about. {discovery.detail}".rstrip()
        )


async def _search(discovery_id: Any, say: Any) -> None:
    database = DatabaseThread()
    discoverer = Discoverer(segments=frozenset, database=database, now=timezone.now)
    searching = asyncio.create_task(discoverer.carry_out(discovery_id))
    try:
        while not searching.done():
            await asyncio.wait({searching}, timeout=2.0)
            row = await database.run(Discovery.objects.get, pk=discovery_id)
            say(f"{row.asked} of {row.total} places, {row.answered} answered")
        searching.result()
    finally:
        await database.close()


def _segment(network: str, ports: tuple[int, ...], name: str | None) -> Segment:
    if name:
        named: Segment | None = Segment.objects.filter(name=name).first()
        if named is None:
            raise CommandError(f"There is no segment “{name}”.")
        return named
    refusals: list[str] = []
    found: list[Segment] = []
    for each in Segment.objects.all():
        try:
            places_in(network, ports, Policy.of(each))
        except SearchRefused as refusal:
            refusals.append(str(refusal))
        else:
            found.append(each)
    if len(found) == 1:
        return found[0]
    if found:
        raise CommandError(f"Say --segment: {', '.join(each.name for each in found)} all contain {network}.")
    raise CommandError(
        refusals[0] if refusals else "There is no segment yet; enter one under Administration."
    )


def _credential(name: str) -> Credential:
    credential = Credential.objects.filter(name=name).first()
    if credential is None:
        raise CommandError(f"There is no credential “{name}”.")
    return credential
