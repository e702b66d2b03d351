"""``manage.py seed_demo``: brings the demo hospital into the database; running it again changes nothing."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from hospital.demo.accounts import PASSWORD
from hospital.demo.history import seed_history
from hospital.demo.loans import hear_of_homes
from hospital.demo.reporting import seed_reporting
from hospital.demo.seed import NotADemoDatabaseError, seed_demo


class Command(BaseCommand):
    help = "Creates the demo hospital: places, catalogue, equipment, endpoints, accounts."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--base-port", type=int, help="First port of the simulated devices.")
        parser.add_argument(
            "--past", action="store_true", help="With three months before today, if it has none."
        )

    def handle(
        self,
        *_args: Any,
        base_port: int | None = None,
        past: bool = False,
        verbosity: int = 1,
        **_options: Any,
    ) -> None:
        try:
            seeded = seed_demo(base=base_port)
        except NotADemoDatabaseError as refusal:
            raise CommandError(str(refusal)) from None
        if past:
            seed_history(timezone.now())
            seed_reporting(timezone.now())
            hear_of_homes(timezone.now())
        if not verbosity:
            return
        if not seeded.created:
            self.stdout.write("The demo hospital is there already.")
            return
        self.stdout.write(
            f"Demo hospital: {seeded.zones} zones, {seeded.assets} assets, {seeded.endpoints} endpoints. "
            f"Sign in as nurse, biomed, facilities or admin with “{PASSWORD}”, on loopback only."
        )
