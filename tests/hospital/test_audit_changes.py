"""What a person or a command changes is written down: before, after, who, from where."""

import uuid

import pytest
from django.apps import apps
from django.db import transaction
from django.urls import reverse

from assets.models import Asset, Category
from collectors.credentials import register_credential, seal_credential
from collectors.models import Credential, ManualPoll
from hospital.audit.commands import recorded_command
from hospital.audit.context import Actor, acting
from hospital.audit.models import Action, AuditRecord
from hospital.audit.watch import SYSTEM_ONLY, WATCHED
from hospital.models import User
from hospital.roles import Role
from locations.models import Department

ANNA = Actor(name="anna", user_id=7, address="10.1.1.1", request_id="r1")
CANARY = "canary-4711-community"


@pytest.fixture
def by_anna():
    """Everything in the test is done by Anna."""
    with acting(lambda: ANNA):
        yield


def trail() -> list[AuditRecord]:
    return list(AuditRecord.objects.order_by("id"))


def only_record() -> AuditRecord:
    (record,) = trail()
    return record


def test_every_model_of_the_house_is_watched_or_written_by_the_system_alone():
    ours = {
        model._meta.label
        for model in apps.get_models()
        if model.__module__.partition(".")[0] in {"hospital", "collectors", "assets", "locations"}
    }
    assert set(WATCHED) | set(SYSTEM_ONLY) == ours
    assert not set(WATCHED) & set(SYSTEM_ONLY)


def test_what_the_system_does_by_itself_is_not_in_the_trail(make_pump):
    make_pump()
    assert trail() == []


def test_a_new_thing_is_recorded_with_all_that_it_is(site, by_anna):
    ward = Department.objects.create(site=site, name="Ward 4", code="w4")
    record = only_record()
    assert (record.action, record.object_type, record.object_id) == (
        "create",
        "locations.department",
        str(ward.pk),
    )
    assert (record.actor_name, record.actor_id, record.address, record.request_id) == (
        "anna",
        7,
        "10.1.1.1",
        "r1",
    )
    assert record.changes == {
        "id": [None, ward.pk],
        "site": [None, site.pk],
        "name": [None, "Ward 4"],
        "code": [None, "w4"],
    }


def test_a_change_is_recorded_as_before_and_after(ward, by_anna):
    ward.name = "Ward 3 East"
    ward.save()
    assert only_record().action == Action.CHANGE
    assert only_record().changes == {"name": ["Ward 3 West", "Ward 3 East"]}
    assert only_record().object_text == "Ward 3 East"


def test_saving_without_a_change_is_no_event(ward, by_anna):
    ward.save()
    assert trail() == []


def test_fields_that_are_not_saved_are_not_said_to_have_changed(ward, by_anna):
    ward.name, ward.code = "Ward 3 East", "never-saved"
    ward.save(update_fields=["name"])
    assert only_record().changes == {"name": ["Ward 3 West", "Ward 3 East"]}


def test_a_deletion_keeps_what_there_was(ward, by_anna):
    key = ward.pk
    ward.delete()
    assert (only_record().action, only_record().object_id) == (Action.DELETE, str(key))
    assert only_record().changes["name"] == ["Ward 3 West", None]


def test_a_change_that_is_rolled_back_leaves_no_record(ward, by_anna):
    with transaction.atomic():
        ward.name = "Ward 3 East"
        ward.save()
        transaction.set_rollback(True)
    assert trail() == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("role", Role.ADMIN),
        ("is_staff", True),
        ("is_superuser", True),
        ("is_active", False),
        ("all_sites", True),
    ],
)
def test_a_change_of_rights_is_an_event_of_its_own(nurse, by_anna, field, value):
    before = getattr(nurse, field)
    setattr(nurse, field, value)
    nurse.save()
    assert (only_record().action, only_record().changes) == (Action.RIGHTS, {field: [before, value]})


def test_the_sites_that_a_person_may_see_are_rights(nurse, site, other_site, by_anna):
    nurse.sites.set([other_site])
    assert [(record.action, record.changes) for record in trail()] == [
        (Action.RIGHTS, {"sites": [[site.pk], []]}),
        (Action.RIGHTS, {"sites": [[], [other_site.pk]]}),
    ]


def test_taking_all_sites_away_is_recorded(nurse, by_anna):
    nurse.sites.clear()
    assert only_record().changes == {"sites": [["all"], []]}


