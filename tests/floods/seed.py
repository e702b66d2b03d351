"""A small hospital with one source of each kind; run in a process of its own. Prints the token of its HTTP source."""

from __future__ import annotations

import json
import os
import sys
from datetime import timedelta

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hospital.settings")
django.setup()

from django.core.management import call_command  # noqa: E402 - only now
from django.utils import timezone  # noqa: E402

from assets.models import Asset, Category, EquipmentModel, Identifier  # noqa: E402
from collectors.credentials import register_credential  # noqa: E402
from collectors.endpoints import register_endpoint, register_segment  # noqa: E402
from collectors.models import Source  # noqa: E402
from collectors.receivers.http.tokens import make_token  # noqa: E402
from locations.models import Site  # noqa: E402

ASSETS = 20
COMMUNITY = "canary-community"
PER_S = 100_000.0
"""What is let in is what floods: a source's own limit would only refuse it at the door."""


def seed(ports: dict[str, int]) -> str:
    call_command("migrate", verbosity=0)
    site = Site.objects.create(name="Elmo", slug="elmo")
    category = Category.objects.create(name="Pump", plural="Pumps", slug="pump")
    model = EquipmentModel.objects.create(manufacturer="M", name="P", category=category)
    for number in range(ASSETS):
        asset = Asset.objects.create(asset_tag=f"P-{number}", model=model, site=site)
        Identifier.objects.create(asset=asset, kind="ae_title", value=f"CT_{number}")
    lab = register_segment(name="Lab", site=site, networks=["127.0.0.0/8"], ports=["1-65535"])
    secret = {"community": COMMUNITY}
    community = register_credential(name="c", kind="snmp_community", secret=secret)
    register_endpoint(
        name="UPS", segment=lab, host="127.0.0.1", port=ports["nobody"], profile="ups-rfc1628", protocol="snmp_v2c",
        exception_reason="For floods alone", credential=community, interval_s=3600, timeout_s=1,
    )  # fmt: skip
    sources = {
        kind: Source.objects.create(
            name=kind, kind=kind, site=site, networks=["127.0.0.0/8"], messages_per_s=PER_S,
            settings={"port": ports[kind], **more} if kind != "http" else {},
        )
        for kind, more in (
            ("traps", {}), ("http", {}), ("hl7", {}), ("mpps", {"ae_title": "TRACKER"}),
            ("mqtt", {"host": "127.0.0.1", "mappings": ["hospital-topics"]}),
        )
    }  # fmt: skip
    sources["traps"].credentials.add(community)
    lasts = timedelta(days=1)
    return make_token(source=sources["http"], name="Flood", lasts=lasts, now=timezone.now())[1]


if __name__ == "__main__":
    print(seed(json.loads(sys.argv[1])))
