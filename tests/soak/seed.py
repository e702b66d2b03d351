"""Fills an empty database with simulated devices to poll: ``python -m tests.soak.seed COUNT PORT NETWORK INTERVAL_S``.

Migrates it first. ``NETWORK`` is the first two octets of the devices' addresses; each belongs to an asset of its own.
"""

from __future__ import annotations

import sys

import django

django.setup()

from django.core.management import call_command  # noqa: E402  Django is set up first

from assets.models import Asset, Category, EquipmentModel  # noqa: E402
from collectors.credentials import seal_credential  # noqa: E402
from collectors.models import Credential, Endpoint, Segment  # noqa: E402
from locations.models import Site  # noqa: E402
from tests.bench.agents import USER  # noqa: E402
from tests.soak.addresses import SEGMENT_SIZE, address_of, is_v3  # noqa: E402

PROFILE = "ten-values-counted"
_BATCH = 2000


def main(count: str, port: str, network: str, interval_s: str) -> None:
    call_command("migrate", verbosity=0)
    site = Site.objects.create(slug="soak", name="Soak")
    category = Category.objects.create(slug="ups", name="UPS", plural="UPSs")
    model = EquipmentModel.objects.create(manufacturer="Soak", name="Ten", category=category)
    assets = Asset.objects.bulk_create(
        [
            Asset(asset_tag=f"s-{number}", model=model, site=site, is_fixed=True)
            for number in range(int(count))
        ],
        batch_size=_BATCH,
    )
    segments = [
        Segment.objects.create(
            name=f"Segment {first // SEGMENT_SIZE + 1}",
            site=site,
            networks=[f"{network}.0.0/16"],
            ports=[int(port)],
        )
        for first in range(0, int(count), SEGMENT_SIZE)
    ]
    v2c = _credential(Credential.Kind.SNMP_COMMUNITY, {"community": "soak-community"})
    v3 = _credential(
        Credential.Kind.SNMP_USM,
        {
            "name": USER.name,
            "auth_protocol": USER.auth_protocol,
            "auth_key": USER.auth_key,
            "priv_protocol": USER.priv_protocol,
            "priv_key": USER.priv_key,
        },
    )
    Endpoint.objects.bulk_create(
        [
            Endpoint(
                name=f"s-{number}", segment=segments[number // SEGMENT_SIZE], asset=asset, profile=PROFILE,
                protocol="snmp_v3" if is_v3(number) else "snmp_v2c",
                credential=v3 if is_v3(number) else v2c,
                host=address_of(network, number), port=int(port), interval_s=float(interval_s),
                exception_reason="" if is_v3(number) else "Simulated",
            )
            for number, asset in enumerate(assets)
        ],
        batch_size=_BATCH,
    )  # fmt: skip


def _credential(kind: Credential.Kind, secret: dict[str, str]) -> Credential:
    return seal_credential(credential=Credential(name=kind.label, kind=kind), secret=secret)


if __name__ == "__main__":
    main(*sys.argv[1:])
