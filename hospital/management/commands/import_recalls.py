"""Import recalls and advisories from openFDA's JSON or a table; docs/recalls.md has their forms."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from assets.recalls.contents import RowRefusedError
from assets.recalls.importing import FileRefusedError, bring_in
from assets.recalls.words import RunState


class Command(BaseCommand):
    help = "Imports notices, and compares each with the equipment. Bad rows are named and left out."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="JSON of openFDA, or CSV in UTF-8")
        parser.add_argument("--authority", default="", help="whose notices a table holds, as in BfArM")
        parser.add_argument(
            "--column", action="append", default=[], metavar="FIELD=COLUMN",
            help="which column of a table is which field; the rest by their names",
        )  # fmt: skip

    def handle(self, *, file: Path, authority: str, column: list[str], **_options: Any) -> None:
        chosen = dict(each.split("=", 1) for each in column if "=" in each)
        try:
            run = bring_in(
                content=file.read_bytes(), file_name=file.name, mapping=chosen, authority=authority, by=None,
                now=timezone.now(), tell=self._tell,
            )  # fmt: skip
        except OSError as error:
            raise CommandError(f"{file} cannot be read: {error.strerror}") from error
        except RowRefusedError as refused:
            raise CommandError(f"{file} was not imported. {refused.field}: {refused}") from refused
        except FileRefusedError as refused:
            raise CommandError(f"{file} was not imported. {refused}") from refused
        if run.state == RunState.FAILED:
            raise CommandError(f"{file} was not imported. {run.problems[0]['words']}")
        for problem in run.problems:
            self.stderr.write(f"row {problem['row']}, {problem['field']}: {problem['words']}")
        self.stdout.write(
            f"notices: {run.made} new, {run.changed} changed, {run.unchanged} unchanged, "
            f"{run.problem_count} rows left out; {run.matches} pieces of equipment to decide on"
        )

    def _tell(self, done: int, total: int) -> None:
        self.stdout.write(f"{done} of {total}")
