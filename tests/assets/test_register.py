"""The register that benches search: the same for the same seed, and like a hospital's."""

from __future__ import annotations

import pytest

from assets.models import Asset, AssetNow
from locations.models import Zone
from tests.bench.register import make_register

pytestmark = pytest.mark.django_db

SERIALS = {1: "SN909925047", 2: "SN911666162"}
"""Of the first asset, by seed."""


def test_every_asset_is_numbered_and_somewhere_on_a_floor_with_stores():
    site = make_register(40, seed=1, floors=1)
    tags = list(Asset.objects.filter(site=site).order_by("pk").values_list("asset_tag", flat=True))
    assert [int(tag.split("-")[1]) for tag in tags] == list(range(1, 41))
    assert {tag.split("-")[0] for tag in tags} == {"INF", "EQ"}
    assert AssetNow.objects.filter(zone__isnull=False, zone__floor__building__site=site).count() == 40
    assert Zone.objects.filter(kind="clean_store").count() == 4


@pytest.mark.parametrize(("seed", "serial"), [(1, SERIALS[1]), (2, SERIALS[2])])
def test_it_is_the_same_for_the_same_seed(seed, serial):
    make_register(3, seed=seed, floors=1)
    assert Asset.objects.order_by("pk").first().serial_number == serial
