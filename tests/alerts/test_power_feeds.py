"""What gets its power from equipment that is out is silent for its sake: held back, and told of once
the feed is back."""

from __future__ import annotations

import pytest

from assets.alerts.models import Delivery
from assets.alerts.words import Hold
from assets.models import Asset

pytestmark = [pytest.mark.django_db, pytest.mark.databases]


@pytest.fixture
def fed(make_pump):
    """A UPS feeds a strip, which feeds a pump."""
    ups, strip, pump = (make_pump(tag) for tag in ("UPS-1", "STRIP-1", "P-1"))
    Asset.objects.filter(pk=strip.pk).update(power_feed=ups)
    Asset.objects.filter(pk=pump.pk).update(power_feed=strip)
    return ups, strip, pump


@pytest.fixture
def fault(make_rule):
    return make_rule("fault", name="Device reports a fault")


def test_silence_behind_a_feed_that_is_out_is_held_back_for_its_sake(fed, fault, raised):
    ups, _, pump = fed
    cause = raised(asset=ups, rule=fault)

    silence = raised(asset=pump)

    assert (silence.held, silence.parent) == (Hold.PARENT, cause)


def test_silence_that_was_found_first_is_explained_by_the_feed_afterwards(fed, fault, raised):
    ups, _, pump = fed
    silence = raised(asset=pump)
    cause = raised(asset=ups, rule=fault)

    silence.refresh_from_db()
    assert (silence.held, silence.parent) == (Hold.PARENT, cause)


def test_what_is_silent_still_is_told_of_when_the_feed_is_back(fed, fault, raised, over, make_channel, nurse):
    make_channel(kind="webhook")
    ups, _, pump = fed
    cause = raised(asset=ups, rule=fault)
    silence = raised(asset=pump)
    assert not Delivery.objects.filter(transition__alert=silence).exists()

    over(cause, 60)

    silence.refresh_from_db()
    assert silence.held == ""
    assert Delivery.objects.filter(transition__alert=silence).count() == 1


def test_a_fault_is_never_held_back_for_the_sake_of_power(fed, fault, raised):
    ups, strip, _ = fed
    raised(asset=ups, rule=fault)
    assert raised(asset=strip, rule=fault).held == ""


def test_a_feed_that_only_runs_warm_explains_no_silence(fed, make_rule, raised):
    ups, _, pump = fed
    warm = make_rule("reading", name="Warm", reading="temperature", above=40)
    raised(asset=ups, rule=warm)
    assert raised(asset=pump).held == ""


def test_feeds_in_a_circle_are_no_trouble(fed, fault, raised):
    ups, _, pump = fed
    Asset.objects.filter(pk=ups.pk).update(power_feed=pump)
    raised(asset=ups, rule=fault)
    assert raised(asset=pump).held == Hold.PARENT
