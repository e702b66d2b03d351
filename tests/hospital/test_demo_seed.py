"""Bringing the demo hospital into the database."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.utils import timezone

from assets.models import (
    ActivityInterval,
    Asset,
    AssetNow,
    Category,
    EquipmentModel,
    Identifier,
    Reading,
    ReadingNow,
    Stay,
)
from assets.observation import Observation, Sighting, Subject, SubjectKind
from assets.procedures.models import Procedure, Run, TestRecord
from assets.record import record_observations
from collectors.credentials import open_credential
from collectors.guard import check_target
from collectors.models import Credential, Endpoint, Segment, Source
from hospital.demo.accounts import PASSWORD
from hospital.demo.endpoints import ports_for
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
    Identifier,
    Segment,
    Credential,
    Source,
)
OBSERVED = (AssetNow, ActivityInterval, Stay, Reading, ReadingNow)


def counts() -> dict[str, int]:
    return {model.__name__: model.objects.count() for model in (*SEEDED, Endpoint, User)}


def test_a_database_with_a_real_site_is_left_alone(other_site):
    before = counts()
    with pytest.raises(NotADemoDatabaseError, match="Far Clinic"):
        seed_demo()
    with pytest.raises(CommandError, match="Far Clinic"):
        call_command("seed_demo")
    assert counts() == before


@pytest.fixture(scope="module")
def brought(django_db_setup, django_db_blocker):
    """Once for all tests here, each of which takes back what it did."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield seed_demo(base=21000)
        transaction.set_rollback(True)


@pytest.fixture
def seeded(brought, db):
    return brought


def test_seeding_brings_the_hospital(seeded):
    assert (seeded.zones, seeded.assets, seeded.endpoints) == (256, 411, 44)
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
    assert Endpoint.objects.count() == 44


def test_another_base_port_moves_the_endpoints_and_nothing_else(seeded):
    before = counts()
    seed_demo(base=22000)
    not_entered = ports_for(22000)["ups-06"]
    assert counts() == before
    assert sorted({*Endpoint.objects.values_list("port", flat=True), not_entered}) == list(
        range(22000, 22045)
    )
    assert Segment.objects.get().ports == ["22000-22099"]
    assert Source.objects.get().settings == {"host": "127.0.0.1", "port": 22070}


def test_syringe_pumps_report_by_hl7_from_this_machine_alone(seeded):
    source = Source.objects.get()
    source.full_clean()
    assert (source.name, source.kind, source.networks) == ("Pump server (HL7)", "hl7", ["127.0.0.0/8"])
    assert source.is_enabled
    named = Asset.objects.filter(identifiers__kind="eui64")
    assert set(named.values_list("model__category__slug", flat=True)) == {"syringe-pump"}
    assert named.count() == 36


def test_a_demo_that_was_seeded_before_there_were_further_names_gets_them(seeded):
    Identifier.objects.all().delete()
    Source.objects.all().delete()
    before = Asset.objects.count()
    seed_demo(base=21000)
    assert (Identifier.objects.count(), Source.objects.count(), Asset.objects.count()) == (46, 1, before)


def test_a_demo_that_was_seeded_before_there_was_wifi_gets_its_access_points(seeded):
    points = Receiver.objects.filter(kind="access_point")
    labels = list(points.values_list("identifier", "label", "reach_m"))
    assert len(labels) == 24
    assert labels[0] == ("ap:AP-0-1", "0-1, South corridor west", 12.0)
    points.delete()
    before = Receiver.objects.count()
    assert seed_demo(base=21000).created == 24
    assert (points.count(), Receiver.objects.count()) == (24, before + 24)


def test_checklists_and_test_equipment_are_there_and_are_not_brought_twice(seeded):
    assert list(Procedure.objects.values_list("name", flat=True)) == [
        "Defibrillator: daily check", "Infusion pump: annual check",
    ]  # fmt: skip
    by_kind = TestRecord.objects.order_by("pk").values_list("kind", "has_passed")
    assert list(by_kind) == [("calibration", True), ("calibration", True), ("safety", True)]
    (run,) = Run.objects.all()
    assert (run.order.kind, run.order.is_open) == ("planned", True)
    Procedure.objects.update(retired_at=timezone.now())
    seed_demo(base=21000)
    assert (Procedure.objects.count(), TestRecord.objects.count()) == (2, 3)


@pytest.mark.databases
def test_a_computer_on_wheels_is_near_the_access_point_that_hears_it(seeded):
    cart = Asset.objects.get(asset_tag="COW-001")
    point = Receiver.objects.get(identifier="ap:AP-1-2")
    (name,) = cart.identifiers.all()
    now = timezone.now()
    heard = Observation(
        Subject(SubjectKind.MAC, name.value),
        "endpoint:1/x",
        now,
        now,
        sighting=Sighting(point.identifier, -61),
    )
    record_observations([heard], now=now)
    cart.refresh_from_db()
    assert (cart.now.floor_id, cart.now.x, cart.now.y) == (point.floor_id, point.x, point.y)
    assert (cart.now.position_error_m, cart.now.position_receiver) == (12.0, point.identifier)


def test_an_older_demo_gets_the_profile_of_an_mri_for_its_meter_and_what_people_chose_stays(seeded):
    meters = Endpoint.objects.filter(name__startswith="Power meter")
    assert dict(meters.values_list("asset__asset_tag", "profile")) == {
        "CT-01": "modality-power-meter",
        "CT-02": "modality-power-meter",
        "MRI-01": "modality-power-meter-mri",
        "XR-02": "modality-power-meter",
    }
    meters.filter(asset__asset_tag="MRI-01").update(profile="modality-power-meter")
    meters.filter(asset__asset_tag="CT-01").update(profile="meter-eastron-sdm630")
    seed_demo(base=21000)
    assert meters.get(asset__asset_tag="MRI-01").profile == "modality-power-meter-mri"
    assert meters.get(asset__asset_tag="CT-01").profile == "meter-eastron-sdm630"


def test_nothing_observed_is_written(seeded):
    assert [model.__name__ for model in OBSERVED if model.objects.exists()] == []


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
    assert gateways.count() == 10
    assert set(gateways.values_list("profile", flat=True)) == {
        "rtls-gateway",
        "infusion-pump-gateway",
        "wlan-cisco-airespace",
    }
    assert Endpoint.objects.get(name="UPS UPS-02").asset.asset_tag == "UPS-02"


def test_one_ups_answers_that_only_discovery_can_find(seeded):
    ups = Asset.objects.get(asset_tag="UPS-06")
    assert not Endpoint.objects.filter(asset=ups).exists()
    assert not Endpoint.objects.filter(port=ports_for(21000)["ups-06"]).exists()


def test_the_command_says_what_there_is(seeded, capsys):
    call_command("seed_demo", base_port=21000)
    assert capsys.readouterr().out == "The demo hospital is there already.\n"


def test_the_command_keeps_quiet_when_asked_to(seeded, capsys):
    call_command("seed_demo", base_port=21000, verbosity=0)
    assert capsys.readouterr().out == ""