def test_setting_a_password_records_that_and_not_the_password(nurse, by_anna):
    nurse.set_password(CANARY)
    nurse.save()
    assert only_record().action == Action.SECRET
    assert only_record().changes == {"password": ["secret set", "secret replaced"]}


def test_the_trail_outlives_the_account(nurse):
    with acting(lambda: Actor(name="nurse", user_id=nurse.pk)):
        Category.objects.create(name="Bed", plural="Beds", slug="bed")
    nurse.delete()
    assert trail()[0].actor_name == "nurse"


def test_a_device_secret_is_never_in_the_trail(db, by_anna):
    credential = register_credential(
        name="pumps", kind=Credential.Kind.SNMP_COMMUNITY, secret={"community": CANARY}
    )
    seal_credential(credential=credential, secret={"community": CANARY + "-new"})
    created, replaced = trail()
    assert created.changes["sealed"] == [None, "secret set"]
    assert (replaced.action, replaced.changes) == (
        Action.SECRET,
        {"sealed": ["secret set", "secret replaced"]},
    )
    sealed = bytes(Credential.objects.get().sealed).hex()
    assert all(CANARY not in str(record.changes) and sealed not in str(record.changes) for record in trail())


def test_a_poll_by_hand_is_recorded_as_the_use_of_its_credential(make_endpoint, nurse, noon, by_anna):
    ManualPoll.objects.create(endpoint=make_endpoint(), requested_by=nurse, requested_at=noon)
    assert trail()[-1].action == Action.POLL


def test_a_change_through_the_admin_site_names_the_person(administrator, sign_in, pumps):
    browser = sign_in(administrator)
    form = {"name": "Infusion pump", "plural": "Pumps", "slug": "infusion-pump", "shape": "pump"} | {
        "synonyms": "[]",
        "stale_after_s": 120,
        "presumed_after_s": 600,
        "is_mobile": "on",
    }
    answer = browser.post(
        reverse("admin:assets_category_change", args=[pumps.pk]), form, REMOTE_ADDR="10.2.2.2"
    )
    assert answer.status_code == 302, answer.context["errors"]
    record = AuditRecord.objects.get(action=Action.CHANGE)
    assert (record.actor_name, record.address, record.object_type) == (
        "admin",
        "10.2.2.2",
        "assets.category",
    )
    assert record.changes == {
        "plural": ["Infusion pumps", "Pumps"],
        "synonyms": [["IV pump", "infusion device"], []],
    }
    assert record.request_id == answer["X-Request-ID"]


def test_a_command_acts_in_the_name_of_who_ran_it(site, monkeypatch):
    monkeypatch.setattr("getpass.getuser", lambda: "root")
    with recorded_command(["manage.py", "import_plan", "clinic.geojson", "--building", "main"]):
        Department.objects.create(site=site, name="Ward 4", code="w4")
    created, ran = trail()
    assert (created.action, created.actor_name) == (Action.CREATE, "manage.py import_plan (root)")
    assert (ran.action, ran.detail, ran.result) == (
        Action.COMMAND,
        "import_plan clinic.geojson --building main",
        "ok",
    )


def test_a_command_that_failed_is_recorded_as_refused(db):
    with pytest.raises(SystemExit), recorded_command(["manage.py", "import_plan", "missing.geojson"]):
        raise SystemExit(1)
    assert only_record().result == "refused"


@pytest.mark.parametrize("argv", [["manage.py", "serve"], ["manage.py", "migrate"], ["manage.py"]])
def test_commands_that_serve_are_nobody(make_pump, argv):
    with recorded_command(argv):
        make_pump()
    assert trail() == []


def test_outside_of_a_request_nobody_acts(make_pump, by_anna):
    make_pump("P-1")
    assert {record.actor_name for record in trail()} == {"anna"}
    assert Asset.objects.get().pk == int(trail()[-1].object_id)


def test_keys_that_are_no_numbers_are_kept(db, by_anna):
    key = uuid.UUID(int=5)
    Credential.objects.create(id=key, name="bare", sealed=b"")
    assert only_record().object_id == str(key)


def test_the_name_of_an_account_is_cut_and_never_refused(ward):
    with acting(lambda: Actor(name="n" * 500)):
        ward.name = "Ward 3 East"
        ward.save()
    assert only_record().actor_name == "n" * 190
    assert User.objects.count() == 0
