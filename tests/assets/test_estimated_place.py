"""Where recording puts what several receivers hear: estimated on a surveyed floor, else at the best of them."""

from __future__ import annotations

import math

import pytest
from django.db import connection

from assets.models import AssetNow
from assets.observation import Sighting
from assets.record import record_observations
from assets.words import PlaceSource
from locations import radio_maps
from locations.models import Receiver
from locations.survey_models import Survey, SurveyPoint

pytestmark = [pytest.mark.django_db, pytest.mark.databases]

RECEIVERS = {"r-1": (1, 1), "r-2": (19, 1), "r-3": (1, 9), "r-4": (19, 9)}
SPOT = (8.0, 5.0)


def strength(receiver: str, spot: tuple[float, float]) -> float:
    return round(-45 - 25 * math.log10(max(math.dist(RECEIVERS[receiver], spot), 1)), 1)


@pytest.fixture(autouse=True)
def receivers(floor, make_zone):
    make_zone("Hall", width=20, height=10)
    for name, (x, y) in RECEIVERS.items():
        Receiver.objects.create(identifier=name, floor=floor, x=x, y=y, reach_m=6)


@pytest.fixture
def survey(floor, noon):
    survey = Survey.objects.create(floor=floor, device="T-0", begun_at=noon)
    for x in range(2, 19, 4):
        for y in (2, 5, 8):
            signals = {name: [40, strength(name, (x, y)), 2, -90, -40] for name in RECEIVERS}
            SurveyPoint.objects.create(survey=survey, x=x, y=y, signals=signals, at=noon)


@pytest.fixture
def lie(make_pump, observe):
    """A pump lies at ``SPOT`` for a minute, and all receivers hear it every two seconds."""

    def lie() -> AssetNow:
        pump = make_pump("P-1")
        record_observations(
            [
                observe(pump, second, source="rtls", sighting=Sighting(name, strength(name, SPOT)))
                for second in range(0, 60, 2)
                for name in RECEIVERS
            ]
        )
        return AssetNow.objects.get(asset=pump)

    return lie


def test_on_a_surveyed_floor_it_is_where_its_strengths_were_measured(survey, lie):
    now = lie()

    assert math.dist((now.x, now.y), SPOT) < 1.5
    assert (now.position_means, now.position_receivers) == (PlaceSource.RECEIVERS, 4)


def test_without_a_survey_it_is_at_the_receiver_that_hears_it_best_within_its_reach(lie):
    now = lie()

    assert (now.x, now.y) in {RECEIVERS["r-1"], RECEIVERS["r-3"]}
    assert now.position_error_m == 6


def test_measured_distances_need_no_survey(make_pump, observe):
    pump = make_pump("P-1")
    record_observations(
        [
            observe(
                pump, second, source="uwb",
                sighting=Sighting(name, None, range_m=math.dist(spot, SPOT), range_error_m=0.3),
            )
            for second in range(0, 20, 2)
            for name, spot in RECEIVERS.items()
        ]
    )  # fmt: skip

    now = AssetNow.objects.get(asset=pump)
    assert math.dist((now.x, now.y), SPOT) < 0.5


def test_strength_alone_moves_it_again_once_its_distances_are_old(make_pump, observe, floor):
    Receiver.objects.create(identifier="far", floor=floor, x=90, y=5, reach_m=6)
    pump = make_pump("P-1")
    near = [
        Sighting(name, None, range_m=math.dist(spot, SPOT), range_error_m=0.3)
        for name, spot in RECEIVERS.items()
    ]
    record_observations(
        [observe(pump, s, source="rtls", sighting=each) for s in range(0, 20, 2) for each in near]
    )
    record_observations(
        [observe(pump, s, source="rtls", sighting=Sighting("far", -50)) for s in range(60, 600, 2)]
    )

    now = AssetNow.objects.get(asset=pump)
    assert (round(now.x), round(now.y), now.position_receiver) == (90, 5, "far")


@pytest.fixture
def drawings(monkeypatch):
    """Of each radio map that is drawn, whether that was inside a transaction."""
    seen = []

    class Watched(radio_maps.RadioMap):
        def __init__(self, *args, **kwargs):
            seen.append(connection.in_atomic_block)
            super().__init__(*args, **kwargs)

    monkeypatch.setattr(radio_maps, "RadioMap", Watched)
    return seen


@pytest.mark.django_db(transaction=True)
def test_a_radio_map_is_drawn_while_nobody_waits_for_the_database(survey, lie, drawings):
    now = lie()

    assert drawings == [False]
    assert math.dist((now.x, now.y), SPOT) < 1.5


def test_no_radio_map_is_drawn_where_it_would_say_nothing(lie, drawings):
    lie()

    assert drawings == []
