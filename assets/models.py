"""Equipment as data: the catalogue, each asset, its current row, and the history that figures come from."""

from __future__ import annotations

from copy import copy
from datetime import datetime

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q

from assets.identifiers import canonical
from assets.queries import AssetQuerySet, HistoryQuerySet
from assets.words import Activity, Basis, Quality, Shape


class Category(models.Model):
    """A kind of equipment that people ask for by one name."""

    name = models.CharField(max_length=80, unique=True)
    plural = models.CharField(max_length=80)
    slug = models.SlugField(unique=True)
    shape = models.CharField(max_length=12, choices=Shape.choices, default=Shape.GENERAL)
    synonyms = models.JSONField(default=list, blank=True, help_text="Other words that people search for.")
    emdn = models.CharField(max_length=20, blank=True, help_text="European Medical Device Nomenclature code.")
    stale_after_s = models.PositiveIntegerField(
        default=120, help_text="Seconds without news after which an asset counts as not heard."
    )
    presumed_after_s = models.PositiveIntegerField(
        default=600, help_text="Seconds in a patient-care zone after which use is presumed; 0 for never."
    )
    is_mobile = models.BooleanField(default=True)

    class Meta:
        ordering = ["name"]
        verbose_name_plural = "categories"

    def __str__(self) -> str:
        return self.name


