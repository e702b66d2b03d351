"""Import from a CSV file how strongly receivers hear a tag at known points; docs/positioning.md has its form."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from locations.models import Floor
from locations.survey_files import SurveyFileError, import_survey


class Command(BaseCommand):
    help = "Imports a survey of one floor. Imports all of the file, or nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("floor", help="slug of the floor")
        parser.add_argument("file", type=Path, help="CSV, in UTF-8: set,x,y,z,sensor,n,mean,std,min,max")

    def handle(self, *, floor: str, file: Path, **_options: Any) -> None:
        found = Floor.objects.filter(slug=floor).first()
        if found is None:
            raise CommandError(f"There is no floor “{floor}”.")
        try:
            text = file.read_text("utf-8-sig")
            survey = import_survey(text=text, floor=found, device=file.name, by=None, at=timezone.now())
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"{file} cannot be read: {error}") from error
        except SurveyFileError as error:
            raise CommandError(f"{file} was not imported; nothing was changed. {error}") from error
        self.stdout.write(f"survey of {found}: {survey.points.count()} points")
