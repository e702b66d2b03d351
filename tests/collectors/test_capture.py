"""A device becomes a case: recorded read-only, scrubbed, and refused where it cannot be."""

from __future__ import annotations

import asyncio
import json
import threading
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from pysnmp.proto.api import v2c

from collectors.credentials import register_credential
from collectors.models import Segment
from collectors.profiles import library
from collectors.profiles.library import get_profile
from collectors.profiles.recordings import read_snmprec, register_lines, snmprec_lines
from collectors.requests import SnmpValue
from collectors.scrubbing import scrub_registers, scrub_snmp, scrub_text, stand_in
from tests.collectors.agents import COMMUNITY, snmp_agent

T = "1.3.6.1.4.1.21796.4.9"
SERIAL, PLACE, HOST = "280000000000A001", "Room 3.14, Dr. Miller", "ste2-pharmacy.hospital.lan"
OBJECTS = {
    "1.3.6.1.2.1.1.1.0": v2c.OctetString(f"STE2 at 10.20.0.7, {HOST}"),
    "1.3.6.1.2.1.1.4.0": v2c.OctetString("miller@hospital.example"),
    "1.3.6.1.2.1.1.5.0": v2c.OctetString(HOST),
    "1.3.6.1.2.1.1.6.0": v2c.OctetString(PLACE),
    "1.3.6.1.2.1.2.2.1.6.1": v2c.OctetString(hexValue="001122334455"),
    f"{T}.1.1.4.1": v2c.Integer(0),
    f"{T}.3.1.2.1": v2c.OctetString("Fridge of Dr. Miller"),
    f"{T}.3.1.3.1": v2c.Integer(1),
    f"{T}.3.1.5.1": v2c.Integer(45),
    f"{T}.3.1.6.1": v2c.OctetString(SERIAL),
    f"{T}.3.1.7.1": v2c.Integer(1),
}
SECRETS = [SERIAL, PLACE, HOST, "Miller", "10.20.0.7", "hospital", "pharmacy", "001122334455"]


@pytest.fixture
def agent():
    """A pysnmp agent with these objects, on a loop of its own; its port."""
    started, port, ended = threading.Event(), [], asyncio.Event()
    loop = asyncio.new_event_loop()
    objects = {tuple(map(int, oid.split("."))): value for oid, value in OBJECTS.items()}

    async def serve():
        async with snmp_agent(objects) as number:
            port.append(number)
            started.set()
            await ended.wait()

    def run():
        asyncio.set_event_loop(loop)
        loop.run_until_complete(serve())

    thread = threading.Thread(target=run)
    thread.start()
    assert started.wait(20)
    yield port[0]
    loop.call_soon_threadsafe(ended.set)
    thread.join(20)
    loop.close()


@pytest.fixture
def segment(site, agent):
    register_credential(name="monitors", kind="snmp_community", secret={"community": COMMUNITY.decode()})
    return Segment.objects.create(name="Pharmacy", site=site, networks=["127.0.0.0/8"], ports=[agent])


def capture(agent, **options):
    said = StringIO()
    call_command(
        "capture", "127.0.0.1", segment="Pharmacy", credential="monitors", port=agent, stdout=said, stderr=said,
        **options,
    )  # fmt: skip
    return said.getvalue()


@pytest.mark.django_db
def test_a_device_becomes_a_case_of_its_profile_without_what_names_it(segment, agent, tmp_path):
    said = capture(agent, profile="env-hwg-ste2", into=tmp_path / "case", about="A refrigerator.")

    told = json.loads((tmp_path / "case" / "case.json").read_text())
    assert told == {
        "about": "A refrigerator.",
        "recording": "recording.snmprec",
        "asset": True,
        "capture": True,
    }
    recorded = read_snmprec(tmp_path / "case" / "recording.snmprec")
    assert recorded[f"{T}.3.1.5.1"] == SnmpValue("integer", 45)
    assert recorded[f"{T}.3.1.6.1"] == SnmpValue("octets", stand_in(SERIAL, "text").encode())
    assert "Read them before" in said
    assert not [
        secret for secret in SECRETS if secret in (tmp_path / "case" / "recording.snmprec").read_text()
    ]


