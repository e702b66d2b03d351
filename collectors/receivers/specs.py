"""Ways in as the database has them now, made ready for the loop. Blocks on the database."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from collectors.credentials import CredentialUnreadableError, open_credential
from collectors.models import Source
from collectors.profiles.strict import ProfileError
from collectors.receivers.receiver import Spec
from collectors.receivers.settings import read_settings


@dataclass(frozen=True, slots=True)
class Problem:
    """A source that cannot be served as it is configured, and why."""

    source_id: int
    words: str


def read_specs(kinds: Collection[str]) -> list[Spec | Problem]:
    """All that are switched on, of these kinds."""
    sources = Source.objects.filter(is_enabled=True, kind__in=kinds).prefetch_related("credentials")
    return [_spec(source) for source in sources.order_by("pk")]


def _spec(source: Source) -> Spec | Problem:
    try:
        return Spec(
            source_id=source.pk,
            name=source.name,
            kind=source.kind,
            site_id=source.site_id,
            networks=tuple(source.networks),
            settings=read_settings(source.kind, source.settings),
            secrets=tuple(open_credential(each) for each in source.credentials.all()),
            messages_per_s=source.messages_per_s,
            max_message_bytes=source.max_message_bytes,
        )
    except ProfileError as error:
        return Problem(source.pk, f"Its settings cannot be used: {error.key}: {error.problem}.")
    except CredentialUnreadableError as error:
        return Problem(source.pk, str(error))
