"""What the tests of the roof share."""

from typing import Any

import pytest
from django.conf import settings as product
from django.utils.module_loading import import_string

from collectors.models import Credential, Endpoint, Segment


@pytest.fixture
def product_formatter():
    """The formatter that the product logs with, made as its settings say."""
    formatters: Any = product.LOGGING["formatters"]
    options = dict(formatters["line"])
    return import_string(options.pop("()"))(**options)


@pytest.fixture
def segment(site) -> Segment:
    return Segment.objects.create(name="Ward devices", site=site, networks=["10.20.0.0/16"])


@pytest.fixture
def make_endpoint(segment):
    """Makes an endpoint that nobody answers at: ``make_endpoint("UPS", asset=…)``."""

    def make(name="UPS", **extra) -> Endpoint:
        return Endpoint.objects.create(
            **{
                "name": name,
                "segment": segment,
                "protocol": Endpoint.Protocol.SNMP_V3,
                "host": "10.20.0.7",
                "port": 161,
                "profile": "ups-rfc1628",
                **extra,
            }
        )

    return make


@pytest.fixture
def credential(db) -> Credential:
    return Credential.objects.create(name="Ward user", sealed=b"nothing to see")
