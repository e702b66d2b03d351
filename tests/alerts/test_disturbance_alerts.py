"""Endpoints and segments that fall silent: alerts that follow what collecting notes, and explain each other."""

from __future__ import annotations

from datetime import timedelta

import pytest

from assets.alerts.models import Alert
from collectors.alerting import raise_for_disturbances
from collectors.models import Disturbance, Endpoint, Segment

pytestmark = [pytest.mark.django_db, pytest.mark.databases]


@pytest.fixture
def segment(site):
    return Segment.objects.create(name="Ward devices", site=site, networks=["10.0.0.0/24"])


@pytest.fixture
def fridge(segment, make_pump):
    return Endpoint.objects.create(
        name="Fridge", segment=segment, protocol="modbus_tcp", host="10.0.0.1", port=502, profile="medical-fridge",
        asset=make_pump("F-1"),
    )  # fmt: skip


@pytest.fixture
def silent(fridge, segment, noon):
    """The fridge's endpoint is silent since noon."""
    return Disturbance.objects.create(
        kind="endpoint", subject=f"endpoint:{fridge.pk}", title="Fridge", words="No answer", begin=noon,
        endpoint=fridge, segment=segment,
    )  # fmt: skip


def told():
    return list(Alert.objects.order_by("pk").values_list("title", "state", "held"))


def test_a_silent_endpoint_is_an_alert_once_it_lasts(make_rule, silent, noon):
    make_rule("endpoint", for_s=300)
    raise_for_disturbances(noon + timedelta(seconds=299))
    assert told() == []

    for seconds in (300, 305, 310):
        raise_for_disturbances(noon + timedelta(seconds=seconds))
    alert = Alert.objects.get()
    assert told() == [("Fridge", "new", "")]
    assert (alert.words, alert.began_at, alert.asset, alert.address) == (
        "No answer", noon, silent.endpoint.asset, f"/collectors/{silent.endpoint_id}/",
    )  # fmt: skip


def test_it_resolves_when_the_endpoint_answered_again(make_rule, silent, noon):
    make_rule("endpoint", for_s=60)
    raise_for_disturbances(noon + timedelta(minutes=5))
    silent.end = noon + timedelta(minutes=6)
    silent.save()
    raise_for_disturbances(noon + timedelta(minutes=7))

    alert = Alert.objects.get()
    assert (alert.state, alert.ended_at) == ("resolved", silent.end)


def test_a_rule_that_is_about_something_else_raises_nothing(make_rule, silent, other_site, noon):
    make_rule("endpoint", for_s=60, sites=[other_site])
    raise_for_disturbances(noon + timedelta(hours=1))

    assert told() == []


def test_a_silent_segment_explains_its_endpoints(make_rule, silent, segment, noon):
    make_rule("endpoint", for_s=60)
    make_rule("segment", for_s=60)
    of_segment = Disturbance.objects.create(
        kind="segment", subject=f"segment:{segment.pk}", title="Ward devices", words="None answers", begin=noon,
        segment=segment,
    )  # fmt: skip
    raise_for_disturbances(noon + timedelta(minutes=5))
    assert told() == [("Ward devices", "new", ""), ("Fridge", "new", "parent")]

    of_segment.end = noon + timedelta(minutes=6)
    of_segment.save()
    raise_for_disturbances(noon + timedelta(minutes=6))
    assert told() == [("Ward devices", "resolved", ""), ("Fridge", "new", "")]


def test_equipment_that_is_not_heard_for_the_sake_of_its_endpoint_calls_nobody(
    make_rule, raised, silent, noon, make_channel, biomed
):
    channel = make_channel(biomed)
    make_rule("endpoint", for_s=60)
    raise_for_disturbances(noon + timedelta(minutes=5))
    missing = raised(asset=silent.endpoint.asset)

    assert (missing.held, missing.parent) == ("parent", Alert.objects.get(kind="endpoint"))
    assert channel.deliveries.count() == 1


def test_without_rules_nothing_is_looked_for(silent, noon, django_assert_num_queries):
    with django_assert_num_queries(2):
        raise_for_disturbances(noon + timedelta(hours=1))
