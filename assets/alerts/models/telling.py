"""By which ways people are told, who wants to be told of what, and what became of every telling."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from assets.alerts.models.alerts import AlertTransition
from assets.alerts.models.rules import Rule
from assets.alerts.words import ChannelKind, Severity


class Channel(models.Model):
    """A way to tell somebody. One of a person is theirs alone; without a person, administrators set it up for all.

    ``target`` is what may be read: an e-mail address, the address of a webhook, the scheme of a gateway, the host of
    a browser's push service. What must not is ``sealed``: a webhook's key, the whole address of the others.
    """

    kind = models.CharField(max_length=8, choices=ChannelKind.choices)
    name = models.CharField(max_length=80)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, blank=True, related_name="channels"
    )
    target = models.CharField(max_length=254, blank=True)
    sealed = models.BinaryField(default=bytes, editable=False)
    is_enabled = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["name"],
                condition=Q(person__isnull=True),
                name="channel_name_once",
                violation_error_message="There is a channel of that name already.",
            )
        ]

    def __str__(self) -> str:
        return self.name


class Subscription(models.Model):
    """Of what is told by a channel: from a severity on, of one rule and one department or of all.

    A person is told of what they may see, and of nothing else.
    """

    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="subscriptions")
    severity = models.CharField(max_length=8, choices=Severity.choices, default=Severity.WARNING)
    rule = models.ForeignKey(Rule, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    department = models.ForeignKey(
        "locations.Department", on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    is_enabled = models.BooleanField(default=True)

    class Meta:
        ordering = ["channel", "pk"]

    def __str__(self) -> str:
        return f"{self.channel_id} from {self.severity}"


class Delivery(models.Model):
    """One transition to be told by one channel: made in the transaction of the transition, and once.

    ``token`` goes with it on every attempt, so that whoever receives it twice can tell.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        SENDING = "sending", "Being sent"
        SENT = "sent", "Sent"
        DROPPED = "dropped", "No longer needed"
        DEAD = "dead", "Given up"

    transition = models.ForeignKey(
        AlertTransition, on_delete=models.CASCADE, null=True, related_name="deliveries"
    )
    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="deliveries")
    token = models.UUIDField(unique=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField()
    leased_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-created_at", "-pk"]
        verbose_name_plural = "deliveries"
        constraints = [
            models.UniqueConstraint(fields=["transition", "channel"], name="delivery_once_per_channel")
        ]
        indexes = [
            models.Index(
                fields=["next_at"], condition=Q(state__in=["waiting", "sending"]), name="delivery_due"
            ),
            models.Index(fields=["created_at"], name="delivery_created"),
        ]

    def __str__(self) -> str:
        return f"{self.transition_id} by {self.channel_id}: {self.state}"
