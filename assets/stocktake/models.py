"""A stocktake: the list as it was when it was opened, what people said in the rooms, and what came of it.

What was said is kept in :class:`Scan`, and only added to; :class:`Line` is what follows from it. Names, places and
prices are kept as they were at the opening, so that the report of a closed stocktake never changes.
"""

from __future__ import annotations

from typing import Any, ClassVar, NoReturn

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from assets.signatures import NAME_LENGTH
from assets.stocktake.queries import HistoryError, LineQuerySet, RoomQuerySet, StocktakeQuerySet
from assets.stocktake.words import Said, State

CODE_LENGTH = 500
NOTE_LENGTH = 300


def person() -> Any:
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )


class Stocktake(models.Model):
    """``scope`` says in words what is counted: places, then kinds of equipment."""

    name = models.CharField(_("name"), max_length=120)
    site = models.ForeignKey("locations.Site", on_delete=models.PROTECT, related_name="+")
    scope = models.CharField(max_length=300)
    categories: models.ManyToManyField[Any, Any] = models.ManyToManyField(
        "assets.Category", blank=True, related_name="+", help_text="None: all."
    )
    opened_at = models.DateTimeField()
    opened_by = person()
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = person()
    signed_by = models.CharField(max_length=NAME_LENGTH, blank=True)
    drawing = models.BinaryField(null=True, blank=True)
    note = models.CharField(max_length=NOTE_LENGTH, blank=True, help_text="What was said at its end.")

    objects: ClassVar[Any] = StocktakeQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-opened_at", "-pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True) | ~Q(signed_by=""), name="stocktake_closed_is_signed"
            )
        ]
        permissions: ClassVar = [
            ("count_stocktake", "Can count in a stocktake"),
            ("open_stocktake", "Can open a stocktake, and close it with a signature"),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk and Stocktake.objects.filter(pk=self.pk, closed_at__isnull=False).exists():
            raise HistoryError("a closed stocktake is never changed")
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return reverse("stocktake", args=[self.pk])

    @property
    def is_open(self) -> bool:
        return self.closed_at is None

    def delete(self, *_args: Any, **_kwargs: Any) -> NoReturn:
        raise HistoryError("a stocktake is never deleted")


class OfStocktake(models.Model):
    """What belongs to a stocktake, and does not change any more once that is closed."""

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if Stocktake.objects.filter(pk=self.stocktake_id, closed_at__isnull=False).exists():  # type: ignore[attr-defined]
            raise HistoryError("what a closed stocktake counted is never changed")
        super().save(*args, **kwargs)

    def delete(self, *_args: Any, **_kwargs: Any) -> NoReturn:
        raise HistoryError("what was counted is never deleted")


class Room(OfStocktake):
    """A room of a stocktake, with its names as they were; closed by whoever has counted it."""

    stocktake = models.ForeignKey(Stocktake, on_delete=models.PROTECT, related_name="rooms")
    zone = models.ForeignKey("locations.Zone", on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=120)
    floor = models.CharField(max_length=200)
    position = models.PositiveIntegerField(help_text="In the order of the floors.")
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = person()

    objects: ClassVar[Any] = RoomQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["stocktake", "position"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["stocktake", "zone"], name="stocktake_room_once")
        ]

    def __str__(self) -> str:
        return f"{self.name}, {self.floor}"

    def get_absolute_url(self) -> str:
        return reverse("stocktake-room", args=[self.stocktake_id, self.pk])


class Line(OfStocktake):
    """One piece of equipment, or one code that no piece has, in a stocktake: there is never a second line of it."""

    stocktake = models.ForeignKey(Stocktake, on_delete=models.PROTECT, related_name="lines")
    asset = models.ForeignKey("assets.Asset", on_delete=models.PROTECT, null=True, related_name="+")
    code = models.CharField(
        max_length=CODE_LENGTH, blank=True, help_text="What was read, where it is of nothing known."
    )
    is_expected = models.BooleanField()
    room = models.ForeignKey(
        Room, on_delete=models.PROTECT, null=True, related_name="lines",
        help_text="Where it should be; none where no place was known, or it was not expected.",
    )  # fmt: skip
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    found_in = models.ForeignKey(Room, on_delete=models.PROTECT, null=True, related_name="found_lines")
    said_at = models.DateTimeField(null=True)
    said_by = person()
    remark = models.CharField(
        max_length=NOTE_LENGTH, blank=True, help_text="Why its place was not corrected."
    )

    asset_tag = models.CharField(max_length=40, blank=True)
    serial_number = models.CharField(max_length=80, blank=True)
    model = models.CharField(max_length=170, blank=True)
    category = models.CharField(max_length=80, blank=True)
    department = models.CharField(max_length=120, blank=True)
    place = models.CharField(max_length=330, blank=True, help_text="Where the system had it.")
    place_at = models.DateTimeField(null=True, help_text="How old that was.")
    place_by = models.CharField(max_length=20, blank=True, help_text="What it was known by.")
    cost = models.DecimalField(max_digits=12, decimal_places=2, null=True)

    objects: ClassVar[Any] = LineQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["stocktake", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["stocktake", "asset"], condition=Q(asset__isnull=False), name="stocktake_asset_once"
            ),
            models.UniqueConstraint(
                fields=["stocktake", "found_in", "code"], condition=Q(asset__isnull=True), name="stocktake_code_once"
            ),
            models.CheckConstraint(
                condition=Q(asset__isnull=False, code="") | (Q(asset__isnull=True) & ~Q(code="")),
                name="stocktake_line_of_something",
            ),
        ]  # fmt: skip
        indexes: ClassVar = [models.Index(fields=["stocktake", "state"], name="stocktake_line_state")]

    def __str__(self) -> str:
        return self.asset_tag or self.code


class Scan(OfStocktake):
    """Somebody said something of a line, in a room. ``key`` names it: however often it is sent, it is one."""

    stocktake = models.ForeignKey(Stocktake, on_delete=models.PROTECT, related_name="scans")
    line = models.ForeignKey(Line, on_delete=models.PROTECT, related_name="scans")
    room = models.ForeignKey(Room, on_delete=models.PROTECT, related_name="scans")
    said = models.CharField(max_length=8, choices=Said.choices)
    key = models.UUIDField()
    at = models.DateTimeField()
    by = person()
    undone_at = models.DateTimeField(null=True)
    undone_by = person()

    class Meta:
        ordering: ClassVar = ["at", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["stocktake", "key"], name="stocktake_scan_once")
        ]

    def __str__(self) -> str:
        return f"{self.line_id} {self.said} in {self.room_id}"


class Decision(models.Model):
    """What became of an unknown tag, during the stocktake or after it: registered as a piece, or dismissed."""

    line = models.OneToOneField(Line, on_delete=models.PROTECT, primary_key=True, related_name="decision")
    asset = models.ForeignKey(
        "assets.Asset", on_delete=models.PROTECT, null=True, related_name="+", help_text="None: dismissed."
    )
    note = models.CharField(max_length=NOTE_LENGTH, blank=True)
    at = models.DateTimeField()
    by = person()

    class Meta:
        ordering: ClassVar = ["-at"]

    def __str__(self) -> str:
        return f"{self.line_id}: {'registered' if self.asset_id else 'dismissed'}"
