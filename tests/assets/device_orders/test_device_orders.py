"""Rules open an order once for each episode, write to it what follows, and close nothing that a person began."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction

from assets.alerts.lifecycle import raise_alert, release_held, resolve_alert
from assets.alerts.models import Alert, Rule
from assets.alerts.words import Hold
from assets.device_orders.models import OrderRule, Step, Told
from assets.device_orders.outbox import work_off
from assets.maintenance.models import OrderTemplate, WorkOrder
from assets.maintenance.orders import assign_order, comment_on, move_work_order, open_work_order
from assets.maintenance.words import Kind, Priority

pytestmark = [pytest.mark.django_db, pytest.mark.databases]
MIN = timedelta(minutes=1)


@pytest.fixture
def rule(db):
    rule = Rule(
        name="Battery low", kind="battery", parameters={"reading": "battery_charge", "below": 20.0},
        reopen_within_s=600,
    )  # fmt: skip
    rule.full_clean()
    rule.save()
    return rule


@pytest.fixture
def opens(rule):
    """``opens(when_clear="close")``"""

    def make(**told) -> OrderRule:
        return OrderRule.objects.create(rule=rule, **told)

    return make


@pytest.fixture
def told(rule, noon):
    """The rule finds it, or finds that it is over, so many minutes after noon; and the clock works that off."""

    def tell(asset, minutes, *, over=False, rule=rule):
        at = noon + minutes * MIN
        if over:
            resolve_alert(rule=rule, asset=asset, at=at, now=at)
        else:
            saying = {
                "id": "below",
                "reading": "Battery",
                "value": 12,
                "decimals": 0,
                "limit": 20,
                "unit": "%",
            }
            raise_alert(rule=rule, asset=asset, key=at.isoformat(), at=at, saying=saying, now=at)
        return work_off(now=at)

    return tell


def happenings(order):
    return list(order.events.values_list("what", flat=True))


def test_an_order_is_opened_by_what_was_found_as_the_rule_says(make_pump, opens, told):
    template = OrderTemplate.objects.create(
        name="Battery", kind="inspection", impact="none", note="Change the battery", due_days=3
    )
    opens(kind="inspection", template=template, priority=Priority.HIGH, team="pool")
    told(make_pump(), 0)
    order = WorkOrder.objects.get()
    assert (order.kind, order.priority, order.team, order.impact) == (
        "inspection",
        Priority.HIGH,
        "pool",
        "none",
    )
    assert order.note == "Battery 12 %, below 20 %. Change the battery"
    assert order.due_at - order.opened_at == timedelta(days=3)
    assert (order.is_by_device, order.is_unverified, order.asked_by) == (True, False, None)
    assert not order.events.get().is_unverified


def test_a_rule_that_says_nothing_of_orders_opens_none(make_pump, told):
    told(make_pump(), 0)
    assert not WorkOrder.objects.exists()
    assert not Step.objects.exists()


def test_told_again_nothing_is_opened_twice(make_pump, opens, told, noon):
    opens(kind="inspection")
    pump = make_pump()
    told(pump, 0)
    Step.objects.update(done_at=None)  # as if a process had died before it could say that it was done
    assert work_off(now=noon + MIN) == 1
    assert told(pump, 1) == 0
    assert WorkOrder.objects.count() == 1
    assert happenings(WorkOrder.objects.get()) == ["opened"]


def test_a_step_that_is_taken_back_with_its_transaction_opens_nothing(make_pump, rule, opens, noon):
    opens()
    pump = make_pump()
    with transaction.atomic():
        raise_alert(rule=rule, asset=pump, key="k", at=noon, now=noon)
        transaction.set_rollback(True)
    assert work_off(now=noon) == 0
    assert not WorkOrder.objects.exists()


def test_a_failure_in_the_middle_leaves_the_step_to_the_next_beat(make_pump, rule, opens, noon, monkeypatch):
    opens()
    raise_alert(rule=rule, asset=make_pump(), key="k", at=noon, now=noon)
    with monkeypatch.context() as broken:
        broken.setattr("assets.device_orders.opening.open_work_order", _fail)
        with pytest.raises(OSError, match="away"):
            work_off(now=noon)
    assert not WorkOrder.objects.exists()
    assert work_off(now=noon) == 1
    assert WorkOrder.objects.count() == 1


def _fail(**_told):
    raise OSError("away")


def test_what_comes_back_and_goes_is_written_to_the_same_order(make_pump, opens, told):
    opens(when_clear="annotate")
    pump = make_pump()
    told(pump, 0)
    told(pump, 5, over=True)
    told(pump, 8)
    order = WorkOrder.objects.get()
    assert happenings(order) == ["opened", "device", "device"]
    notes = list(order.events.values_list("note", flat=True))
    assert notes[1].startswith("Over since 2026-03-02 1")
    assert notes[2] == "It is so again: Battery 12 %, below 20 %"
    assert Told.objects.get().cleared_at is None


def test_a_repair_that_is_open_already_has_it_written_to_it(make_pump, nurse, opens, told, noon):
    opens(when_clear="close")
    pump = make_pump()
    mine = open_work_order(asset=pump, kind=Kind.CORRECTIVE, by=nurse, now=noon - MIN, note="Beeps").order
    told(pump, 0)
    told(pump, 5, over=True)
    mine.refresh_from_db()
    assert WorkOrder.objects.count() == 1
    assert happenings(mine) == ["opened", "device", "device"]
    assert (mine.is_open, Told.objects.get().is_opener) == (True, False)


def test_one_that_nobody_touched_is_closed_when_it_clears(make_pump, opens, told, noon):
    opens(when_clear="close")
    told(make_pump(), 0)
    told(Alert.objects.get().asset, 5, over=True)
    order = WorkOrder.objects.get()
    assert (order.state, order.closed_at) == ("withdrawn", noon + 5 * MIN)
    assert not order.asset.statements.exists()


@pytest.mark.parametrize("what", ["assigned", "begun", "said"])
def test_one_that_a_person_began_is_theirs(make_pump, biomed, opens, told, noon, what):
    opens(when_clear="close")
    told(make_pump(), 0)
    order, later = WorkOrder.objects.get(), noon + MIN
    if what == "assigned":
        assign_order(order=order, to=biomed, by=biomed, now=later)
    elif what == "begun":
        move_work_order(order=order, transition="begin", by=biomed, now=later)
    else:
        comment_on(order=order, by=biomed, now=later, note="I look at it tomorrow")
    told(order.asset, 5, over=True)
    order.refresh_from_db()
    assert order.is_open
    assert happenings(order)[-1] == "device"


def test_while_another_alert_of_it_lasts_it_stays_open(make_pump, rule, opens, told):
    opens(when_clear="close")
    other = Rule.objects.create(name="Fault", kind="fault", parameters={"for_s": 0, "clear_s": 0})
    OrderRule.objects.create(rule=other, when_clear="close")
    pump = make_pump()
    told(pump, 0)
    told(pump, 1, rule=other)
    told(pump, 2, over=True)
    assert WorkOrder.objects.get().is_open
    told(pump, 3, over=True, rule=other)
    assert WorkOrder.objects.get().state == "withdrawn"


def test_what_is_held_back_opens_an_order_once_it_is_released(make_pump, opens, told, noon, site):
    from assets.alerts.models import MaintenanceWindow

    opens()
    window = MaintenanceWindow.objects.create(name="Works", site=site, begin=noon - MIN, end=noon + 60 * MIN)
    told(make_pump(), 0)
    assert Alert.objects.get().held == Hold.MAINTENANCE
    assert not WorkOrder.objects.exists()
    window.delete()
    release_held(alert=Alert.objects.get(), now=noon + MIN)
    work_off(now=noon + MIN)
    assert WorkOrder.objects.count() == 1


def test_after_its_order_was_closed_by_a_person_the_next_return_opens_another(
    make_pump, biomed, opens, told, noon
):
    opens(kind="inspection")
    pump = make_pump()
    told(pump, 0)
    first = WorkOrder.objects.get()
    move_work_order(order=first, transition="cancel", by=biomed, now=noon + MIN, note="Known")
    told(pump, 5, over=True)
    told(pump, 8)
    assert WorkOrder.objects.open().get() != first
    first.refresh_from_db()
    assert happenings(first)[-1] == "moved"


def test_a_rule_about_a_place_opens_no_order(noon):
    from django.core.exceptions import ValidationError

    rule = Rule.objects.create(name="Waste", kind="waste", parameters={})
    with pytest.raises(ValidationError, match="not about what equipment reports"):
        OrderRule(rule=rule).full_clean()


def test_the_order_and_the_asset_say_what_was_reported_and_the_proposal_closes_it(
    make_pump, biomed, opens, told, sign_in
):
    opens(when_clear="propose")
    pump = make_pump()
    told(pump, 0)
    order = WorkOrder.objects.get()
    browser = sign_in(biomed)
    assert f"/work/{order.number}/told/" in browser.get(f"/work/{order.number}/").content.decode()
    page = browser.get(f"/work/{order.number}/told/").content.decode()
    assert "Battery 12 %, below 20 %" in page
    assert "lasts" in page
    assert 'data-testid="proposed"' not in page
    assert f"Repair {order.number}" in browser.get(f"/work/told/{pump.asset_tag}/").content.decode()
    told(pump, 5, over=True)
    page = browser.get(f"/work/{order.number}/told/").content.decode()
    assert 'data-testid="proposed"' in page
    browser.post(
        f"/work/{order.number}/move/",
        {"transition": "decline", "version": order.version, "note": "It cleared by itself."},
    )
    order.refresh_from_db()
    assert order.state == "withdrawn"


def test_an_engineer_says_on_the_rules_page_which_order_it_opens(rule, biomed, facilities, sign_in):
    browser = sign_in(biomed)
    page = f"/alerts/rules/{rule.pk}/opens/"
    told = {"opens": "on", "kind": "corrective", "when_clear": "close"}
    assert browser.post(page, told).status_code == 302
    assert OrderRule.objects.get().when_clear == "close"
    assert browser.post(page, told | {"kind": "recall"}).status_code == 400
    assert browser.post(page, {"kind": "corrective", "when_clear": "close"}).status_code == 302
    assert not OrderRule.objects.exists()
    assert sign_in(facilities).post(page, told).status_code == 403
    assert not OrderRule.objects.exists()


def test_it_tells_what_it_would_have_opened_in_the_last_week(rule, opens, biomed, sign_in, make_pump):
    """Twice low within the week: a repair, and once something written to it; two orders, where they close."""
    from django.utils import timezone

    from assets.models import Reading

    pump, now = make_pump(), timezone.now()
    for hours, charge in ((30, 10.0), (29, 80.0), (20, 12.0), (19, 90.0)):
        Reading.objects.create(
            asset=pump, name="battery_charge", value=charge, at=now - timedelta(hours=hours)
        )
    opens(when_clear="propose")
    browser, page = sign_in(biomed), f"/alerts/rules/{rule.pk}/opens/?try=1"
    words = browser.get(page).content.decode()
    assert "It would have opened one order last week." in words
    assert "One more alert would have been written" in words
    OrderRule.objects.update(when_clear="close")
    assert "It would have opened 2 orders last week." in browser.get(page).content.decode()
    assert not WorkOrder.objects.exists()
