"""The day as a strip: where boxes lie and what they say."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from assets.history import Period
from assets.models import ActivityInterval, Stay
from assets.strip import Box, day_strip
from assets.words import Activity, Basis

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.fixture
def strip(make_pump, make_zone, noon):
    """Twelve hours ready, six presumed in use in bay 1, then nothing recorded for six hours."""
    pump = make_pump()
    bay = make_zone("Bay 1")

    def at(hours):
        return noon - timedelta(hours=hours)

    ActivityInterval.objects.create(
        asset=pump, activity=Activity.AVAILABLE, basis=Basis.ZONE, begin=at(24), end=at(12)
    )
    ActivityInterval.objects.create(
        asset=pump, activity=Activity.IN_USE, basis=Basis.PRESUMED, begin=at(12), end=at(6)
    )
    Stay.objects.create(asset=pump, zone=bay, begin=at(12), end=at(6))
    return day_strip(pump, Period.last_hours(24, noon), BERLIN)


def test_boxes_lie_where_their_time_is(strip):
    assert [(box.x, box.width) for box in strip.activities] == [(0.0, 50.0), (50.0, 25.0), (75.0, 25.0)]
    assert [(box.x, box.width) for box in strip.stays] == [(50.0, 25.0)]


def test_boxes_say_what_when_and_how_long(strip):
    ready, presumed, silent = strip.activities
    assert ready.says == "Ready (from the room it is in), Sun 13:00 to 01:00, 12 h"
    assert presumed.says == "In use (presumed from its place), 01:00 to 07:00, 6 h"
    assert silent.says == "Not heard (nothing recorded), 07:00 to now, 6 h"
    assert strip.stays[0].says == "Bay 1, Level 1, 01:00 to 07:00, 6 h"


def test_presumed_use_and_silence_are_drawn_unlike_confirmed_use_and_idleness(strip):
    assert [(box.token, box.shape) for box in strip.activities] == [
        ("ready", "disc-tick"), ("presumed", "square-outline"), ("unheard", "ring"),
    ]  # fmt: skip


def test_shares_leave_the_unheard_time_out(strip):
    assert [(share.look.word, share.length, share.percent) for share in strip.shares] == [
        ("Ready", "12 h", 66.7), ("In use", "6 h", 33.3), ("Not heard", "6 h", None),
    ]  # fmt: skip
    assert strip.heard_percent == 75.0


def test_hours_that_give_way_on_a_phone_are_marked(strip):
    assert [(mark.label, mark.is_minor) for mark in strip.marks] == [
        ("15:00", True), ("18:00", False), ("21:00", True), ("00:00", False),
        ("03:00", True), ("06:00", False), ("09:00", True), ("12:00", False),
    ]  # fmt: skip


def test_a_half_that_may_not_be_seen_stays_empty(make_pump, noon):
    strip = day_strip(make_pump(), Period.last_hours(24, noon), BERLIN, with_activity=False)
    assert strip.activities == ()
    assert strip.shares == ()


@pytest.mark.parametrize(
    ("width", "label", "label_from", "shape_from"),
    [
        (50.0, "Ready", "phone", "phone"),
        (14.0, "Ready", "desk", "phone"),
        (7.0, "Ready", "wide", "desk"),
        (3.0, "Ready", "none", "wide"),
        (0.5, "Ready", "none", "none"),
        (14.0, "Needs cleaning", "wide", "phone"),
    ],
)
def test_a_label_shows_only_where_it_fits(width, label, label_from, shape_from):
    box = Box(0, width, "ready", label, label, "", "", shape="disc-tick")
    assert (box.label_from, box.shape_from) == (label_from, shape_from)
