"""Compute utilisation's roll-ups anew from the histories; docs/utilisation.md says when that is wanted."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from assets.utilisation.models import StaleDay
from assets.utilisation.roller import mark_everything, mark_what_is_due, work_off
from locations.models import Site


class Command(BaseCommand):
    help = "Computes the roll-ups of utilisation anew. It can be stopped; --resume goes on where it was."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--first", type=date.fromisoformat, metavar="YYYY-MM-DD", help="not before this day"
        )
        parser.add_argument("--site", metavar="SLUG", help="one site alone")
        parser.add_argument("--resume", action="store_true", help="only what is marked already")
        parser.add_argument("--seconds", type=float, help="stop after so long")

    def handle(
        self,
        *,
        first: date | None,
        site: str | None,
        resume: bool,
        seconds: float | None,
        **_options: Any,
    ) -> None:
        sites = None if site is None else list(Site.objects.filter(slug=site).values_list("pk", flat=True))
        if sites == []:
            raise CommandError(f"--site: there is no “{site}”.")
        now, begun = timezone.now(), time.monotonic()
        if resume:
            mark_what_is_due(now=now)
        else:
            mark_everything(now=now, first=first, sites=sites)
        total = StaleDay.objects.count()

        def tell(done: int) -> None:
            self.stdout.write(f"{done} of {total} days of fleets, {time.monotonic() - begun:.0f} s")

        try:
            done = work_off(lambda: seconds is not None and time.monotonic() - begun >= seconds, tell=tell)
        except KeyboardInterrupt:
            raise CommandError(
                "Stopped. What is left is marked: --resume goes on, and so does the clock."
            ) from None
        left = StaleDay.objects.count()
        self.stdout.write(f"{done} days of fleets rolled up in {time.monotonic() - begun:.1f} s; {left} left")
