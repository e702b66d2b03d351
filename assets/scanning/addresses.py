"""The addresses on our own labels: short, and kept for as long as labels stick, whatever pages are called."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

from django.conf import settings

from locations.models import Zone


def address_of_room(zone: Zone) -> str:
    return f"{settings.PUBLIC_URL}/r/{name_of_room(zone)}"


def name_of_room(zone: Zone) -> str:
    """Floor and code, as they are printed: a code is unique on its floor only."""
    return f"{zone.floor.slug}/{zone.code}"


def names_in(address: str) -> tuple[str, tuple[str, ...]] | None:
    """What an address of ours names: ``("asset", (tag,))``, ``("report", (token,))`` or
    ``("room", (floor, code))``; else ``None``."""
    try:
        path = urlsplit(address).path
    except ValueError:  # brackets that no address has
        return None
    parts = [unquote(part) for part in path.split("/") if part]
    if len(parts) == 2 and parts[0] in {"a", "assets"}:
        return "asset", (parts[1],)
    if len(parts) == 2 and parts[0] == "report":
        return "report", (parts[1],)
    if len(parts) == 3 and parts[0] == "r":
        return "room", (parts[1], parts[2])
    return None


def is_ours(address: str) -> bool:
    """Whether the label was printed by this installation, by the name of its host."""
    public: str = settings.PUBLIC_URL
    return urlsplit(address).hostname == urlsplit(public).hostname
