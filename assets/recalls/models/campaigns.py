"""What is done with the pieces that a recall is about."""

from __future__ import annotations

import uuid
from typing import Any, NoReturn

from django.db import models

from assets.maintenance.queries import AppendOnlyQuerySet, HistoryError
from assets.recalls.models.notices import NOTE_LENGTH, Match, Notice, person
from assets.recalls.queries import ItemQuerySet
from assets.recalls.words import OPEN_STATES, State


class Campaign(models.Model):
    """Dealing with one confirmed recall, from the first confirmed piece to the closing report."""

    notice = models.OneToOneField(Notice, on_delete=models.PROTECT, primary_key=True, related_name="campaign")
    opened_at = models.DateTimeField()
    opened_by = person()
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = person()
    note = models.CharField(max_length=NOTE_LENGTH, blank=True, help_text="What was said at its end.")

    class Meta:
        ordering = ["-opened_at"]
        permissions = [
            ("work_campaign", "Can work on recalls: locate, quarantine, correct, return, exempt"),
            ("close_campaign", "Can close the campaign of a recall"),
        ]

    def __str__(self) -> str:
        return f"Campaign of notice {self.notice_id}"

    @property
    def is_open(self) -> bool:
        return self.closed_at is None


class Item(models.Model):
    """One piece of a campaign. It moves by :func:`assets.recalls.campaigns.move_item` alone."""

    match = models.OneToOneField(Match, on_delete=models.PROTECT, related_name="item")
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="items")
    asset = models.ForeignKey("assets.Asset", on_delete=models.PROTECT, related_name="recall_items")
    state = models.CharField(max_length=12, choices=State.choices, default=State.TODO)
    since = models.DateTimeField()
    is_held = models.BooleanField(
        default=False, help_text="Out of service by this recall until it is corrected or exempt."
    )
    note = models.CharField(max_length=NOTE_LENGTH, blank=True, help_text="What was said of its state.")

    objects = ItemQuerySet.as_manager()

    class Meta:
        ordering = ["asset__asset_tag"]
        constraints = [
            models.UniqueConstraint(fields=["campaign", "asset"], name="item_once_per_campaign_and_asset")
        ]
        indexes = [models.Index(fields=["asset", "is_held"], name="item_held")]

    def __str__(self) -> str:
        return f"Notice {self.campaign_id}, asset {self.asset_id}: {self.state}"

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_STATES


class ItemEvent(models.Model):
    """What happened to a piece of a campaign, once and for all."""

    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="events")
    at = models.DateTimeField()
    by = person()
    source = models.CharField(max_length=12, choices=State.choices, blank=True)
    target = models.CharField(max_length=12, choices=State.choices, blank=True, help_text="Empty: a note.")
    note = models.CharField(max_length=NOTE_LENGTH, blank=True)

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.item_id}: {self.source} → {self.target}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise HistoryError("what happened to a piece of a campaign is never changed")
        super().save(*args, **kwargs)

    def delete(self, *_args: Any, **_kwargs: Any) -> NoReturn:
        raise HistoryError("what happened to a piece of a campaign is never deleted")


class Evidence(models.Model):
    """A photo that shows what was done, written anew as photos of work orders are."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    event = models.OneToOneField(ItemEvent, on_delete=models.PROTECT, related_name="evidence")
    content = models.BinaryField()
    width_px = models.PositiveIntegerField()
    height_px = models.PositiveIntegerField()

    class Meta:
        verbose_name_plural = "evidence"

    def __str__(self) -> str:
        return f"Photo of event {self.event_id}"
