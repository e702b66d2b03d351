"""Whatever the order, the batches and the repeats in which the same observations arrive: one history."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assets.models import ActivityInterval, AssetNow, Reading, ReadingNow, Stay, Waypoint
from assets.observation import (
    Evidence,
    Observation,
    Placed,
    Position,
    ReadingValue,
    Sighting,
    Subject,
    SubjectKind,
)
from assets.record import record_observations
from assets.sweep import sweep_silence
from assets.words import Quality
from locations.models import Floor, Receiver
from locations.zones import ZoneKind
from tests.conftest import NOON

pytestmark = [pytest.mark.django_db, pytest.mark.databases]

SPAN_S = 1500
POSITIONS = [Position("main-1", 5, 5, 1), Position("main-1", 15, 5, 2), Position("main-2", 5, 5, 1)]
SIGHTINGS = [
    Sighting("r-1", -60),
    Sighting("r-2", -70),
    Sighting("r-2"),
    Sighting("r-3", -65),
    Sighting("r-3", range_m=3.0, range_error_m=0.3),
]
PLACED = [Placed("main-1", "bay"), Placed("main-2", "soiled")]

moments = st.integers(0, SPAN_S * 2).map(lambda n: timedelta(seconds=n / 2))
readings = st.lists(
    st.one_of(
        st.integers(0, 100).map(lambda n: ReadingValue("battery_charge", float(n))),
        st.integers(-20, 100).map(lambda n: ReadingValue("temperature", n / 10)),
        st.just(ReadingValue("temperature", None, Quality.MISSING)),
        st.sampled_from(["still", "moving"]).map(lambda word: ReadingValue("motion", word)),
    ),
    max_size=2,
    unique_by=lambda reading: reading.name,
).map(tuple)


@st.composite
def tellings(draw):
    """What one source says at one moment, without the asset it says it of."""
    at = NOON + draw(moments)
    said = {
        "source": draw(st.sampled_from(["endpoint:1", "endpoint:2", "rtls"])),
        "at": at,
        "received_at": at,
    }
    if draw(st.integers(0, 9)) == 0:
        return said | {"quality": Quality.NO_ANSWER}
    return said | {
        "readings": draw(readings),
        "activity": draw(st.sampled_from([None, None, *Evidence])),
        "position": draw(st.sampled_from([None, *POSITIONS])),
        "sighting": draw(st.sampled_from([None, *SIGHTINGS])),
        "placed": draw(st.sampled_from([None, None, None, *PLACED])),
    }


@st.composite
def arrivals(draw):
    """Observations in order, and the same in another order, some twice, cut into batches with sweeps between.

    With each batch the time that the recorder takes it for: some waited for their turn, or are ahead of the others.
    """
    told = draw(st.lists(tellings(), min_size=1, max_size=30, unique_by=lambda t: (t["source"], t["at"])))
    ordered = sorted(told, key=lambda t: (t["at"], t["source"]))
    repeated = draw(st.lists(st.sampled_from(told), max_size=8))
    jumbled = draw(st.permutations([*told, *repeated]))
    cuts = sorted(draw(st.sets(st.integers(1, max(len(jumbled) - 1, 1)), max_size=6)))
    batches = [jumbled[a:b] for a, b in zip([0, *cuts], [*cuts, len(jumbled)], strict=True) if jumbled[a:b]]
    clocks = [draw(st.one_of(st.none(), moments.map(NOON.__add__))) for _ in batches]
    sweeps = [draw(st.one_of(st.none(), moments)) for _ in batches]
    return ordered, list(zip(batches, clocks, sweeps, strict=True))


def said_of(asset, tellings_):
    subject = Subject(SubjectKind.ASSET, str(asset.pk))
    return [Observation(subject=subject, **telling) for telling in tellings_]


def history(asset):
    """Everything that must not depend on the order of arrival."""
    now = AssetNow.objects.filter(asset=asset).values().first()
    if now is not None:
        del now["asset_id"], now["revision"]
    return {
        "intervals": list(
            ActivityInterval.objects.filter(asset=asset)
            .order_by("begin")
            .values_list("begin", "end", "activity", "basis", "source")
        ),
        "stays": list(
            Stay.objects.filter(asset=asset).order_by("begin").values_list("begin", "end", "zone", "source")
        ),
        "readings": list(
            Reading.objects.filter(asset=asset).order_by("name", "at").values_list("name", "at", "value")
        ),
        "way": list(
            Waypoint.objects.filter(asset=asset)
            .order_by("at_us")
            .values_list("at_us", "floor", "zone", "x", "y", "error_m", "confidence", "silent_since_us")
        ),
        "latest": list(
            ReadingNow.objects.filter(asset=asset, good_at__isnull=False)
            .order_by("name")
            .values_list("name", "good_at")
        ),
        "now": now,
    }


@pytest.fixture
def stage(make_zone, building, floor):
    """A ward, a clean store and, upstairs, a soiled utility; receivers enough on the first floor for a radio map."""
    upstairs = Floor.objects.create(building=building, name="Level 2", slug="main-2", level=2)
    bay = make_zone("Bay", ZoneKind.PATIENT_ROOM)
    make_zone("Store", ZoneKind.CLEAN_STORE, x=10)
    make_zone("Soiled", ZoneKind.SOILED, floor=upstairs)
    Receiver.objects.create(identifier="r-1", floor=floor, zone=bay, x=5, y=5)
    Receiver.objects.create(identifier="r-2", floor=floor, x=15, y=5, reach_m=3)
    Receiver.objects.create(identifier="r-3", floor=floor, x=10, y=9, reach_m=5)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(arrival=arrivals())
def test_any_order_any_batches_any_repeats_leave_the_same_history(
    stage, make_pump, arrival, django_capture_on_commit_callbacks
):
    ordered, batches = arrival
    count = AssetNow.objects.count()
    orderly, jumbled = make_pump(f"A-{count}-{id(arrival)}"), make_pump(f"B-{count}-{id(arrival)}")
    end = NOON + timedelta(seconds=SPAN_S + 3600)

    for observation in said_of(orderly, ordered):
        with django_capture_on_commit_callbacks(execute=True):  # its timeline is at hand for the next
            record_observations([observation])
    for batch, clock, sweep in batches:
        record_observations(said_of(jumbled, batch), now=clock)
        if sweep is not None:
            sweep_silence(now=NOON + sweep)
    sweep_silence(now=end)

    assert history(jumbled) == history(orderly)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(arrival=arrivals())
def test_at_any_instant_an_asset_does_exactly_one_thing(stage, make_pump, arrival):
    _, batches = arrival
    pump = make_pump(f"P-{AssetNow.objects.count()}-{id(arrival)}")
    for batch, clock, sweep in batches:
        record_observations(said_of(pump, batch), now=clock)
        if sweep is not None:
            sweep_silence(now=NOON + sweep)

    intervals = list(ActivityInterval.objects.filter(asset=pump).order_by("begin"))

    for before, after in pairwise(intervals):
        assert before.end == after.begin
        assert (before.activity, before.basis) != (after.activity, after.basis)
    assert all(interval.end is not None for interval in intervals[:-1])
    if intervals:
        assert intervals[-1].end is None
        now = AssetNow.objects.get(asset=pump)
        assert (now.activity, now.since) == (intervals[-1].activity, intervals[-1].begin)
