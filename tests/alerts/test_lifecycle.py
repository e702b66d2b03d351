"""An alert's life: raised once, acknowledged by somebody, resolved by itself or a person, raised again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from assets.alerts.lifecycle import (
    acknowledge_alert,
    close_alert,
    escalate_alert,
    raise_alert,
    resolve_alert,
    take_back,
)
from assets.alerts.models import Alert, AlertTransition
from assets.alerts.models.alerts import AppendOnlyError
from hospital.audit.context import Actor, acting
from hospital.audit.models import AuditRecord

pytestmark = [pytest.mark.django_db, pytest.mark.databases]


def steps_of(alert) -> list[str]:
    return [each.step for each in alert.transitions.order_by("pk")]


def test_what_is_raised_says_what_where_and_since_when(rule, make_pump, make_zone, ward, noon):
    bay = make_zone("Bay 1", department=ward)
    pump = make_pump(home_zone=bay)

    alert = raise_alert(rule=rule, asset=pump, key="k", at=noon, words="Not heard", now=noon)

    assert (alert.title, alert.words, alert.subject) == (str(pump), "Not heard", f"asset:{pump.pk}")
    assert (alert.zone, alert.department, alert.site) == (bay, ward, pump.site)
    assert (alert.state, alert.severity, alert.began_at) == ("new", "warning", noon)
    assert steps_of(alert) == ["raised"]


def test_a_subject_of_its_own_brings_its_name_and_site(rule, site, noon):
    alert = raise_alert(rule=rule, subject="par:3", title="Pumps, 3 West", site=site, key="k", at=noon)

    assert (alert.subject, alert.title, alert.asset, alert.site) == ("par:3", "Pumps, 3 West", None, site)


def test_an_alert_about_nothing_is_refused(rule, noon):
    with pytest.raises(ValueError, match="about an asset"):
        raise_alert(rule=rule, key="k", at=noon)

    assert not Alert.objects.exists()


def test_raising_again_while_it_is_open_changes_nothing(raised, make_pump, noon):
    pump = make_pump()
    first = raised(asset=pump)
    again = raised(noon + timedelta(minutes=1), asset=pump)

    assert again == first
    assert steps_of(first) == ["raised"]


def test_an_episode_is_raised_once_however_often_it_is_told(raised, over, make_pump, noon):
    pump = make_pump()
    first = raised(asset=pump)
    over(first, 60)

    assert raised(asset=pump) == first
    assert raised(asset=pump, key="told with another begin", at=noon + timedelta(seconds=30)) == first
    assert steps_of(first) == ["raised", "resolved"]


def test_what_comes_back_soon_is_the_same_alert_again(raised, over, make_pump, noon):
    pump = make_pump()
    first = raised(asset=pump)
    over(first, 60)
    back = raised(noon + timedelta(seconds=300), asset=pump)

    assert (back, back.flaps, back.state) == (first, 1, "new")
    assert (back.ended_at, back.resolved_at) == (None, None)
    assert steps_of(first) == ["raised", "resolved", "reopened"]


def test_what_comes_back_late_is_another_alert(raised, over, rule, make_pump, noon):
    pump = make_pump()
    first = raised(asset=pump)
    over(first, 60)
    later = raised(noon + timedelta(seconds=61 + rule.reopen_within_s), asset=pump)

    assert later != first
    assert (later.flaps, steps_of(later)) == (0, ["raised"])


def test_one_rule_has_one_open_alert_about_a_subject(raised, noon):
    alert = raised()
    twin = Alert(rule=alert.rule, subject=alert.subject, key="other", site=alert.site, began_at=noon)
    twin.raised_at = noon

    with pytest.raises(IntegrityError), transaction.atomic():
        twin.save()


def test_somebody_acknowledges_with_a_note(raised, biomed, noon):
    alert = acknowledge_alert(alert=raised(), by=biomed, note="On my way", now=noon)

    step = alert.transitions.last()
    assert (alert.state, alert.acknowledged_by, alert.acknowledged_at) == ("acknowledged", biomed, noon)
    assert (step.step, step.by, step.note) == ("acknowledged", biomed, "On my way")


def test_a_second_acknowledgement_leaves_the_first(raised, biomed, nurse, noon):
    alert = acknowledge_alert(alert=raised(), by=biomed, now=noon)
    acknowledge_alert(alert=alert, by=nurse, now=noon + timedelta(minutes=1))
    alert.refresh_from_db()

    assert alert.acknowledged_by == biomed
    assert steps_of(alert) == ["raised", "acknowledged"]


def test_an_acknowledgement_can_be_taken_back(raised, biomed):
    alert = take_back(alert=acknowledge_alert(alert=raised(), by=biomed), by=biomed)

    assert (alert.state, alert.acknowledged_by) == ("new", None)
    assert steps_of(alert) == ["raised", "acknowledged", "unacknowledged"]


def test_taking_back_what_was_not_acknowledged_changes_nothing(raised, biomed):
    assert steps_of(take_back(alert=raised(), by=biomed)) == ["raised"]


def test_it_resolves_by_itself(raised, over, noon):
    alert = over(raised(), 90)

    assert (alert.state, alert.ended_at) == ("resolved", noon + timedelta(seconds=90))
    assert alert.transitions.last().by is None


def test_resolving_what_is_not_open_is_nothing(rule, make_pump, noon):
    assert resolve_alert(rule=rule, asset=make_pump(), at=noon) is None


def test_what_a_person_closed_is_not_raised_again_by_the_same_episode(raised, biomed, make_pump, noon):
    pump = make_pump()
    alert = close_alert(alert=raised(asset=pump), by=biomed, note="Found", now=noon + timedelta(minutes=5))
    again = raised(asset=pump)

    assert (again, again.state) == (alert, "resolved")
    assert (alert.transitions.last().by, alert.transitions.last().note) == (biomed, "Found")


def test_an_alert_escalates_once_and_only_while_nobody_has_seen_it(raised, biomed, noon):
    alert = raised()

    assert escalate_alert(alert=alert, now=noon)
    assert not escalate_alert(alert=alert, now=noon)
    other = acknowledge_alert(alert=raised(tag="P-2"), by=biomed, now=noon)
    assert not escalate_alert(alert=other, now=noon)
    assert steps_of(alert) == ["raised", "escalated"]


def test_steps_are_never_changed_or_deleted(raised):
    step = raised().transitions.get()
    step.note = "changed"

    with pytest.raises(AppendOnlyError):
        step.save()
    with pytest.raises(AppendOnlyError):
        AlertTransition.objects.all().delete()
    with pytest.raises(AppendOnlyError):
        AlertTransition.objects.update(note="changed")


def test_what_a_person_does_is_on_the_trail_and_what_the_system_does_is_not(raised, over, biomed):
    alert = raised()
    with acting(lambda: Actor(name="biomed", user_id=biomed.pk)):
        acknowledge_alert(alert=alert, by=biomed)
    over(alert, 60)

    record = AuditRecord.objects.get(object_type="alerts.alert")
    assert record.actor_id == biomed.pk
    assert record.changes["state"] == ["new", "acknowledged"]
