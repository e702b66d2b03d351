"""Any sequence of moves, by any hand and at any moment: the order is as a slow and obvious reading of its past says."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings as product
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from assets.maintenance.downtime import begin_downtime, end_downtime
from assets.maintenance.events import MovedMeanwhileError, WorkRefusedError
from assets.maintenance.models import Downtime, WorkOrder
from assets.maintenance.orders import move_work_order, open_work_order, set_priority
from assets.maintenance.signatures import Signed
from assets.maintenance.transitions import TRANSITIONS
from assets.maintenance.words import Kind, Percent, Priority
from assets.transitions import TransitionRefusedError

pytestmark = pytest.mark.django_db

UNDONE = "request triage assigned in_progress waiting"
WAYS = {
    "triage": ("request", "triage"),
    "assign": ("request triage", "assigned"),
    "begin": ("request triage assigned", "in_progress"),
    "resume": ("waiting", "in_progress"),
    "wait_parts": ("triage assigned in_progress waiting", "waiting"),
    "wait_vendor": ("triage assigned in_progress waiting", "waiting"),
    "wait_location": ("triage assigned in_progress waiting", "waiting"),
    "finish": (UNDONE, "done"),
    "verify": ("done", "verified"),
    "reopen": ("done", "in_progress"),
    "decline": (UNDONE, "withdrawn"),
    "cancel": (UNDONE, "cancelled"),
}
"""What stands in docs/maintenance.md, for an order that staff opened and that is no cleaning."""
HOURS = {1: 4, 2: 24, 3: 72, 4: 240}
CLOSED = {"verified", "withdrawn", "cancelled"}
PEOPLE = ("biomed", "administrator", "nurse")


class Work(RuleBasedStateMachine):
    """``past``: (moment, state), from the opening on; ``held``: [begin, end or None] of the order's downtime."""

    cast: dict = {}

    def __init__(self) -> None:
        super().__init__()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)

    @initialize(kind=st.sampled_from([Kind.CORRECTIVE, Kind.PLANNED, Kind.INCIDENT]))
    def open(self, kind: Kind) -> None:
        self.now = self.cast["noon"]
        self.kind = kind
        self.order = open_work_order(
            asset=self.cast["pump"], kind=kind, by=self.cast["nurse"], now=self.now, priority=Priority.NORMAL
        ).order
        self.past = [(self.now, "request")]
        self.priority = 3
        self.waits_for = ""
        self.held: list[list] = []
        self.changes = 1

    def is_held(self) -> bool:
        return bool(self.held) and self.held[-1][1] is None

    def state(self) -> str:
        return self.past[-1][1]

    def may(self, key: str, person: str) -> bool:
        sources, _target = WAYS[key]
        if person == "nurse" or self.state() not in sources.split():
            return False
        if key == "decline":
            return self.kind != Kind.PLANNED
        if key == "cancel":
            return not self.is_held()
        return not (key.startswith("wait_") and self.waits_for == key.removeprefix("wait_"))

    @rule(
        key=st.sampled_from(sorted(WAYS)), person=st.sampled_from(PEOPLE), passed=st.integers(1, 2000),
        behind=st.integers(0, 1), is_told=st.booleans(),
    )  # fmt: skip
    def move(self, key: str, person: str, passed: int, behind: int, is_told: bool) -> None:
        """``behind``: the person's page is that many changes old."""
        self.now += timedelta(minutes=passed)
        told = {"note": "So", "outcome": "failure", "signature": Signed("Bruno")} if is_told else {}
        needs = key == "finish" or key.startswith("wait_") or key in ("decline", "cancel")
        before = self.read()
        try:
            move_work_order(
                order=self.order, transition=key, by=self.cast[person], now=self.now,
                version=self.changes - behind, **told,
            )  # fmt: skip
        except MovedMeanwhileError:
            assert behind
            assert self.read() == before
            return
        except TransitionRefusedError:
            assert not self.may(key, person) or (needs and not is_told)
            assert self.read() == before
            return
        assert not behind
        assert self.may(key, person)
        assert is_told or not needs
        self.past.append((self.now, WAYS[key][1]))
        self.changes += 1
        self.waits_for = key.removeprefix("wait_") if key.startswith("wait_") else ""
        if self.state() in CLOSED and self.is_held():
            self.held[-1][1] = self.now

    @rule(passed=st.integers(1, 2000), back=st.integers(0, 3000))
    def hold(self, passed: int, back: int) -> None:
        """Out of service, since a while ago."""
        self.now += timedelta(minutes=passed)
        begin = self.now - timedelta(minutes=back)
        is_possible = self.state() not in CLOSED and all(
            end is not None and end <= begin for _begin, end in self.held
        )
        try:
            begin_downtime(order=self.order, by=self.cast["biomed"], now=self.now, begin=begin)
        except WorkRefusedError:
            assert not is_possible
            return
        assert is_possible
        self.held.append([begin, None])
        self.changes += 1

    @rule(passed=st.integers(1, 2000), back=st.integers(0, 3000))
    def restore(self, passed: int, back: int) -> None:
        self.now += timedelta(minutes=passed)
        end = self.now - timedelta(minutes=back)
        is_possible = self.is_held() and end > self.held[-1][0]
        try:
            end_downtime(order=self.order, by=self.cast["biomed"], now=self.now, end=end)
        except WorkRefusedError:
            assert not is_possible
            return
        assert is_possible
        self.held[-1][1] = end
        self.changes += 1

    @precondition(lambda self: self.past[-1][1] not in CLOSED)
    @rule(priority=st.sampled_from(list(Priority)))
    def prioritise(self, priority: Priority) -> None:
        set_priority(order=self.order, by=self.cast["biomed"], now=self.now, priority=priority)
        self.changes += priority != self.priority
        self.priority = priority

    def read(self) -> tuple:
        row = WorkOrder.objects.values().get(pk=self.order.pk)
        return tuple(row.items()), WorkOrder.objects.get(pk=self.order.pk).events.count()

    @invariant()
    def the_order_is_as_its_past_says(self) -> None:
        if not hasattr(self, "past"):
            return
        order = WorkOrder.objects.get(pk=self.order.pk)
        assert (order.state, order.waits_for, order.version) == (self.state(), self.waits_for, self.changes)
        assert order.is_open == (self.state() not in CLOSED)
        moved = list(order.events.filter(what="moved").values_list("at", "target"))
        assert moved == self.past[1:]
        taken_on = [at for at, state in self.past if state not in ("request", "triage")]
        assert order.responded_at == (taken_on[0] if taken_on else None)

    @invariant()
    def its_clock_stood_still_while_it_waited(self) -> None:
        if not hasattr(self, "past"):
            return
        order = WorkOrder.objects.get(pk=self.order.pk)
        if self.kind == Kind.PLANNED:
            assert (order.due_at, order.left, order.respond_by) == (None, None, None)
            return
        waited = sum(
            (
                later - at
                for (at, state), (later, _state) in zip(self.past, self.past[1:], strict=False)
                if state == "waiting"
            ),
            timedelta(0),
        )
        due = self.past[0][0] + timedelta(hours=HOURS[self.priority]) + waited
        if self.state() == "waiting":
            began = next(
                at for n, (at, state) in reversed(list(enumerate(self.past)))
                if state == "waiting" and self.past[n - 1][1] != "waiting"
            )  # fmt: skip
            waited_before = waited - (self.past[-1][0] - began)
            assert order.due_at is None
            assert order.left == due - waited + waited_before - began
        else:
            assert (order.due_at, order.left) == (due, None)

    @invariant()
    def it_holds_what_it_held(self) -> None:
        if not hasattr(self, "past"):
            return
        rows = [list(row) for row in Downtime.objects.filter(order=self.order).values_list("begin", "end")]
        assert rows == sorted(self.held)
        percent = WorkOrder.objects.get(pk=self.order.pk).down_percent
        assert percent == (Percent.ALL if self.is_held() else 0)


def test_any_sequence_of_moves_ends_where_the_past_says(make_pump, nurse, biomed, administrator, noon):
    Work.cast = {
        "pump": make_pump(), "nurse": nurse, "biomed": biomed, "administrator": administrator, "noon": noon,
    }  # fmt: skip
    run_state_machine_as_test(
        Work,
        settings=settings(
            max_examples=12, stateful_step_count=20, deadline=None, database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip


def test_the_table_of_the_test_has_every_way_of_the_product_but_those_of_strangers_and_cleanings():
    """So that a new transition is read here, too."""
    assert {step.key for step in TRANSITIONS} - {"confirm", "clean"} == set(WAYS)
    for key, (sources, target) in WAYS.items():
        for step in (step for step in TRANSITIONS if step.key == key):
            assert (set(map(str, step.sources)), str(step.target)) == (set(sources.split()), target)


def test_the_page_about_maintenance_names_every_transition():
    page = Path(product.BASE_DIR, "docs", "maintenance.md").read_text()
    table = page[page.index("| transition |") : page.index("All of them are")]
    assert set(re.findall(r"`(\w+)`", table)) == {step.key for step in TRANSITIONS}
