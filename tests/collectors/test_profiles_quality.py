"""The quality of a profile, from the profile and its cases."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from collectors.profiles import library
from collectors.profiles.assessment import Level, assess
from collectors.profiles.casebook import Case, Expected, read_cases
from collectors.profiles.library import all_profiles, cases_folder, get_cases, get_profile
from collectors.profiles.model import Match

STE2 = get_profile("env-hwg-ste2")
GOOD = Expected("asset 7", "good", {"alarm_count": 0.0, "contacts_in_alarm": 1.0}, None, "")
WARM = Expected(
    "serial A", "good", {"general_alarm": "clear", "temperature": 4.5, "humidity": 38.5}, None, ""
)
LOST = Expected("serial B", "good", {"general_alarm": "clear", "temperature": "(no_value)"}, None, "")


def case(*expected, is_capture=False):
    return Case("a-case", "About it.", is_capture, expected)


def level(profile, *cases):
    found = assess(profile, cases)
    return found.level, list(found.lacking)


def test_a_profile_without_a_case_has_no_level():
    assert level(STE2) == (Level.NONE, ["a case"])


def test_a_reading_that_no_case_proves_keeps_a_profile_at_bronze():
    assert level(STE2, case(GOOD, LOST)) == (
        Level.BRONZE,
        [
            "a case in which Temperature of a row has a value",
            "a case in which Relative humidity of a row has a value",
        ],
    )


def test_a_reading_of_a_row_does_not_prove_that_of_the_device():
    assert level(STE2, case(replace(GOOD, subject="serial C"), WARM))[0] is Level.BRONZE


def test_without_rules_to_recognise_it_or_a_word_on_caveats_a_profile_stays_bronze():
    bare = replace(STE2, match=Match(), caveats=(), caveats_stated=False)

    assert level(bare, case(GOOD, WARM)) == (
        Level.BRONZE,
        ["rules by which the device is recognised", "caveats, or a word that none are needed"],
    )


def test_a_profile_that_is_proven_is_silver_until_a_case_shows_how_it_fails():
    assert level(STE2, case(GOOD, WARM)) == (
        Level.SILVER, ["a case in which a reading fails or says that there is no value"]
    )  # fmt: skip


@pytest.mark.parametrize("grade", ["community", "reference"])
def test_what_others_wrote_down_is_never_gold(grade):
    assert level(replace(STE2, grade=grade), case(GOOD, WARM), case(GOOD, LOST))[0] is Level.SILVER


def test_gold_becomes_platinum_by_the_makers_word_and_a_device():
    cases = case(GOOD, WARM), case(GOOD, LOST, is_capture=True)

    assert level(STE2, *cases) == (Level.GOLD, ["the maker's word for this very device"])
    assert level(replace(STE2, grade="vendor-verified"), *cases) == (Level.PLATINUM, [])
    assert level(replace(STE2, grade="vendor-verified"), case(GOOD, WARM, LOST)) == (
        Level.GOLD, ["a case that was recorded at a device"]
    )  # fmt: skip


def test_every_shipped_profile_is_bronze_at_least():
    for profile in all_profiles():
        assert assess(profile, get_cases(profile.name)).level is not Level.NONE, profile.name


def test_those_shipped_with_a_unit_beside_each_value_are_gold():
    names = ["pdu-raritan-px", "env-hwg-poseidon", "env-hwg-ste2", "entity-sensors"]

    assert [assess(get_profile(name), get_cases(name)).level for name in names] == ["gold"] * 4


# --- Cases on disk ------------------------------------------------------------------------------------------


def write_case(folder, told, expected):
    folder.mkdir(parents=True)
    (folder / "case.json").write_text(json.dumps(told))
    if expected is not None:
        (folder / "expected.json").write_text(json.dumps(expected))


OBSERVED = {"subject": "asset 7", "quality": "good", "readings": {"power": 5.0, "energy": "(missing)"}}


def test_a_case_tells_what_it_is_about_and_what_is_expected(tmp_path):
    write_case(tmp_path / "on", {"about": "It runs.", "recording": "shared/x.snmprec"}, [OBSERVED])
    write_case(tmp_path / "own", {"about": "It ran.", "recording": "r.snmprec", "capture": True}, [OBSERVED])
    write_case(tmp_path / "desk", {"about": "It may run.", "recording": "r.snmprec"}, [OBSERVED])

    desk, on, own = read_cases(tmp_path)
    assert (on.name, on.about, on.is_capture, own.is_capture, desk.is_capture) == (
        "on",
        "It runs.",
        True,
        True,
        False,
    )
    assert (on.expected[0].values, on.expected[0].has_failure) == ({"power"}, True)


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({"about": "It runs.", "recording": "r"}, None),
        ({"recording": "r"}, [OBSERVED]),
        ({"about": "It runs.", "recording": "r"}, [{"subject": "asset 7"}]),
        ({"about": "It runs.", "recording": "r"}, "nothing"),
        (["about"], [OBSERVED]),
    ],
)
def test_a_case_that_is_not_complete_counts_for_nothing(tmp_path, told, expected):
    write_case(tmp_path / "broken", told, expected)

    assert read_cases(tmp_path) == ()


def test_a_site_keeps_its_cases_beside_its_profiles(tmp_path, settings):
    settings.PROFILE_DIRS = [str(tmp_path)]
    (tmp_path / "own-meter.yaml").write_text("name: own-meter\n")
    library.forget()
    try:
        assert cases_folder("own-meter") == tmp_path / "cases" / "own-meter"
        assert cases_folder("ups-rfc1628") == library.SHIPPED_CASES / "ups-rfc1628"
        with pytest.raises(library.UnknownProfileError):
            cases_folder("../data")
    finally:
        library.forget()
