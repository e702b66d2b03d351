"""Finding profiles: those shipped, those of the site, and what happens when one is broken."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.checks import run_checks
from django.core.management import CommandError, call_command

from collectors.profiles import library
from collectors.profiles.library import UnknownProfileError, all_profiles, broken_profiles, get_profile
from collectors.profiles.match import matching_profiles, profiles_of_identity
from collectors.profiles.strict import ProfileError

OWN = """
name: own-meter
title: A meter of this site
protocol: modbus
interval_s: 30
document: the maker's
grade: capture
evidence: one unit
readings:
  - {name: power, function: 4, address: 0, type: float32}
"""


@pytest.fixture
def site_folder(tmp_path, settings):
    """A site's own folder of profiles, read anew for the test and forgotten after it."""
    settings.PROFILE_DIRS = [str(tmp_path)]
    library.forget()
    yield tmp_path
    library.forget()


def checked() -> list[str]:
    return [message.msg for message in run_checks() if message.id == "collectors.E001"]


def test_the_profiles_promised_are_shipped():
    assert {profile.name for profile in all_profiles()} >= {
        "host-resources", "interfaces", "ups-rfc1628", "infusion-pump-gateway", "imaging-modality",
        "rtls-gateway", "medical-fridge", "modality-power-meter", "generic-system", "ups-apc", "ups-eaton-xups",
        "pdu-apc-rpdu2", "pdu-eaton-epdu", "pdu-servertech-sentry4", "env-comet-web-sensor", "io-papouch-quido",
        "env-akcp-sensorprobe", "env-akcp-sensorprobe-plus", "env-apc-uio-iem", "env-apc-ems", "ats-apc", "printer",
        "printer-zebra", "nursecall-ascom-ipdect", "chiller-rittal-pcoweb", "hvac-stulz-wib8000",
        "generator-himoinsa", "meter-janitza-umg96-snmp",
    }  # fmt: skip


def test_a_profile_is_read_once():
    assert get_profile("rtls-gateway") is get_profile("rtls-gateway")


def test_an_unknown_profile_is_named():
    with pytest.raises(UnknownProfileError, match="no device profile named 'toaster'"):
        get_profile("toaster")


@pytest.mark.parametrize("name", ["../model", "data/rtls-gateway", "", "rtls-gateway.yaml"])
def test_a_name_is_never_a_path(name):
    with pytest.raises(UnknownProfileError):
        get_profile(name)


def test_a_site_adds_profiles_of_its_own(site_folder):
    (site_folder / "own-meter.yaml").write_text(OWN)

    assert get_profile("own-meter").interval_s == 30
    assert get_profile("own-meter") in all_profiles()
    assert checked() == []


def test_a_site_cannot_replace_a_shipped_profile_unnoticed(site_folder):
    (site_folder / "rtls-gateway.yaml").write_text(OWN)

    (clash,) = broken_profiles()
    assert (clash.file, clash.key) == (str(site_folder / "rtls-gateway.yaml"), "name")
    assert get_profile("rtls-gateway").protocol == "snmp"
    with pytest.raises(ProfileError):
        all_profiles()


def test_a_folder_that_is_not_there_is_said_at_start(settings, tmp_path):
    settings.PROFILE_DIRS = [str(tmp_path / "gone")]
    library.forget()
    try:
        assert checked() == [f"Device profile {tmp_path / 'gone'}: PROFILE_DIRS: is no folder"]
    finally:
        library.forget()


def test_a_broken_profile_leaves_the_others_usable(site_folder):
    (site_folder / "own-meter.yaml").write_text(OWN.replace("float32", "float"))

    assert get_profile("ups-rfc1628").name == "ups-rfc1628"
    with pytest.raises(ProfileError, match=r"own-meter\.yaml: readings\[0\]\.type: must be one of"):
        get_profile("own-meter")


def test_the_start_names_file_and_key_of_each_broken_profile(site_folder):
    (site_folder / "a.yaml").write_text(OWN.replace("own-meter", "a").replace("power", "might"))
    (site_folder / "b.yaml").write_text(OWN.replace("own-meter", "b").replace("function: 4", "function: 6"))

    assert checked() == [
        "Device profile a.yaml: readings[0].name: 'might' is not in the vocabulary",
        "Device profile b.yaml: readings[0].function: must be one of 1, 2, 3, 4, which only read; 6 does not",
    ]


# --- The command --------------------------------------------------------------------------------------------


def run(*arguments) -> str:
    out = StringIO()
    call_command("check_profiles", *arguments, stdout=out)
    return out.getvalue()


def test_the_command_says_what_each_profile_reads():
    assert "medical-fridge: 15 readings, 4 requests\n" in run()
    assert "rtls-gateway: 0 readings, 1 table of devices, 1 request\n" in run()


