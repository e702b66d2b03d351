"""What each role's home answers first: queries over the current rows, never over history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, F, Max, Q, QuerySet
from django.utils import timezone

from assets.models import Asset, AssetNow, Category
from assets.queries import AssetQuerySet
from assets.words import LOOKS, Activity, Look
from collectors.models import Endpoint
from collectors.pauses import pauses_in_force
from collectors.situation import situation_at
from hospital.models import User
from hospital.roles import Role
from locations.models import Floor

LOW_BATTERY_PERCENT = 20.0
MOST_ROWS = 5


@dataclass(frozen=True, slots=True)
class Trouble:
    """One list of equipment that needs somebody: how many, and the first of them."""

    key: str
    title: str
    count: int
    assets: Sequence[Asset]


def equipment_in_trouble(user: Any) -> list[Trouble]:
    """Out of service, not heard, and batteries that run low, in order of risk; empty ones left out."""
    owned = Asset.objects.visible_to(user).in_service()
    lists: list[tuple[str, str, AssetQuerySet]] = [
        ("down", "Out of service", owned.filter(now__activity=Activity.DOWN).order_by("-now__since")),
        ("unheard", "Not heard", unheard(owned).order_by(F("now__since").desc(nulls_last=True))),
        ("battery", "Battery low", low_battery(owned).order_by("now__battery_percent")),
    ]
    troubles = [
        Trouble(key, title, assets.count(), list(assets.with_place()[:MOST_ROWS]))
        for key, title, assets in lists
    ]
    return [trouble for trouble in troubles if trouble.count]


def unheard(assets: AssetQuerySet) -> AssetQuerySet:
    """An asset without a current row has never been heard."""
    return assets.filter(Q(now__activity=Activity.UNKNOWN) | Q(now__isnull=True))


def low_battery(assets: AssetQuerySet) -> AssetQuerySet:
    """Those whose last report counts; a battery of an asset that is not heard is not known."""
    return assets.filter(now__battery_percent__lt=LOW_BATTERY_PERCENT).exclude(now__activity=Activity.UNKNOWN)


def failing_endpoints(user: Any) -> QuerySet[Endpoint]:
    """Longest first; what is silent for the sake of a gateway that fails is not failing itself."""
    endpoints: QuerySet[Endpoint] = (
        Endpoint.objects.visible_to(user)
        .polled()
        .failing()
        .exclude(pk__in=list(situation_at(timezone.now()).causes))
        .select_related("health", "asset")
        .order_by("health__failing_since")
    )
    return endpoints


@dataclass(frozen=True, slots=True)
class Bar:
    """A part of a whole, as percentages to draw by."""

    look: Look
    count: int
    offset: float
    width: float


@dataclass(frozen=True, slots=True)
class FleetLine:
    """One category now: how many are owned, and what they are doing. Coverage is the share that is heard."""

    category: Category
    owned: int
    counts: dict[str, int]

    @property
    def heard(self) -> int:
        return self.owned - self.counts[Activity.UNKNOWN]

    @property
    def coverage(self) -> float:
        """Percent."""
        return 100 * self.heard / self.owned

    @property
    def in_use_share(self) -> float | None:
        """Percent of those heard that are in use; nothing when none is heard."""
        return 100 * self.counts[Activity.IN_USE] / self.heard if self.heard else None

    @property
    def bars(self) -> list[Bar]:
        return bars(self.counts)


_DRAWN = (Activity.IN_USE, Activity.AVAILABLE, Activity.DIRTY, Activity.IN_TRANSIT, Activity.DOWN)


def bars(counts: dict[str, int]) -> list[Bar]:
    """The heard ones side by side; what is missing to the full width is not heard."""
    total = sum(counts.values())
    drawn, offset = [], 0.0
    for activity in _DRAWN:
        if count := counts.get(activity, 0):
            width = 100 * count / total
            drawn.append(Bar(LOOKS[activity], count, round(offset, 3), round(width, 3)))
            offset += width
    return drawn


def fleet_now(user: Any) -> list[FleetLine]:
    """Per category, the largest fleet first."""
    columns = {value: Count("pk", filter=Q(now__activity=value)) for value in Activity.values}
    rows = list(
        Asset.objects.visible_to(user)
        .in_service()
        .order_by()
        .values("model__category")
        .annotate(owned=Count("pk"), **columns)
    )
    categories = Category.objects.in_bulk([row["model__category"] for row in rows])
    lines = [_fleet_line(categories[row["model__category"]], row) for row in rows]
    return sorted(lines, key=lambda line: (-line.owned, line.category.name))


def _fleet_line(category: Category, row: dict[str, int]) -> FleetLine:
    counts = {value: row[value] for value in Activity.values}
    counts[Activity.UNKNOWN] = row["owned"] - sum(n for a, n in counts.items() if a != Activity.UNKNOWN)
    return FleetLine(category, row["owned"], counts)


def whole_fleet(lines: Sequence[FleetLine]) -> dict[str, int]:
    """Counts per activity over all categories."""
    return {value: sum(line.counts[value] for line in lines) for value in Activity.values}


@dataclass(frozen=True, slots=True)
class FloorLine:
    """A floor now: how many pieces are on it, and which of them need somebody."""

    floor: Floor
    count: int
    down: int
    unheard: int


def floors_now(user: Any) -> list[FloorLine]:
    """Every floor that the person may see, from the top down: two queries."""
    counts = {
        row["floor"]: row
        for row in AssetNow.objects.filter(
            asset__retired_at__isnull=True, asset__in=Asset.objects.visible_to(user)
        )
        .order_by()
        .values("floor")
        .annotate(
            count=Count("pk"),
            down=Count("pk", filter=Q(activity=Activity.DOWN)),
            unheard=Count("pk", filter=Q(activity=Activity.UNKNOWN)),
        )
    }
    floors = Floor.objects.visible_to(user).select_related("building").defer("outline")
    none = {"count": 0, "down": 0, "unheard": 0}
    rows = [(floor, counts.get(floor.pk, none)) for floor in floors.order_by("building__name", "-level")]
    return [FloorLine(floor, row["count"], row["down"], row["unheard"]) for floor, row in rows]


@dataclass(frozen=True, slots=True)
class SystemState:
    """Whether the installation itself does its work."""

    polled: int
    answering: int
    failing: int
    behind: int
    """Silent for the sake of a gateway that fails."""
    never_asked: int
    last_answer_at: datetime | None
    last_heard_at: datetime | None
    paused: Sequence[str]
    untracked: int
    people: Sequence[tuple[str, int]]
    inactive_people: int

    def is_collecting(self, now: datetime) -> bool:
        """Whether any device answered within the last two minutes."""
        return self.last_answer_at is not None and now - self.last_answer_at < timedelta(minutes=2)


def system_state() -> SystemState:
    endpoints = Endpoint.objects.polled().aggregate(
        polled=Count("pk"),
        failing=Count("pk", filter=Q(health__failing_since__isnull=False)),
        never_asked=Count("pk", filter=Q(health__attempted_at__isnull=True)),
        last_answer_at=Max("health__answered_at"),
    )
    causes = list(situation_at(timezone.now()).causes)
    behind = Endpoint.objects.polled().failing().filter(pk__in=causes).count() if causes else 0
    endpoints |= {
        "answering": endpoints["polled"] - endpoints["failing"] - endpoints["never_asked"],
        "failing": endpoints["failing"] - behind,
        "behind": behind,
    }
    untracked = Asset.objects.in_service().filter(
        rtls_tag__isnull=True, is_fixed=False, endpoints__isnull=True
    )
    return SystemState(
        **endpoints,
        last_heard_at=AssetNow.objects.aggregate(last=Max("heard_at"))["last"],
        paused=_paused(),
        untracked=untracked.count(),
        people=_people_by_role(),
        inactive_people=User.objects.filter(is_active=False).count(),
    )


def _paused() -> list[str]:
    """What is held back as a whole, in words."""
    pauses = pauses_in_force(timezone.now())
    everything = ["everything"] if pauses.everything else []
    return [*everything, *sorted(str(pause.segment) for pause in pauses.segments.values())]


def _people_by_role() -> list[tuple[str, int]]:
    rows = dict(User.objects.filter(is_active=True).order_by().values_list("role").annotate(Count("pk")))
    return [(str(role.label), rows.get(role.value, 0)) for role in Role if role is not Role.DISPLAY]
