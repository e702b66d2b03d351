"""What each kind of way in can be told: read strictly, so that a slip is named and not passed over."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from collectors.profiles.strict import Section

WHERE = "settings"


@dataclass(frozen=True, slots=True)
class Listen:
    """Where to listen. ``certificate`` and ``key`` (files) turn TLS on; ``client_ca`` asks senders for a
    certificate that it has signed."""

    host: str
    port: int
    certificate: str = ""
    key: str = ""
    client_ca: str = ""


@dataclass(frozen=True, slots=True)
class Nothing:
    """For a kind that needs none."""


def read_settings(kind: str, data: Any) -> Any:
    """The settings of a source of this kind; :class:`ProfileError` names the key at fault."""
    section = Section(WHERE, "", data)
    settings = _READ[kind](section)
    section.done()
    return settings


def _listen(usual_port: int, *, may_use_tls: bool = True) -> Callable[[Section], Listen]:
    def read(section: Section) -> Listen:
        place = Listen(
            host=section.text("host", None, pattern=r"[0-9a-fA-F:.]+") or "127.0.0.1",
            port=section.integer("port", 1, 65535, usual_port),
            **{name: section.text(name, None) for name in ("certificate", "key", "client_ca") if may_use_tls},
        )
        if place.client_ca and not place.certificate:
            section.fail("client_ca", "is of no use without a certificate of our own")
        return place

    return read


_READ: dict[str, Callable[[Section], Any]] = {
    "traps": _listen(162, may_use_tls=False),
    "http": lambda _section: Nothing(),
    "mqtt": lambda _section: Nothing(),
    "hl7": _listen(2575),
    "mpps": _listen(11112),
}
KINDS = frozenset(_READ)
