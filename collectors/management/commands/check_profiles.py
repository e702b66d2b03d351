"""Reads every device profile, or the files named, as strictly as the collector does."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from collectors.planner import plan_requests
from collectors.profiles.docs import vocabulary_page
from collectors.profiles.library import all_profiles, broken_profiles
from collectors.profiles.load import load_profile
from collectors.profiles.match import matching_profiles, profiles_of_identity
from collectors.profiles.model import IDENTITY_PARTS, Profile
from collectors.profiles.schema import schema_text
from collectors.profiles.strict import ProfileError


class Command(BaseCommand):
    help = "Checks device profiles and says what each one reads."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="*", type=Path, help="Profiles that are not installed yet.")
        parser.add_argument("--match", metavar="OID", help="Name the profiles that know this sysObjectID.")
        parser.add_argument(
            "--identity",
            nargs="+",
            metavar=("VENDOR", "PRODUCT"),
            help="Name the profiles that know a Modbus device which says this of itself; a revision may follow.",
        )
        parser.add_argument("--write-docs", action="store_true", help="Write docs/vocabulary.md anew.")
        parser.add_argument(
            "--write-schema", action="store_true", help="Write docs/profile.schema.json anew, for editors."
        )

    def handle(
        self,
        *,
        files: list[Path],
        match: str | None,
        identity: list[str] | None,
        write_docs: bool,
        write_schema: bool = False,
        **_: Any,
    ) -> None:
        profiles = self._read(files)
        if match:
            profiles = matching_profiles(profiles, sys_object_id=match)
        if identity:
            profiles = profiles_of_identity(profiles, dict(zip(IDENTITY_PARTS, identity, strict=False)))
        for profile in profiles:
            self.stdout.write(describe(profile))
        if write_docs:
            self._write("vocabulary.md", vocabulary_page(all_profiles()))
        if write_schema:
            self._write("profile.schema.json", schema_text())

    def _write(self, name: str, text: str) -> None:
        (settings.BASE_DIR / "docs" / name).write_text(text, encoding="utf-8")
        self.stdout.write(f"Wrote docs/{name}.")

    def _read(self, files: list[Path]) -> list[Profile]:
        try:
            if files:
                return [load_profile(path) for path in files]
        except ProfileError as error:
            raise CommandError(str(error)) from error
        problems = broken_profiles()
        if problems:
            raise CommandError("\n".join(map(str, problems)))
        return list(all_profiles())


def describe(profile: Profile) -> str:
    """One line: name, how many readings, tables and requests."""
    parts = [_counted(len(profile.readings), "reading")]
    if profile.tables:
        parts.append(f"{_counted(len(profile.tables), 'table')} of devices")
    return f"{profile.name}: {', '.join(parts)}, {_counted(len(plan_requests(profile)), 'request')}"


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
