"""The upgrade to pauses keeps what was paused; so does the way back."""

from datetime import timedelta

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.databases]
BEFORE, AFTER = [("collectors", "0001_initial")], [("collectors", "0002_scale")]


def migrated_to(targets):
    """The models as they are there."""
    executor = MigrationExecutor(connection)
    executor.migrate(targets)
    executor = MigrationExecutor(connection)
    return executor.loader.project_state(targets).apps


@pytest.fixture
def earlier(request):
    apps = migrated_to(BEFORE)
    yield apps
    apps.get_model("collectors", "Segment").objects.all().delete()
    migrated_to(MigrationExecutor(connection).loader.graph.leaf_nodes())


def make_segment(apps, name, **values):
    site = apps.get_model("locations", "Site").objects.get_or_create(name="Elmo", slug="elmo")[0]
    return apps.get_model("collectors", "Segment").objects.create(
        name=name, site=site, networks=["10.0.0.0/8"], **values
    )


def test_a_paused_segment_stays_paused_through_the_upgrade_and_back(earlier):
    make_segment(earlier, "Open")
    make_segment(earlier, "Held back", is_paused=True)

    later = migrated_to(AFTER)
    Pause = later.get_model("collectors", "Pause")
    pause = Pause.objects.get()
    assert (pause.segment.name, pause.endpoint, pause.begun_by, pause.ended_at) == (
        "Held back",
        None,
        None,
        None,
    )
    assert pause.reason

    now = timezone.now()
    over = make_segment(later, "Over")
    for end in ({"ended_at": now}, {"until": now - timedelta(minutes=1)}):
        Pause.objects.create(segment=over, reason="x", begun_at=now - timedelta(hours=1), **end)

    before = migrated_to(BEFORE).get_model("collectors", "Segment").objects
    assert dict(before.values_list("name", "is_paused")) == {"Held back": True, "Open": False, "Over": False}
