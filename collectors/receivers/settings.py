"""What each kind of way in can be told: read strictly, so that a slip is named and not passed over."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, fields
from typing import Any

from collectors.profiles.strict import Section
from collectors.receivers.hl7.codes import NAME, read_codes
from collectors.receivers.hl7.places import Floor

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
class Broker:
    """Whom to ask for messages, and what to make of them. ``ca`` (file): who signed its certificate, empty for those
    that the system trusts; ``certificate`` and ``key`` (files): what we show it."""

    host: str
    port: int
    mappings: tuple[str, ...]
    version: str
    tls: bool
    ca: str = ""
    certificate: str = ""
    key: str = ""
    client_id: str = ""
    keepalive_s: int = 60
    qos: int = 1


@dataclass(frozen=True, slots=True)
class DicomListen(Listen):
    """The same for DICOM: how we are to be called, and how many may be connected at once."""

    ae_title: str = "WHEREABOUTS"
    most_associations: int = 10


@dataclass(frozen=True, slots=True)
class Mllp:
    """HL7. ``codes`` are names of a site's own: alias → name; ``floors`` where coordinates count: place → floor.

    ``always_application``: answer by AA, AE and AR even those who ask for an accept acknowledgement.
    """

    listen: Listen
    codes: dict[str, str] = field(default_factory=dict)
    floors: dict[str, Floor] = field(default_factory=dict)
    always_application: bool = False


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


def _broker(section: Section) -> Broker:
    files = {name: section.text(name, None) for name in ("ca", "certificate", "key")}
    tls = section.flag("tls") or any(files.values())
    if files["key"] and not files["certificate"]:
        section.fail("key", "is of no use without a certificate of our own")
    mappings = section.words("mappings")
    if not mappings:
        section.fail("mappings", "names none: what is to be heard, and what does it mean")
    return Broker(
        host=section.text("host", pattern=r"[0-9a-z:.-]{1,253}"),
        port=section.integer("port", 1, 65535, 8883 if tls else 1883),
        mappings=mappings,
        version=section.choice("version", ("5", "3.1.1"), "5"),
        tls=tls,
        client_id=section.text("client_id", None, pattern=r"[0-9A-Za-z_.:-]{1,60}"),
        keepalive_s=section.integer("keepalive_s", 5, 3600, 60),
        qos=section.integer("qos", 0, 1, 1),
        **files,
    )


def _dicom(section: Section) -> DicomListen:
    usual = DicomListen("", 0)
    place = _listen(11112)(section)
    return DicomListen(
        **{each.name: getattr(place, each.name) for each in fields(Listen)},
        ae_title=section.text("ae_title", None, pattern=r"[!-\[\]-~][ -\[\]-~]{0,15}") or usual.ae_title,
        most_associations=section.integer("most_associations", 1, 200, usual.most_associations),
    )


def _hl7(section: Section) -> Mllp:
    return Mllp(
        listen=_listen(2575)(section),
        codes=_codes(section),
        floors={
            item.text("place"): Floor(item.text("floor"), _error(item)) for item in section.sections("floors")
        },
        always_application=section.choice("answers", ("as_asked", "application"), "as_asked")
        == "application",
    )


def _codes(section: Section) -> dict[str, str]:
    aliases: dict[str, str] = {}
    if (codes := section.section("codes")) is not None:
        aliases = {str(alias): codes.text(alias, pattern=NAME) for alias in map(str, codes.keys())}
    try:
        read_codes(aliases)
    except ValueError as error:
        section.fail("codes", str(error))
    return aliases


def _error(item: Section) -> float:
    error_m = item.number("error_m")
    if not 0 < error_m <= 100:
        item.fail("error_m", "must be metres, above 0 and up to 100")
    item.done()
    return error_m


_READ: dict[str, Callable[[Section], Any]] = {
    "traps": _listen(162, may_use_tls=False),
    "http": lambda _section: Nothing(),
    "mqtt": _broker,
    "hl7": _hl7,
    "mpps": _dicom,
}
KINDS = frozenset(_READ)
