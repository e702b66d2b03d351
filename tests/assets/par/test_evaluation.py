"""Episodes: opened once, closed once, each told once and in order."""

from datetime import timedelta

import pytest

from assets.models import AssetNow
from assets.par.evaluation import evaluate_levels
from assets.par.models import ParTransition, Shortfall
from assets.par.outbox import tell_all

pytestmark = pytest.mark.databases
MINUTE = timedelta(minutes=1)


def episodes(level):
    rows = Shortfall.objects.filter(level=level).order_by("begin", "kind")
    return [(each.kind, each.begin, each.end, each.worst) for each in rows]


def test_below_critical_is_one_episode_however_often_it_is_looked_at(level, ready_pump, bay, noon):
    ready_pump("P-1", bay)
    for minute in range(1, 4):
        assert evaluate_levels(now=noon + minute * MINUTE) == []
    assert episodes(level) == [("critical", noon, None, 0), ("target", noon, None, 0)]


def test_what_is_kept_again_ends_its_episodes_one_by_one(level, ready_pump, bay, noon):
    ready_pump("P-1", bay)
    ready_pump("P-2", bay)
    [over] = evaluate_levels(now=noon + MINUTE)
    assert (over.shortfall.kind, over.has_begun, over.count) == ("critical", False, 2)
    ready_pump("P-3", bay)
    evaluate_levels(now=noon + 2 * MINUTE)
    assert episodes(level) == [("critical", noon, noon + MINUTE, 0), ("target", noon, noon + 2 * MINUTE, 0)]


def test_above_the_maximum_is_an_episode_too(level, ready_pump, bay, noon):
    for number in range(6):
        ready_pump(f"P-{number}", bay)
    evaluate_levels(now=noon + MINUTE)
    assert episodes(level)[-1] == ("maximum", noon + MINUTE, None, 6)
    AssetNow.objects.filter(asset__asset_tag__in=["P-0", "P-1"]).update(activity="in_use")
    evaluate_levels(now=noon + 2 * MINUTE)
    assert episodes(level)[-1] == ("maximum", noon + MINUTE, noon + 2 * MINUTE, 6)


def test_every_transition_is_told_once_and_in_order(level, ready_pump, bay, ward, noon):
    ready_pump("P-1", bay)
    ready_pump("P-2", bay)
    evaluate_levels(now=noon + MINUTE)
    heard = []
    assert tell_all(heard.append, now=noon + MINUTE) == 3
    assert [(event.kind, event.has_begun) for event in heard] == [
        ("critical", True),
        ("target", True),
        ("critical", False),
    ]
    first = heard[0]
    assert (first.subject, first.title) == (f"par:{level.pk}", "Infusion pumps, Ward 3 West")
    assert first.words == "Below critical: 0 ready, critical 2"
    assert first.key == heard[2].key
    assert tell_all(heard.append, now=noon + MINUTE) == 0


def test_a_listener_that_fails_is_told_again_before_what_comes_after(level, noon):
    heard = []

    def listen(event):
        heard.append(event.kind)
        if len(heard) == 1:
            raise RuntimeError("no alerts today")

    with pytest.raises(RuntimeError):
        tell_all(listen, now=noon)
    assert ParTransition.objects.filter(told_at=None).count() == 2
    tell_all(listen, now=noon)
    assert heard == ["critical", "critical", "target"]
