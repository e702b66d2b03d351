"""Device profiles in the product: the list, and the page of each."""

from __future__ import annotations

import pytest
from django.utils.html import escape

from collectors.models import Endpoint, Segment
from collectors.profile_page import described_profile, described_profiles
from collectors.profiles import library
from collectors.profiles.library import all_profiles

pytestmark = pytest.mark.django_db


@pytest.fixture
def fridge(site, make_pump):
    segment = Segment.objects.create(name="Ward devices", site=site, networks=["10.0.0.0/24"])
    return Endpoint.objects.create(
        name="Fridge 1", segment=segment, protocol=Endpoint.Protocol.MODBUS_TCP, host="10.0.0.7", port=502,
        profile="medical-fridge", asset=make_pump("P-104"),
    )  # fmt: skip


@pytest.fixture
def broken(tmp_path, settings):
    settings.PROFILE_DIRS = [str(tmp_path)]
    (tmp_path / "own-meter.yaml").write_text("name: own-meter\ntitle: A meter\n")
    library.forget()
    yield
    library.forget()


def get(sign_in, person, path):
    response = sign_in(person).get(path)
    assert response.status_code == 200
    return response.content.decode()


def names(text=""):
    return [each.name for each in described_profiles(text)]


# --- The list -----------------------------------------------------------------------------------------------


def test_every_profile_is_listed_with_its_quality_and_the_endpoints_that_use_it(sign_in, biomed, fridge):
    page = sign_in(biomed).get("/collectors/profiles/")

    used = {profile.name: count for profile, count in page.context["rows"]}
    assert used.keys() == {profile.name for profile in all_profiles()}
    assert (used["medical-fridge"], used["ups-rfc1628"]) == (1, 0)
    text = page.content.decode()
    assert 'href="/collectors/profiles/medical-fridge/"' in text
    assert 'href="/collectors/?profile=medical-fridge"' in text
    assert "Gold" in text


def test_endpoints_that_a_person_may_not_see_are_not_counted(sign_in, biomed, fridge, other_site):
    Segment.objects.update(site=other_site)

    page = sign_in(biomed).get("/collectors/profiles/")

    assert {count for _, count in page.context["rows"]} == {0}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("raritan", ["pdu-raritan-px"]),
        ("MODBUS door", ["incubator-hettcube", "medical-fridge", "isolation-room-tsi-rpc30"]),
        ("hw group", ["env-hwg-poseidon", "env-hwg-ste2"]),
        (
            "helium",
            [
                "helium-compressor-cpa-2xxx",
                "helium-compressor-cpa-3xxx",
                "helium-liquefier-lhep",
                "imaging-modality",
            ],
        ),
        ("helium imaging", ["imaging-modality"]),
        ("giraffe", []),
    ],
)
def test_a_profile_is_found_by_what_describes_it(text, found):
    assert names(text) == found


def test_a_search_that_finds_nothing_says_what_to_do(sign_in, biomed):
    assert "Show all profiles" in get(sign_in, biomed, "/collectors/profiles/?q=giraffe")


def test_the_list_asks_the_database_once_however_many_profiles_there_are(
    sign_in, biomed, fridge, django_assert_max_num_queries
):
    client = sign_in(biomed)
    client.get("/collectors/profiles/")
    with django_assert_max_num_queries(7):  # the person, their roles and sites; the endpoints
        client.get("/collectors/profiles/")


def test_a_broken_profile_is_listed_as_such_and_spoils_no_other(sign_in, biomed, broken):
    assert "cannot be used" in get(sign_in, biomed, "/collectors/profiles/")
    assert "own-meter.yaml: protocol: is missing" in get(sign_in, biomed, "/collectors/profiles/own-meter/")


# --- One profile --------------------------------------------------------------------------------------------


def test_every_profile_has_a_page(sign_in, biomed):
    client = sign_in(biomed)
    for profile in all_profiles():
        text = client.get(f"/collectors/profiles/{profile.name}/").content.decode()
        described = described_profile(profile.name)
        assert escape(described.document) in text
        assert all(line.source in text for line in described.readings), profile.name


def test_a_page_says_in_words_what_is_read_and_what_it_means(sign_in, biomed, fridge):
    text = get(sign_in, biomed, "/collectors/profiles/medical-fridge/")

    for words in (
        "input register", "int16; × 0.1; none if -32768", "bit; bit 2; 0 = clear, 1 = alarm",
        "Sensor alarm is clear", "Idle, that is ready", "Too warm", "critical",
        "A refrigerator that cools without a fault counts as idle", "every 300 s", "nothing: it is chosen by hand",
        "reference gateway of this product", "rules by which the device is recognised",
        "Sensor torn off", "1 endpoint",
    ):  # fmt: skip
        assert words in text, words