@pytest.mark.django_db
def test_a_walk_keeps_numbers_and_no_names(segment, agent, tmp_path):
    capture(agent, walk=["1.3.6.1.2.1.1", "1.3.6.1.2.1.2", T], into=tmp_path / "case")

    text = (tmp_path / "case" / "recording.snmprec").read_text()
    assert not [secret for secret in SECRETS if secret in text]
    recorded = read_snmprec(tmp_path / "case" / "recording.snmprec")
    assert recorded.keys() == OBJECTS.keys()
    assert recorded["1.3.6.1.2.1.1.1.0"].value.startswith(b"STE2 at hidden-")


@pytest.mark.django_db
def test_the_same_device_recorded_twice_has_the_same_stand_ins(segment, agent, tmp_path):
    for name in ("one", "two"):
        capture(agent, profile="env-hwg-ste2", into=tmp_path / name)

    one, two = ((tmp_path / name / "recording.snmprec").read_text() for name in ("one", "two"))
    assert one == two


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"networks": ["10.0.0.0/24"]}, "none of the segment's networks"),
        ({"ports": []}, "not on the list"),
    ],
)
def test_what_the_guard_refuses_is_not_recorded(segment, agent, tmp_path, changed, problem):
    Segment.objects.update(**changed)

    with pytest.raises(CommandError, match=problem):
        capture(agent, profile="env-hwg-ste2", into=tmp_path / "case")
    assert not (tmp_path / "case").exists()


@pytest.mark.django_db
def test_nothing_is_saved_that_could_not_be_scrubbed(segment, agent, tmp_path, monkeypatch):
    values = {oid: SnmpValue("octets", b"\xff\x00\xff") for oid in (f"{T}.3.1.6.1",)}
    monkeypatch.setattr(
        "collectors.capture._objects", lambda _raw: values | {f"{T}.3.1.5.1": SnmpValue("integer", 45)}
    )

    with pytest.raises(CommandError, match="Nothing is saved, because 1 values"):
        capture(agent, profile="env-hwg-ste2", into=tmp_path / "case")
    assert not (tmp_path / "case").exists()

    said = capture(agent, profile="env-hwg-ste2", into=tmp_path / "case", leave_out=True)
    assert f"Not scrubbed: {T}.3.1.6.1: octets" in said
    assert list(read_snmprec(tmp_path / "case" / "recording.snmprec")) == [f"{T}.3.1.5.1"]


@pytest.mark.django_db
def test_a_case_is_never_overwritten(segment, agent, tmp_path):
    capture(agent, profile="env-hwg-ste2", into=tmp_path / "case")

    with pytest.raises(CommandError, match="is there already"):
        capture(agent, profile="env-hwg-ste2", into=tmp_path / "case")


# --- Scrubbing ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("Agent 10.1.2.3 port 161", "10.1.2.3"),
        ("eth0 00:11:22:33:44:55 up", "00:11:22:33:44:55"),
        ("eth0 00-11-22-aa-bb-cc up", "00-11-22-aa-bb-cc"),
        ("at fe80::1:2:3:4 now", "fe80::1:2:3:4"),
        ("ask jane.doe@hospital.example first", "jane.doe@hospital.example"),
        ("host ct-3.radiology.hospital.lan here", "ct-3.radiology.hospital.lan"),
        ("UPS S/N AS1234567890 v2", "AS1234567890"),
    ],
)
def test_addresses_hosts_and_serial_numbers_inside_a_harmless_text_are_replaced(text, hidden):
    assert hidden not in scrub_text(text)
    assert scrub_text(text) == scrub_text(text)


def test_a_harmless_text_stays_as_it_is():
    assert scrub_text("Smart-UPS 3000 XLM, firmware 691.16.D") == "Smart-UPS 3000 XLM, firmware 691.16.D"


