"""``manage.py rotate_credentials``: seal every device credential with the first of CREDENTIAL_KEYS."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from collectors.credentials import CredentialUnreadableError, rotate_credentials


class Command(BaseCommand):
    help = "Seal device credentials with the first of CREDENTIAL_KEYS; then the older keys can be taken out."

    def handle(self, *_args: Any, **_options: Any) -> None:
        try:
            count = rotate_credentials()
        except CredentialUnreadableError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{count} credentials sealed anew.")
