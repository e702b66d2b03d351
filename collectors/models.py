"""What is polled, how, and how well that goes."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models.functions import Now

from assets.words import Quality
from collectors.endpoint_rules import (
    validate_endpoint,
    validate_networks,
    validate_ports,
    validate_serial_lines,
)
from collectors.queries import DisturbanceQuerySet, EndpointQuerySet, PauseQuerySet, SegmentQuerySet
from collectors.serial_lines import address_words


class Segment(models.Model):
    """A part of the network that may be polled: only these networks, only these ports.

    Loopback and other special addresses are reachable only where a network here lies wholly inside that
    special range, so that they must have been named.
    """

    name = models.CharField(max_length=60, unique=True)
    site = models.ForeignKey("locations.Site", on_delete=models.PROTECT, related_name="+")
    networks = models.JSONField(
        default=list,
        validators=[validate_networks],
        help_text='Networks in CIDR form, as in ["10.20.0.0/16"].',
    )
    ports = models.JSONField(
        default=list,
        blank=True,
        validators=[validate_ports],
        help_text='Ports besides the usual ones, as numbers or "from-to" ranges.',
    )
    serial_lines = models.JSONField(
        default=list,
        blank=True,
        validators=[validate_serial_lines],
        help_text='Serial lines of the collector\'s machine that may be polled, as in ["/dev/ttyUSB0"].',
    )
    gateway = models.ForeignKey(
        "Endpoint",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="segments_behind",
        help_text="The router or switch, itself polled, without which nothing here can be reached.",
    )
    requests_per_s = models.FloatField(
        null=True,
        blank=True,
        validators=[MinValueValidator(0.1)],
        help_text="At most this many requests a second to all its devices together; empty for no ceiling.",
    )

    objects = SegmentQuerySet.as_manager()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Chunk(models.Model):
    """Endpoints of one segment that one worker polls at a time: what is handed out, held, and handed on.

    A worker holds a chunk while ``held_until`` lies ahead, and renews that as long as it lives. ``generation``
    goes up with each hand-out; a message of an older one is void. All endpoints at one address share a chunk.
    """

    segment = models.ForeignKey(Segment, on_delete=models.CASCADE, related_name="chunks")
    generation = models.PositiveBigIntegerField(default=0)
    offered_at = models.DateTimeField(null=True, help_text="When it was last put into its segment's queue.")
    holder = models.CharField(max_length=120, blank=True, help_text="The worker: host, process, start.")
    held_since = models.DateTimeField(null=True)
    held_until = models.DateTimeField(null=True)
    size = models.PositiveIntegerField(default=0, help_text="Its endpoints, when they were last dealt out.")

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"chunk {self.pk}"


class HandOut(models.Model):
    """The one row about handing out chunks: when that was last done, all by the database's clock."""

    at = models.DateTimeField(help_text="When chunks were last handed out.")
    counts_from = models.DateTimeField(
        help_text="After a gap nobody loses a chunk before a whole lease has passed since this."
    )
    dealt = models.CharField(
        max_length=60, blank=True, help_text="The state of the notices when endpoints were last dealt out."
    )

    def __str__(self) -> str:
        return f"handed out at {self.at:%F %T}"


class Notice(models.Model):
    """What holders of chunks are to hear of. Triggers in the database write it, so that no change is missed.

    It concerns a chunk (0: endpoints in none), or all chunks of a segment, or all there are if neither is named;
    with ``endpoint_id`` it asks to poll that endpoint soon. Rows are plain numbers, and deleted after an hour.
    """

    chunk_id = models.BigIntegerField(null=True)
    segment_id = models.BigIntegerField(null=True)
    endpoint_id = models.BigIntegerField(null=True)
    at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"notice {self.pk}"


