"""The simulated Wi-Fi: access points, and which of them hears which network card."""

from __future__ import annotations

import math

import pytest

from assets.identifiers import canonical
from hospital.demo.day import Day
from hospital.demo.fleet import the_fleet
from hospital.demo.floors import the_plan
from hospital.demo.names import further_names, mac
from hospital.demo.wifi import PHONES, Wifi, access_points

CARTS = {bytes.fromhex(mac(item).replace(":", "")): item for item in the_fleet() if item.has_wifi}


@pytest.fixture
def day() -> Day:
    return Day(seed=1)


def test_eight_access_points_on_each_floor_with_names_of_their_own():
    points = access_points()
    assert len({point.identifier for point in points}) == len({point.radio for point in points}) == 24
    assert [sum(point.name.startswith(f"AP-{level}-") for point in points) for level in range(3)] == [8] * 3
    assert all(the_plan().rooms[point.room].holds(point.x, point.y) for point in points)
    assert points[0].label == "0-1, South corridor west"


def test_ten_computers_on_wheels_have_a_card_and_no_tag():
    assert len(CARTS) == 10
    for item in CARTS.values():
        assert item.tag is None
        assert further_names(item) == (("mac", canonical("mac", mac(item))),)


def test_cards_talk_to_an_access_point_of_their_floor_that_is_not_far(day):
    wifi = Wifi(day)
    for moment in range(0, 900, 45):
        day.advance(moment)
        heard = {client.card: client for client in wifi.clients(day.now) if client.card in CARTS}
        assert set(heard) == set(CARTS)
        for card, client in heard.items():
            place = day.mobiles[CARTS[card].asset_tag].place(day.now)
            assert client.at.room.partition("/")[0] == place.floor
            assert math.dist((client.at.x, client.at.y), (place.x, place.y)) < 32
            assert -95 < client.rssi_dbm < -30


def test_a_card_keeps_to_its_access_point_while_it_stands(day):
    wifi = Wifi(day)
    standing = {card for card, item in CARTS.items() if day.mobiles[item.asset_tag].walk is None}
    first, second, third = (
        {client for client in wifi.clients(moment) if client.card in standing} for moment in (0, 7, 19)
    )
    assert standing
    assert first == second == third


def test_telephones_make_their_addresses_up_and_change_them(day):
    wifi = Wifi(day)
    now, later = (
        {client.card for client in wifi.clients(moment) if client.card not in CARTS} for moment in (0, 900)
    )
    assert len(now) == len(later) == PHONES
    assert not now & later
    assert all(card[0] & 0b11 == 0b10 for card in now | later)
