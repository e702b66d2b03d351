"""From a par level to the alert: raised by the rules about it, resolved with the shortfall."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection

from assets.alerts.models import Alert, Rule
from assets.models import AssetNow, Category
from assets.par.levels import set_par_level
from hospital.par_alerts import look_at_par_levels
from locations.zones import ZoneKind

MINUTE = timedelta(minutes=1)


@pytest.fixture
def bay(make_zone, ward):
    return make_zone("Bay 1", ZoneKind.PATIENT_ROOM, 10, 0, department=ward)


@pytest.fixture
def rule(db):
    return Rule.objects.create(name="Too few", kind="par_critical", severity="warning", parameters={})


@pytest.fixture
def level(pumps, ward, noon):
    """On the ward fewer than one pump is critical, more than one too many."""
    return set_par_level(category=pumps, unit=ward, target=1, critical=1, maximum=1, now=noon)


@pytest.fixture
def ready_pump(make_pump, bay, noon):
    def make(tag):
        later = noon + timedelta(days=1)
        AssetNow.objects.create(
            asset=make_pump(tag),
            activity="available",
            floor=bay.floor,
            zone=bay,
            heard_at=noon,
            stale_at=later,
        )

    return make


def told() -> list[tuple]:
    return list(Alert.objects.order_by("pk").values_list("kind", "began_at", "ended_at"))


def test_a_shortfall_is_alerted_to_the_ward_and_resolved_with_it(rule, level, ward, ready_pump, noon):
    look_at_par_levels(noon + MINUTE)
    [alert] = Alert.objects.all()
    assert (alert.subject, alert.department, alert.began_at) == (f"par:{level.pk}", ward, noon)
    assert "0 ready, critical 1" in alert.words
    assert alert.address == f"/par/{level.pk}/"
    ready_pump("P-1")
    look_at_par_levels(noon + 2 * MINUTE)
    assert told() == [("par_critical", noon, noon + 2 * MINUTE)]


def test_an_alert_ends_with_its_shortfall_also_when_the_rule_was_switched_off(rule, level, ready_pump, noon):
    look_at_par_levels(noon + MINUTE)
    Rule.objects.update(is_enabled=False)
    ready_pump("P-1")
    look_at_par_levels(noon + 2 * MINUTE)
    assert told() == [("par_critical", noon, noon + 2 * MINUTE)]


def test_a_rule_about_other_equipment_or_another_limit_says_nothing(rule, level, ready_pump, noon):
    rule.categories.add(Category.objects.create(name="Monitor", plural="Monitors", slug="monitor"))
    look_at_par_levels(noon + MINUTE)
    assert told() == []
    ready_pump("P-1")
    ready_pump("P-2")
    Rule.objects.create(name="Too many", kind="par_maximum", severity="info", parameters={})
    look_at_par_levels(noon + 2 * MINUTE)
    assert told() == [("par_maximum", noon + 2 * MINUTE, None)]


@pytest.mark.django_db(transaction=True)
def test_rules_and_levels_are_read_before_the_database_is_locked(rule, level, noon):
    read = []

    def watch(execute, sql, params, many, context):
        if connection.in_atomic_block and 'FROM "alerts_rule' in sql:
            read.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(watch):
        look_at_par_levels(noon + MINUTE)

    assert Alert.objects.count() == 1
    assert read == []
