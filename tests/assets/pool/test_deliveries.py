"""Asking for delivery: from the wish to “it came”, by declared transitions, with the pieces handed over."""

from __future__ import annotations

from datetime import timedelta

import pytest

from assets.models import AssetNow
from assets.placing import PlacingRefusedError, place_asset
from assets.pool.deliveries import DeliveryRefusedError, ask_delivery, move_delivery
from assets.pool.handing import hand_over
from assets.pool.models import DeliveryRequest, HandOver
from assets.transitions import TransitionRefusedError

pytestmark = [pytest.mark.django_db, pytest.mark.databases]


@pytest.fixture
def asked(pumps, nurse, station, noon):
    return ask_delivery(category=pumps, quantity=2, to=station, by=nurse, now=noon)


@pytest.fixture
def move(asked, biomed, noon):
    moments = iter(range(1, 50))

    def do(transition, by=biomed, **extra):
        now = noon + timedelta(minutes=next(moments))
        return move_delivery(request=asked, transition=transition, by=by, now=now, **extra)

    return do


def test_the_whole_way(move, asked, nurse, biomed, make_pump, store, station, noon):
    pumps = [make_pump("P-1"), make_pump("P-2")]
    place_asset(asset=pumps[0], zone=store, by=biomed, at=noon)

    states = [move("accept").state, move("send", assets=pumps).state, move("deliver").state]
    states.append(move("confirm", by=nurse).state)

    assert states == ["accepted", "on_the_way", "delivered", "confirmed"]
    asked.refresh_from_db()
    assert (asked.accepted_by, asked.closed_at is None) == (biomed, False)
    assert [row.zone for row in AssetNow.objects.all()] == [station, station]
    hands = HandOver.objects.order_by("asset").values_list("asset__asset_tag", "from_zone", "to_zone", "by")
    assert list(hands) == [
        ("P-1", store.pk, station.pk, biomed.pk),
        ("P-2", None, station.pk, biomed.pk),
    ]
    assert [event.target for event in asked.events.all()] == ["asked", *states]


def test_of_two_who_accept_at_once_one_wins_and_the_other_is_told(move, administrator):
    move("accept", seen="asked")
    with pytest.raises(TransitionRefusedError, match="biomed was quicker: it is “Accepted” now"):
        move("accept", by=administrator, seen="asked")


def test_a_nurse_asks_confirms_and_cancels_her_own_and_brings_nothing(move, nurse, make_pump):
    for key in ("accept", "send"):
        with pytest.raises(TransitionRefusedError, match="Your role may not"):
            move(key, by=nurse)
    assert move("cancel", by=nurse).state == "cancelled"


def test_another_nurse_does_not_cancel_it(move, asked, nurse, biomed):
    DeliveryRequest.objects.update(asked_by=biomed)
    with pytest.raises(TransitionRefusedError, match="not possible"):
        move("cancel", by=nurse)


def test_undeclared_steps_are_refused(move):
    with pytest.raises(TransitionRefusedError, match="“Delivered” is not possible while it is “Asked”"):
        move("deliver")


def test_what_is_brought_has_to_be_what_was_asked_for(
    move, make_pump, noon, other_site, pumps, station, nurse, biomed
):
    three = [make_pump(f"P-{n}") for n in range(3)]
    wrong = {
        "Say which": [],
        "At most 2": three,
        "FAR-1 is not one": [make_pump("FAR-1", site=other_site)],
        "OLD-1 is not one": [make_pump("OLD-1", retired_at=noon)],
    }
    for words, assets in wrong.items():
        with pytest.raises(TransitionRefusedError, match=words):
            move("send", assets=assets)
    move("send", assets=three[:2])
    second = ask_delivery(category=pumps, quantity=1, to=station, by=nurse, now=noon)
    with pytest.raises(TransitionRefusedError, match="on the way to somebody else"):
        move_delivery(request=second, transition="send", by=biomed, now=noon, assets=three[:1])


def test_what_cannot_be_placed_is_not_delivered_and_nothing_is_half_done(move, make_pump, asked, noon):
    first, second = make_pump("P-1"), make_pump("P-2")
    move("send", assets=[first, second])
    second.retired_at = noon
    second.save()
    with pytest.raises(TransitionRefusedError, match="P-2: It is no longer in service"):
        move("deliver")
    asked.refresh_from_db()
    assert (asked.state, HandOver.objects.count(), AssetNow.objects.count()) == ("on_the_way", 0, 0)


@pytest.mark.parametrize("quantity", [0, 21, -1])
def test_from_one_to_twenty_pieces(pumps, nurse, station, noon, quantity):
    with pytest.raises(DeliveryRefusedError, match="From 1 to 20"):
        ask_delivery(category=pumps, quantity=quantity, to=station, by=nurse, now=noon)


def test_a_time_that_is_past_is_refused(pumps, nurse, station, noon):
    with pytest.raises(DeliveryRefusedError) as refused:
        ask_delivery(
            category=pumps, quantity=1, to=station, by=nurse, now=noon, needed_by=noon - timedelta(hours=1)
        )
    assert refused.value.field == "needed_by"


def test_installed_equipment_is_handed_to_nobody(make_pump, station, store, nurse, noon):
    fixed = make_pump("P-1", is_fixed=True, home_zone=store)
    with pytest.raises(PlacingRefusedError, match="installed"):
        hand_over(asset=fixed, to=station, by=nurse, now=noon)
    assert not HandOver.objects.exists()
