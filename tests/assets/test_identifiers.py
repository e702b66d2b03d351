"""Further names of equipment: one spelling each, and one name for one asset."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from assets.identifiers import canonical
from assets.models import Identifier
from assets.observation import Evidence, Subject, SubjectKind
from assets.record import record_observations


@pytest.mark.parametrize(
    ("kind", "written", "kept"),
    [
        ("mac", "00-1B-C5-00-4F-A2", "00:1b:c5:00:4f:a2"),
        ("mac", "001b.c500.4fa2", "00:1b:c5:00:4f:a2"),
        ("mac", " 001bc5004fa2 ", "00:1b:c5:00:4f:a2"),
        ("eui64", "00-12-21-18-39-00-00-42", "0012211839000042"),
        ("eui64", "0x00ab12cd34ef5678", "00AB12CD34EF5678"),
        ("hostname", "MRI-Console-1.Imaging.example.", "mri-console-1.imaging.example"),
    ],
)
def test_each_name_has_one_spelling(kind, written, kept):
    assert canonical(kind, written) == kept


@pytest.mark.parametrize(
    ("kind", "written"),
    [
        ("mac", ""),
        ("mac", "00:1b:c5:00:4f"),
        ("mac", "00:1b:c5:00:4f:zz"),
        ("mac", "00:00:00:00:00:00"),
        ("mac", "ff:ff:ff:ff:ff:ff"),
        ("mac", "01:00:5e:00:00:01"),
        ("eui64", "0012"),
        ("eui64", "001221183900004g"),
        ("hostname", ""),
        ("hostname", "two words"),
        ("hostname", "x" * 65),
    ],
)
def test_what_is_none_of_its_kind_is_refused(kind, written):
    with pytest.raises(ValueError, match=r"\w"):
        canonical(kind, written)


def test_a_form_says_what_is_wrong_and_keeps_the_one_spelling(make_pump):
    pump = make_pump("P-1")
    wrong = Identifier(asset=pump, kind="mac", value="12")
    with pytest.raises(ValidationError) as caught:
        wrong.full_clean()
    assert "twelve hexadecimal digits" in caught.value.message_dict["value"][0]
    right = Identifier(asset=pump, kind="mac", value="00-1B-C5-00-4F-A2")
    right.full_clean()
    assert right.value == "00:1b:c5:00:4f:a2"


def test_a_name_means_one_asset(make_pump):
    Identifier.objects.create(asset=make_pump("P-1"), kind="mac", value="00:1b:c5:00:4f:a2")
    with pytest.raises(ValidationError, match="Another piece of equipment has this name already"):
        Identifier(asset=make_pump("P-2"), kind="mac", value="00-1b-c5-00-4f-a2").full_clean()


NAMES = {
    SubjectKind.MAC: "00:1b:c5:00:4f:a2",
    SubjectKind.EUI64: "0012211839000042",
    SubjectKind.HOSTNAME: "pump-7.ward.example",
}


@pytest.mark.databases
@pytest.mark.parametrize("kind", NAMES)
def test_an_observation_finds_its_asset_by_it(make_pump, observe, kind):
    pump = make_pump("P-1")
    Identifier.objects.create(asset=pump, kind=kind, value=NAMES[kind])
    said = observe(subject=Subject(kind, NAMES[kind]), activity=Evidence.IN_USE)
    assert record_observations([said]).recorded == 1
    pump.refresh_from_db()
    assert pump.now.activity == "in_use"


@pytest.mark.databases
def test_what_has_the_name_of_retired_equipment_is_nobodys(make_pump, observe, noon):
    pump = make_pump("P-1", retired_at=noon)
    Identifier.objects.create(asset=pump, kind="mac", value=NAMES[SubjectKind.MAC])
    said = observe(subject=Subject(SubjectKind.MAC, NAMES[SubjectKind.MAC]))
    assert record_observations([said]).nobodys == 1
