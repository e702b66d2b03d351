"""Broken, needs cleaning, cleaned: what a person says in one tap, with the work that follows, and taking it back."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.utils.translation import gettext as _

from assets.holds import held_by
from assets.maintenance.clocks import turn_clocks
from assets.maintenance.downtime import held_down_by, hold_back, holding
from assets.maintenance.events import WorkRefusedError, lock_order, note_event
from assets.maintenance.models import Act, WorkOrder
from assets.maintenance.moving import make_step
from assets.maintenance.orders import open_work_order
from assets.maintenance.transitions import TRANSITIONS
from assets.maintenance.words import ActKind, Happening, Kind, State
from assets.models import Asset, Statement
from assets.statements import TAKEN_BACK_WITHIN, state_activity, withdraw_statement
from assets.words import Activity

ORDER_KINDS = {ActKind.BROKEN: Kind.CORRECTIVE, ActKind.DIRTY: Kind.CLEANING}
CLEAN = next(step for step in TRANSITIONS if step.key == "clean")


@transaction.atomic
def act_on(
    *, asset: Asset, kind: ActKind, by: Any, now: datetime, note: str = "", key: UUID | None = None
) -> Act:
    """Broken: out of service, and a repair for biomedical engineering. Needs cleaning: so, and work of the pool.
    Cleaned: ready, and that work is done.

    ``now`` is when it was said. ``key`` names the tap: sent again, it is done once. Raises
    :class:`~assets.maintenance.orders.WorkRefusedError` and
    :class:`~assets.statements.StatementRefusedError`. One transaction.
    """
    if asset.retired_at is not None:
        raise WorkRefusedError(_("It is no longer in service."))
    # Whoever taps at the same time waits here.
    Asset.objects.select_for_update(no_key=True).get(pk=asset.pk)
    if key is not None and (done := Act.objects.filter(key=key).first()):
        if (done.asset_id, done.kind, done.by_id) != (asset.pk, kind, by.pk):
            raise WorkRefusedError(_("key: it names something else that was done."))
        return done
    do = _clean if kind == ActKind.CLEANED else _report
    statement, order, before = do(asset, kind, by, now, note)
    return Act.objects.create(
        key=key or uuid4(),
        asset=asset,
        kind=kind,
        at=now,
        by=by,
        statement=statement,
        order=order,
        order_before=before,
    )


Done = tuple[Statement | None, WorkOrder | None, dict[str, Any]]


def _report(asset: Asset, kind: ActKind, by: Any, now: datetime, note: str) -> Done:
    opened = open_work_order(asset=asset, kind=ORDER_KINDS[kind], by=by, now=now, note=note)
    order = opened.order
    before = {} if opened.is_new else _as_it_was(order) | {"is_unverified": opened.was_unverified}
    order = lock_order(order.number)
    return hold_back(order, by=by, now=now), order, before


def _clean(asset: Asset, _kind: ActKind, by: Any, now: datetime, note: str) -> Done:
    if reason := held_by(asset):
        raise WorkRefusedError(reason)
    number = held_down_by(asset).values_list("number", flat=True).first()
    if number is not None:
        words = _("It is out of service by order %s: it is ready when that is verified.")
        raise WorkRefusedError(words % number)
    order = holding(asset, Kind.CLEANING).first()
    if order is None:
        return state_activity(asset=asset, activity=Activity.AVAILABLE, by=by, at=now), None, {}
    order = lock_order(order.number)
    before = _as_it_was(order)
    return make_step(order, CLEAN, by=by, now=now, note=note), order, before


def _as_it_was(order: WorkOrder) -> dict[str, Any]:
    return {
        "state": order.state,
        "is_unverified": order.is_unverified,
        "waits_for": order.waits_for,
        "down_percent": order.down_percent,
    }


@transaction.atomic
def take_back(*, act: Act, by: Any, now: datetime) -> Act:
    """All of it: what was said of the asset, and what came of it. The histories keep both.

    Refused with the reason to others, after half a minute, twice, and where somebody has gone on from it. One
    transaction.
    """
    Asset.objects.select_for_update(no_key=True).get(pk=act.asset_id)
    act = Act.objects.select_related("statement", "asset").get(pk=act.pk)
    if act.by_id != by.pk:
        raise WorkRefusedError(_("Somebody else did that."))
    if act.withdrawn_at is not None:
        return act
    if now > act.at + TAKEN_BACK_WITHIN:
        raise WorkRefusedError(_("It is too late to take that back. Say what is so now."))
    if act.statement is not None:
        withdraw_statement(statement=act.statement, by=by, now=now)
    if act.order_id is not None:
        _restore(act, lock_order(act.order_id), by, now)
    act.withdrawn_at = now
    act.save(update_fields=["withdrawn_at"])
    return act


def _restore(act: Act, order: WorkOrder, by: Any, now: datetime) -> None:
    source = order.state
    expected = State.DONE if act.kind == ActKind.CLEANED else act.order_before.get("state", State.REQUEST)
    if source != expected or order.events.filter(at__gte=act.at).exclude(by=by).exists():
        raise WorkRefusedError(_("Somebody has gone on with order %s since. Speak to them.") % order.number)
    before = act.order_before
    if before:
        turn_clocks(order, source=source, target=before["state"], now=order.done_at or now)
        order.state, order.is_unverified = before["state"], before["is_unverified"]
        order.waits_for = before.get("waits_for", "")
        order.closed_at = None
    else:
        turn_clocks(order, source=source, target=State.WITHDRAWN, now=now)
        order.state, order.closed_at = State.WITHDRAWN, now
    if not before.get("down_percent"):
        _strike_held(order, by, now)
    order.version += 1
    order.save()
    note_event(order, Happening.TAKEN_BACK, by=by, now=now, source=source, target=order.state)


def _strike_held(order: WorkOrder, by: Any, now: datetime) -> None:
    """What the act alone took out of service never was."""
    for down in order.downtimes.current().open():
        down.struck_at, down.struck_by = now, by
        down.save(update_fields=["struck_at", "struck_by"])
    order.down_percent = 0


def latest_act(*, asset: Asset, by: Any, now: datetime) -> Act | None:
    """What the person did to the asset just now and may still take back."""
    lately = Act.objects.filter(asset=asset, at__gt=now - TAKEN_BACK_WITHIN).select_related("order")
    last = lately.first()
    return last if last and last.by_id == by.pk and last.withdrawn_at is None else None
