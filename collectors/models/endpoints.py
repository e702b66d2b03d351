"""What is polled, and how: segments of the network, the endpoints in them, and their credentials."""

from __future__ import annotations

import uuid

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from collectors.endpoint_rules import (
    validate_endpoint,
    validate_networks,
    validate_ports,
    validate_serial_lines,
)
from collectors.models.sharing import Chunk
from collectors.queries import EndpointQuerySet, SegmentQuerySet
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
        "collectors.Endpoint",
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


class Credential(models.Model):
    """A secret towards devices, sealed with a key that is not in the database and bound to this row.

    See :mod:`collectors.credentials` for opening and sealing; the plain secret is never shown again.
    """

    class Kind(models.TextChoices):
        SNMP_COMMUNITY = "snmp_community", "SNMP v1/v2c community"
        SNMP_USM = "snmp_usm", "SNMP v3 user"
        LOGIN = "login", "User name and password"

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
        DICOM = "dicom", "DICOM (C-ECHO)"

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
    called_ae_title = models.CharField(
        max_length=16, blank=True, help_text="DICOM: the application entity title of the device."
    )
    calling_ae_title = models.CharField(
        max_length=16, blank=True, help_text="DICOM: ours, as the device knows it; empty for WHEREABOUTS."
    )
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
