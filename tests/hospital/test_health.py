"""One word for everybody, reasons for staff."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from assets.models import AssetNow
from assets.words import Quality
from collectors.models import EndpointHealth
from hospital import health
from hospital.health import unapplied_migrations
from hospital.homes import failing_endpoints, system_state


@pytest.fixture(autouse=True)
def _not_looked_at_yet(monkeypatch):
    monkeypatch.setattr(health._Migrations, "complete", False)


@pytest.mark.django_db
def test_all_is_well(client):
    answer = client.get("/health/")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
    assert "no-store" in answer["Cache-Control"]


def test_somebody_who_is_no_staff_learns_no_more(client, nurse):
    client.force_login(nurse)
    assert client.get("/health/").json() == {"status": "ok"}


def test_staff_see_how_collecting_goes(client, administrator, make_endpoint, make_pump, noon):
    for n, since in enumerate([None, noon]):
        endpoint = make_endpoint(f"UPS {n}", host=f"10.20.0.{n + 1}")
        EndpointHealth.objects.create(endpoint=endpoint, failing_since=since)
    make_endpoint("off", host="10.20.0.9", is_enabled=False)
    AssetNow.objects.update_or_create(asset=make_pump(), defaults={"heard_at": noon + timedelta(minutes=1)})
    client.force_login(administrator)
    assert client.get("/health/").json() == {
        "status": "ok",
        "database": connection.vendor,
        "endpoints": {"polled": 2, "failing": 1},
        "last_heard_at": "2026-03-02T12:01:00Z",
    }


@pytest.mark.django_db
def test_a_database_that_is_away_is_said_without_details(client, monkeypatch):
    def away():
        raise DatabaseError("password of the database in a message")

    monkeypatch.setattr(health, "unapplied_migrations", away)
    answer = client.get("/health/")
    assert (answer.status_code, answer.json()) == (503, {"status": "unavailable"})


@pytest.mark.django_db
def test_missing_migrations_are_not_well(client, monkeypatch):
    monkeypatch.setattr(health, "unapplied_migrations", lambda: ["assets.0009_x"])
    assert client.get("/health/").status_code == 503


@pytest.mark.django_db
def test_a_migration_that_was_not_applied_is_named():
    ((app, name),) = MigrationLoader(connection).graph.leaf_nodes("hospital")
    MigrationRecorder(connection).record_unapplied(app, name)
    assert unapplied_migrations() == [f"hospital.{name}"]


@pytest.mark.django_db
def test_once_complete_only_the_connection_is_asked(django_assert_num_queries):
    assert unapplied_migrations() == []
    with django_assert_num_queries(1):
        unapplied_migrations()


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_health_is_only_read(client, method):
    assert getattr(client, method)("/health/").status_code == 405


def test_what_is_behind_a_gateway_that_fails_is_counted_once(client, administrator, make_endpoint):
    now = timezone.now()
    silent = {
        "failing_since": now - timedelta(hours=1), "attempted_at": now, "quality": Quality.NO_ANSWER,
        "next_poll_at": now + timedelta(seconds=30),
    }  # fmt: skip
    gateway = make_endpoint("Switch", host="10.20.0.1")
    for endpoint in (
        gateway,
        *(make_endpoint(f"UPS {n}", host=f"10.20.1.{n}", behind=gateway) for n in (1, 2)),
    ):
        EndpointHealth.objects.create(endpoint=endpoint, **silent)
    client.force_login(administrator)
    assert client.get("/health/").json()["endpoints"] == {"polled": 3, "failing": 1}
    state = system_state()
    assert (state.failing, state.behind, state.answering) == (1, 2, 0)
    assert list(failing_endpoints(administrator)) == [gateway]
