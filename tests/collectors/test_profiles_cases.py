"""Each case: what a device answered, and the observations that come of it."""

from __future__ import annotations

import json

import pytest

from assets.observation import Subject, SubjectKind
from collectors.decode import decode_poll
from collectors.profiles.library import all_profiles, get_profile
from tests.collectors.recordings import AT, CASES, SHARED, plain, replay


def _cases():
    for path in sorted(CASES.glob("*/*/case.json")):
        case = json.loads(path.read_text(encoding="utf-8"))
        marks = [pytest.mark.recordings] if case["recording"].startswith("shared/") else []
        yield pytest.param(path.parent, case, id=f"{path.parts[-3]}-{path.parts[-2]}", marks=marks)


@pytest.mark.parametrize(("folder", "case"), list(_cases()))
def test_a_recorded_answer_becomes_these_observations(folder, case):
    name = case["recording"]
    path = SHARED / name.removeprefix("shared/") if name.startswith("shared/") else folder / name
    if not path.exists():
        pytest.skip(f"the recording {path.name} is not here (../shared/data/snmp)")
    profile = get_profile(folder.parent.name)
    subject = Subject(SubjectKind.ASSET, "7") if case["asset"] else None

    observations = decode_poll(
        profile, replay(profile, path), source="endpoint:3", subject=subject, received_at=AT
    )

    expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    assert [plain(observation) for observation in observations] == expected


def test_every_shipped_profile_has_a_case():
    assert {profile.name for profile in all_profiles()} == {path.name for path in CASES.iterdir()}


def test_every_case_says_what_it_is_about():
    for path in CASES.glob("*/*/case.json"):
        assert json.loads(path.read_text(encoding="utf-8"))["about"]
