"""Whoever is named in an order is told by their own channels, once, and again only where that failed."""

from __future__ import annotations

import pytest

from assets.alerts.models import Channel
from assets.alerts.sending import SENDERS, SendingError
from assets.maintenance.models import Mention
from assets.maintenance.orders import comment_on, open_work_order
from assets.maintenance.words import Kind
from hospital.mentions import MOST_ATTEMPTS, tell_mentioned

pytestmark = pytest.mark.django_db


@pytest.fixture
def told(monkeypatch):
    """What was sent; ``told.fails`` is what the next attempts answer."""

    class Told(list):
        fails: list = []

    sent = Told()

    def send(target, _secret, message):
        if sent.fails:
            raise sent.fails.pop()
        sent.append((target, message))

    monkeypatch.setitem(SENDERS, "email", send)
    return sent


@pytest.fixture
def order(make_pump, nurse, biomed, administrator, noon):
    order = open_work_order(asset=make_pump(), kind=Kind.CORRECTIVE, by=nurse, now=noon).order
    Channel.objects.create(kind="email", name="Ada", target="ada@hospital.example", person=administrator)
    comment_on(order=order, by=biomed, now=noon, note="@admin the spring is there")
    return order


def test_it_is_told_once_with_the_words_and_the_way_to_the_order(told, order, noon):
    assert [tell_mentioned(noon), tell_mentioned(noon)] == [1, 0]
    [(target, message)] = told
    assert target == "ada@hospital.example"
    assert message.title == f"biomed named you in order {order.number}"
    assert message.text == "@admin the spring is there"
    assert message.address.endswith(f"/work/{order.number}/")


def test_what_failed_is_tried_again_under_the_same_token(told, order, noon):
    told.fails = [SendingError("down")]
    assert [tell_mentioned(noon), tell_mentioned(noon)] == [0, 1]
    assert len(told) == 1


def test_after_five_attempts_it_is_left_to_the_pages(told, order, noon):
    told.fails = [SendingError("down")] * 99
    for _ in range(9):
        tell_mentioned(noon)
    assert Mention.objects.values_list("attempts", "told_at").get() == (MOST_ATTEMPTS, None)


def test_who_has_no_channel_reads_it_on_the_pages_alone(told, order, noon):
    Channel.objects.all().delete()
    tell_mentioned(noon)
    assert told == []
    assert Mention.objects.get().seen_at is None
