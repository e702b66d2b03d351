"""How old, how long and how far, in words."""

from datetime import timedelta
from types import SimpleNamespace

import pytest

from assets.ages import age_step, age_words, duration_words
from assets.templatetags import equipment
from assets.words import Activity, Basis


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-5, "now"), (0, "now"), (2.9, "now"), (3, "3 s ago"), (59.9, "59 s ago"), (60, "1 min ago"),
        (3599, "59 min ago"), (3600, "1 h ago"), (47 * 3600, "47 h ago"), (48 * 3600, "2 days ago"),
        (400 * 86400, "400 days ago"),
    ],
)  # fmt: skip
def test_an_age_is_told_in_its_largest_unit(noon, seconds, words):
    assert age_words(noon - timedelta(seconds=seconds), noon) == words


def test_what_never_happened_has_no_age(noon):
    assert age_words(None, noon) == "never"
    assert age_step(None, noon) == "stale"


@pytest.mark.parametrize(
    ("seconds", "step"),
    [
        (0, "fresh"),
        (119, "fresh"),
        (120, "recent"),
        (899, "recent"),
        (900, "old"),
        (14_399, "old"),
        (14_400, "stale"),
    ],
)
def test_values_fade_in_steps(noon, seconds, step):
    assert age_step(noon - timedelta(seconds=seconds), noon) == step


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-1, "0 s"), (45, "45 s"), (60, "1 min"), (3600, "1 h"), (7800, "2 h 10 min"), (86400, "1 day"),
        (90_000, "1 day 1 h"), (3 * 86400 + 4 * 3600 + 59, "3 days 4 h"),
    ],
)  # fmt: skip
def test_a_duration_is_told_in_its_two_largest_units(noon, seconds, words):
    assert duration_words(noon, noon + timedelta(seconds=seconds)) == words


@pytest.mark.parametrize(
    ("distance", "words"),
    [(None, ""), (0, "0 m"), (7.6, "8 m"), (19.4, "19 m"), (22, "20 m"), (43, "45 m"), (1240, "1.2 km")],
)
def test_a_distance_is_rounded_as_people_say_it(distance, words):
    assert equipment.metres(distance) == words


@pytest.mark.parametrize(
    ("activity", "basis", "shape"),
    [
        (Activity.IN_USE, Basis.CONFIRMED, "square"),
        (Activity.IN_USE, Basis.PRESUMED, "square-outline"),
        (Activity.AVAILABLE, Basis.ZONE, "disc-tick"),
        (Activity.UNKNOWN, Basis.SILENCE, "ring"),
    ],
)
def test_presumed_use_is_drawn_outlined(activity, basis, shape):
    assert equipment.activity_shape(SimpleNamespace(activity=activity, basis=basis)) == shape


@pytest.mark.parametrize("nothing", ["", None, "no-such-activity"])
def test_without_a_current_row_equipment_looks_not_heard(nothing):
    assert equipment.look(nothing).word == "Not heard"


@pytest.mark.parametrize(
    ("confidence", "is_probable"), [(None, True), (0.74, True), (0.75, False), (1.0, False)]
)
def test_a_place_is_only_sure_when_its_confidence_says_so(confidence, is_probable):
    assert equipment.is_probable(SimpleNamespace(position_confidence=confidence)) is is_probable


def test_a_place_fades_with_its_position_but_not_for_installed_equipment(noon, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: noon)
    old = SimpleNamespace(position_at=noon - timedelta(hours=1), zone="Bay 1")
    installed, lost = (SimpleNamespace(position_at=None, zone=zone) for zone in ("CT 1", None))
    assert [equipment.place_step(now) for now in (old, installed, lost, None)] == [
        "old",
        "fresh",
        "stale",
        "stale",
    ]
