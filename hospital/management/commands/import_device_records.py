"""Import what a device database says of owned devices: product codes and catalogue numbers, which recalls use."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from assets.recalls.device_records import bring_in_records


class Command(BaseCommand):
    help = "Imports JSON lines or AccessGUDID's device.txt; keeps what the hospital owns by its UDI-DI."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *, file: Path, **_options: Any) -> None:
        try:
            with file.open("rb") as lines:
                count, kept = bring_in_records(lines)
        except OSError as error:
            raise CommandError(f"{file} cannot be read: {error.strerror}") from error
        except ValueError as error:
            raise CommandError(f"{file} was not imported: {error}") from error
        self.stdout.write(f"{count} records read, {kept} of devices here")