class Credential(models.Model):
    """A secret towards devices, sealed with a key that is not in the database and bound to this row.

    See :mod:`collectors.credentials` for opening and sealing; the plain secret is never shown again.
    """

    class Kind(models.TextChoices):
        SNMP_COMMUNITY = "snmp_community", "SNMP v1/v2c community"
        SNMP_USM = "snmp_usm", "SNMP v3 user"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=60, unique=True)
    kind = models.CharField(max_length=16, choices=Kind.choices, default=Kind.SNMP_USM)
    protocols = models.CharField(
        max_length=40,
        blank=True,
        editable=False,
        help_text="What it uses, which is no secret: sha256/aes128.",
    )
    sealed = models.BinaryField(editable=False)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Endpoint(models.Model):
    """One address that answers for one device, or for a table of them."""

    class Protocol(models.TextChoices):
        SNMP_V1 = "snmp_v1", "SNMP v1"
        SNMP_V2C = "snmp_v2c", "SNMP v2c"
        SNMP_V3 = "snmp_v3", "SNMP v3"
        MODBUS_TCP = "modbus_tcp", "Modbus/TCP"
        MODBUS_TLS = "modbus_tls", "Modbus/TCP Security (TLS)"
        MODBUS_UDP = "modbus_udp", "Modbus over UDP"
        MODBUS_RTU_TCP = "modbus_rtu_tcp", "Modbus RTU over TCP"
        MODBUS_RTU = "modbus_rtu", "Modbus RTU, serial"
        MODBUS_ASCII = "modbus_ascii", "Modbus ASCII, serial"

    class Driver(models.TextChoices):
        WHEREABOUTS = "whereabouts", "Whereabouts' own SNMP codec"
        PYSNMP = "pysnmp", "pysnmp"

    name = models.CharField(max_length=80, unique=True)
    segment = models.ForeignKey(Segment, on_delete=models.PROTECT, related_name="endpoints")
    chunk = models.ForeignKey(
        Chunk, on_delete=models.SET_NULL, null=True, blank=True, editable=False, related_name="endpoints"
    )
    protocol = models.CharField(max_length=16, choices=Protocol.choices, default=Protocol.SNMP_V3)
    host = models.CharField(
        max_length=253, help_text="Address, name, or the path of a serial line, as in /dev/ttyUSB0."
    )
    port = models.PositiveIntegerField(validators=[MinValueValidator(1), MaxValueValidator(65535)])
    line_settings = models.CharField(
        max_length=12,
        blank=True,
        help_text="Of a serial line: baud, data bits, parity, stop bits, as in 9600 8N1.",
    )
    unit_id = models.PositiveSmallIntegerField(default=1, validators=[MaxValueValidator(255)])
    profile = models.SlugField(max_length=60, help_text="Name of a device profile.")
    credential = models.ForeignKey(
        Credential, on_delete=models.PROTECT, null=True, blank=True, related_name="endpoints"
    )
    asset = models.ForeignKey(
        "assets.Asset",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="endpoints",
        help_text="The device that it answers for; empty for a gateway whose table names its devices.",
    )
    interval_s = models.FloatField(default=30.0, validators=[MinValueValidator(1.0)])
    interval_in_use_s = models.FloatField(
        null=True,
        blank=True,
        validators=[MinValueValidator(1.0)],
        help_text="Its interval while it is in use; empty for no difference.",
    )
    timeout_s = models.FloatField(default=2.0, validators=[MinValueValidator(0.1), MaxValueValidator(30.0)])
    pause_between_ms = models.PositiveIntegerField(
        default=0,
        validators=[MaxValueValidator(60_000)],
        help_text="The least time between an answer of the device and the next request to it.",
    )
    behind = models.ForeignKey(
        "self",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="devices_behind",
        help_text="The gateway or switch without which it cannot be reached.",
    )
    driver = models.CharField(
        max_length=16,
        choices=Driver.choices,
        blank=True,
        help_text="Empty for the one that serves its protocol by default.",
    )
    context_name = models.CharField(max_length=32, blank=True, help_text="SNMP v3 context.")
    max_varbinds = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
        help_text="Most objects in one SNMP request; empty for what its profile says.",
    )
    max_repetitions = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
        help_text="Most rows in one GETBULK; empty for what its profile says.",
    )
    max_message_bytes = models.PositiveIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(484), MaxValueValidator(65_507)],
        help_text="Largest SNMP message that it can take and send; empty for what fits into one datagram.",
    )
    is_enabled = models.BooleanField(default=True)
    exception_reason = models.CharField(
        max_length=200,
        blank=True,
        help_text="Why a protocol weaker than SNMP v3 with privacy is accepted here.",
    )

    objects = EndpointQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        permissions = [("poll_endpoint", "Can poll an endpoint now")]
        constraints = [
            models.UniqueConstraint(
                fields=["host", "port", "unit_id", "profile"],
                name="endpoint_once",
                violation_error_message="This address is polled with that profile already.",
            ),
            models.CheckConstraint(
                condition=~models.Q(protocol__in=["snmp_v1", "snmp_v2c"]) | ~models.Q(exception_reason=""),
                name="endpoint_community_has_reason",
                violation_error_message="SNMP v1 and v2c send all in the clear: say why it is accepted here.",
            ),
            models.CheckConstraint(
                condition=models.Q(interval_s__gte=1.0),
                name="endpoint_interval_at_least_a_second",
                violation_error_message="A device is polled at most once a second.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def address(self) -> str:
        """Where it is reached, for people."""
        return address_words(self.host, self.port)

    def clean(self) -> None:
        super().clean()
        if self.segment_id is not None and self.port is not None:
            validate_endpoint(self)


class Pause(models.Model):
    """Polling held back by a person: of one endpoint, of one segment, or of everything when neither is named.

    Over when ``ended_at`` is set, or when ``until`` has passed.
    """

    segment = models.ForeignKey(
        Segment, on_delete=models.CASCADE, null=True, blank=True, related_name="pauses"
    )
    endpoint = models.ForeignKey(
        Endpoint, on_delete=models.CASCADE, null=True, blank=True, related_name="pauses"
    )
    reason = models.CharField(max_length=200)
    begun_at = models.DateTimeField()
    begun_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    until = models.DateTimeField(null=True, blank=True, help_text="When it ends by itself; empty for never.")
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = PauseQuerySet.as_manager()

    class Meta:
        ordering = ["-begun_at"]
        permissions = [("pause_polling", "Can pause and resume polling")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(segment__isnull=True) | models.Q(endpoint__isnull=True),
                name="pause_of_one_thing",
            ),
            models.CheckConstraint(condition=~models.Q(reason=""), name="pause_has_reason"),
        ]

    def __str__(self) -> str:
        return f"pause of {self.endpoint or self.segment or 'everything'}"


class EndpointHealth(models.Model):
    """How polling an endpoint goes: written in bulk by the collector alone."""

    endpoint = models.OneToOneField(
        Endpoint, on_delete=models.CASCADE, primary_key=True, related_name="health"
    )
    attempted_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    latency_ms = models.FloatField(null=True)
    quality = models.CharField(max_length=16, choices=Quality.choices, null=True)
    detail = models.CharField(max_length=300, blank=True, help_text="The last failure, in words.")
    failing_since = models.DateTimeField(null=True)
    failures_in_a_row = models.PositiveIntegerField(default=0)
    polls = models.PositiveBigIntegerField(default=0)
    answers = models.PositiveBigIntegerField(default=0)
    next_poll_at = models.DateTimeField(null=True)
    recovered_at = models.DateTimeField(null=True, help_text="When it last came back.")
    typical_ms = models.FloatField(null=True, help_text="What its latency usually is: a running mean.")
    refused = models.JSONField(
        default=dict, help_text="Datagrams in its name that were not believed: reason → count."
    )
    marked_at = models.DateTimeField(null=True, help_text="When the two counts after this were noted.")
    marked_polls = models.PositiveBigIntegerField(default=0)
    marked_answers = models.PositiveBigIntegerField(default=0)
    earlier_at = models.DateTimeField(null=True, help_text="The mark before that, about a day older.")
    earlier_polls = models.PositiveBigIntegerField(default=0)
    earlier_answers = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.endpoint_id}: {self.quality or 'never polled'}"


