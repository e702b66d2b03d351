"""Ways in besides polling: who may send, and how that goes."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from collectors.models.endpoints import Credential
from collectors.queries import SourceQuerySet
from collectors.source_rules import validate_source, validate_sources_networks


class Source(models.Model):
    """One way by which others tell us of equipment: something we listen on, subscribe to, or are called by."""

    class Kind(models.TextChoices):
        TRAPS = "traps", "SNMP traps and informs"
        HTTP = "http", "HTTP"
        MQTT = "mqtt", "MQTT"
        HL7 = "hl7", "HL7 v2 over MLLP"
        MPPS = "mpps", "DICOM MPPS"

    name = models.CharField(max_length=80, unique=True)
    kind = models.CharField(max_length=8, choices=Kind.choices)
    site = models.ForeignKey("locations.Site", on_delete=models.PROTECT, related_name="+")
    networks = models.JSONField(
        default=list,
        blank=True,
        validators=[validate_sources_networks],
        help_text='Who may send, in CIDR form, as in ["10.20.0.0/16"]. Nobody else is heard.',
    )
    settings = models.JSONField(
        default=dict,
        blank=True,
        help_text="What this kind needs besides: docs/ways-in.md has a list for each.",
    )
    credentials = models.ManyToManyField(
        Credential,
        blank=True,
        related_name="sources",
        help_text="Of traps: the users and communities that are believed. Of MQTT: who we are to the broker.",
    )
    messages_per_s = models.FloatField(
        default=200.0,
        validators=[MinValueValidator(0.1), MaxValueValidator(100_000)],
        help_text="At most this many messages a second from one sender; what is above that is refused and counted.",
    )
    max_message_bytes = models.PositiveIntegerField(
        default=1_048_576, validators=[MinValueValidator(484), MaxValueValidator(67_108_864)]
    )
    quiet_after_s = models.PositiveIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(10)],
        help_text="Silence of so many seconds is told as a disturbance; empty: it may be silent.",
    )
    is_enabled = models.BooleanField(default=True)

    objects = SourceQuerySet.as_manager()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        super().clean()
        validate_source(self)


class SourceToken(models.Model):
    """What a sender over HTTP shows: kept only as a digest, so that it is seen once, when it is made."""

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=80, help_text="Who has it.")
    digest = models.CharField(max_length=64, unique=True, editable=False)
    hint = models.CharField(
        max_length=8, editable=False, help_text="Its first characters, to tell it from others."
    )
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, editable=False, related_name="+"
    )
    expires_at = models.DateTimeField(help_text="It is refused from then on.")
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["source", "name"]

    def __str__(self) -> str:
        return f"{self.name} ({self.hint}…)"


class SourceHealth(models.Model):
    """How a way in does: written by whoever serves it alone. Counts are since the source was made."""

    class State(models.TextChoices):
        OPEN = "open", "Open"
        TROUBLED = "troubled", "Not open"
        CLOSED = "closed", "Closed"

    source = models.OneToOneField(Source, on_delete=models.CASCADE, primary_key=True, related_name="health")
    state = models.CharField(max_length=8, choices=State.choices, default=State.CLOSED)
    since = models.DateTimeField(null=True, help_text="When it came into this state.")
    told_at = models.DateTimeField(null=True, help_text="When whoever serves it last told.")
    holder = models.CharField(max_length=120, blank=True, help_text="Who serves it: host, process, start.")
    detail = models.CharField(
        max_length=300, blank=True, help_text="The last trouble, in words; kept when it is over."
    )
    detail_at = models.DateTimeField(null=True)
    heard_at = models.DateTimeField(null=True, help_text="When the last message came that was taken.")
    messages = models.PositiveBigIntegerField(default=0, help_text="Messages taken.")
    observations = models.PositiveBigIntegerField(default=0, help_text="What they said of equipment.")
    duplicates = models.PositiveBigIntegerField(default=0, help_text="Messages that were there already.")
    refused = models.JSONField(default=dict, help_text="Messages not taken: reason → count.")
    stripped = models.PositiveBigIntegerField(
        default=0, help_text="Fields about people, dropped before anything was kept."
    )
    senders = models.PositiveIntegerField(default=0, help_text="Connections that are open now.")

    def __str__(self) -> str:
        return f"{self.source_id}: {self.state}"


class Receipt(models.Model):
    """That a message was taken: so that the same one, sent again, is answered alike and kept once."""

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="+", db_index=False)
    key = models.CharField(max_length=64, help_text="Digest of what the sender calls the message.")
    at = models.DateTimeField()
    answer = models.JSONField(null=True, help_text="What was answered, where that says more than yes.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "key"], name="receipt_once")]
        indexes = [models.Index(fields=["at"], name="receipt_at")]

    def __str__(self) -> str:
        return f"{self.source_id} {self.key[:8]}"
