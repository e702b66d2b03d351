"""The table of precedence and the state machine behind it (definitions, 1), by themselves."""

from __future__ import annotations

import pytest

from assets.activity import (
    STILL_AFTER,
    Known,
    Rules,
    decide,
    hear,
    next_decision,
    note_movement,
    note_statement,
    note_telemetry,
    note_zone,
    settle,
    stale_at,
)
from assets.observation import Evidence
from assets.words import Activity, Basis
from locations.zones import ZoneKind

S = 1_000_000
PUMP = Rules(stale_us=120 * S, presumed_us=600 * S, is_stationary=False)
FRIDGE = Rules(stale_us=120 * S, presumed_us=600 * S, is_stationary=True)

CONFIRMED_USE = (Activity.IN_USE, Basis.CONFIRMED)
PRESUMED_USE = (Activity.IN_USE, Basis.PRESUMED)
UNKNOWN = (Activity.UNKNOWN, Basis.SILENCE)
STATED_READY = (Activity.AVAILABLE, Basis.PERSON)


class Story:
    """Evidence told second by second, each settled as the recorder does."""

    def __init__(self, rules: Rules = PUMP) -> None:
        self.known, self.rules = Known(), rules

    def _told(self, second, note, *arguments):
        self._pass(second)
        hear(self.known, second * S)
        note(*arguments)
        settle(self.known, self.rules, second * S)
        return self

    def _pass(self, second):
        moment = next_decision(self.known, self.rules, -1)
        while moment is not None and moment < second * S:
            settle(self.known, self.rules, moment)
            moment = next_decision(self.known, self.rules, moment)

    def heard(self, second):
        return self._told(second, lambda: None)

    def says(self, second, said, source="endpoint:1"):
        return self._told(second, note_telemetry, self.known, source, said, second * S)

    def enters(self, second, kind):
        return self._told(second, note_zone, self.known, self.rules, kind, second * S)

    def moves(self, second):
        return self._told(second, note_movement, self.known, second * S)

    def stated(self, second, activity):
        self._pass(second)
        note_statement(self.known, activity, second * S)
        settle(self.known, self.rules, second * S)
        return self

    def at(self, second):
        self._pass(second)
        return decide(self.known, self.rules, second * S)


def test_what_was_never_heard_is_unknown():
    assert Story().at(0) == UNKNOWN


@pytest.mark.parametrize(
    ("said", "verdict"),
    [
        (Evidence.IN_USE, CONFIRMED_USE),
        (Evidence.FAULT, (Activity.DOWN, Basis.CONFIRMED)),
        (Evidence.IDLE, (Activity.AVAILABLE, Basis.CONFIRMED)),
    ],
)
def test_the_device_is_taken_at_its_word(said, verdict):
    assert Story().says(0, said).at(0) == verdict


def test_of_two_sources_the_higher_row_wins():
    story = Story().says(0, Evidence.IN_USE, "meter").says(1, Evidence.IDLE, "gateway")

    assert story.at(1) == CONFIRMED_USE


def test_released_from_use_it_needs_cleaning():
    assert Story().says(0, Evidence.IN_USE).says(60, Evidence.IDLE).at(60) == (
        Activity.DIRTY,
        Basis.CONFIRMED,
    )


def test_a_clean_store_makes_it_ready_again():
    story = Story().says(0, Evidence.IN_USE).says(60, Evidence.IDLE).enters(90, ZoneKind.CLEAN_STORE)

    assert story.at(90) == (Activity.AVAILABLE, Basis.ZONE)


def test_a_clean_store_does_not_clean_what_is_running():
    story = Story().says(0, Evidence.IN_USE).enters(10, ZoneKind.CLEAN_STORE).says(20, Evidence.IDLE)

    assert story.at(20) == (Activity.DIRTY, Basis.CONFIRMED)


@pytest.mark.parametrize("kind", [ZoneKind.SOILED, ZoneKind.CLEANING])
def test_a_soiled_room_makes_it_dirty_until_it_is_clean(kind):
    story = Story().enters(0, kind)

    assert story.at(0) == (Activity.DIRTY, Basis.ZONE)
    assert story.enters(60, ZoneKind.CORRIDOR).at(60) == (Activity.DIRTY, Basis.ZONE)


@pytest.mark.parametrize("kind", [ZoneKind.PATIENT_ROOM, ZoneKind.THEATRE, ZoneKind.IMAGING])
def test_dwelling_where_patients_are_is_presumed_use_from_the_exact_moment(kind):
    story = Story().enters(0, kind)
    for second in range(60, 600, 60):
        story.heard(second)

    assert story.at(599) == (Activity.AVAILABLE, Basis.PRESUMED)
    assert story.at(600) == PRESUMED_USE


def test_the_clock_names_the_moment_of_presumption():
    story = Story().enters(0, ZoneKind.PATIENT_ROOM)
    for second in range(60, 600, 60):
        story.heard(second)

    assert next_decision(story.known, PUMP, 540 * S) == 600 * S


def test_presumed_use_soils_too():
    story = Story().enters(0, ZoneKind.PATIENT_ROOM)
    for second in range(60, 720, 60):
        story.heard(second)

    assert story.enters(720, ZoneKind.CORRIDOR).at(720) == (Activity.DIRTY, Basis.PRESUMED)


