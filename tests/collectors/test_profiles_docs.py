"""The documentation says what the data say."""

from __future__ import annotations

import re

import pytest
from django.conf import settings

from assets.models import ReadingNow
from assets.vocabulary import TEXT_LIMIT, VOCABULARY, term
from collectors.planner import table_columns
from collectors.profiles.docs import vocabulary_page
from collectors.profiles.library import all_profiles
from collectors.profiles.load import load_profile
from collectors.profiles.model import PICKS, QUIRKS, REGISTER_TYPES, SNMP_TYPES, Registers, Scalar
from collectors.profiles.scaling import KEYS
from collectors.profiles.units import UNITS
from tests.every import for_every

DOCS = settings.BASE_DIR / "docs"


def page(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


def test_the_vocabulary_page_is_written_from_the_vocabulary():
    assert page("vocabulary.md") == vocabulary_page(all_profiles()), (
        "run manage.py check_profiles --write-docs"
    )


def test_the_example_of_the_format_is_a_sound_profile(tmp_path):
    example, *_ = re.findall(r"```yaml\n(.*?)```", page("profiles.md"), re.DOTALL)
    path = tmp_path / "example-ups.yaml"
    path.write_text(example)

    assert [reading.name for reading in load_profile(path).readings] == ["battery_charge", "power_source"]


@for_every(
    [
        *PICKS,
        *QUIRKS,
        *REGISTER_TYPES,
        *SNMP_TYPES,
        *KEYS,
        *(word for words in UNITS.values() for word in words),
    ],
)
def test_every_word_of_the_format_is_explained(word):
    assert f"`{word}`" in page("profiles.md")


@pytest.mark.parametrize("profile", [p for p in all_profiles() if p.reference], ids=lambda p: p.name)
def test_every_place_that_a_reference_profile_reads_is_documented(profile):
    text = page("reference-gateways.md")
    assert f"(profile `{profile.name}`)" in text
    for reading in profile.readings:
        if isinstance(reading.source, Registers):
            assert f"| {reading.source.function} | {reading.source.address} |" in text
        elif isinstance(reading.source, Scalar):
            assert f"{reading.source.oid} |" in text
    for table in profile.tables:
        assert table.entry in text
        for column in table_columns(table):
            assert f"| {column.rpartition('.')[2]} |" in text


def test_a_profile_without_a_public_map_says_so():
    references = {profile.name for profile in all_profiles() if profile.reference}

    assert references == {"infusion-pump-gateway", "imaging-modality", "rtls-gateway", "medical-fridge"}


# --- The vocabulary itself ----------------------------------------------------------------------------------


def test_a_word_that_the_vocabulary_lacks_is_an_error():
    assert term("temperature").unit == "°C"
    with pytest.raises(KeyError):
        term("temprature")


@for_every(VOCABULARY)
def test_every_term_is_complete(word):
    assert re.fullmatch(r"[a-z][a-z0-9_]*", word.name)
    assert word.label[0].isupper()
    assert word.heartbeat_s > 0
    if word.kind == "number":
        assert word.low < word.high
        assert word.deadband >= 0
        assert word.states == ()
    elif word.kind == "state":
        assert len(word.states) >= 2
        assert len(set(word.states)) == len(word.states)
    else:
        assert word.unit == ""


def test_every_word_and_text_fits_where_it_is_kept():
    assert max(map(len, VOCABULARY)) <= ReadingNow._meta.get_field("name").max_length
    assert ReadingNow._meta.get_field("text").max_length >= TEXT_LIMIT