class CollectorState(models.Model):
    """How a collector process does, told by itself every few seconds; one that stays silent is gone."""

    holder = models.CharField(
        max_length=120, primary_key=True, help_text="Host, process, start; as in Chunk."
    )
    started_at = models.DateTimeField()
    at = models.DateTimeField(help_text="When it last told.")
    stopped_at = models.DateTimeField(
        null=True, help_text="When it ended in order, or was succeeded on its host."
    )
    segments = models.JSONField(default=list, help_text="Names of the segments it serves; empty for all.")
    queue_length = models.PositiveIntegerField(default=0, help_text="Polls that wait to be recorded.")
    lag_s = models.FloatField(null=True, help_text="From a device's reply to the commit, lately.")
    recorded = models.PositiveBigIntegerField(default=0, help_text="Observations recorded since its start.")
    rejected = models.PositiveBigIntegerField(default=0, help_text="Observations that can never be recorded.")
    spool_bytes = models.PositiveBigIntegerField(default=0)
    spool_records = models.PositiveBigIntegerField(default=0)
    spool_oldest_at = models.DateTimeField(null=True)
    dropped = models.PositiveBigIntegerField(
        default=0, help_text="Records given up because the spool was full."
    )
    torn = models.PositiveBigIntegerField(default=0, help_text="Records that were damaged on disk.")
    refused = models.JSONField(default=dict, help_text="Datagrams that were not believed: reason → count.")

    class Meta:
        ordering = ["holder"]

    def __str__(self) -> str:
        return self.holder


