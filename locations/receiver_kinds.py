"""What kinds of receiver there are, and how much being heard by one says of a place."""

from __future__ import annotations

from django.db import models

ACCESS_POINT, PORT = "ap:", "port:"
"""How the identifiers of access points and ports begin."""


class ReceiverKind(models.TextChoices):
    """What hears the equipment."""

    RADIO = "radio", "Receiver"
    CHOKE_POINT = "choke_point", "Choke point"
    ACCESS_POINT = "access_point", "Access point"
    SWITCH_PORT = "switch_port", "Switch port"

    @property
    def is_anchor(self) -> bool:
        """Equipment is told to be where this is: hearing it there again makes that no more exact."""
        return self is not ReceiverKind.RADIO

    @property
    def stands_for_zone(self) -> bool:
        """What it hears is in its zone. An access point hears through walls."""
        return self is not ReceiverKind.ACCESS_POINT


def kind_of(identifier: str) -> ReceiverKind:
    """The kind that an identifier says."""
    if identifier.startswith(ACCESS_POINT):
        return ReceiverKind.ACCESS_POINT
    return ReceiverKind.SWITCH_PORT if identifier.startswith(PORT) else ReceiverKind.RADIO


def spoken_name(identifier: str) -> str:
    """An identifier as people say it: “3-West-12”, “SW-3, port Gi1/0/17”."""
    if identifier.startswith(PORT):
        switch, _, port = identifier.removeprefix(PORT).partition("/")
        return f"{switch}, port {port}"
    return identifier.removeprefix(ACCESS_POINT)