def test_nothing_is_presumed_while_the_device_itself_speaks():
    story = Story().enters(0, ZoneKind.PATIENT_ROOM)
    for second in range(60, 1200, 60):
        story.says(second, Evidence.IDLE)

    assert story.at(1200) == (Activity.AVAILABLE, Basis.CONFIRMED)


def test_a_category_may_never_be_presumed_in_use():
    story = Story(Rules(stale_us=10_000 * S, presumed_us=0, is_stationary=False)).enters(0, ZoneKind.THEATRE)

    assert story.at(9_000) == (Activity.AVAILABLE, Basis.PRESUMED)


def test_it_is_moving_until_half_a_minute_after_its_last_movement():
    story = Story().enters(0, ZoneKind.CORRIDOR).moves(5)

    assert story.at(5) == (Activity.IN_TRANSIT, Basis.MOVEMENT)
    assert story.at(5 + STILL_AFTER // S - 1)[0] == Activity.IN_TRANSIT
    assert story.at(5 + STILL_AFTER // S) == (Activity.AVAILABLE, Basis.PRESUMED)


@pytest.mark.parametrize("said", [Evidence.IN_USE, Evidence.FAULT, Evidence.IDLE])
def test_every_other_row_outranks_movement(said):
    assert Story().moves(0).says(1, said).at(1)[0] != Activity.IN_TRANSIT


def test_silence_makes_it_unknown_at_its_staleness_limit():
    story = Story().says(0, Evidence.IN_USE)

    assert stale_at(story.known, PUMP) == 120 * S
    assert story.at(119) == CONFIRMED_USE
    assert story.at(120) == UNKNOWN


def test_after_silence_it_is_still_dirty():
    story = Story().says(0, Evidence.IN_USE)

    assert story.heard(1000).at(1000) == (Activity.DIRTY, Basis.CONFIRMED)


def test_telemetry_that_falls_silent_while_the_tag_is_heard_holds_no_longer():
    story = Story().says(0, Evidence.FAULT).heard(100)

    assert story.at(119) == (Activity.DOWN, Basis.CONFIRMED)
    assert story.at(120) == (Activity.AVAILABLE, Basis.PRESUMED)


@pytest.mark.parametrize(
    ("activity", "row"), [(Activity.DOWN, Activity.DOWN), (Activity.DIRTY, Activity.DIRTY)]
)
def test_a_statement_holds_through_silence(activity, row):
    assert Story().heard(0).stated(10, activity).at(100_000) == (row, Basis.PERSON)


def test_cleaned_holds_until_the_device_is_used_again():
    story = Story().says(0, Evidence.IN_USE).says(60, Evidence.IDLE).stated(90, Activity.AVAILABLE)

    assert story.at(90) == STATED_READY
    assert story.says(120, Evidence.IDLE).at(120) == STATED_READY
    assert story.says(150, Evidence.IN_USE).at(150) == CONFIRMED_USE
    assert story.says(180, Evidence.IDLE).at(180) == (Activity.DIRTY, Basis.CONFIRMED)


def test_cleaned_holds_until_it_comes_into_a_soiled_room():
    story = Story().heard(0).stated(10, Activity.AVAILABLE).enters(20, ZoneKind.SOILED)

    assert story.at(20) == (Activity.DIRTY, Basis.ZONE)


def test_who_says_cleaned_in_a_soiled_room_is_believed():
    assert Story().enters(0, ZoneKind.SOILED).stated(10, Activity.AVAILABLE).at(10) == STATED_READY


def test_dirty_is_not_undone_by_a_clean_store():
    story = Story().heard(0).stated(10, Activity.DIRTY).enters(20, ZoneKind.CLEAN_STORE)

    assert story.at(20) == (Activity.DIRTY, Basis.PERSON)


def test_broken_outranks_what_the_device_says_until_a_person_says_otherwise():
    story = Story().stated(0, Activity.DOWN).says(10, Evidence.IN_USE)

    assert story.at(10) == (Activity.DOWN, Basis.PERSON)
    assert story.says(15, Evidence.IDLE).stated(20, Activity.AVAILABLE).at(20) == STATED_READY


def test_presence_that_a_person_saw_is_not_presumed_to_be_use():
    story = Story().enters(0, ZoneKind.PATIENT_ROOM).stated(60, Activity.AVAILABLE)
    for second in range(60, 2000, 60):
        story.heard(second)

    assert story.at(2000) == STATED_READY


def test_fixed_equipment_that_is_alive_is_ready():
    assert Story(FRIDGE).heard(0).at(0) == (Activity.AVAILABLE, Basis.CONFIRMED)


def test_fixed_equipment_does_not_become_dirty_by_use():
    story = Story(FRIDGE).says(0, Evidence.IN_USE).says(60, Evidence.IDLE)

    assert story.at(60) == (Activity.AVAILABLE, Basis.CONFIRMED)


def test_fixed_equipment_is_not_presumed_in_use_by_standing_where_it_stands():
    story = Story(FRIDGE).enters(0, ZoneKind.IMAGING)
    for second in range(60, 2000, 60):
        story.heard(second)

    assert story.at(2000) == (Activity.AVAILABLE, Basis.CONFIRMED)


def test_fixed_equipment_goes_silent_like_any_other():
    assert Story(FRIDGE).heard(0).at(120) == UNKNOWN
