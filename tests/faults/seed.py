"""A database with the simulated devices in it: ``python -m tests.faults.seed COUNT SNMP_PORT MODBUS_PORT``."""

from __future__ import annotations

import sys

import django

django.setup()

from django.core.management import call_command  # noqa: E402  Django is set up first

from assets.models import Asset, Category, EquipmentModel  # noqa: E402
from collectors.credentials import register_credential  # noqa: E402
from collectors.endpoints import register_segment  # noqa: E402
from collectors.models import Credential, Endpoint  # noqa: E402
from locations.models import Site  # noqa: E402
from tests.collectors.v3_agent import USER  # noqa: E402
from tests.faults.fleet import MODBUS, SEGMENTS, SNMP_V2C, Device, make_fleet, network_of  # noqa: E402

TIMEOUT_S = 5.0
"""Long, so that a busy machine is not taken for a device that does not answer."""


def seed(count: int, snmp_port: int, modbus_port: int) -> None:
    call_command("migrate", verbosity=0)
    site = Site.objects.create(name="Faults", slug="faults")
    category = Category.objects.create(name="Device", plural="Devices", slug="device")
    model = EquipmentModel.objects.create(manufacturer="Simulated", name="Counter", category=category)
    segments = [
        register_segment(name=f"Ward {n}", site=site, networks=[network_of(n)], ports=["1024-65535"])
        for n in range(SEGMENTS)
    ]
    community = register_credential(
        name="community", kind="snmp_community", secret={"community": "answers-are-counted"}
    )
    user = register_credential(
        name="user",
        kind="snmp_usm",
        secret={name: getattr(USER, name) for name in USER.__dataclass_fields__},
    )
    fleet = make_fleet(count)
    assets = Asset.objects.bulk_create(
        Asset(asset_tag=f"device-{device.number}", model=model, site=site) for device in fleet
    )
    Endpoint.objects.bulk_create(
        Endpoint(
            name=asset.asset_tag, segment=segments[device.segment], asset=asset,
            host=device.address, unit_id=device.unit,
            port=modbus_port if device.protocol == MODBUS else snmp_port, protocol=device.protocol,
            profile="counted-modbus" if device.protocol == MODBUS else "counted-snmp",
            credential=_credential(device, community, user),
            exception_reason="simulated" if device.protocol == SNMP_V2C else "",
            interval_s=device.interval_s, timeout_s=TIMEOUT_S,
        )
        for device, asset in zip(fleet, assets, strict=True)
    )  # fmt: skip


def _credential(device: Device, community: Credential, user: Credential) -> Credential | None:
    if device.protocol == MODBUS:
        return None
    return community if device.protocol == SNMP_V2C else user


if __name__ == "__main__":
    seed(*map(int, sys.argv[1:]))
