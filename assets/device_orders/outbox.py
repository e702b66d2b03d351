"""From the steps of alerts to orders: each step is noted in its own transaction, and worked off in one, once.

A process that dies in between leaves the step to the next; two at once never have the same one.
"""

from __future__ import annotations

import logging
from datetime import datetime

from django.db import transaction

from assets.alerts.models import AlertTransition
from assets.alerts.words import Step as Taken
from assets.device_orders.models import OrderRule, Step, Told
from assets.device_orders.opening import take_begin, take_end

logger = logging.getLogger(__name__)
BEGINS = frozenset({Taken.RAISED, Taken.REOPENED, Taken.RELEASED})
BATCH = 200


def note_step(transition: AlertTransition) -> None:
    """Part of the step's own transaction: with it, or not at all."""
    alert = transition.alert
    if transition.step == Taken.RESOLVED:
        is_meant = (
            Told.objects.filter(alert=alert).exists() or Step.objects.filter(transition__alert=alert).exists()
        )
    else:
        is_meant = transition.step in BEGINS and OrderRule.objects.filter(rule=alert.rule_id).exists()
    if is_meant:
        Step.objects.create(transition=transition)


def work_off(*, now: datetime) -> int:
    """Looks at each step that nobody has looked at, in order; how many that were."""
    waiting = Step.objects.filter(done_at=None).order_by("pk").values_list("pk", flat=True)[:BATCH]
    return sum(_work_off(pk, now) for pk in list(waiting))


@transaction.atomic
def _work_off(pk: int, now: datetime) -> bool:
    step = Step.objects.select_for_update(skip_locked=True, of=("self",)).filter(pk=pk, done_at=None).first()
    if step is None:
        return False
    taken = AlertTransition.objects.select_related("alert__asset__model__category", "alert__rule").get(pk=pk)
    rule = OrderRule.objects.select_related("template", "rule").filter(rule=taken.alert.rule_id).first()
    if taken.step == Taken.RESOLVED:
        take_end(taken.alert, now)
    elif rule is not None:
        take_begin(taken.alert, rule, now)
    step.done_at = now
    step.save(update_fields=["done_at"])
    return True