@pytest.mark.parametrize(
    ("oid", "value", "reason"),
    [
        ("1.3.6.1.2.1.4.20.1.2.10.20.0.7", SnmpValue("integer", 1), "its identifier holds an address"),
        ("1.3.6.1.2.1.9.9.9.0", SnmpValue("octets", b"\xff\xfe"), "is no text"),
        ("1.3.6.1.2.1.9.9.9.0", SnmpValue("opaque", b"abc"), "is no text"),
    ],
)
def test_what_cannot_be_scrubbed_is_refused_by_its_place_and_never_shown(oid, value, reason):
    scrubbed = scrub_snmp({oid: value}, None)

    assert scrubbed.values == {}
    assert reason in scrubbed.refused[0]
    assert "10.20.0.7" not in scrubbed.refused[0]


def test_addresses_become_stand_ins_of_their_own_kind():
    kept = scrub_snmp(
        {
            "1.3.6.1.9.1.0": SnmpValue("ipaddress", "10.20.0.7"),
            "1.3.6.1.9.2.0": SnmpValue("octets", b"\x00\x11\x22\xaa\xbb\xff"),
        },
        None,
    ).values

    assert kept["1.3.6.1.9.1.0"].value.startswith("192.0.2.")
    assert kept["1.3.6.1.9.2.0"].value[:3] == b"\x02\x00\x00"


def test_registers_that_nobody_reads_are_not_kept_and_serial_numbers_are_replaced():
    fridge = get_profile("medical-fridge")
    registers = dict.fromkeys([(4, n) for n in range(8)] + [(3, 100 + n) for n in range(9)], 0x4142)

    kept = scrub_registers(registers, fridge)

    assert kept[4, 0] == 0x4142
    assert kept[3, 108] == 0
    assert [kept[3, 100 + n] for n in range(8)] != [0x4142] * 8


def test_recordings_are_read_as_they_were_written(tmp_path):
    values = {
        "1.3.6.1.1.0": SnmpValue("integer", -5),
        "1.3.6.1.2.0": SnmpValue("octets", b"plain text"),
        "1.3.6.1.3.0": SnmpValue("octets", b"\x00\xff| "),
        "1.3.6.1.4.0": SnmpValue("oid", "1.3.6.1"),
        "1.3.6.1.10.0": SnmpValue("null", None),
        "1.3.6.1.11.0": SnmpValue("counter64", 2**63),
    }
    (tmp_path / "r").write_text("\n".join(snmprec_lines(values)))

    assert read_snmprec(tmp_path / "r") == values
    assert register_lines({(3, 5): 1, (3, 6): 2, (4, 7): 3, (3, 9): 4}) == ["3|5|1 2", "3|9|4", "4|7|3"]


# --- The expectation ----------------------------------------------------------------------------------------


@pytest.fixture
def own_case(tmp_path, settings):
    """A profile of the site with a case that has no expectation yet."""
    settings.PROFILE_DIRS = [str(tmp_path)]
    text = (library.SHIPPED / "ups-rfc1628.yaml").read_text().replace("name: ups-rfc1628", "name: own-ups")
    (tmp_path / "own-ups.yaml").write_text(text)
    folder = tmp_path / "cases" / "own-ups" / "on-battery"
    folder.mkdir(parents=True)
    (folder / "case.json").write_text('{"about": "On battery.", "recording": "r.snmprec", "asset": true}')
    (folder / "r.snmprec").write_text("1.3.6.1.2.1.33.1.4.1.0|2|5\n")
    library.forget()
    yield folder
    library.forget()


def test_the_expectation_is_written_for_review(own_case):
    said = StringIO()
    call_command("expect", "own-ups/on-battery", stdout=said)

    (observation,) = json.loads((own_case / "expected.json").read_text())
    assert (observation["activity"], observation["readings"]["power_source"]) == ("in_use", "battery")
    assert "written; now read it" in said.getvalue()
    call_command("expect", "own-ups/on-battery", stdout=said)
    assert "as it was; now read it" in said.getvalue()


@pytest.mark.parametrize("case", ["own-ups/none", "toaster/x", "own-ups", "own-ups/../../x"])
def test_what_is_no_case_is_refused(own_case, case):
    with pytest.raises(CommandError):
        call_command("expect", case, stdout=StringIO())
