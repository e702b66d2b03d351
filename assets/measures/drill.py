"""What each figure was made of: the orders, or the occurrences."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from assets.maintenance.models import WorkOrder
from assets.maintenance.words import Outcome
from assets.measures.completion import IN_TIME, occurrences_of, still_open, tried_in_vain
from assets.measures.reliability import closed_repairs, downtimes_of, failures_of
from assets.measures.scope import Scope
from assets.measures.work import (
    backlog_orders,
    entries_of,
    promised_orders,
    resolution_kept,
    response_kept,
)

Find = Callable[[Scope], Any]


def _with_entries(kind: int) -> Find:
    def find(scope: Scope) -> Any:
        return WorkOrder.objects.filter(pk__in=entries_of(scope)[kind].values("order"))

    return find


def _broken(kept: Callable[[Scope], tuple[Q, Q]]) -> Find:
    return lambda scope: promised_orders(scope).filter(kept(scope)[1])


def _priced(scope: Scope) -> Any:
    _labour, parts, visits = entries_of(scope)
    return WorkOrder.objects.filter(Q(pk__in=parts.values("order")) | Q(pk__in=visits.values("order")))


ORDERS: Mapping[str, tuple[Any, Find]] = {
    "failures": (_("Failures"), failures_of),
    "others": (
        _("Repairs that were no failure"),
        lambda scope: closed_repairs(scope).exclude(outcome=Outcome.FAILURE),
    ),
    "downtime": (
        _("Orders that took equipment out of service"),
        lambda scope: WorkOrder.objects.filter(pk__in=downtimes_of(scope).values("order")),
    ),
    "backlog": (_("Work that waits"), backlog_orders),
    "promised": (_("Work that somebody waited for"), promised_orders),
    "response": (_("Taken on too late"), _broken(response_kept)),
    "resolution": (_("Done too late"), _broken(resolution_kept)),
    "labour": (_("Orders with work time"), _with_entries(0)),
    "cost": (_("Orders with parts or visits"), _priced),
}
"""Figure → its words, and the orders that it was made of."""


def _decided(part: Callable[[Any, Scope], Any]) -> Callable[[Scope, str], Any]:
    return lambda scope, risk: part(occurrences_of(scope, risk).exclude(still_open(scope)), scope)


_NOT_IN_TIME = ~(IN_TIME & Q(done_on__isnull=False))
OCCURRENCES: Mapping[str, tuple[Any, Callable[[Scope, str], Any]]] = {
    "due": (_("Was due"), _decided(lambda rows, _scope: rows)),
    "in_time": (_("Done in time"), _decided(lambda rows, _scope: rows.filter(IN_TIME))),
    "tried": (
        _("Tried in vain"),
        _decided(lambda rows, scope: rows.filter(_NOT_IN_TIME, pk__in=tried_in_vain(scope))),
    ),
    "missed": (
        _("Missed"),
        _decided(lambda rows, scope: rows.filter(_NOT_IN_TIME).exclude(pk__in=tried_in_vain(scope))),
    ),
    "open": (_("Still has time"), lambda scope, risk: occurrences_of(scope, risk).filter(still_open(scope))),
}
"""Part of the completion → its words, and the occurrences."""
