"""The ten steps of docs/profiles.md, done as they stand there."""

from __future__ import annotations

import json
import re
import textwrap
from io import StringIO

import pytest
from django.conf import settings as product
from django.core.management import call_command

from collectors.models import Endpoint, Segment
from collectors.profiles import library
from collectors.profiles.library import get_profile

pytestmark = pytest.mark.django_db


@pytest.fixture
def steps():
    """Number → what the step says."""
    page = (product.BASE_DIR / "docs" / "profiles.md").read_text(encoding="utf-8")
    part = page.partition("## Write a profile in ten steps")[2].partition("\n## ")[0]
    found = re.split(r"^([0-9]+)\. ", part, flags=re.MULTILINE)[1:]
    return dict(zip(map(int, found[::2]), found[1::2], strict=True))


@pytest.fixture
def folder(tmp_path, settings):
    settings.PROFILE_DIRS = [str(tmp_path)]
    library.forget()
    yield tmp_path
    library.forget()


def blocks(step: str, language: str) -> str:
    found = re.findall(rf"```{language}\n(.*?)```", step, re.DOTALL)
    return "".join(textwrap.dedent(block) for block in found)


def run(*arguments, **options) -> str:
    said = StringIO()
    call_command(*arguments, stdout=said, **options)
    return said.getvalue()


def test_a_profile_is_written_in_ten_steps(steps, folder, sign_in, biomed, site, make_pump):
    assert sorted(steps) == list(range(1, 11))
    file = folder / "our-ups.yaml"  # 2
    assert "our-ups.yaml" in steps[2]

    file.write_text("".join(blocks(steps[number], "yaml") for number in (3, 4, 5, 6)))
    assert run("check_profiles", str(file)) == "our-ups: 3 readings, 1 request\n"  # 7
    library.forget()
    proposed = re.search(r"--match ([0-9.]+)`", steps[7])[1]
    assert "our-ups: " in run("check_profiles", match=proposed)

    case = folder / re.search(r"cases/our-ups/[a-z-]+", steps[8])[0]  # 8
    case.mkdir(parents=True)
    (case / "recording.snmprec").write_text(blocks(steps[8], "text"))
    (case / "case.json").write_text(blocks(steps[8], "json"))

    run(*re.search(r"manage.py (expect \S+)`", steps[9])[1].split())  # 9
    (observation,) = json.loads((case / "expected.json").read_text())
    assert observation["readings"] == {
        "battery_charge": 87.0,
        "output_power": 420.0,
        "power_source": "battery",
    }
    assert observation["activity"] == "in_use"

    library.forget()
    page = sign_in(biomed).get("/collectors/profiles/our-ups/").content.decode()  # 10
    assert "Silver" in page
    assert "evidence by a standard, by the maker or by what a device was seen to answer" in page
    assert "The mains are gone." in page

    segment = Segment.objects.create(name="East wing", site=site, networks=["10.0.0.0/24"])
    Endpoint.objects.create(
        name="UPS", segment=segment, protocol=Endpoint.Protocol.SNMP_V2C, host="10.0.0.7", port=161,
        profile=get_profile("our-ups").name, asset=make_pump("P-104"), exception_reason="Its card knows no v3.",
    )  # fmt: skip
    assert "1 endpoint" in sign_in(biomed).get("/collectors/profiles/our-ups/").content.decode()
