"""Rules: made and changed through their form, versioned, tried on the last week."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from assets.alerts.models import Rule, RuleVersion, Touched
from assets.alerts.parameters import check_parameters
from assets.alerts.rule_changes import save_rule
from assets.alerts.scope import RuleBook, Thing
from assets.models import ActivityInterval, Reading, Stay
from hospital.audit.models import AuditRecord
from tests.every import for_every

pytestmark = pytest.mark.django_db

FORM = {
    "kind": "missing", "name": "Pumps not heard of", "severity": "warning", "is_enabled": "on", "advice": "",
    "p_for_s": "3600", "p_clear_s": "0", "reopen_within_s": "900", "escalate_to": "",
}  # fmt: skip


def make(client, **changes):
    return client.post(f"{reverse('alert-rule-new')}?kind={changes.get('kind', 'missing')}", FORM | changes)


# --- Parameters ----------------------------------------------------------------------------------------------

WRONG = {
    "too short": ("missing", {"for_s": 5}, "for_s"),
    "no number": ("missing", {"for_s": "long"}, "for_s"),
    "not finite": ("reading", {"reading": "humidity", "above": float("nan")}, "above"),
    "no such reading": ("reading", {"reading": "mood", "above": 3}, "reading"),
    "a reading in words": ("reading", {"reading": "device_state", "above": 3}, "reading"),
    "no reading": ("reading", {"above": 3}, "reading"),
    "no limit": ("reading", {"reading": "humidity"}, "above"),
    "limits crossed": ("reading", {"reading": "humidity", "above": 3, "below": 5}, "above"),
    "nothing between": (
        "reading",
        {"reading": "humidity", "above": 60, "below": 40, "hysteresis": 10},
        "hysteresis",
    ),
    "not of this kind": ("missing", {"above": 3}, "above"),
    "no kind": ("surprise", {}, "kind"),
    "no mapping": ("missing", [1], "parameters"),
}


@for_every(WRONG)
def test_a_wrong_parameter_is_named(kind, given, field):
    with pytest.raises(ValidationError) as refused:
        check_parameters(kind, given)
    assert field in refused.value.message_dict


def test_what_is_not_told_has_its_default():
    assert check_parameters("missing", {}) == {"for_s": 3600, "clear_s": 0}


# --- Making and changing -------------------------------------------------------------------------------------


def test_an_engineer_makes_a_rule(sign_in, biomed, pumps, make_pump):
    make_pump()
    answer = make(sign_in(biomed), categories=[pumps.pk], p_for_s="7200")

    rule = Rule.objects.get()
    assert answer.status_code == 302
    assert (rule.kind, rule.parameters, list(rule.categories.all())) == (
        "missing", {"for_s": 7200, "clear_s": 0}, [pumps],
    )  # fmt: skip
    assert Touched.objects.count() == 1  # it is looked at for every pump
    assert AuditRecord.objects.filter(object_type="alerts.rule", action="create").exists()


def test_each_change_is_a_version(sign_in, biomed):
    client = sign_in(biomed)
    make(client)
    rule = Rule.objects.get()
    client.post(reverse("alert-rule", args=[rule.pk]), FORM | {"severity": "critical"})

    versions = RuleVersion.objects.order_by("version").values_list("version", "content__severity", "by")
    assert list(versions) == [(1, "warning", biomed.pk), (2, "critical", biomed.pk)]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"p_for_s": "5"}, "greater than or equal to 60"),
        ({"name": ""}, "This field is required"),
        ({"escalate_after_s": "60"}, "Say both"),
        ({"kind": "enters", "p_for_s": "0"}, "Say which zones"),
        ({"kind": "reading", "p_reading": "humidity"}, "Say above or below"),
    ],
)
def test_a_form_that_is_wrong_names_the_field_and_makes_nothing(sign_in, biomed, changes, words):
    answer = make(sign_in(biomed), **changes)

    assert (answer.status_code, Rule.objects.count()) == (400, 0)
    assert words in answer.content.decode()


def test_a_nurse_has_nothing_to_do_with_rules(sign_in, nurse):
    client = sign_in(nurse)

    assert client.get(reverse("alert-rules")).status_code == 403
    assert make(client).status_code == 403
    assert not Rule.objects.exists()


def test_a_manager_reads_rules_and_changes_none(sign_in, facilities, rule):
    client = sign_in(facilities)

    assert client.get(reverse("alert-rule", args=[rule.pk])).status_code == 200
    assert client.post(reverse("alert-rule", args=[rule.pk]), FORM).status_code == 403
    rule.refresh_from_db()
    assert rule.version == 1


def test_an_unknown_kind_is_not_there(sign_in, biomed):
    assert sign_in(biomed).get(f"{reverse('alert-rule-new')}?kind=surprise").status_code == 404


def test_whoever_raises_alerts_elsewhere_finds_the_rules_about_it(make_rule, pumps, ward, site):
    wide = make_rule("par_critical", name="all")
    narrow = make_rule("par_critical", name="ward", departments=[ward], categories=[pumps])
    make_rule("par_critical", name="off", is_enabled=False)

    rules = RuleBook(["par_critical"])
    assert rules.about(kind="par_critical", thing=Thing(site.pk, pumps.pk, ward.pk)) == [wide, narrow]
    assert rules.about(kind="par_critical", thing=Thing(site.pk, pumps.pk)) == [wide]
    assert rules.about(kind="par_maximum", thing=Thing(site.pk, pumps.pk)) == []


# --- Tried on the last week ----------------------------------------------------------------------------------


def tried(client, **changes):
    return client.post(reverse("alert-rule-try"), FORM | changes)


def test_a_dry_run_counts_what_there_would_have_been(sign_in, biomed, make_pump):
    pump, now = make_pump(), timezone.now()
    for days in (20, 5, 3):
        begin = now - timedelta(days=days)
        ActivityInterval.objects.create(
            asset=pump, activity="unknown", basis="silence", begin=begin, end=begin + timedelta(hours=2)
        )
    run = tried(sign_in(biomed)).context["run"]

    assert (run.count, run.assets, run.looked_at, run.is_partial) == (2, 1, 1, False)
    assert [row.episode.begin for row in run.rows] == [now - timedelta(days=3), now - timedelta(days=5)]
    assert run.rows[0].words == "Not heard of for 60 min"
    assert sum(count for _, count in run.days) == 2
    assert len(run.days) == 8
    assert not Rule.objects.exists()


def test_a_longer_patience_would_have_called_nobody(sign_in, biomed, make_pump):
    begin = timezone.now() - timedelta(days=2)
    ActivityInterval.objects.create(
        asset=make_pump(), activity="unknown", basis="silence", begin=begin, end=begin + timedelta(hours=2)
    )

    answer = tried(sign_in(biomed), p_for_s="7201")
    assert answer.context["run"].count == 0
    assert "It would have called nobody." in answer.content.decode()


def test_a_dry_run_looks_at_stays_and_readings_too(sign_in, biomed, make_pump, make_zone):
    dock, pump, now = make_zone("Dock", "exit"), make_pump(), timezone.now()
    Stay.objects.create(asset=pump, zone=dock, begin=now - timedelta(hours=5), end=now - timedelta(hours=4))
    for hours, value in ((6, 5.0), (5, 9.0), (4, 5.0)):
        Reading.objects.create(asset=pump, name="temperature", at=now - timedelta(hours=hours), value=value)
    client = sign_in(biomed)

    entered = tried(client, kind="enters", p_for_s="0", zone_kinds=["exit"])
    warm = tried(client, kind="reading", p_reading="temperature", p_above="8", p_for_s="0", p_hysteresis="0")
    assert [run.context["run"].count for run in (entered, warm)] == [1, 1]


def test_a_dry_run_of_what_is_not_finished_says_what_is_missing(sign_in, biomed):
    answer = tried(sign_in(biomed), kind="reading", p_reading="humidity")

    assert "run" not in answer.context
    assert "Say above or below which value" in answer.content.decode()


def test_a_dry_run_shows_no_other_site(sign_in, biomed, make_pump, other_site):
    begin = timezone.now() - timedelta(days=2)
    pump = make_pump("F-1", site=other_site)
    ActivityInterval.objects.create(
        asset=pump, activity="unknown", basis="silence", begin=begin, end=begin + timedelta(hours=2)
    )

    assert tried(sign_in(biomed)).context["run"].count == 0


def test_a_rule_that_needs_zones_says_so(biomed, db):
    with pytest.raises(ValidationError) as refused:
        save_rule(rule=Rule(name="x", kind="waste"), scope={}, by=biomed)
    assert "zones" in refused.value.message_dict


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_takes_as_many_queries_whatever_it_holds(
    sign_in, biomed, make_rule, count, django_assert_max_num_queries
):
    for n in range(count):
        make_rule(name=f"Rule {n}")
    client = sign_in(biomed)
    with django_assert_max_num_queries(8):
        assert client.get(reverse("alert-rules")).status_code == 200