def test_a_page_says_how_a_device_names_its_units(sign_in, biomed):
    text = get(sign_in, biomed, "/collectors/profiles/env-hwg-ste2/")

    assert "unit 0 = other, 1 = celsius, 2 = fahrenheit, 3 = kelvin, 4 = other" in text
    assert "only while 1.3.6.1.4.1.21796.4.9.3.1.3 is 1 or 2 or 3 or 4 or 5" in text
    assert "sysObjectID begins with 1.3.6.1.4.1.21796.4.9" in text
    assert "Each sensor is a device of its own" in text


def facts(name, title):
    (table,) = [each for each in described_profile(name).tables if each.title.startswith(title)]
    return dict(table.facts)


def test_a_table_that_brings_only_places_says_whose_they_are_how_exact_and_what_is_left_out(sign_in, biomed):
    tags = facts("wlan-cisco-airespace", "Wi-Fi tags")

    assert tags == {
        "Table": "1.3.6.1.4.1.14179.2.1.19.1, of which at most 20,000 rows are read",
        "A row is": "the equipment with the MAC address in numbers 1 to 6 of its index",
        "As of": "the poll, less the age in column 5; a row that is older than 60 s says nothing",
        "Heard by": "the access point; the name stands in column 4",
        "Signal": "in column 6",
        "How exact": "to the reach of the access point, as the list of receivers says; one that is not on the list "
        "places nothing",
        "Left out": "addresses of groups, and those that devices make up for themselves, as people's telephones do",
    }
    page = get(sign_in, biomed, "/collectors/profiles/wlan-cisco-airespace/")
    assert all(escape(words) in page for words in tags.values())


def test_what_tells_of_people_in_a_table_is_named_as_never_asked_for():
    clients = facts("wlan-aruba-controller", "Clients")

    assert clients["Left out"].startswith(
        "what tells of people, and is never asked for: nUserName and nUserDeviceID; "
    )
    assert clients["Signal"] == "not told"


def test_a_table_says_how_a_row_leads_to_the_port_and_which_ports_place_nothing():
    learned = facts("wired-location-switch", "Addresses learned on a port, in any VLAN")

    assert learned["Taken"] == "rows in which column 3 is 3"
    assert learned["Heard by"] == (
        "the port of the switch; the name stands in column 2, which leads to 1.3.6.1.2.1.17.1.4.1.2, then "
        "1.3.6.1.2.1.31.1.1.1.1, together with the device's own name (1.3.6.1.2.1.1.5.0)"
    )
    assert learned["Left out"].endswith("every row of a port of the switch that hears more than 6 addresses")


def test_a_table_says_where_a_name_is_found_by_value_and_where_it_is_an_address():
    assert facts("wlan-aruba-instant", "Clients")["Heard by"] == (
        "the access point; the name stands in column 4, which leads to the row that has it in "
        "1.3.6.1.4.1.14823.2.3.3.1.2.1.1.3, then 1.3.6.1.4.1.14823.2.3.3.1.2.1.1.2"
    )
    assert facts("wlan-ruckus-zd", "Clients")["Heard by"] == (
        "the access point; the MAC address of it stands in column 2"
    )


def test_a_table_of_positions_says_its_columns_and_its_error():
    tags = facts("rtls-gateway", "Tags")

    assert tags["A row is"] == "the equipment with the number of the tag in column 1"
    assert (
        tags["Where it is"]
        == "x in column 3, y in column 4, floor in column 2; exact to what column 5 says, or 5 m"
    )


def test_a_table_of_probes_says_when_one_counts_as_absent():
    assert facts("env-apc-ems", "Probes")["There"] == "while column 10 is 2; otherwise it counts as absent"


def test_a_case_shows_what_is_expected_of_it():
    (lost, three) = described_profile("env-hwg-ste2").cases

    assert three.name == "Three sensors"
    assert ("Temperature", "37.5 °C") in three.expected[2].readings
    assert ("Relative humidity", "missing") in three.expected[2].readings
    assert lost.expected[1].detail.startswith("temperature: 5 is no unit")


def test_an_unknown_profile_is_not_there(sign_in, biomed):
    assert sign_in(biomed).get("/collectors/profiles/toaster/").status_code == 404


def test_the_list_and_the_page_are_reached_from_collectors_and_from_an_endpoint(sign_in, biomed, fridge):
    assert 'href="/collectors/profiles/"' in get(sign_in, biomed, "/collectors/")
    assert 'href="/collectors/profiles/medical-fridge/"' in get(sign_in, biomed, f"/collectors/{fridge.pk}/")


def test_a_nurse_does_not_see_profiles(sign_in, nurse):
    assert sign_in(nurse).get("/collectors/profiles/").status_code == 403
    assert sign_in(nurse).get("/collectors/profiles/medical-fridge/").status_code == 403
