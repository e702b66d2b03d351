"""``manage.py expect``: what a case's recording becomes, written for review."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from assets.observation import Subject, SubjectKind
from collectors.decode import decode_poll
from collectors.profiles.library import UnknownProfileError, cases_folder, get_profile
from collectors.profiles.recordings import AT, plain, replay
from collectors.profiles.strict import ProfileError


class Command(BaseCommand):
    help = (
        "Decode the recording of a case and write its expected.json: read it, it is what tests will hold to."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("case", metavar="PROFILE/CASE")

    def handle(self, *_args: Any, case: str, **_options: Any) -> None:
        name, _, folder_name = case.partition("/")
        try:
            folder = cases_folder(name) / Path(folder_name or ".").name
            told = json.loads((folder / "case.json").read_text(encoding="utf-8"))
            profile = get_profile(name)
            raw = replay(profile, folder / told["recording"])
        except (OSError, ValueError, KeyError, UnknownProfileError, ProfileError) as error:
            raise CommandError(f"{case}: {error}") from error
        subject = Subject(SubjectKind.ASSET, "7") if told.get("asset") else None
        observations = decode_poll(profile, raw, source="endpoint:3", subject=subject, received_at=AT)
        text = json.dumps([plain(each) for each in observations], indent=2, ensure_ascii=False) + "\n"
        path = folder / "expected.json"
        before = path.read_text(encoding="utf-8") if path.exists() else None
        path.write_text(text, encoding="utf-8")
        self.stdout.write(text)
        self.stdout.write(
            f"{path}: {'as it was' if before == text else 'written anew' if before else 'written'}; now read it."
        )
