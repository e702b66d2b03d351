"""Import from a CSV file where access points, switch ports and other receivers are; docs/receivers.md has its form."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from hospital.receivers import take_in
from locations.models import Floor
from locations.receiver_import import plan_import


class Command(BaseCommand):
    help = "Imports where receivers are. Imports all of the file, or nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="CSV, in UTF-8")
        parser.add_argument(
            "--dry-run", action="store_true", help="say what would change, and change nothing"
        )

    def handle(self, *, file: Path, **options: Any) -> None:
        try:
            plan = plan_import(file.read_bytes(), floors=Floor.objects.all())
        except OSError as error:
            raise CommandError(f"{file} cannot be read: {error.strerror}") from error
        if plan.problems:
            problems = "\n  ".join(map(str, plan.problems))
            raise CommandError(f"{file} was not imported; nothing was changed.\n  {problems}")
        if options["dry_run"]:
            self.stdout.write(f"would be: {plan}; nothing was changed")
            return
        take_in(plan=plan)
        self.stdout.write(f"receivers: {plan}")
