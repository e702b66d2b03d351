"""Which simulated device answers where, and for what: one list that seeding and the simulators share."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cache

from hospital.demo.fleet import Item, the_fleet

HOST = "127.0.0.1"
NETWORK = "127.0.0.0/8"
DEFAULT_BASE_PORT = 16100
PORTS_RESERVED = 100
HL7_OFFSET = 70
"""Where the product listens for the pump server, counted from the first port like the devices' own."""

SNMP_USER = "whereabouts"
SNMP_AUTH_KEY = "demo-authentication-key"
SNMP_PRIV_KEY = "demo-privacy-key"
COMMUNITY = "demo-community"
"""Secrets of the simulated devices, which answer on loopback alone."""


@dataclass(frozen=True, slots=True)
class EndpointSpec:
    """One simulated endpoint. ``key`` names it; its port is the base plus ``offset``."""

    key: str
    name: str
    profile: str
    protocol: str  # collectors.models.Endpoint.Protocol
    offset: int
    interval_s: float
    item: Item | None = None
    scope: str = ""  # department of a pump gateway, floor of an RTLS gateway
    exception_reason: str = ""
    former_profile: str = ""  # what an older demo had here
    is_entered: bool = True  # else it answers, and nobody has told the product

    @property
    def is_modbus(self) -> bool:
        return self.protocol == "modbus_tcp"


WIFI_EVERY_S = 15.0
SILENT_ENDPOINT = "mfr-03"
"""The device that stops answering for a while, and starts again."""

TO_BE_FOUND = "ups-06"
"""The device that is in the register of equipment but has no endpoint: for Discovery to find."""

_OLD_CARDS = {
    "ups-05": "The management card of this UPS speaks SNMP v2c only; it is replaced with the batteries.",
    "nsw-02": "Configured before the SNMP v3 roll-out; on the list of the network team.",
}
_PUMP_GATEWAYS = {
    "ed": "Emergency", "icu": "ICU", "or": "Theatres", "1w": "Ward 1 West",
    "2w": "Ward 2 West", "2e": "Ward 2 East",
}  # fmt: skip
_BY_KIND = {
    "ups": ("ups-rfc1628", 10.0),
    "workstation": ("host-resources", 30.0),
    "network-switch": ("interfaces", 30.0),
    "medicine-fridge": ("medical-fridge", 10.0),
    "blood-fridge": ("medical-fridge", 10.0),
    "ct-scanner": ("imaging-modality", 5.0),
    "mri-scanner": ("imaging-modality", 5.0),
    "xray-system": ("imaging-modality", 5.0),
    "helium-compressor": ("helium-compressor-cpa-3xxx", 10.0),
    "ult-freezer": ("freezer-thermo-tsx", 30.0),
}
_OVER_MODBUS = frozenset({"medical-fridge", "helium-compressor-cpa-3xxx", "freezer-thermo-tsx"})
_METERED = ("CT-01", "CT-02", "MRI-01", "XR-02")
_METER_ONLY = ("XR-02",)


def base_port() -> int:
    """First port of the simulated devices: ``DEMO_BASE_PORT`` or 16100."""
    return int(os.environ.get("DEMO_BASE_PORT", DEFAULT_BASE_PORT))


def ports_for(base: int | None = None) -> dict[str, int]:
    """The port of each endpoint, by key."""
    first = base_port() if base is None else base
    return {spec.key: first + spec.offset for spec in the_endpoints()}


def hl7_port(base: int | None = None) -> int:
    """Where the pump server sends to."""
    return (base_port() if base is None else base) + HL7_OFFSET


def port_range(base: int | None = None) -> str:
    """All ports of the simulated devices, as a segment lists them."""
    first = base_port() if base is None else base
    return f"{first}-{first + PORTS_RESERVED - 1}"


@cache
def the_endpoints() -> tuple[EndpointSpec, ...]:
    """Every endpoint of the demo hospital: gateways, fixed equipment, meters, probes and the Wi-Fi."""
    specs = [*_gateways()]
    for item in the_fleet():
        if item.kind.slug in _BY_KIND and item.asset_tag not in _METER_ONLY:
            specs.append(_device(item, len(specs)))
    for item in the_fleet():
        if item.asset_tag in _METERED:
            specs.append(_meter(item, len(specs)))
    for item in the_fleet():
        if item.kind.slug == "ult-freezer":
            specs.append(_probe(item, len(specs)))
    specs.append(
        EndpointSpec("wifi", "Wi-Fi controller", "wlan-cisco-airespace", "snmp_v3", len(specs), WIFI_EVERY_S)
    )
    return tuple(specs)


def _gateways() -> list[EndpointSpec]:
    specs: list[EndpointSpec] = []
    for level, name in enumerate(("ground", "first", "second")):
        specs.append(
            EndpointSpec(
                f"rtls-{level}",
                f"Location gateway, {name} floor",
                "rtls-gateway",
                "snmp_v3",
                len(specs),
                5.0,
                scope=f"main-{level}",
            )
        )
    for code, name in _PUMP_GATEWAYS.items():
        specs.append(
            EndpointSpec(
                f"pumps-{code}",
                f"Pump gateway, {name}",
                "infusion-pump-gateway",
                "snmp_v3",
                len(specs),
                8.0,
                scope=code,
            )
        )
    return specs


def _device(item: Item, offset: int) -> EndpointSpec:
    profile, interval = _BY_KIND[item.kind.slug]
    key = item.asset_tag.lower()
    snmp = "snmp_v2c" if key in _OLD_CARDS else "snmp_v3"
    protocol = "modbus_tcp" if profile in _OVER_MODBUS else snmp
    name = f"{item.kind.name} {item.asset_tag}"
    return EndpointSpec(
        key,
        name,
        profile,
        protocol,
        offset,
        interval,
        item,
        exception_reason=_OLD_CARDS.get(key, ""),
        is_entered=key != TO_BE_FOUND,
    )


def _meter(item: Item, offset: int) -> EndpointSpec:
    is_mri = item.kind.slug == "mri-scanner"
    return EndpointSpec(
        f"meter-{item.asset_tag.lower()}",
        f"Power meter of {item.asset_tag}",
        "modality-power-meter-mri" if is_mri else "modality-power-meter",
        "modbus_tcp",
        offset,
        5.0,
        item,
        former_profile="modality-power-meter" if is_mri else "",
    )


def _probe(item: Item, offset: int) -> EndpointSpec:
    return EndpointSpec(
        f"probe-{item.asset_tag.lower()}",
        f"Thermometer in {item.asset_tag}",
        "env-hwg-poseidon",
        "snmp_v3",
        offset,
        10.0,
        item,
    )