class Disturbance(models.Model):
    """Something in collecting that was not as it should be, from when to when: both ends are state changes.

    Written by one sweep alone (:mod:`collectors.disturbances`). What still lasts has no ``end``.
    """

    class Kind(models.TextChoices):
        ENDPOINT = "endpoint", "Endpoint does not answer"
        SEGMENT = "segment", "Segment is silent"
        UNSERVED = "unserved", "No collector polls"
        SPOOL = "spool", "Observations wait on disk"
        SPOOL_FULL = "spool_full", "Observations were given up"
        WORKER = "worker", "Collector lost"

    kind = models.CharField(max_length=12, choices=Kind.choices)
    subject = models.CharField(max_length=160, help_text="What it is about, as a key: endpoint:12.")
    title = models.CharField(max_length=160, help_text="What it was called at that moment.")
    endpoint = models.ForeignKey(
        Endpoint, on_delete=models.CASCADE, null=True, blank=True, related_name="disturbances"
    )
    segment = models.ForeignKey(
        Segment, on_delete=models.CASCADE, null=True, blank=True, related_name="disturbances"
    )
    words = models.CharField(max_length=300)
    begin = models.DateTimeField()
    end = models.DateTimeField(null=True)

    objects = DisturbanceQuerySet.as_manager()

    class Meta:
        ordering = ["-begin", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "subject"],
                condition=models.Q(end__isnull=True),
                name="disturbance_open_once",
            )
        ]
        indexes = [
            models.Index(fields=["begin"], name="disturbance_begin"),
            models.Index(fields=["end"], name="disturbance_end"),
        ]

    def __str__(self) -> str:
        return f"{self.title}: {self.words}"


class ManualPoll(models.Model):
    """A person's request for one poll now, and what came back: decoded beside raw.

    The collector that owns the endpoint takes it, so that a device never has two requests under way.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    endpoint = models.ForeignKey(Endpoint, on_delete=models.CASCADE, related_name="manual_polls")
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    requested_at = models.DateTimeField()
    taken_at = models.DateTimeField(null=True, help_text="When a collector took it.")
    finished_at = models.DateTimeField(null=True)
    report = models.JSONField(null=True)

    class Meta:
        ordering = ["-requested_at"]
        indexes = [
            models.Index(
                fields=["requested_at"],
                condition=models.Q(finished_at__isnull=True),
                name="manual_poll_waiting",
            )
        ]

    def __str__(self) -> str:
        return f"{self.endpoint} {self.requested_at:%F %T}"
