"""Equipment as it stands in the register: the catalogue, each piece, and the numbers on it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from assets.identifiers import canonical
from assets.queries import AssetQuerySet
from assets.words import Shape

if TYPE_CHECKING:
    from assets.models.current import AssetNow


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
        OWNED = "owned", _("Owned")
        LEASED = "leased", _("Leased")
        RENTED = "rented", _("Rented")
        LOANED = "loaned", _("On loan")
        CONSIGNED = "consigned", _("On consignment")

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
    ownership = models.CharField(max_length=10, choices=Ownership.choices, default=Ownership.OWNED)
    return_due_on = models.DateField(
        null=True,
        blank=True,
        help_text="The last day on which it may be here, if it is not the hospital's own.",
    )
    day_rate = models.DecimalField(
        max_digits=10,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
        help_text=_("What a day of it costs, in the hospital's currency, if it is not the hospital's own."),
    )
    power_feed = models.ForeignKey(
        "self",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="fed",
        help_text="The UPS or distribution unit without which it has no power.",
    )
    created_at = models.DateTimeField(auto_now_add=True)
    retired_at = models.DateTimeField(null=True, blank=True)

    objects = AssetQuerySet.as_manager()

    class Meta:
        ordering = ["asset_tag"]
        indexes = [
            models.Index(fields=["serial_number"], name="asset_serial"),
            models.Index(fields=["udi_di"], name="asset_udi_di"),
        ]
        permissions = [
            ("find_asset", "Can find available equipment"),
            ("watch_floor", "Can watch the live map of a floor, and nothing besides"),
        ]

    def __str__(self) -> str:
        return f"{self.model.category.name} {self.asset_tag}"

    def clean(self) -> None:
        super().clean()
        if self.return_due_on is not None and self.ownership == self.Ownership.OWNED:
            raise ValidationError({"return_due_on": _("What the hospital owns is returned to nobody.")})
        if self.day_rate is not None and self.ownership == self.Ownership.OWNED:
            raise ValidationError({"day_rate": _("Nobody is paid for what the hospital owns.")})
        if self.power_feed_id is not None and self.power_feed_id == self.pk:
            raise ValidationError({"power_feed": _("It cannot feed itself.")})

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