def test_the_command_checks_a_file_that_is_not_installed(tmp_path):
    path = tmp_path / "own-meter.yaml"
    path.write_text(OWN)

    assert run(path) == "own-meter: 1 reading, 1 request\n"


def test_the_command_fails_on_a_broken_file(tmp_path):
    path = tmp_path / "own-meter.yaml"
    path.write_text(OWN + "colour: red\n")

    with pytest.raises(CommandError, match=r"^own-meter\.yaml: colour: no such key$"):
        run(path)


def test_the_command_names_every_broken_profile_installed(site_folder):
    (site_folder / "own-meter.yaml").write_text("name: own-meter\n")

    with pytest.raises(CommandError, match=r"^own-meter\.yaml: protocol: is missing$"):
        run()


def test_the_command_names_profiles_that_know_a_device():
    assert run("--match", "1.3.6.1.4.1.318.1.3.4.8") == (
        "pdu-apc-rpdu2: 12 readings, 1 table of devices, 6 requests\nups-apc: 22 readings, 2 requests\n"
    )


# --- Recognising a device -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("oid", "names"),
    [
        ("1.3.6.1.4.1.21239.42.1.31", ["env-geist-watchdog"]),
        ("1.3.6.1.4.1.476.1.42", ["cooling-liebert"]),
        ("1.3.6.1.4.1.8072.3.2.10", ["host-resources"]),
        ("1.3.6.1.4.1.4761.1.42", []),
        ("1.3.6.1.4.1.318.1.3.4.8", ["pdu-apc-rpdu2", "ups-apc"]),
        ("1.3.6.1.4.1.318.1.3.40", ["ups-apc"]),
        ("1.3.6.1.4.1.318.1.3.11", ["ats-apc", "ups-apc"]),
        ("1.3.6.1.4.1.318.1.3.8.4", ["env-apc-ems", "ups-apc"]),
        ("1.3.6.1.4.1.705.1", ["ups-eaton-xups"]),
        ("1.3.6.1.4.1.534.6.6.7", ["pdu-eaton-epdu"]),
        ("1.3.6.1.4.1.1718.4", ["pdu-servertech-sentry4"]),
        ("1.3.6.1.4.1.22626.1.2", ["env-comet-web-sensor"]),
        ("1.3.6.1.4.1.3854.1.2.2.1.1", ["env-akcp-sensorprobe"]),
        ("1.3.6.1.4.1.3854.3.2", ["env-akcp-sensorprobe-plus"]),
        ("1.3.6.1.4.1.11.2.3.9.1", ["printer"]),
        ("1.3.6.1.4.1.10642.1.1", ["printer-zebra"]),
        ("1.3.6.1.4.1.683.6", ["printer-zebra"]),
        ("1.3.6.1.4.1.27614", ["nursecall-ascom-ipdect"]),
        ("1.3.6.1.4.1.9839.2606.1", ["chiller-rittal-pcoweb"]),
        ("1.3.6.1.4.1.29462.10", ["hvac-stulz-wib8000"]),
        ("1.3.6.1.4.1.34278.8.2", ["meter-janitza-umg96-snmp"]),
        ("0.0", []),
    ],
)
def test_a_device_is_known_by_the_start_of_its_object_identifier(oid, names):
    assert [profile.name for profile in matching_profiles(all_profiles(), sys_object_id=oid)] == names


@pytest.mark.parametrize(
    ("vendor", "product", "names"),
    [
        ("Schneider Electric", "iEM3155", ["meter-schneider-iem3000"]),
        ("Schneider Electric", "METSEPM5560", ["meter-schneider-pm5000"]),
        ("Schneider Electric", "TM221", []),
        ("Siemens AG", "SENTRON PAC2200", ["meter-siemens-pac"]),
        ("Siemens AG", "6ES7 214", []),
    ],
)
def test_a_modbus_device_is_known_by_what_it_says_that_it_is(vendor, product, names):
    known = profiles_of_identity(all_profiles(), {"vendor": vendor, "product": product})

    assert [profile.name for profile in known] == names


@pytest.mark.parametrize(
    ("oid", "description", "name"),
    [
        ("0.9.43.6.1.4.1", "Quido ETH 8/8", "io-papouch-quido"),
        ("0.0", "C2LAN SNMP agent 1.3", "generator-himoinsa"),
        ("0.0", "  IPBS3[11.8.7]", "nursecall-ascom-ipdect"),
    ],
)
def test_a_device_without_a_sound_object_identifier_is_known_by_its_description(oid, description, name):
    found = matching_profiles(all_profiles(), sys_object_id=oid, sys_descr=description)

    assert [profile.name for profile in found] == [name]
