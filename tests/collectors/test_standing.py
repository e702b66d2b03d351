"""How an endpoint stands, in words."""

from datetime import timedelta

import pytest

from assets.words import Quality
from collectors.models import Endpoint, EndpointHealth, Pause, Segment
from collectors.pauses import Pauses
from collectors.reachability import Cause
from collectors.standing import ADVICE, FAILURES, Situation, State, standing_of


@pytest.fixture
def endpoint(site):
    segment = Segment(pk=3, name="Ward devices", site=site)
    return Endpoint(
        name="Fridge", segment=segment, host="10.0.0.7", port=502, interval_s=30, profile="medical-fridge"
    )


@pytest.fixture
def health(endpoint, noon):
    """Asked 20 seconds ago, due again in ten."""

    def make(**values):
        asked = noon - timedelta(seconds=20)
        defaults = {
            "attempted_at": asked, "answered_at": asked, "quality": Quality.GOOD,
            "next_poll_at": noon + timedelta(seconds=10),
        }  # fmt: skip
        endpoint.health = EndpointHealth(**defaults | values)
        return endpoint

    return make


def test_an_endpoint_that_answers_says_so(health, noon):
    standing = standing_of(health(), noon)
    assert (standing.state, standing.words, standing.advice) == (State.ANSWERING, "Answering", "")


def test_one_that_does_not_says_since_when_and_how_often_in_the_sites_time(health, noon):
    endpoint = health(quality=Quality.NO_ANSWER, failing_since=noon - timedelta(hours=1), failures_in_a_row=4)
    standing = standing_of(endpoint, noon)
    assert (standing.state, standing.words) == (State.FAILING, "No answer since 12:00 · 4 tries")
    assert "switched on" in standing.advice


@pytest.mark.parametrize(
    ("ago", "words"),
    [
        (timedelta(minutes=5), "since 12:55 · 1 try"),
        (timedelta(days=2), "since Sat 13:00 · 1 try"),
        (timedelta(days=40), "since 21 Jan 2026, 13:00 · 1 try"),
    ],
)
def test_older_times_carry_their_day(health, noon, ago, words):
    endpoint = health(quality=Quality.REFUSED, failing_since=noon - ago, failures_in_a_row=1)
    assert standing_of(endpoint, noon).words == f"Connection refused {words}"


@pytest.mark.parametrize("quality", [q for q in Quality if q is not Quality.GOOD])
def test_every_failure_has_words_and_says_what_to_look_at(quality):
    assert FAILURES[quality]
    assert ADVICE[quality]


def test_silence_of_the_collector_is_never_shown_as_well(health, noon):
    long_ago = noon - timedelta(minutes=30)
    endpoint = health(attempted_at=long_ago, next_poll_at=long_ago + timedelta(seconds=30))
    standing = standing_of(endpoint, noon)
    assert (standing.state, standing.words) == (State.UNATTENDED, "Not asked since 12:30")
    assert standing.advice == "Is a collector running?"


def test_without_a_planned_poll_twice_the_interval_is_waited_for(health, noon):
    recent, late = noon - timedelta(seconds=100), noon - timedelta(seconds=130)
    assert standing_of(health(attempted_at=recent, next_poll_at=None), noon).state is State.ANSWERING
    assert standing_of(health(attempted_at=late, next_poll_at=None), noon).state is State.UNATTENDED


def test_a_device_that_is_asked_rarely_after_failing_is_not_unattended(health, noon):
    endpoint = health(
        attempted_at=noon - timedelta(minutes=9), next_poll_at=noon + timedelta(minutes=1),
        quality=Quality.NO_ANSWER, failing_since=noon - timedelta(hours=1), failures_in_a_row=9,
    )  # fmt: skip
    assert standing_of(endpoint, noon).state is State.FAILING


def test_one_never_asked_says_so(endpoint, noon):
    assert standing_of(endpoint, noon).words == "Not asked yet"


def test_what_is_switched_off_or_paused_is_not_failing(health, noon):
    endpoint = health(quality=Quality.NO_ANSWER, failing_since=noon)
    pause = Pause(segment_id=3, reason="The switch is replaced", begun_at=noon - timedelta(minutes=5))
    situation = Situation(Pauses(segments={3: pause}))
    standing = standing_of(endpoint, noon, situation)
    assert standing.state is State.PAUSED
    assert standing.words == "Paused with its network segment"
    endpoint.is_enabled = False
    assert standing_of(endpoint, noon, situation).words == "Switched off"


def test_what_is_silent_for_a_gateway_s_sake_names_the_gateway(health, noon):
    endpoint = health(quality=Quality.NO_ANSWER, failing_since=noon - timedelta(hours=1))
    endpoint.pk = 12
    situation = Situation(causes={12: Cause(7)}, titles={7: "Switch 3 West"})
    standing = standing_of(endpoint, noon, situation)
    assert (standing.state, standing.gateway_id) == (State.BEHIND, 7)
    assert standing.words == "Unreachable: gateway Switch 3 West does not answer, since 12:00"


def test_a_gateway_at_the_same_address_is_named_by_its_address(health, noon):
    endpoint = health(quality=Quality.NO_ANSWER, failing_since=noon)
    endpoint.pk = 12
    standing = standing_of(endpoint, noon, Situation(causes={12: Cause(7, ("10.0.0.7", 502))}))
    assert standing.words == "Unreachable: gateway 10.0.0.7:502 does not answer, since 13:00"


def test_while_it_is_not_known_whose_fault_it_is_nobody_is_blamed(health, noon):
    endpoint = health(quality=Quality.NO_ANSWER, failing_since=noon)
    endpoint.pk = 12
    standing = standing_of(endpoint, noon, Situation(causes={12: Cause(None)}))
    assert standing.state is State.BEHIND
    assert "being tried" in standing.words
