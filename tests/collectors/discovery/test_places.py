"""Which places a search may ask."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from collectors.discovery.places import MOST_PLACES, Place, SearchRefused, places_in
from collectors.guard import Policy


def policy(*networks, ports=()):
    return Policy.of(SimpleNamespace(networks=networks, ports=ports, serial_lines=()))


WARD = policy("10.20.0.0/16")


def test_every_address_that_may_be_polled_on_each_port():
    assert places_in("10.20.0.0/30", [161, 502], WARD) == [
        Place(f"10.20.0.{last}", port) for last in (1, 2, 3) for port in (161, 502)
    ]


def test_the_edges_of_the_segments_network_are_nobodys():
    found = places_in("10.20.0.0/29", [161], policy("10.20.0.0/29"))
    assert [place.host for place in found] == [f"10.20.0.{last}" for last in range(1, 7)]


@pytest.mark.parametrize(
    ("network", "ports", "words"),
    [
        ("10.21.0.0/24", [161], "lies in none of the segment's networks"),
        ("10.0.0.0/8", [161], "lies in none of the segment's networks"),
        ("10.20.0.0/19", [161], "8192 addresses"),
        ("10.20.0.0/21", [161, 502, 102], "search parts of it, of 4096 places"),
        ("10.20.0.1", [161], "is not a network"),
        ("0.0.0.0/0", [161], "every address there is"),
        ("nonsense/24", [161], "is not a network"),
        ("10.20.0.0/24", [22], "No address of 10.20.0.0/24 may be polled on port 22"),
        ("10.20.0.0/24", [5432, 9], "ports 5432, 9"),
    ],
)
def test_what_is_not_searched_is_said_in_words(network, ports, words):
    with pytest.raises(SearchRefused, match=words):
        places_in(network, ports, WARD)


@pytest.mark.parametrize("network", ["127.0.0.0/24", "169.254.169.254/32", "224.0.0.0/24", "0.0.0.0/8"])
def test_special_addresses_are_left_alone_also_where_a_wide_network_holds_them(network):
    with pytest.raises(SearchRefused):
        places_in(network, [161], policy("10.20.0.0/16", "64.0.0.0/2", "128.0.0.0/1", "0.0.0.0/2"))


def test_no_search_is_larger_than_promised():
    found = places_in("10.20.0.0/20", [161], WARD)
    assert len(found) <= MOST_PLACES


def test_a_port_says_what_may_be_spoken_there():
    assert (Place("h", 161).may_speak_snmp, Place("h", 161).may_speak_modbus) == (True, False)
    assert (Place("h", 502).may_speak_snmp, Place("h", 502).may_speak_modbus) == (False, True)
    assert (Place("h", 1161).may_speak_snmp, Place("h", 1161).may_speak_modbus) == (True, True)
