"""``manage.py capture``: a device's answers as a case of a profile, scrubbed."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from collectors.capture import CaptureRefusedError, record_device, save_case, target_for
from collectors.credentials import CredentialUnreadableError
from collectors.guard import TargetRefused
from collectors.models import Credential, Endpoint, Segment
from collectors.profiles.library import UnknownProfileError, cases_folder, get_profile
from collectors.profiles.strict import ProfileError


class Command(BaseCommand):
    help = (
        "Record what a device answers, read-only and only inside a network segment; names, addresses, serial numbers, "
        "contacts, places and users become stand-ins, and nothing is saved that could not be scrubbed."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("host")
        asked = parser.add_mutually_exclusive_group(required=True)
        asked.add_argument("--profile", help="Ask for what this profile reads.")
        asked.add_argument(
            "--walk", nargs="+", metavar="OID", help="Read everything below these identifiers."
        )
        parser.add_argument("--segment", required=True, help="The network segment that the device is in.")
        parser.add_argument("--credential", help="Its registered credential, for SNMP.")
        parser.add_argument(
            "--protocol", choices=Endpoint.Protocol.values, help="Default: SNMP v2c or Modbus/TCP."
        )
        parser.add_argument("--port", type=int)
        parser.add_argument("--unit", type=int, default=1, help="Of Modbus.")
        parser.add_argument("--keep", nargs="+", default=[], metavar="OID", help="Texts there are harmless.")
        parser.add_argument(
            "--leave-out", action="store_true", help="Save the rest if a part cannot be scrubbed."
        )
        parser.add_argument(
            "--case", metavar="NAME", default="captured", help="Of the folder in the profile's cases."
        )
        parser.add_argument("--into", type=Path, help="Another folder for the case; needed with --walk.")
        parser.add_argument("--about", default="As recorded at a device.", help="What the case shows.")

    def handle(self, *_args: Any, host: str, **options: Any) -> None:
        folder = self._folder(options)
        try:
            profile = get_profile(options["profile"]) if options["profile"] else None
            protocol = options["protocol"] or (
                "modbus_tcp"
                if profile and profile.protocol == "modbus"
                else self._snmp(options["credential"])
            )
            target = target_for(
                host=host, protocol=protocol, port=options["port"], unit_id=options["unit"],
                segment=Segment.objects.get(name=options["segment"]),
                credential=self._credential(options["credential"]),
            )  # fmt: skip
            recording = record_device(
                target, profile=profile, walks=options["walk"] or (), keep=options["keep"]
            )
        except Segment.DoesNotExist as error:
            raise CommandError(f"There is no network segment named {options['segment']!r}.") from error
        except (
            CaptureRefusedError, CredentialUnreadableError, ProfileError, TargetRefused, UnknownProfileError
        ) as error:  # fmt: skip
            raise CommandError(str(error)) from error
        for refused in recording.refused:
            self.stderr.write(f"Not scrubbed: {refused}")
        if recording.refused and not options["leave_out"]:
            raise CommandError(
                f"Nothing is saved, because {len(recording.refused)} values could not be scrubbed; "
                "--leave-out saves the others."
            )
        save_case(
            folder, recording, about=options["about"], has_asset=profile is None or bool(profile.readings)
        )
        self.stdout.write(
            f"Wrote {len(recording.lines)} lines into {folder}. Read them before you give them away."
        )

    def _folder(self, options: dict[str, Any]) -> Path:
        try:
            folder = options["into"] or (
                options["profile"] and cases_folder(options["profile"]) / options["case"]
            )
        except UnknownProfileError as error:
            raise CommandError(str(error)) from error
        if not folder:
            raise CommandError("A walk belongs to no profile yet: name a folder with --into.")
        if Path(folder).exists():
            raise CommandError(f"{folder} is there already; name another with --case or --into.")
        return Path(folder)

    def _credential(self, name: str | None) -> Credential | None:
        if name is None:
            return None
        found = Credential.objects.filter(name=name).first()
        if found is None:
            raise CommandError(f"There is no credential named {name!r}.")
        return found

    def _snmp(self, credential: str | None) -> str:
        found = self._credential(credential)
        return "snmp_v3" if found and found.kind == Credential.Kind.SNMP_USM else "snmp_v2c"
