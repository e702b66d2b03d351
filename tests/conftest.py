"""The cast and the stage that every test shares: four people, one small hospital, a fixed moment."""

from __future__ import annotations

import os
from collections import Counter
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.core.management.sql import sql_flush
from whitenoise.middleware import WhiteNoiseMiddleware

from assets.alerts.touching import forget_interest
from assets.models import Asset, Category, EquipmentModel
from assets.searches import forget_waiting
from assets.tiles import forget_counts
from hospital.audit.triggers import install_statements, removal_statements
from hospital.models import User
from hospital.roles import Role
from locations.models import Building, Department, Floor, Site, Zone
from locations.zones import ZoneKind
from tests.schema import kept_schema

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


SKIPPED = Path(__file__).resolve().parent.parent / "build" / "skipped.txt"


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Note why tests were skipped, for the closing lines; where nothing may be skipped, fail."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    skipped = reporter.stats.get("skipped", []) if reporter else []
    if not skipped:
        return
    reasons = Counter(report.longrepr[2].removeprefix("Skipped: ") for report in skipped)
    SKIPPED.parent.mkdir(exist_ok=True)
    with SKIPPED.open("a") as file:
        file.writelines(f"{reason} ({count} tests)\n" for reason, count in reasons.items())
    if os.environ.get("NO_SKIPS"):
        session.exitstatus = 1


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings):
    """Before the test database is made: see :mod:`tests.schema`."""
    with ExitStack() as stack:
        stack.enter_context(kept_schema())
        yield stack.close


@pytest.fixture(scope="session")
def django_db_setup(django_db_modify_db_settings, django_db_setup):
    """After it was made."""
    django_db_modify_db_settings()


@pytest.fixture(scope="session", autouse=True)
def _audit_trail_can_be_emptied():
    """The database refuses to delete the audit trail; emptying it between tests lifts that for the moment."""

    def lifted(style, connection, **options):
        statements = sql_flush(style, connection, **options)
        vendor = connection.vendor
        return [*removal_statements(vendor), *statements, *install_statements(vendor)]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("django.core.management.commands.flush.sql_flush", lifted)
        yield


@pytest.fixture(scope="session", autouse=True)
def _static_files_are_listed_once():
    """Every test's client makes its own middleware, each of which would look at all static files anew."""
    list_all, listed = WhiteNoiseMiddleware.add_files_from_finders, {}

    def remember(middleware):
        if middleware.static_prefix not in listed:
            list_all(middleware)
            listed[middleware.static_prefix] = dict(middleware.files)
        middleware.files.update(listed[middleware.static_prefix])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(WhiteNoiseMiddleware, "add_files_from_finders", remember)
        yield


@pytest.fixture(autouse=True)
def _what_the_test_before_made_known_is_forgotten():
    forget_interest()
    forget_waiting()
    forget_counts()


@pytest.fixture
def noon() -> datetime:
    """A fixed moment; no test reads the clock."""
    return NOON


def rectangle(x: float, y: float, width: float, height: float) -> list[list[list[float]]]:
    return [[[x, y], [x + width, y], [x + width, y + height], [x, y + height], [x, y]]]


@pytest.fixture
def site(db) -> Site:
    return Site.objects.create(name="St. Elmo", slug="st-elmo", timezone="Europe/Berlin")


@pytest.fixture
def other_site(db) -> Site:
    """A site that only administrators of the cast may see."""
    return Site.objects.create(name="Far Clinic", slug="far-clinic")


@pytest.fixture
def building(site: Site) -> Building:
    return Building.objects.create(site=site, name="Main", slug="main")


@pytest.fixture
def ward(site: Site) -> Department:
    return Department.objects.create(site=site, name="Ward 3 West", code="3w")


@pytest.fixture
def floor(building: Building) -> Floor:
    return Floor.objects.create(
        building=building, name="Level 1", slug="main-1", level=1, outline=rectangle(0, 0, 40, 20)
    )


@pytest.fixture
def make_zone(floor: Floor):
    """Makes a rectangular zone: ``make_zone("Bay 1", ZoneKind.PATIENT_ROOM, x, y, width, height)``."""

    def make(name: str, kind: str = ZoneKind.OTHER, x=0.0, y=0.0, width=10.0, height=10.0, **extra) -> Zone:
        return Zone.objects.create(
            floor=extra.pop("floor", floor),
            name=name,
            code=extra.pop("code", name.lower().replace(" ", "-")),
            kind=kind,
            polygon=rectangle(x, y, width, height),
            label_x=x + width / 2,
            label_y=y + height / 2,
            **extra,
        )

    return make


@pytest.fixture
def pumps(db) -> Category:
    return Category.objects.create(
        name="Infusion pump",
        plural="Infusion pumps",
        slug="infusion-pump",
        shape="pump",
        synonyms=["IV pump", "infusion device"],
        stale_after_s=120,
        presumed_after_s=600,
    )


@pytest.fixture
def pump_model(pumps: Category) -> EquipmentModel:
    return EquipmentModel.objects.create(manufacturer="Meridian", name="Infusa 200", category=pumps)


@pytest.fixture
def make_pump(site: Site, pump_model: EquipmentModel):
    """Makes a pump: ``make_pump("P-1", department=ward)``."""

    def make(asset_tag: str = "P-1", **extra) -> Asset:
        return Asset.objects.create(**{"asset_tag": asset_tag, "model": pump_model, "site": site, **extra})

    return make


def _person(role: Role, *sites: Site, **extra) -> User:
    person = User(username=role.value, role=role, **extra)
    person.set_unusable_password()
    person.save()
    person.sites.set(sites)
    return person


@pytest.fixture
def nurse(site: Site) -> User:
    return _person(Role.NURSE, site)


@pytest.fixture
def biomed(site: Site) -> User:
    return _person(Role.BIOMED, site)


@pytest.fixture
def facilities(site: Site) -> User:
    return _person(Role.FACILITIES, site)


@pytest.fixture
def administrator(site: Site) -> User:
    return _person(Role.ADMIN, site, all_sites=True, is_staff=True, is_superuser=True)


@pytest.fixture
def sign_in(client):
    """A browser that is signed in: ``sign_in(nurse).get(…)``."""

    def enter(person: User):
        client.force_login(person)
        return client

    return enter
