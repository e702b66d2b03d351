"""``manage.py make_source_token``: a token for one sender over HTTP, shown once."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from collectors.models import Source
from collectors.receivers.http.tokens import make_token


class Command(BaseCommand):
    help = "Make a token for a sender over HTTP. It is shown now and never again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("source", help="Name of the way in.")
        parser.add_argument("name", help="Who gets the token.")
        parser.add_argument("--days", type=int, default=365, help="How long it is taken (default: a year).")

    def handle(self, *, source: str, name: str, days: int, **_: Any) -> None:
        way_in = Source.objects.filter(name=source).first()
        if way_in is None:
            raise CommandError(f"There is no way in named “{source}”.")
        try:
            token, text = make_token(source=way_in, name=name, lasts=timedelta(days=days), now=timezone.now())
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        self.stdout.write(text)
        self.stderr.write(
            f"Keep it now: it cannot be shown again. It is taken until {token.expires_at:%Y-%m-%d}."
        )