class EquipmentModel(models.Model):
    """A maker's model."""

    manufacturer = models.CharField(max_length=80)
    name = models.CharField(max_length=80)
    category = models.ForeignKey(Category, on_delete=models.PROTECT, related_name="models")

    class Meta:
        ordering = ["manufacturer", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["manufacturer", "name"],
                name="model_once_per_manufacturer",
                violation_error_message="This manufacturer has a model of that name already.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.manufacturer} {self.name}"


class Asset(models.Model):
    """One piece of equipment. What it is; where it is and what it does stands in :class:`AssetNow`."""

    class Ownership(models.TextChoices):
        OWNED = "owned", "Owned"
        RENTED = "rented", "Rented"
        LOANED = "loaned", "On loan"

    asset_tag = models.SlugField(
        max_length=40, unique=True, help_text="The hospital's own number, as on its label."
    )
    serial_number = models.CharField(max_length=80, blank=True)
    udi_di = models.CharField("UDI-DI", max_length=40, blank=True)
    model = models.ForeignKey(EquipmentModel, on_delete=models.PROTECT, related_name="assets")
    site = models.ForeignKey("locations.Site", on_delete=models.PROTECT, related_name="+")
    department = models.ForeignKey(
        "locations.Department", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    home_zone = models.ForeignKey(
        "locations.Zone",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="Where it belongs; for fixed equipment, where it stands.",
    )
    rtls_tag = models.OneToOneField(
        "locations.Tag", on_delete=models.SET_NULL, null=True, blank=True, related_name="asset"
    )
    is_fixed = models.BooleanField(default=False, help_text="Installed in its home zone and never moved.")
    ownership = models.CharField(max_length=8, choices=Ownership.choices, default=Ownership.OWNED)
    created_at = models.DateTimeField(auto_now_add=True)
    retired_at = models.DateTimeField(null=True, blank=True)

    objects = AssetQuerySet.as_manager()

    class Meta:
        ordering = ["asset_tag"]
        indexes = [models.Index(fields=["serial_number"], name="asset_serial")]
        permissions = [
            ("find_asset", "Can find available equipment"),
            ("watch_floor", "Can watch the live map of a floor, and nothing besides"),
        ]

    def __str__(self) -> str:
        return f"{self.model.category.name} {self.asset_tag}"

    def now_as_of(self, moment: datetime) -> AssetNow | None:
        """Its current row as it is to be shown at ``moment``; ``None`` if it was never heard of."""
        row: AssetNow | None = getattr(self, "now", None)
        return row and row.as_of(moment)


class Identifier(models.Model):
    """A further name of an asset: what its network card, its messages or its own menu call it.

    One name means one asset. Values are kept in one spelling: see :mod:`assets.identifiers`.
    """

    class Kind(models.TextChoices):
        MAC = "mac", "MAC address"
        EUI64 = "eui64", "EUI-64"
        HOSTNAME = "hostname", "Host name"
        AE_TITLE = "ae_title", "DICOM AE title"

    asset = models.ForeignKey(Asset, on_delete=models.CASCADE, related_name="identifiers")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    value = models.CharField(max_length=64)

    class Meta:
        ordering = ["asset", "kind", "value"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "value"],
                name="identifier_means_one_asset",
                violation_error_message="Another piece of equipment has this name already.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.value}"

    def clean(self) -> None:
        super().clean()
        try:
            self.value = canonical(self.kind, self.value)
        except ValueError as error:
            raise ValidationError({"value": str(error)}) from None


class AssetNow(models.Model):
    """The current row: one per asset, narrow, written in bulk by the recorder alone."""

    asset = models.OneToOneField(Asset, on_delete=models.CASCADE, primary_key=True, related_name="now")
    revision = models.BigIntegerField(
        default=0, help_text="Grows with each change, so that late frames are dropped."
    )

    activity = models.CharField(max_length=12, choices=Activity.choices, default=Activity.UNKNOWN)
    basis = models.CharField(max_length=12, choices=Basis.choices, default=Basis.SILENCE)
    since = models.DateTimeField(null=True)

    floor = models.ForeignKey("locations.Floor", on_delete=models.SET_NULL, null=True, related_name="+")
    zone = models.ForeignKey("locations.Zone", on_delete=models.SET_NULL, null=True, related_name="+")
    zone_since = models.DateTimeField(null=True)
    x = models.FloatField(null=True)
    y = models.FloatField(null=True)
    position_at = models.DateTimeField(null=True)
    position_error_m = models.FloatField(null=True)
    position_confidence = models.FloatField(null=True, help_text="0 to 1: how sure the zone is.")
    position_receiver = models.CharField(
        max_length=64, null=True, help_text="Identifier of what heard it there, if something did."
    )
    position_rssi_dbm = models.FloatField(null=True, help_text="How strongly, if that was told.")
    position_means = models.CharField(
        max_length=16, null=True, help_text="By what it is known, where that is more than one receiver."
    )
    position_receivers = models.SmallIntegerField(null=True, help_text="How many receivers heard it there.")

    battery_percent = models.FloatField(null=True)
    heard_at = models.DateTimeField(null=True, help_text="When it was last heard of, at the device.")
    stale_at = models.DateTimeField(null=True, help_text="When silence makes it unknown.")
    decide_at = models.DateTimeField(null=True, help_text="When the clock alone may change its activity.")

    class Meta:
        verbose_name_plural = "current rows"
        # None on what changes with every poll: an index there makes each poll several times as dear, and the few
        # who ask by time read all of this small table.
        indexes = [models.Index(fields=["floor"], name="now_floor")]

    def __str__(self) -> str:
        return f"{self.asset_id}: {self.activity}"

    def as_of(self, moment: datetime) -> AssetNow:
        """The row as it is to be shown at ``moment``: silence makes unknown at once, however late the sweep comes.

        What a person said stands: it does not rest on hearing the equipment.
        """
        is_silent = self.stale_at is not None and self.stale_at <= moment
        if not is_silent or self.basis == Basis.PERSON or self.activity == Activity.UNKNOWN:
            return self
        shown = copy(self)
        shown.activity, shown.basis, shown.since = Activity.UNKNOWN, Basis.SILENCE, self.stale_at
        return shown


class ActivityInterval(models.Model):
    """What an asset did from ``begin`` to ``end``; the open one has no end. Kept for ever."""

    asset = models.ForeignKey(Asset, on_delete=models.CASCADE, related_name="intervals")
    activity = models.CharField(max_length=12, choices=Activity.choices)
    basis = models.CharField(max_length=12, choices=Basis.choices)
    source = models.CharField(max_length=64, blank=True)
    begin = models.DateTimeField()
    end = models.DateTimeField(null=True, blank=True)

    objects = HistoryQuerySet.as_manager()

    class Meta:
        ordering = ["asset", "begin"]
        constraints = [
            models.UniqueConstraint(fields=["asset", "begin"], name="interval_once"),
            models.UniqueConstraint(
                fields=["asset"], condition=Q(end__isnull=True), name="interval_one_open_per_asset"
            ),
            models.CheckConstraint(
                condition=Q(end__isnull=True) | Q(end__gt=F("begin")), name="interval_has_length"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.asset_id} {self.activity} {self.begin:%F %T}"


class Stay(models.Model):
    """An uninterrupted presence in one zone, after the room filter. Kept for ever."""

    asset = models.ForeignKey(Asset, on_delete=models.CASCADE, related_name="stays")
    zone = models.ForeignKey("locations.Zone", on_delete=models.PROTECT, related_name="+")
    source = models.CharField(max_length=64, blank=True)
    begin = models.DateTimeField()
    end = models.DateTimeField(null=True, blank=True)

    objects = HistoryQuerySet.as_manager()

    class Meta:
        ordering = ["asset", "begin"]
        constraints = [
            models.UniqueConstraint(fields=["asset", "begin"], name="stay_once"),
            models.UniqueConstraint(
                fields=["asset"], condition=Q(end__isnull=True), name="stay_one_open_per_asset"
            ),
            models.CheckConstraint(
                condition=Q(end__isnull=True) | Q(end__gt=F("begin")), name="stay_has_length"
            ),
        ]
        indexes = [models.Index(fields=["zone", "begin"], name="stay_zone_begin")]

    def __str__(self) -> str:
        return f"{self.asset_id} in {self.zone_id} {self.begin:%F %T}"


class Waypoint(models.Model):
    """Where an asset was estimated to be, kept where that says something new (see assets/recording/waypoints.py).

    It stands until the asset's next one; that one says from when on nothing was reported in between. Kept for
    ``settings.TRAIL_KEPT_DAYS``, and the latest before that; stays are kept for ever.
    """

    asset = models.ForeignKey(
        Asset, on_delete=models.CASCADE, related_name="waypoints", db_index=False, db_constraint=False
    )
    at_us = models.BigIntegerField(help_text="Microseconds since 1970.")
    floor = models.ForeignKey(
        "locations.Floor", on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    zone = models.ForeignKey(
        "locations.Zone",
        on_delete=models.CASCADE,
        null=True,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    x = models.FloatField()
    y = models.FloatField()
    error_m = models.FloatField()
    confidence = models.FloatField(help_text="0 to 1: how sure the zone is.")
    silent_since_us = models.BigIntegerField(
        null=True, help_text="From then until this one, nothing was reported."
    )

    class Meta:
        ordering = ["asset", "at_us"]
        constraints = [models.UniqueConstraint(fields=["asset", "at_us"], name="waypoint_once")]
        indexes = [models.Index(fields=["floor", "at_us"], name="waypoint_floor_at")]

    def __str__(self) -> str:
        return f"{self.asset_id} at {self.x}, {self.y}, {self.at_us} µs"


class ReadingNow(models.Model):
    """The latest of each reading of an asset, failed ones included: a failure has a quality and no value.

    A view over what the recorder keeps in :attr:`TimelineHead.latest`: to read, not to write. A migration that
    changes that table drops the view first and makes it again.
    """

    id = models.CharField(max_length=64, primary_key=True)
    asset = models.ForeignKey(
        Asset, on_delete=models.DO_NOTHING, db_constraint=False, related_name="readings_now"
    )
    name = models.CharField(max_length=40, help_text="A name of the vocabulary.")
    number = models.FloatField(null=True)
    text = models.CharField(max_length=200, null=True)
    quality = models.CharField(max_length=16, choices=Quality.choices, default=Quality.GOOD)
    at = models.DateTimeField()
    good_at = models.DateTimeField(
        null=True, help_text="When it last had a value; that value is in the history."
    )
    source = models.CharField(max_length=64)

    class Meta:
        managed = False
        db_table = "assets_readingnow"

    def __str__(self) -> str:
        return f"{self.asset_id} {self.name}"


class Reading(models.Model):
    """Numeric history: on change beyond the deadband or at the heartbeat, never every poll."""

    asset = models.ForeignKey(Asset, on_delete=models.CASCADE, related_name="readings", db_index=False)
    name = models.CharField(max_length=40)
    at = models.DateTimeField()
    value = models.FloatField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["asset", "name", "at"], name="reading_once")]
        indexes = [models.Index(fields=["at"], name="reading_at")]

    def __str__(self) -> str:
        return f"{self.asset_id} {self.name} {self.value}"


class Statement(models.Model):
    """What a person said of an asset: cleaned, dirty or broken. Holds until stronger or newer evidence."""

    asset = models.ForeignKey(Asset, on_delete=models.CASCADE, related_name="statements")
    activity = models.CharField(
        max_length=12,
        choices=[(a.value, a.label) for a in (Activity.AVAILABLE, Activity.DIRTY, Activity.DOWN)],
    )
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ["asset", "-at"]

    def __str__(self) -> str:
        return f"{self.asset_id} {self.activity}"


class Placement(models.Model):
    """What a person said of where an asset is: it is here, in this room. Strong at once, and fading."""

    asset = models.ForeignKey(Asset, on_delete=models.CASCADE, related_name="placements")
    zone = models.ForeignKey("locations.Zone", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ["asset", "-at"]
        permissions = [("place_asset", "Can say in which room equipment is")]

    def __str__(self) -> str:
        return f"{self.asset_id} in {self.zone_id}"


class TimelineHead(models.Model):
    """The recorder's working state of one asset: everything heard so far, folded (see assets/recording).

    It is of no use to anybody else; pages read :class:`AssetNow`. Times are microseconds since 1970.
    """

    asset = models.OneToOneField(Asset, on_delete=models.CASCADE, primary_key=True, related_name="+")
    state = models.TextField(
        help_text="Folded up to the last evidence, before what the clock alone decided since."
    )
    clock_us = models.BigIntegerField(
        null=True, help_text="Begin of the last interval that the clock alone opened."
    )
    revision = models.BigIntegerField(default=0)
    latest = models.TextField(
        default="[]",
        help_text="The latest of each reading, by source and time: see assets/recording/latest.py.",
    )

    def __str__(self) -> str:
        return f"{self.asset_id}, revision {self.revision}"


class Checkpoint(models.Model):
    """The folded state at an earlier moment, from which late evidence is folded in again."""

    asset = models.ForeignKey(Asset, on_delete=models.CASCADE, related_name="+", db_index=False)
    at_us = models.BigIntegerField(help_text="Everything up to and at this moment is folded in.")
    state = models.TextField()
    is_lasting = models.BooleanField(
        default=False, help_text="Kept for the whole window, not only for minutes."
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["asset", "at_us"], name="checkpoint_once")]
        indexes = [models.Index(fields=["at_us"], name="checkpoint_at")]

    def __str__(self) -> str:
        return f"{self.asset_id} at {self.at_us} µs"


class EvidenceLog(models.Model):
    """What was recorded lately, so that a replay is recognised and a late arrival finds its place.

    Kept for ``settings.EVIDENCE_WINDOW_S``; what the figures come from is kept for ever elsewhere.
    """

    asset = models.ForeignKey(
        Asset, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    at_us = models.BigIntegerField()
    source = models.CharField(max_length=64)
    payload = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["asset", "at_us", "source"], name="evidence_once")]
        indexes = [models.Index(fields=["at_us"], name="evidence_at")]

    def __str__(self) -> str:
        return f"{self.asset_id} {self.source} at {self.at_us} µs"
