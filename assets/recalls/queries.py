"""Words that chain, for notices, matches and pieces of campaigns."""

from __future__ import annotations

from typing import Any, Self

from django.apps import apps
from django.db import models
from django.db.models import Exists, F, OuterRef, Q

from assets.recalls.words import OPEN_STATES, Certainty, Decision, Stage, Status
from locations.queries import in_sites_of

ABOUT_US = Q(certainty__lt=Certainty.OUTSIDE) | Q(decision=Decision.CONFIRMED)
TO_DECIDE = Q(decision=Decision.UNDECIDED, certainty__lt=Certainty.OUTSIDE)


class MatchQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Self:
        return self.filter(in_sites_of(user, "asset__site"))

    def to_decide(self) -> Self:
        return self.filter(TO_DECIDE)

    def with_asset(self) -> Self:
        """Everything that a row shows, in one query."""
        return self.select_related(
            "asset__model__category", "asset__now__zone", "asset__now__floor__building", "asset__home_zone",
            "asset__department", "asset__site", "asset__production", "decided_by", "item",
        )  # fmt: skip


class NoticeQuerySet(models.QuerySet[Any]):
    def open(self) -> Self:
        return self.filter(status=Status.OPEN)

    def about_us(self, user: Any) -> Self:
        """Those that may be about equipment that the person sees."""
        return self.filter(_has(user, ABOUT_US))

    def at_stage(self, stage: str, user: Any) -> Self:
        if stage == Stage.UNDECIDED:
            return self.filter(_has(user, TO_DECIDE))
        if stage == Stage.RUNNING:
            return self.filter(campaign__isnull=False, campaign__closed_at__isnull=True)
        if stage == Stage.CLOSED:
            return self.filter(campaign__closed_at__isnull=False)
        return self.exclude(_has(user, ABOUT_US))

    def by_urgency(self) -> Self:
        """Open before ended, then the worst class, then the latest."""
        return self.order_by(
            F("status").desc(), F("classification").asc(nulls_last=True), F("initiated_on").desc(nulls_last=True), "-pk"
        )  # fmt: skip


class ItemQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Self:
        return self.filter(in_sites_of(user, "asset__site"))

    def open(self) -> Self:
        return self.filter(state__in=OPEN_STATES)


def _has(user: Any, which: Q) -> Exists:
    matches = apps.get_model("recalls.Match").objects
    return Exists(matches.visible_to(user).filter(which, notice=OuterRef("pk")))
