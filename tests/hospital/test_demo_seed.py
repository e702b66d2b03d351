"""Bringing the demo hospital into the database."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command

from assets.models import (
    ActivityInterval,
    Asset,
    AssetNow,
    Category,
    EquipmentModel,
    Reading,
    ReadingNow,
    Stay,
)
from collectors.credentials import open_credential
from collectors.guard import check_target
from collectors.models import Credential, Endpoint, Segment
from hospital.demo.accounts import PASSWORD
from hospital.demo.seed import NotADemoDatabaseError, seed_demo
from hospital.models import User
from locations.models import Building, Floor, Passage, Receiver, Site, Tag, Zone
from locations.walking import walking_distances

SEEDED = (
    Site,
    Building,
    Floor,
    Zone,
    Passage,
    Receiver,
    Tag,
    Category,
    EquipmentModel,
    Asset,
    Segment,
    Credential,
)
OBSERVED = (AssetNow, ActivityInterval, Stay, Reading, ReadingNow)


def counts() -> dict[str, int]:
    return {model.__name__: model.objects.count() for model in (*SEEDED, Endpoint, User)}


@pytest.fixture
def seeded(db):
    return seed_demo(base=21000)


def test_seeding_brings_the_hospital(seeded):
    assert (seeded.zones, seeded.assets, seeded.endpoints) == (256, 391, 40)
    assert list(Floor.objects.values_list("slug", "level")) == [("main-0", 0), ("main-1", 1), ("main-2", 2)]
    assert Site.objects.get().timezone == "Europe/Berlin"


def test_seeding_again_changes_nothing(seeded):
    before = counts()
    assert seed_demo(base=21000).created == 0
    assert counts() == before


def test_what_was_removed_comes_back(seeded):
    Endpoint.objects.filter(name="UPS UPS-03").delete()
    User.objects.filter(username="biomed").delete()
    assert seed_demo(base=21000).created == 2
    assert Endpoint.objects.count() == 40


def test_another_base_port_moves_the_endpoints_and_nothing_else(seeded):
    before = counts()
    seed_demo(base=22000)
    assert counts() == before
    assert sorted(Endpoint.objects.values_list("port", flat=True)) == list(range(22000, 22040))
    assert Segment.objects.get().ports == ["22000-22099"]


def test_nothing_observed_is_written(seeded):
    assert [model.__name__ for model in OBSERVED if model.objects.exists()] == []


def test_a_database_with_a_real_site_is_left_alone(other_site):
    before = counts()
    with pytest.raises(NotADemoDatabaseError, match="Far Clinic"):
        seed_demo()
    with pytest.raises(CommandError, match="Far Clinic"):
        call_command("seed_demo")
    assert counts() == before


def test_four_demo_accounts_sign_in_with_the_demo_password(seeded):
    people = User.objects.in_bulk(field_name="username")
    assert set(people) == {"nurse", "biomed", "facilities", "admin"}
    for name, person in people.items():
        assert person.is_demo
        assert person.role == name
    assert people["nurse"].check_password(PASSWORD)
    assert len({person.password for person in people.values()}) == 1
    assert [name for name, person in people.items() if person.is_superuser] == ["admin"]
    assert people["nurse"].home_zone.name == "Nurse station 1 West"


def test_the_nurse_can_walk_from_her_unit_to_every_room(seeded):
    distances = walking_distances(User.objects.get(username="nurse").home_zone)
    assert set(distances) == set(Zone.objects.values_list("pk", flat=True))
    assert all(0 <= metres < 250 for metres in distances.values())


def test_the_guard_lets_every_endpoint_through_and_nothing_else_on_loopback(seeded):
    segment = Segment.objects.get()
    for endpoint in Endpoint.objects.all():
        assert check_target(endpoint.host, endpoint.port, segment) == "127.0.0.1"
    assert not segment.pauses.exists()


def test_credentials_are_sealed_and_open_to_what_the_devices_expect(seeded):
    user = open_credential(Credential.objects.get(kind="snmp_usm"))
    assert (user.name, user.auth_protocol, user.priv_protocol) == ("whereabouts", "sha256", "aes128")
    assert open_credential(Credential.objects.get(kind="snmp_community")) == b"demo-community"
    assert all(b"demo-" not in bytes(credential.sealed) for credential in Credential.objects.all())


def test_gateways_have_no_asset_and_devices_have_theirs(seeded):
    gateways = Endpoint.objects.filter(asset=None)
    assert gateways.count() == 9
    assert set(gateways.values_list("profile", flat=True)) == {"rtls-gateway", "infusion-pump-gateway"}
    assert Endpoint.objects.get(name="UPS UPS-02").asset.asset_tag == "UPS-02"


def test_the_command_says_what_there_is(seeded, capsys):
    call_command("seed_demo", base_port=21000)
    assert capsys.readouterr().out == "The demo hospital is there already.\n"


def test_the_command_keeps_quiet_when_asked_to(seeded, capsys):
    call_command("seed_demo", base_port=21000, verbosity=0)
    assert capsys.readouterr().out == ""
