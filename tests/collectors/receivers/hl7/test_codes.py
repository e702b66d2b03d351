"""The table of codes, and how a code is known."""

from __future__ import annotations

import pytest

from assets.vocabulary import VOCABULARY
from collectors.profiles.strict import ProfileError
from collectors.receivers.hl7 import codes
from collectors.receivers.hl7.codes import read_codes
from collectors.receivers.hl7.work import evidence, foremost


def find(number: str, name: str, system: str = "MDC"):
    meaning = read_codes({}).meanings.find(number, name, system)
    return meaning and (meaning.part or meaning.term.name)


@pytest.mark.parametrize(
    ("number", "name", "expected"),
    [
        ("158014", "MDC_FLOW_FLUID_PUMP_CURRENT", "infusion_rate"),
        ("0", "MDC_FLOW_FLUID_PUMP_CURRENT", "infusion_rate"),
        ("", "MDC_FLOW_FLUID_PUMP_CURRENT", "infusion_rate"),
        ("158014", "", "infusion_rate"),
        ("158014", "their own name for it", "infusion_rate"),
        ("158014", "MDC_FLOW_FLUID_PUMP", None),
        ("1", "MDC_FLOW_FLUID_PUMP_CURRENT", None),
        ("-158014", "", None),
        ("9" * 30, "", None),
        ("0", "", None),
    ],
)
def test_a_code_is_known_by_its_number_or_where_that_is_0_by_its_name(number, name, expected):
    assert find(number, name) == expected


def test_codes_of_another_system_mean_nothing():
    assert find("158014", "", "LN") is None
    assert find("158014", "", "") == "infusion_rate"


def test_names_of_one_site_are_not_those_of_another():
    assert read_codes({"MDCX_A": "MDC_ATTR_ID_MODEL"}).meanings.find("0", "MDCX_A", "MDC") is not None
    assert find("0", "MDCX_A") is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("units: [{code: 1, ucum: m, is: m, what: 1}]", "what: no such key"),
        ("units: [{ucum: m, is: m}]", "code: is missing"),
        ("readings: [{code: 1, reading: speed}]", "reading: must be one of"),
        ("readings: [{code: 1, reading: device_state}]", "states: does not go with device_state"),
        ("readings: [{code: 1, reading: device_state, states: {x: flying}}]", "states.x: must be one of"),
        ("names: [{code: 1, is: serial}, {code: 1, is: mac}]", "code: stands twice"),
        ("places: [{code: 1, is: bed}]", "is: must be one of"),
        ("more: []", "more: no such key"),
    ],
)
def test_a_slip_in_the_table_is_named(monkeypatch, tmp_path, text, words):
    monkeypatch.setattr(codes, "TABLE", tmp_path / "codes.yaml")
    codes.TABLE.write_text(text)
    with pytest.raises(ProfileError) as caught:
        read_codes({"a": "b"})
    assert words in str(caught.value)


def test_every_unit_is_one_of_the_vocabulary_or_of_coordinates():
    units = {unit.unit for unit in read_codes({}).ucum.values()}
    assert units - {"m"} <= {term.unit for term in VOCABULARY.values()}


def test_every_state_of_a_device_has_its_rank():
    meanings = read_codes({}).meanings._by_number.values()
    states = {word for each in meanings if each.term for word in each.states.values()
              if each.term.name == "device_state"}  # fmt: skip
    assert all(foremost([word]) == word and evidence(word, is_certain=True) for word in states)
