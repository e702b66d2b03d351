"""Every address of the site, made from the URLconf, so that no test has to remember a new one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from django.urls import URLPattern, URLResolver, get_resolver, reverse

EXAMPLES = {
    "floor": "main-1",
    "slug": "main-1",
    "asset_tag": "P-1",
    "identifier": "T-1",
    "name": "battery_charge",
    "profile": "ups-rfc1628",
    "code": "bay",
    "line": 1,
    "room": 1,
    "pk": 1,
    "number": 1,
    "kind": "broken",
    "category": "infusion-pump",
    "token": "no-such-token",
    "zone": 1,
    "step": 1,
    "uuid": UUID(int=7),
    "object_id": "1",
    "app_label": "assets",
    "content_type_id": "1",
    "url": "x",
    "format": "json",
    "version": "1",
    "language": "de",
    "what": "sizes",
    "how": "bridged",
}
"""A value for each part of an address; one that is missing here makes every test that walks say so."""
EXAMPLES_OF_VIEW: dict[str, dict[str, object]] = {
    "manual-poll": {"pk": UUID(int=7)},
    "stop-discovery": {"pk": UUID(int=7)},
    "auth_user_password_change": {"id": "1"},
    **{f"utilisation-report{form}": {"name": "flow"} for form in ("", "-chart", "-file", "-print")},
    "utilisation-parquet": {"what": "roll-ups"},
}


@dataclass(frozen=True)
class Address:
    """One view: its full name and an address that leads to it."""

    name: str
    path: str

    @property
    def is_admin(self) -> bool:
        return self.path.startswith("/admin/")

    @property
    def is_api(self) -> bool:
        """For programs; its documentation is a page."""
        return self.path.startswith("/api/") and self.name != "api-docs"


def all_addresses() -> list[Address]:
    found = {address.name: address for address in _walk(get_resolver(), "")}
    return sorted(found.values(), key=lambda address: address.path)


def _walk(resolver: URLResolver, namespace: str) -> Iterator[Address]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from _walk(entry, f"{namespace}{entry.namespace}:" if entry.namespace else namespace)
        elif entry.name and "format" not in _parts(entry):
            parts = _parts(entry)
            own = EXAMPLES_OF_VIEW.get(entry.name, {})
            arguments = {part: own.get(part, EXAMPLES.get(part)) for part in parts}
            assert None not in arguments.values(), (
                f"give {entry.name} an example in addresses.py: {arguments}"
            )
            yield Address(namespace + entry.name, reverse(namespace + entry.name, kwargs=arguments))


def _parts(entry: URLPattern) -> set[str]:
    return set(entry.pattern.converters) | set(re.findall(r"\(\?P<(\w+)>", str(entry.pattern)))
